package dev.eckart.models;

import dev.eckart.core.Progress;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.SweepJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A program that measures settings for far longer than anybody would wait. */
final class SweepingProcess {
    private SweepingProcess() {}

    /** Begins with a model and a temporary folder. */
    public static void main(String[] arguments) {
        List<SweepJob.Setting> settings = IntStream.range(1, 100_000)
                .mapToObj(i -> new SweepJob.Setting(TwoLayers.selection("energy:" + i / 100_000.0), false))
                .toList();
        Engine engine = new Engine("test", EjmlDecomposer::new, 1, Path.of(arguments[1]), Progress.NONE);
        new SweepJob(engine, warning -> {}).sweep(Path.of(arguments[0]), settings, Evaluation.onMadeUpInputs(1), true);
    }

    static Process start(Path model, Path temporary) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SweepingProcess.class.getName(),
                        model.toString(),
                        temporary.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

package dev.eckart.onnx.run;

import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads a model in a JVM of its own. */
public final class LoadingProcess {
    private LoadingProcess() {}

    /** Begins with the model; of what follows nothing is made. */
    public static void main(String[] arguments) {
        Session.open(Path.of(arguments[0]), Optimization.ALL, 1).close();
    }

    static Process start(Path model, String more) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(LoadingProcess.class.getName(), model.toString(), more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }
}

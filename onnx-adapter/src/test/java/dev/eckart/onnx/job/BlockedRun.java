package dev.eckart.onnx.job;

import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.file.ExternalData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that compresses a model up to some stage, and waits there to be killed. */
final class BlockedRun {
    private BlockedRun() {}

    /** Takes the model, the target and the stage; says so when it is there. */
    public static void main(String[] arguments) {
        Progress progress = (stage, steps) -> {
            if (stage.equals(arguments[2])) {
                System.out.println("there");
                waitForEver();
            }
            return Progress.NONE.start(stage, steps);
        };
        new CompressionJob(new Engine(
                        "1.2.3", EjmlDecomposer::new, 2, Path.of(System.getProperty("java.io.tmpdir")), progress))
                .compress(
                        Path.of(arguments[0]),
                        new Target(Path.of(arguments[1]), true, false, ExternalData.ALWAYS),
                        new Selection(
                                "fixed:12", new FixedRankSelector(12), WeightFilter.ALL, FactorPair.Balance.PLAIN),
                        Optional.of(Evaluation.onMadeUpInputs(7)),
                        new Limits(Map.of(Limit.MAX_SIZE_RATIO, 2.0)));
    }

    private static void waitForEver() {
        try {
            while (System.in.read() >= 0) {
                // Nobody says anything.
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A running one that is there. */
    static Process start(Path model, Path target, String stage) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        if (Runtime.version().feature() >= 24) {
            // From here on the JVM warns of native libraries that nobody allowed.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                BlockedRun.class.getName(),
                model.toString(),
                target.toString(),
                stage));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = process.inputReader().readLine();
        if (!"there".equals(said)) {
            throw new IllegalStateException("Expected `there` but was: " + said);
        }
        return process;
    }
}

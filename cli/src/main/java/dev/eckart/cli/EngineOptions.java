package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.onnx.job.Engine;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What does the work. */
final class EngineOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "Linear algebra: auto or ejml (default: ${DEFAULT-VALUE}).")
    private String backend = "";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Weights worked on at a time (default: one per core). The result does not depend on it.")
    private int threads = Runtime.getRuntime().availableProcessors();

    Engine engine(Progress progress) {
        if (threads < 1) {
            throw new InvalidInputException("--threads: expected a whole number from 1 but was: " + threads);
        }
        return new Engine(
                Version.current(), decomposer(), threads, Path.of(System.getProperty("java.io.tmpdir")), progress);
    }

    private Decomposer decomposer() {
        return switch (backend) {
            case "auto", "ejml" -> new EjmlDecomposer();
            default ->
                throw new InvalidInputException(
                        "--backend: unknown backend `%s`; expected auto or ejml".formatted(backend));
        };
    }
}

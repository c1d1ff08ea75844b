package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.OpenBlasDecomposer;
import dev.eckart.onnx.job.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What does the work. */
final class EngineOptions {
    /** Linear algebra to choose from. */
    enum Backend {
        AUTO,
        OPENBLAS,
        EJML
    }

    @Option(
            names = "--backend",
            paramLabel = "auto|openblas|ejml",
            defaultValue = "auto",
            description = "Linear algebra: openblas (native), ejml (pure Java), or auto: openblas if it can be loaded,"
                    + " otherwise ejml (default: ${DEFAULT-VALUE}).")
    private Backend backend = Backend.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads (default: one per core). The result does not depend on it.")
    private int threads = Runtime.getRuntime().availableProcessors();

    /** The same, as a command line has them. */
    List<String> arguments() {
        return List.of("--backend=" + backend, "--threads=" + threads);
    }

    /** As {@link #engine(Console, Progress)}, with a cache if there is to be one. */
    Engine engine(Console console, Progress progress, CacheOptions cache) {
        cache.require();
        Supplier<Decomposer> backend = loading(console);
        return engine(progress, () -> cache.around(backend.get(), console));
    }

    /** An engine whose backend loads while the command begins its work. */
    Engine engine(Console console, Progress progress) {
        return engine(progress, loading(console));
    }

    private Engine engine(Progress progress, Supplier<Decomposer> decomposer) {
        if (threads < 1) {
            throw new InvalidInputException("--threads: expected a whole number from 1 but was: " + threads);
        }
        return new Engine(
                Version.current(), decomposer, threads, Path.of(System.getProperty("java.io.tmpdir")), progress);
    }

    private Supplier<Decomposer> loading(Console console) {
        if (backend == Backend.EJML) {
            return EjmlDecomposer::new;
        }
        CompletableFuture<Decomposer> loaded = CompletableFuture.supplyAsync(OpenBlasDecomposer::load)
                .thenApply(openBlas -> openBlas.decomposer().orElseGet(() -> instead(openBlas.reason(), console)));
        return () -> {
            try {
                return loaded.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof InvalidInputException refusal ? refusal : e;
            }
        };
    }

    private Decomposer instead(String reason, Console console) {
        if (backend == Backend.OPENBLAS) {
            throw new InvalidInputException(
                    "--backend: openblas cannot be loaded (%s); use auto or ejml".formatted(reason));
        }
        console.warn("OpenBLAS cannot be loaded (%s); pure Java is used instead, which is slower".formatted(reason));
        return new EjmlDecomposer();
    }
}

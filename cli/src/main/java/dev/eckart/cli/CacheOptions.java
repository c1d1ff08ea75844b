package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.cache.CachingDecomposer;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.onnx.job.TrialMemory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where decompositions are kept for further runs. */
final class CacheOptions {
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Store singular values in this folder, for runs with other settings on the same weights.")
    private @Nullable Path folder;

    @Option(
            names = "--cache-vectors",
            description =
                    "Store singular vectors, too, so that such runs only multiply; up to twice the weights' size.")
    private boolean vectors;

    void require() {
        if (vectors && folder == null) {
            throw new InvalidInputException("--cache-vectors needs a folder to store vectors in; add --cache DIR");
        }
    }

    /** A backend with the cache that was asked for, or as it is. */
    Decomposer around(Decomposer backend, Console console) {
        return folder == null ? backend : CachingDecomposer.in(folder, vectors, backend, console::warn);
    }

    /** The same options for work on many settings, which needs vectors again and again. */
    CacheOptions withVectors() {
        CacheOptions more = new CacheOptions();
        more.folder = folder;
        more.vectors = folder != null;
        return more;
    }

    /** What was measured of models with this cache. */
    TrialMemory trials(Console console) {
        return folder == null ? TrialMemory.NONE : new TrialFiles(folder, console::warn);
    }
}

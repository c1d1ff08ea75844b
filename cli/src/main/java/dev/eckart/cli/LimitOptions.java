package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.job.Limits;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the compressed model is held to. */
final class LimitOptions {
    @Option(
            names = "--max-accuracy-drop",
            paramLabel = "X",
            description = "Most accuracy to lose on --labels, 0.005 for half a point.")
    private @Nullable Double maxAccuracyDrop;

    @Option(
            names = "--min-cosine",
            paramLabel = "X",
            description = "Least mean cosine between the outputs of original and compressed.")
    private @Nullable Double minCosine;

    @Option(names = "--max-relative-error", paramLabel = "X", description = "Largest relative error of an output.")
    private @Nullable Double maxRelativeError;

    @Option(
            names = "--min-part-cosine",
            paramLabel = "X",
            description =
                    "Least cosine of a part of an output, such as one channel: what is lost there hides in the whole.")
    private @Nullable Double minPartCosine;

    @Option(
            names = "--max-part-error",
            paramLabel = "X",
            description = "Largest relative error of a part of an output.")
    private @Nullable Double maxPartError;

    @Option(
            names = "--max-size-ratio",
            paramLabel = "X",
            description =
                    "Largest size of the compressed file, as a share of the original's. Without --rank and a limit on a loss:"
                            + " find the model that loses least at that size.")
    private @Nullable Double maxSizeRatio;

    @Option(
            names = "--max-latency-ratio",
            paramLabel = "X",
            description =
                    "Longest time of a run, the median as a share of the original's; takes a machine that is idle.")
    private @Nullable Double maxLatencyRatio;

    @Option(
            names = "--max-memory-ratio",
            paramLabel = "X",
            description = "Most memory that a session with the compressed model takes, as a share of the original's.")
    private @Nullable Double maxMemoryRatio;

    Limits limits() {
        Map<Limit, Double> values = new EnumMap<>(Limit.class);
        put(values, Limit.MAX_ACCURACY_DROP, maxAccuracyDrop);
        put(values, Limit.MIN_COSINE, minCosine);
        put(values, Limit.MAX_RELATIVE_ERROR, maxRelativeError);
        put(values, Limit.MIN_PART_COSINE, minPartCosine);
        put(values, Limit.MAX_PART_ERROR, maxPartError);
        put(values, Limit.MAX_SIZE_RATIO, maxSizeRatio);
        put(values, Limit.MAX_LATENCY_RATIO, maxLatencyRatio);
        put(values, Limit.MAX_MEMORY_RATIO, maxMemoryRatio);
        return new Limits(values);
    }

    private static void put(Map<Limit, Double> values, Limit limit, @Nullable Double value) {
        if (value == null) {
            return;
        }
        if (!Double.isFinite(value)) {
            throw new InvalidInputException(
                    "--%s: expected a finite number but was: %s".formatted(limit.label(), value));
        }
        limit.objection(value).ifPresent(objection -> {
            throw new InvalidInputException("--%s: %s".formatted(limit.label(), objection));
        });
        values.put(limit, value);
    }
}

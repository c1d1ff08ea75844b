package dev.eckart.core.verify;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * How much a compressed network lost.
 *
 * @param outputs those that can be compared
 * @param accuracy present where there were labels
 */
public record Loss(List<OutputComparison> outputs, Optional<LabelAccuracy> accuracy) {
    public Loss {
        outputs = List.copyOf(outputs);
    }

    /** Whether all that was compared is finite. */
    public boolean finite() {
        return outputs.stream().allMatch(output -> Double.isFinite(output.maxAbsoluteError()));
    }

    /** What a limit on loss is judged by; empty where that was not measured, and for other limits. */
    public OptionalDouble of(Limit limit) {
        return switch (limit) {
            case MAX_ACCURACY_DROP ->
                accuracy.isPresent() ? OptionalDouble.of(accuracy.get().drop()) : OptionalDouble.empty();
            case MIN_COSINE -> cosine();
            case MAX_RELATIVE_ERROR -> OptionalDouble.of(relativeError());
            case MIN_PART_COSINE -> partCosine();
            case MAX_PART_ERROR -> partError();
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO, MAX_MEMORY_RATIO -> OptionalDouble.empty();
        };
    }

    /** The largest relative error of an output. */
    public double relativeError() {
        return outputs.stream()
                .mapToDouble(OutputComparison::relativeError)
                .max()
                .orElse(0);
    }

    /** The mean of the outputs' relative errors. */
    public double meanRelativeError() {
        return outputs.stream()
                .mapToDouble(OutputComparison::relativeError)
                .average()
                .orElse(0);
    }

    /** The smallest mean cosine of an output; empty where no output has one. */
    public OptionalDouble cosine() {
        return cosines().min();
    }

    /** The mean of the outputs' cosines; empty where no output has one. */
    public OptionalDouble meanCosine() {
        return cosines().average();
    }

    private DoubleStream cosines() {
        return outputs.stream().flatMapToDouble(output -> output.cosine().stream());
    }

    /** The largest relative error of a part of an output; empty where no output has parts. */
    public OptionalDouble partError() {
        return worstParts()
                .mapToDouble(parts -> parts.byError().relativeError())
                .max();
    }

    /** The smallest cosine of a part of an output; empty where no output has parts. */
    public OptionalDouble partCosine() {
        return worstParts().mapToDouble(parts -> parts.byCosine().cosine()).min();
    }

    /** Whether a part of an output is so much worse than the whole output that its numbers hide it. */
    public boolean hidesPart() {
        return outputs.stream().anyMatch(output -> output.hiddenPart().isPresent());
    }

    private Stream<WorstParts> worstParts() {
        return outputs.stream().flatMap(output -> output.worstParts().stream());
    }
}

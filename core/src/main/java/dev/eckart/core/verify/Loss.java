package dev.eckart.core.verify;

import java.util.List;
import java.util.Optional;

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

    /** The smallest mean cosine of an output. */
    public double cosine() {
        return outputs.stream().mapToDouble(OutputComparison::cosine).min().orElse(1);
    }

    /** The mean of the outputs' cosines. */
    public double meanCosine() {
        return outputs.stream().mapToDouble(OutputComparison::cosine).average().orElse(1);
    }
}

package dev.eckart.onnx.job;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether the errors of stored forms are those that the plan decided for. */
final class DecidedError {
    /** What rounding to 16 bits, and singular values out of a Gram matrix, add to an error or take from it. */
    private static final double ABSOLUTE = 1e-3;

    private static final double RELATIVE = 0.01;

    private DecidedError() {}

    /**
     * The first weight whose stored form has another error than was predicted, in a sentence; empty if there is none. Of a
     * weight that was judged by its outputs, or factored jointly, the plan predicts no error of the weight itself.
     *
     * @param recorded relative errors of stored forms, by weight
     */
    static Optional<String> fault(CompressionPlan plan, Map<String, Double> recorded) {
        return plan.replaced().stream()
                .filter(planned ->
                        !planned.calibrated() && planned.weight().joint().isEmpty())
                .flatMap(planned -> fault(planned, recorded.get(planned.weight().name())).stream())
                .findFirst();
    }

    private static Optional<String> fault(PlannedWeight planned, @Nullable Double recorded) {
        double predicted = planned.predictedError();
        if (recorded != null && Math.abs(recorded - predicted) <= ABSOLUTE + RELATIVE * predicted) {
            return Optional.empty();
        }
        return Optional.of("%s is stored with a relative error of %s, where the plan predicts %s"
                .formatted(planned.weight().describe(), recorded, predicted));
    }
}

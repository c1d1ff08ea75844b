package dev.eckart.onnx.job;

import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.verify.Limit;
import java.util.Arrays;
import java.util.List;

/**
 * How much of what the limits allow a model loses, as a number that grows like the squared error of its outputs: 1 where a limit is just kept.
 */
final class Excess {
    /** Of a limit on numbers of which nothing is known but whether it is kept. */
    private static final double KEPT = 0.5;

    private Excess() {}

    /**
     * The largest of several limits.
     *
     * @param metrics the limits that are on metrics of the task
     * @return 0 or more; infinite for what is no number
     */
    static double of(List<Limit.Outcome> outcomes, List<MetricLimit> metrics) {
        return outcomes.stream()
                .mapToDouble(outcome -> of(outcome, metrics))
                .max()
                .orElse(0);
    }

    private static double of(Limit.Outcome outcome, List<MetricLimit> metrics) {
        double found = Arrays.stream(Limit.values())
                .filter(limit -> limit.label().equals(outcome.name()))
                .findFirst()
                .map(limit -> of(limit, outcome))
                .orElseGet(() -> ofMetric(outcome, metrics));
        return Double.isNaN(found) ? Double.POSITIVE_INFINITY : Math.max(0, found);
    }

    private static double of(Limit limit, Limit.Outcome outcome) {
        return switch (limit) {
            case MIN_COSINE, MIN_PART_COSINE -> ratio(1 - outcome.value(), 1 - outcome.limit());
            case MAX_ACCURACY_DROP -> ratio(outcome.value(), outcome.limit());
            case MAX_RELATIVE_ERROR, MAX_PART_ERROR -> {
                double share = ratio(outcome.value(), outcome.limit());
                yield share * share;
            }
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO, MAX_MEMORY_RATIO -> 0;
        };
    }

    /** Most metrics that are better the higher they are have 1 for what loses nothing. */
    private static double ofMetric(Limit.Outcome outcome, List<MetricLimit> metrics) {
        boolean upToOne = outcome.limit() < 1
                && outcome.value() <= 1
                && metrics.stream().anyMatch(limit -> limit.metric().equals(outcome.name()) && limit.atLeast());
        return upToOne ? ratio(1 - outcome.value(), 1 - outcome.limit()) : outcome.kept() ? KEPT : 1 / KEPT;
    }

    /** Of what is lost to what may be; a limit that allows nothing is kept by what loses nothing. */
    private static double ratio(double lost, double allowed) {
        return lost <= 0 ? 0 : allowed <= 0 ? Double.POSITIVE_INFINITY : lost / allowed;
    }
}

package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.verify.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The limits that a user set.
 *
 * @param metrics on metrics of the task
 */
public record Limits(Map<Limit, Double> values, List<MetricLimit> metrics) {

    /** Every outcome is right. */
    public static final Limits NONE = new Limits(Map.of());

    public Limits {
        values = Map.copyOf(values);
        metrics = List.copyOf(metrics);
    }

    /** With none on metrics of the task. */
    public Limits(Map<Limit, Double> values) {
        this(values, List.of());
    }

    /**
     * Refuses limits that nothing will be measured for.
     *
     * @param evaluation empty if outputs are not compared
     * @throws InvalidInputException if there is such a limit
     */
    void requireMeasurable(Optional<Evaluation> evaluation) {
        for (Limit limit : values.keySet()) {
            if (limit != Limit.MAX_SIZE_RATIO && evaluation.isEmpty()) {
                throw new InvalidInputException(
                        "--%s cannot be judged with --no-verify; leave one of them out".formatted(limit.label()));
            }
            if (limit == Limit.MAX_ACCURACY_DROP
                    && evaluation
                            .flatMap(Evaluation::labels)
                            .filter(Labels::areClasses)
                            .isEmpty()) {
                throw new InvalidInputException(
                        "--%s needs --inputs and --labels to measure accuracy with".formatted(limit.label()));
            }
            if (limit == Limit.MAX_MEMORY_RATIO && !MemoryMeter.isAvailable()) {
                throw new InvalidInputException("--%s cannot be judged here: %s; leave it out"
                        .formatted(limit.label(), MemoryMeter.UNAVAILABLE));
            }
        }
        for (MetricLimit limit : metrics) {
            limit.requireAmong(evaluation
                    .map(Evaluation::metrics)
                    .orElseThrow(() -> new InvalidInputException(
                            "limit `%s` cannot be judged with --no-verify; leave one of them out".formatted(limit))));
        }
    }

    /** Each limit beside what was measured. */
    List<Limit.Outcome> judge(double sizeRatio, Optional<Verification> verification) {
        List<Limit.Outcome> outcomes = new ArrayList<>(judge(
                sizeRatio,
                verification.map(Verification::loss),
                // Where there is nothing to time, both networks do the same.
                verification
                        .map(measured -> measured.latency().map(Latency::ratio).orElse(1.0))
                        .orElse(Double.NaN),
                verification.flatMap(Verification::memory).map(Memory::ratio).orElse(Double.NaN)));
        List<MetricResult> measured = verification.map(Verification::metrics).orElse(List.of());
        metrics.forEach(limit -> outcomes.add(limit.judge(measured.stream()
                .filter(metric -> metric.name().equals(limit.metric()))
                .mapToDouble(MetricResult::value)
                .findFirst()
                .orElse(Double.NaN))));
        return outcomes;
    }

    /** As {@link #judge}, of size and what was lost, but for metrics, where neither time nor memory was: {@link #withoutRunning} has no limit on them. */
    List<Limit.Outcome> judgeLoss(double sizeRatio, Optional<Loss> loss) {
        return judge(sizeRatio, loss, Double.NaN, Double.NaN);
    }

    private List<Limit.Outcome> judge(double sizeRatio, Optional<Loss> loss, double latencyRatio, double memoryRatio) {
        List<Limit.Outcome> outcomes = new ArrayList<>();
        new TreeMap<>(values).forEach((limit, value) -> {
            double measured = switch (limit) {
                case MAX_SIZE_RATIO -> sizeRatio;
                case MAX_LATENCY_RATIO -> latencyRatio;
                case MAX_MEMORY_RATIO -> memoryRatio;
                case MAX_RELATIVE_ERROR -> loss.map(Loss::relativeError).orElse(Double.NaN);
                case MIN_COSINE -> loss.map(Loss::cosine).orElse(Double.NaN);
                case MAX_ACCURACY_DROP ->
                    loss.flatMap(Loss::accuracy).map(LabelAccuracy::drop).orElse(Double.NaN);
            };
            outcomes.add(limit.judge(measured, value));
        });
        return outcomes;
    }

    /** Those on how much may be lost, and none on size, time or memory. */
    Limits onLoss() {
        return without(Set.of(Limit.MAX_SIZE_RATIO, Limit.MAX_LATENCY_RATIO, Limit.MAX_MEMORY_RATIO));
    }

    /** All but those on time and memory. */
    Limits withoutRunning() {
        return without(Set.of(Limit.MAX_LATENCY_RATIO, Limit.MAX_MEMORY_RATIO));
    }

    private Limits without(Set<Limit> others) {
        Map<Limit, Double> left = new HashMap<>(values);
        left.keySet().removeAll(others);
        return new Limits(left, metrics);
    }
}

package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.verify.Labels;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The limits that a user set.
 *
 * @param metrics on metrics of the task
 */
public record Limits(Map<Limit, Double> values, List<MetricLimit> metrics) {

    /** Every outcome is right. */
    public static final Limits NONE = new Limits(Map.of());

    /** Limits on numbers that the outputs of some models do not have. */
    private static final Set<Limit> OF_SOME_OUTPUTS =
            EnumSet.of(Limit.MIN_COSINE, Limit.MIN_PART_COSINE, Limit.MAX_PART_ERROR);

    /** A message names no more outputs than these. */
    private static final int NAMED_OUTPUTS = 3;

    public Limits {
        values = Map.copyOf(values);
        metrics = List.copyOf(metrics);
    }

    /** With none on metrics of the task. */
    public Limits(Map<Limit, Double> values) {
        this(values, List.of());
    }

    /**
     * Refuses limits that nothing will be measured for, and limits on a loss that inputs do not show.
     *
     * @param evaluation empty if outputs are not compared
     * @param advice what to give where inputs are missing
     * @throws InvalidInputException if there is such a limit
     */
    void requireMeasurable(Optional<Evaluation> evaluation, String advice) {
        for (Limit limit : new TreeMap<>(values).keySet()) {
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
            if (limit.isOnLoss()) {
                requireInputs("--" + limit.label(), evaluation, advice);
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
            requireInputs("limit `%s`".formatted(limit), evaluation, advice);
        }
    }

    /** Whether one of them is on a number that the outputs of some models do not have. */
    boolean dependOnOutputs() {
        return values.keySet().stream().anyMatch(OF_SOME_OUTPUTS::contains);
    }

    /**
     * Refuses limits on numbers that no output of the model has, before there is anything to judge.
     *
     * @param rehearsal a loss that has the numbers that are to be measured, whatever they are
     * @throws InvalidInputException if there is such a limit; the message names the limit to use instead
     */
    void requireIn(Loss rehearsal) {
        for (Limit limit : OF_SOME_OUTPUTS) {
            if (values.containsKey(limit) && rehearsal.of(limit).isEmpty()) {
                throw new InvalidInputException("--%s cannot be judged: %s"
                        .formatted(
                                limit.label(),
                                limit == Limit.MIN_COSINE ? noCosine(rehearsal) : noParts(limit, rehearsal)));
            }
        }
    }

    private static String noCosine(Loss rehearsal) {
        boolean integers = rehearsal.outputs().stream()
                .anyMatch(output -> output.agreement().isPresent());
        return "no output has a cosine that means anything (%s); use %s instead"
                .formatted(
                        whyNoCosine(rehearsal.outputs()),
                        integers
                                ? "--max-accuracy-drop with --labels, or --max-relative-error,"
                                : "--max-relative-error");
    }

    private static String noParts(Limit limit, Loss rehearsal) {
        if (rehearsal.cosine().isEmpty()) {
            return "no output has parts (%s); use --max-relative-error instead"
                    .formatted(whyNoCosine(rehearsal.outputs()));
        }
        return "no output has parts of enough numbers on these samples; give more samples with --inputs, or use --%s instead"
                .formatted((limit == Limit.MIN_PART_COSINE ? Limit.MIN_COSINE : Limit.MAX_RELATIVE_ERROR).label());
    }

    private static String whyNoCosine(List<OutputComparison> outputs) {
        String named = outputs.stream()
                .limit(NAMED_OUTPUTS)
                .map(output -> "`%s` %s"
                        .formatted(
                                output.name(),
                                output.agreement().isPresent() ? "holds whole numbers" : "has one number per sample"))
                .collect(Collectors.joining(", "));
        return outputs.size() > NAMED_OUTPUTS
                ? "%s, and %d more".formatted(named, outputs.size() - NAMED_OUTPUTS)
                : named;
    }

    private static void requireInputs(String limit, Optional<Evaluation> evaluation, String advice) {
        if (!evaluation.map(Evaluation::judgesLoss).orElse(true)) {
            throw new InvalidInputException(
                    "%s judges what is lost, which made-up inputs do not show; %s".formatted(limit, advice));
        }
    }

    /** Whether one is on a loss, of the outputs or of a metric. */
    public boolean judgeLoss() {
        return !metrics.isEmpty() || areSearchedByLoss();
    }

    /** Whether a search looks for the smallest model that meets these: metrics are no part of it. */
    public boolean areSearchedByLoss() {
        return values.keySet().stream().anyMatch(Limit::isOnLoss);
    }

    /** Whether a setting can be searched for by these, by what is lost or by the size. */
    public boolean areSearchable() {
        return areSearchedByLoss() || values.containsKey(Limit.MAX_SIZE_RATIO);
    }

    /** An evaluation without those metrics that there is no limit on. */
    Evaluation among(Evaluation evaluation) {
        return evaluation.with(evaluation.metrics().stream()
                .filter(asked ->
                        metrics.stream().anyMatch(limit -> limit.metric().equals(asked.name())))
                .toList());
    }

    /** The limit on the size, as compressed / original in bytes, if there is one. */
    public Optional<Double> size() {
        return Optional.ofNullable(values.get(Limit.MAX_SIZE_RATIO));
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
        Map<String, Double> measured = new HashMap<>();
        verification
                .map(Verification::metrics)
                .orElse(List.of())
                .forEach(metric -> measured.put(metric.name(), metric.value()));
        outcomes.addAll(judgeMetrics(measured));
        return outcomes;
    }

    private List<Limit.Outcome> judgeMetrics(Map<String, Double> measured) {
        return metrics.stream()
                .map(limit -> limit.judge(measured.getOrDefault(limit.metric(), Double.NaN)))
                .toList();
    }

    /** The limits on what is lost, of the outputs and of metrics, beside what a trial measured. */
    List<Limit.Outcome> judgeLoss(Trial trial) {
        return Stream.concat(
                        onLoss().judgeLoss(Double.NaN, Optional.of(trial.loss())).stream(),
                        judgeMetrics(trial.metrics()).stream())
                .toList();
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
                case MAX_ACCURACY_DROP, MIN_COSINE, MAX_RELATIVE_ERROR, MIN_PART_COSINE, MAX_PART_ERROR ->
                    loss.map(lost -> lost.of(limit))
                            .orElse(OptionalDouble.empty())
                            .orElse(Double.NaN);
            };
            outcomes.add(limit.judge(measured, value));
        });
        return outcomes;
    }

    /** Those on how much may be lost, and none on size, time or memory. */
    Limits onLoss() {
        return having(Limit::isOnLoss);
    }

    /** All but those on time and memory. */
    Limits withoutRunning() {
        return having(limit -> limit != Limit.MAX_LATENCY_RATIO && limit != Limit.MAX_MEMORY_RATIO);
    }

    private Limits having(Predicate<Limit> chosen) {
        Map<Limit, Double> left = new HashMap<>(values);
        left.keySet().removeIf(chosen.negate());
        return new Limits(left, metrics);
    }
}

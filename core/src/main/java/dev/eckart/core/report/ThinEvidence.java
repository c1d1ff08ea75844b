package dev.eckart.core.report;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Warnings where a run had too few samples for what its report claims, each with the number that would do. */
public final class ThinEvidence {
    /** Limits that no number of samples makes more certain. */
    private static final Set<String> NOT_ON_LOSS =
            Set.of(Limit.MAX_SIZE_RATIO.label(), Limit.MAX_LATENCY_RATIO.label(), Limit.MAX_MEMORY_RATIO.label());

    private static final MathContext TWO_DIGITS_UP = new MathContext(2, RoundingMode.UP);

    private ThinEvidence() {}

    /** Of a calibration: of a single sample, or of fewer rows than a layer has inputs. */
    public static List<String> of(LayerStatistics calibration) {
        List<String> warnings = new ArrayList<>();
        if (calibration.samples() == 1) {
            warnings.add(
                    "the calibration has one sample, and inputs that it does not show count for nothing; %d samples would do"
                            .formatted(InputStatistics.ENOUGH_SAMPLES));
        }
        Collection<InputStatistics> all = calibration.byWeight().values();
        List<InputStatistics> thin =
                all.stream().filter(inputs -> inputs.rows() < inputs.size()).toList();
        if (!thin.isEmpty()) {
            InputStatistics widest = thin.stream()
                    .reduce((one, other) -> other.size() > one.size() ? other : one)
                    .orElseThrow();
            warnings.add(
                    "%s of %s calibrated weights have more inputs than the calibration has rows for them (%s rows for up to %s inputs); about %s samples would do"
                            .formatted(
                                    count(thin.size()),
                                    count(all.size()),
                                    count(widest.rows()),
                                    count(widest.size()),
                                    about(thin.stream()
                                            .mapToDouble(ThinEvidence::samplesForAsManyRows)
                                            .max()
                                            .orElseThrow())));
        }
        return warnings;
    }

    private static double samplesForAsManyRows(InputStatistics inputs) {
        return Math.ceil((double) inputs.size() * inputs.samples() / inputs.rows());
    }

    /** Of a verification, by which limits are judged: of a single sample, or of too few for the size of a limit. */
    public static List<String> of(Verification verification, List<Limit.Outcome> limits) {
        List<String> warnings = new ArrayList<>();
        List<String> onLoss = limits.stream()
                .map(Limit.Outcome::name)
                .filter(name -> !NOT_ON_LOSS.contains(name))
                .toList();
        if (verification.samples() == 1 && !onLoss.isEmpty()) {
            warnings.add("%s %s judged on one sample, which may be typical of nothing else; %d samples would do"
                    .formatted(
                            String.join(", ", onLoss),
                            onLoss.size() == 1 ? "is" : "are",
                            InputStatistics.ENOUGH_SAMPLES));
        }
        for (Limit.Outcome limit : limits) {
            if (limit.name().equals(Limit.MAX_ACCURACY_DROP.label())) {
                verification
                        .accuracy()
                        .flatMap(accuracy -> fewLabels(accuracy, limit))
                        .ifPresent(warnings::add);
            }
            verification.metrics().stream()
                    .filter(metric -> metric.name().equals(limit.name()))
                    .findFirst()
                    .flatMap(metric -> wideInterval(metric, limit, verification.samples()))
                    .ifPresent(warnings::add);
        }
        return warnings;
    }

    /** A limit of zero is met or exceeded by single samples, and tells no loss from none on any number of them. */
    private static Optional<String> fewLabels(LabelAccuracy accuracy, Limit.Outcome limit) {
        if (!(limit.limit() > 0) || accuracy.samples() == 0) {
            return Optional.empty();
        }
        long enough = accuracy.samplesToTell(limit.limit());
        if (accuracy.samples() >= enough) {
            return Optional.empty();
        }
        boolean unresolved = accuracy.samples() * limit.limit() < 1;
        return Optional.of("%s %s is judged on %s labels, %s; about %s labels would do"
                .formatted(
                        limit.name(),
                        plain(limit.limit()),
                        count(accuracy.samples()),
                        unresolved
                                ? "of which a single one is a larger drop"
                                : "on which a drop of that size is not statistically significant",
                        about((double) enough)));
    }

    /**
     * Where the interval of a change is wider than the change that is allowed, or where that of a value reaches beyond the
     * limit. Intervals narrow with the root of the number of samples.
     */
    private static Optional<String> wideInterval(MetricResult metric, Limit.Outcome limit, long samples) {
        if (metric.interval().isEmpty()) {
            return Optional.empty();
        }
        MetricResult.Interval interval = metric.interval().get();
        double uncertain = (interval.high() - interval.low()) / 2;
        double allowed = switch (metric.judgement()) {
            case DROP, RISE -> limit.limit();
            case RATIO -> limit.limit() - 1;
            case HIGHER, LOWER -> Math.abs(metric.value() - limit.limit());
        };
        if (!Double.isFinite(uncertain) || !(allowed > 0) || uncertain <= allowed) {
            return Optional.empty();
        }
        double times = uncertain / allowed;
        return Optional.of(
                "%s is judged on %s samples, which leave its %s uncertain by %s, more than the %s that the limit %s; about %s samples would do"
                        .formatted(
                                metric.name(),
                                count(samples),
                                metric.judgement().label(),
                                plain(uncertain),
                                plain(allowed),
                                metric.judgement().isChange() ? "allows" : "is away",
                                about(Math.ceil(samples * times * times))));
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** To two digits, and no fewer. */
    private static String about(double number) {
        return count(new BigDecimal(number).round(TWO_DIGITS_UP).longValue());
    }

    private static String plain(double number) {
        return new BigDecimal(number)
                .round(new MathContext(2))
                .stripTrailingZeros()
                .toPlainString();
    }
}

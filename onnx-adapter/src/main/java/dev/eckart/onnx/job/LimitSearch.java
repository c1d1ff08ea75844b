package dev.eckart.onnx.job;

import dev.eckart.core.compress.ChosenForms;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.file.FileSize;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Limit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Finds the smallest model that keeps the limits on what is lost: of plans by one survey, whole models are measured, at predicted losses
 * that close in on the limits. What is measured grows about as what is predicted, so that two models tell where the limit is.
 *
 * <p>The limits are met with a margin, since other inputs would show another loss: of n samples, the mean loss is off by one part in √n
 * or so where it spreads from sample to sample as much as it is large.
 */
final class LimitSearch {
    /** Models whose bytes differ by less than this share are not worth telling apart. */
    private static final double CLOSE = 0.01;

    /** Of a bracket of two predicted losses, in its logarithm, what stays between a trial and either end. */
    private static final double INSIDE = 0.1;

    /** How many times more or less loss is predicted for the next trial at most, where there is no bracket yet. */
    private static final double FARTHEST = 16;

    /** Steps to the loss that is predicted to be allowed are taken a little short of it, as the rest is lost where they fail. */
    private static final double SHORT = 0.97;

    private final Aim.Limited aim;
    private final Limits limits;
    private final Survey survey;
    private final BiFunction<String, CompressionPlan, Trial> measure;
    private final String subject;
    private final long originalBytes;
    private final double margin;
    private final List<Point> tried = new ArrayList<>();
    private final List<SearchEntry.Tried> account = new ArrayList<>();

    /**
     * A search on one network.
     *
     * @param measure a plan as a model, under the name of a setting
     * @param subject names what trials are of, as {@link TrialMemory#recall} takes it
     * @param originalBytes of the model's files
     * @param samples that trials are measured on
     */
    LimitSearch(
            Aim.Limited aim,
            Limits limits,
            Survey survey,
            BiFunction<String, CompressionPlan, Trial> measure,
            String subject,
            long originalBytes,
            long samples) {
        this.aim = aim;
        this.limits = limits;
        this.survey = survey;
        this.measure = measure;
        this.subject = subject;
        this.originalBytes = originalBytes;
        this.margin = 1 + 1 / Math.sqrt((double) samples);
    }

    /**
     * A plan that was measured.
     *
     * @param excess of what the limits allow, the margin included: 1 is allowed
     */
    private record Point(ChosenForms chosen, Trial trial, List<Limit.Outcome> outcomes, double excess) {
        boolean keeps() {
            return excess <= 1 && outcomes.stream().allMatch(Limit.Outcome::kept);
        }

        double predicted() {
            return chosen.loss();
        }
    }

    /**
     * What was found.
     *
     * @param plan of the smallest model that keeps the limits on what is lost; of the one that comes closest to them where none does; empty where none was
     *     tried
     * @param met whether it keeps all limits
     * @param outcomes of it
     */
    record Found(Optional<CompressionPlan> plan, boolean met, List<Limit.Outcome> outcomes, SearchEntry account) {}

    Found find(EvaluationInputs inputs) {
        double guess = first();
        Optional<Point> keeps = Optional.empty();
        Optional<Point> fails = Optional.empty();
        while (account.size() < aim.mostTrials()) {
            ChosenForms allowed = survey.losing(guess);
            // Predictions may be wrong: what loses least is tried in any case.
            ChosenForms chosen = allowed.plan().replaced().isEmpty() && keeps.isEmpty() ? survey.truest() : allowed;
            if (chosen.plan().replaced().isEmpty() || isKnown(chosen)) {
                break;
            }
            Point point = point(chosen);
            if (point.keeps()) {
                keeps = Optional.of(point);
            } else {
                fails = Optional.of(point);
            }
            if (isClosed(keeps, fails)) {
                break;
            }
            guess = next(keeps, fails);
        }
        Optional<Point> smallest = tried.stream()
                .filter(Point::keeps)
                .min(Comparator.comparingLong(point -> point.trial().bytes()));
        Optional<Point> best = smallest.filter(point -> size(point).stream().allMatch(Limit.Outcome::kept));
        Optional<Point> shown = smallest.or(() -> tried.stream().min(Comparator.comparingDouble(Point::excess)));
        return new Found(
                shown.map(point -> point.chosen().plan()),
                best.isPresent(),
                shown.stream()
                        .flatMap(point -> Stream.concat(point.outcomes().stream(), size(point).stream()))
                        .toList(),
                new SearchEntry(
                        limit(),
                        inputs,
                        account,
                        best.isPresent()
                                ? Optional.empty()
                                : Optional.of(smallest.map(this::tooLarge).orElseGet(() -> lossy(shown)))));
    }

    /** The limit on the size, if there is one, beside a model's. */
    private Optional<Limit.Outcome> size(Point point) {
        return limits.size().map(most -> Limit.MAX_SIZE_RATIO.judge(ratio(point), most));
    }

    private double ratio(Point point) {
        return (double) point.trial().bytes() / originalBytes;
    }

    private boolean isKnown(ChosenForms chosen) {
        return tried.stream().anyMatch(point -> point.chosen().plan().equals(chosen.plan()));
    }

    /** The loss of outputs, relative to them, that would just be allowed. */
    private double first() {
        return DoubleStream.concat(
                        limits.onLoss().values().entrySet().stream()
                                .mapToDouble(entry -> squaredError(entry.getKey(), entry.getValue())),
                        // As if it was a cosine: most metrics that are better the higher they are have 1 for what loses
                        // nothing.
                        limits.metrics().stream()
                                .mapToDouble(
                                        limit -> limit.atLeast() ? squaredError(Limit.MIN_COSINE, limit.bound()) : 0))
                .filter(loss -> loss > 0)
                .min()
                .orElse(SHORT / FARTHEST);
    }

    private static double squaredError(Limit limit, double value) {
        return switch (limit) {
            // Of two vectors of one length, ‖y − y'‖² / ‖y‖² = 2·(1 − cos).
            case MIN_COSINE, MIN_PART_COSINE -> 2 * (1 - value);
            case MAX_RELATIVE_ERROR, MAX_PART_ERROR -> value * value;
            // An answer that changes needs a change of the outputs; how large, the first trial tells.
            case MAX_ACCURACY_DROP -> value;
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO, MAX_MEMORY_RATIO -> 0;
        };
    }

    private boolean isClosed(Optional<Point> keeps, Optional<Point> fails) {
        return keeps.map(kept -> kept.chosen().plan().equals(survey.offered().smallest())
                        || fails.map(failed -> Math.abs(kept.trial().bytes()
                                                - failed.trial().bytes())
                                        <= CLOSE * kept.trial().bytes())
                                .orElse(false))
                .orElse(false);
    }

    private double next(Optional<Point> keeps, Optional<Point> fails) {
        if (keeps.isEmpty() || fails.isEmpty()) {
            Point known = keeps.or(() -> fails).orElseThrow();
            double step = Math.min(FARTHEST, Math.max(1 / FARTHEST, SHORT / known.excess()));
            // What kept the limits calls for more loss, and what failed for less, whatever the margin.
            return known.predicted() * (known.keeps() ? Math.max(step, 1 / SHORT) : Math.min(step, SHORT));
        }
        double low = Math.log(keeps.get().predicted());
        double high = Math.log(fails.get().predicted());
        double part = (secant().orElse((low + high) / 2) - low) / (high - low);
        return Math.exp(low + Math.min(1 - INSIDE, Math.max(INSIDE, part)) * (high - low));
    }

    /** Where the line through the two trials that are closest to the limits, in logarithms, just keeps them; empty if these are no line. */
    private OptionalDouble secant() {
        List<Point> closest = tried.stream()
                .filter(point -> point.excess() > 0 && Double.isFinite(point.excess()))
                .sorted(Comparator.comparingDouble(point -> Math.abs(Math.log(point.excess()))))
                .limit(2)
                .toList();
        if (closest.size() < 2) {
            return OptionalDouble.empty();
        }
        double from = Math.log(closest.get(0).predicted());
        double to = Math.log(closest.get(1).predicted());
        double excess = Math.log(closest.get(0).excess());
        double slope = (Math.log(closest.get(1).excess()) - excess) / (to - from);
        return slope > 0 && Double.isFinite(slope)
                ? OptionalDouble.of(from + (Math.log(SHORT) - excess) / slope)
                : OptionalDouble.empty();
    }

    private Point point(ChosenForms chosen) {
        String setting = setting(chosen);
        Optional<Trial> remembered = aim.memory().recall(subject, setting);
        Trial trial = remembered.orElseGet(() -> measure.apply(setting, chosen.plan()));
        if (remembered.isEmpty()) {
            aim.memory().keep(subject, trial);
        }
        List<Limit.Outcome> outcomes = limits.judgeLoss(trial);
        double excess =
                trial.loss().finite() ? margin * Excess.of(outcomes, limits.metrics()) : Double.POSITIVE_INFINITY;
        Point point = new Point(chosen, trial, outcomes, excess);
        tried.add(point);
        SearchEntry.Tried entry = entry(point, remembered.isPresent());
        account.add(entry);
        aim.listener().accept(new FileSize(trial.bytes()).toString(), entry);
        return point;
    }

    /** The name of a plan: two of the same bytes are told apart by their forms. */
    private static String setting(ChosenForms chosen) {
        String forms = chosen.plan().replaced().stream()
                .map(planned -> "%s %s %s"
                        .formatted(planned.weight().name(), planned.encoding().orElseThrow(), planned.chosenRank()))
                .collect(Collectors.joining("\n"));
        return "forms:%dB:%08x".formatted(chosen.bytes(), forms.hashCode());
    }

    private SearchEntry.Tried entry(Point point, boolean remembered) {
        TreeMap<String, Double> values = new TreeMap<>();
        point.outcomes().forEach(outcome -> values.put(outcome.name(), outcome.value()));
        values.put(SearchEntry.PREDICTED, Math.sqrt(point.predicted()));
        values.put(Limit.MAX_RELATIVE_ERROR.label(), point.trial().loss().relativeError());
        return new SearchEntry.Tried(
                point.trial().bytes() + "B",
                ratio(point),
                values.getOrDefault(limit(), Double.NaN),
                values,
                point.keeps(),
                remembered);
    }

    /** The one whose values are listed. */
    private String limit() {
        return new TreeMap<>(limits.onLoss().values())
                .keySet().stream()
                        .filter(Limit::isOnLoss)
                        .findFirst()
                        .map(Limit::label)
                        .orElseGet(() -> limits.metrics().get(0).metric());
    }

    private String lossy(Optional<Point> closest) {
        return closest.map(point ->
                        "no smaller model keeps %s: the closest of those tried has %s, %s of the size, and measures %s"
                                .formatted(
                                        names(point),
                                        new FileSize(point.trial().bytes()),
                                        percent(ratio(point)),
                                        point.outcomes().stream()
                                                .map(outcome -> number(outcome.value()))
                                                .collect(Collectors.joining(" and "))))
                .orElse("no smaller model can be tried: no weight is offered a form in fewer bytes");
    }

    private String tooLarge(Point smallest) {
        return "no model that keeps %s has %s of the size: the smallest of those tried has %s, %s"
                .formatted(
                        names(smallest),
                        percent(limits.size().orElseThrow()),
                        percent(ratio(smallest)),
                        new FileSize(smallest.trial().bytes()));
    }

    private static String names(Point point) {
        return point.outcomes().stream()
                .map(outcome -> "%s %s".formatted(outcome.name(), number(outcome.limit())))
                .collect(Collectors.joining(" and "));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}

package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.LossMeter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the smallest model that keeps the user's limits, by compressing and measuring the whole model again and again,
 * from one decomposition of each weight; or, where only the size is limited, the one of that size that loses least.
 *
 * <ol>
 *   <li>One number for all weights, a share of their parameters, is bisected, for each way to cut weights to it that is
 *       worth trying. What is lost need not grow steadily as the share falls, so that some shares below the one found are
 *       tried too.
 *   <li>From the best of these, the rank of one weight at a time is lowered, that which saves most first, by half, and by
 *       less where that was too much.
 * </ol>
 *
 * <p>Whatever was tried, the smallest model that kept the limits is taken; it need not be the smallest there is.
 *
 * <p>For a size, each way to cut weights is tried at the largest share that comes to a file within it. Files of shares are
 * foretold from their plans, and the forecast is corrected by the files that were written. The model that loses least is
 * taken: the least accuracy where there are labels, else the largest mean cosine, or the least relative error where there
 * is no cosine.
 */
public final class TargetSearch {
    /** The smallest share that is tried. */
    private static final double LEAST = 1.0 / 64;

    private static final int BISECTIONS = 8;

    /** The smallest share that is tried for a size: most weights are at rank 1 there. */
    private static final double LEAST_FOR_SIZE = 1.0 / 4096;

    /** Steps to a share for a size: they take a plan each, and no model. */
    private static final int PLANS = 14;

    /** How many models of a family are measured at most to meet a size. */
    private static final int FILES = 3;

    /** Of the share that bisection found. */
    private static final List<Double> FURTHER = List.of(0.95, 0.85, 0.7);

    /** Shares that differ by no more than this, relatively, are not both worth trying. */
    private static final double APART = 0.03;

    /** What part of its rank a weight is to keep, until one part is not too little; in any case it loses one. */
    private static final List<Double> CUTS = List.of(0.5, 0.7, 0.85, 0.95, 1.0);

    /** No rank is lowered for less than this share of all that is left. */
    private static final double LEAST_SAVING = 0.002;

    /** So many weights in a row that are restored in vain end that. */
    private static final int MOST_REJECTED = 3;

    /** What must remain of the other weights' ranks when one weight is restored. */
    private static final double LEAST_REMAINING = 0.5;

    private static final String NOT_REFITTED = "the refitted model exceeded the limits: this one is not refitted";

    private final Engine engine;
    private final TrialMemory memory;
    private final BiConsumer<String, SearchEntry.Tried> listener;
    private final Consumer<String> warnings;

    /**
     * A search.
     *
     * @param listener told of every trial: the setting in short, and what came of it
     * @param warnings told, in a sentence, of what cannot be kept in the temporary folder
     */
    public TargetSearch(
            Engine engine,
            TrialMemory memory,
            BiConsumer<String, SearchEntry.Tried> listener,
            Consumer<String> warnings) {
        this.engine = engine;
        this.memory = memory;
        this.listener = listener;
        this.warnings = warnings;
    }

    /**
     * What is searched for.
     *
     * @param families settings to begin with: one or more
     * @param settings a setting, as the user would write it, made ready for use; they differ in their ranks only
     * @param trialsOn what trials are measured on; the model that is found is verified as any other
     * @param mostTrials how many models are measured at most
     */
    public record SearchRequest(
            Limits limits,
            List<SettingFamily> families,
            Function<String, Selection> settings,
            Evaluation trialsOn,
            int mostTrials) {

        /** The same without limits on time and memory: these are measured of the model that is found, and of no trial. */
        SearchRequest untimed() {
            return new SearchRequest(limits.withoutRunning(), families, settings, trialsOn, mostTrials);
        }

        /** The same, calibrated on no sample that the evaluation of the model that is found holds back. */
        SearchRequest apartFrom(Evaluation evaluation) {
            return new SearchRequest(
                    limits,
                    families,
                    settings.andThen(each -> each.apartFrom(Optional.of(evaluation))),
                    trialsOn,
                    mostTrials);
        }

        boolean isForSize() {
            return !limits.areSearchedByLoss();
        }
    }

    /**
     * Compresses a model at the setting that is found, as {@link CompressionJob#compress} does.
     *
     * @param wanted has limits that {@linkplain Limits#areSearchable() can be searched by}
     * @return the report of that, with an account of the search
     * @throws InvalidInputException if something of what the user gave cannot be worked with
     * @throws UnreachableTargetException if no setting meets the limits; then nothing was written
     */
    public Report compress(Path model, Target target, SearchRequest wanted, Evaluation evaluation) {
        SearchRequest request = wanted.apartFrom(evaluation);
        Stream.of(evaluation, request.trialsOn()).forEach(each -> requireMeasurable(request.limits(), each));
        Stopwatch stopwatch = new Stopwatch();
        Selection any = request.settings().apply(request.families().get(0).call(1));
        OnnxNetwork network = CompressionJob.readFor(target, model, any);
        requireShapes(model, network, evaluation);
        Stream.of(request.trialsOn(), evaluation)
                .distinct()
                .forEach(each -> requireOutputs(model, network, request.limits(), each));
        try (Trials trials =
                Trials.open(engine, model, network, target.externalData(), request.trialsOn(), any, warnings)) {
            Report.ModelEntry original = CompressionJob.entry(model, network);
            String subject =
                    memory == TrialMemory.NONE ? "" : Fingerprint.of(engine, model, network, any, request.trialsOn());
            Search search = new Search(trials, request.untimed(), subject, original, stopwatch);
            search.run();
            trials.endMeasuring();
            network.requireUnchanged();
            Selection found = request.settings().apply(search.result().rank());
            CompressionJob job = new CompressionJob(trials.engine());
            return compress(job, model, target, found, evaluation, request.limits())
                    .with(search.account(Optional.empty()))
                    .withWarnings(trials.warnings());
        }
    }

    private static void requireMeasurable(Limits limits, Evaluation evaluation) {
        limits.requireMeasurable(Optional.of(evaluation), CompressionJob.GIVE_INPUTS);
        if (!evaluation.judgesLoss()) {
            throw new InvalidInputException(
                    "--%s without --rank searches for the model that loses least at that size, which made-up inputs do not show; %s"
                            .formatted(Limit.MAX_SIZE_RATIO.label(), CompressionJob.GIVE_INPUTS));
        }
    }

    /** Refuses sizes that the model found could not be verified at, before a search that takes long. */
    private void requireShapes(Path model, OnnxNetwork network, Evaluation evaluation) {
        if (!evaluation.shapes().isEmpty()) {
            try (Session session = Session.open(model, Session.Optimization.ALL, engine.threads())) {
                MadeUpInputs.at(evaluation.shapes(), session, network.model(), evaluation.seed());
            }
        }
    }

    /** Refuses limits on numbers that the model's outputs do not have, before a search that takes long. */
    private void requireOutputs(Path model, OnnxNetwork network, Limits limits, Evaluation evaluation) {
        if (limits.dependOnOutputs()) {
            try (LossMeter meter = LossMeter.open(
                    model, network, evaluation.inputs(), evaluation.labels(), evaluation.seed(), engine.threads())) {
                limits.requireIn(meter.rehearsal());
            }
        }
    }

    /** Trials are not refitted. Where that makes the model that was found worse, against all expectation, it is not either. */
    private static Report compress(
            CompressionJob job, Path model, Target target, Selection found, Evaluation evaluation, Limits limits) {
        if (found.pairs().refit()) {
            Report refitted = job.compress(model, target.keepingFailed(false), found, Optional.of(evaluation), limits);
            if (refitted.passed()) {
                return refitted;
            }
            return job.compress(model, target, found.refit(false), Optional.of(evaluation), limits)
                    .withNotes(List.of(NOT_REFITTED));
        }
        return job.compress(model, target, found, Optional.of(evaluation), limits);
    }

    /** A search under way. */
    private final class Search {
        private final Trials trials;
        private final SearchRequest request;
        private final String subject;
        private final Report.ModelEntry original;
        private final Stopwatch stopwatch;
        /** By setting. */
        private final Map<String, Trial> measured = new HashMap<>();

        private final List<Trial> tried = new ArrayList<>();
        private final List<SearchEntry.Tried> account = new ArrayList<>();

        Search(Trials trials, SearchRequest request, String subject, Report.ModelEntry original, Stopwatch stopwatch) {
            this.trials = trials;
            this.request = request;
            this.subject = subject;
            this.original = original;
            this.stopwatch = stopwatch;
        }

        void run() {
            if (request.isForSize()) {
                request.families().forEach(this::fill);
                restore();
            } else {
                request.families().forEach(this::bisect);
                refine();
            }
        }

        /** Measures models of a family that are just within the size. */
        private void fill(SettingFamily family) {
            double most = request.limits().values().getOrDefault(Limit.MAX_SIZE_RATIO, 1.0) * original.bytes();
            Set<Double> shares = new HashSet<>();
            long beyondPlan = 0;
            while (shares.size() < FILES && hasRoom()) {
                double share = largestShare(family, most - beyondPlan);
                if (!shares.add(share)) {
                    return;
                }
                Optional<Trial> trial = attempt(family, share);
                if (trial.isEmpty()) {
                    return;
                }
                beyondPlan = trial.get().bytes() - planned(family, share);
            }
        }

        /** The largest share of which a file is planned within so many bytes, or the smallest one that there is. */
        private double largestShare(SettingFamily family, double bytes) {
            double low = LEAST_FOR_SIZE;
            double high = 1;
            for (int i = 0; i < PLANS; i++) {
                double share = SettingFamily.rounded(Math.sqrt(low * high));
                if (share <= low || share >= high) {
                    break;
                }
                if (!isFeasible(family, share) || planned(family, share) <= bytes) {
                    low = share;
                } else {
                    high = share;
                }
            }
            return isFeasible(family, low) ? SettingFamily.rounded(low) : high;
        }

        private boolean isFeasible(SettingFamily family, double share) {
            return trials.isFeasible(request.settings().apply(family.call(share)));
        }

        /** Bytes of the original with pairs for weights, but for what their nodes and names take. */
        private long planned(SettingFamily family, double share) {
            return original.bytes()
                    - trials.plan(request.settings().apply(family.call(share))).factored().stream()
                            .mapToLong(planned -> planned.weight().bytes()
                                    - planned.parametersAfter()
                                            * planned.weight().type().bytes())
                            .sum();
        }

        private void bisect(SettingFamily family) {
            List<Double> shares = new ArrayList<>();
            double low = LEAST;
            double high = 1;
            for (int i = 0; i < BISECTIONS && hasRoom(); i++) {
                double share = SettingFamily.rounded(Math.sqrt(low * high));
                if (share <= low || share >= high) {
                    break;
                }
                shares.add(share);
                if (attempt(family, share).filter(this::keepsLoss).isPresent()) {
                    high = share;
                } else {
                    low = share;
                }
            }
            double found = high;
            FURTHER.stream()
                    .map(part -> SettingFamily.rounded(found * part))
                    .filter(share -> found < 1 && hasRoom() && isApart(share, shares))
                    .forEach(share -> {
                        shares.add(share);
                        attempt(family, share);
                    });
        }

        /** Whether no share so close to it was tried that it would tell nothing new. */
        private static boolean isApart(double share, List<Double> shares) {
            return shares.stream().allMatch(other -> Math.abs(other - share) > APART * share);
        }

        /** Empty where the network has no ranks for so small a share. */
        private Optional<Trial> attempt(SettingFamily family, double share) {
            String setting = family.call(share);
            return isFeasible(family, share) ? Optional.of(attempt(setting, setting)) : Optional.empty();
        }

        /**
         * Puts small weights back that the best model of the size has pairs for, one at a time, at the expense of the ranks of
         * the others, as long as that loses less: a share that all weights are cut to takes most from those that cost least.
         */
        private void restore() {
            Optional<Trial> start = truestOfSize();
            if (start.isEmpty()) {
                return;
            }
            Trial best = start.get();
            List<Trial.Weight> cheapest = best.weights().stream()
                    .filter(Trial.Weight::factored)
                    .sorted(Comparator.comparingLong(Trial.Weight::numbers))
                    .toList();
            int rejected = 0;
            for (Trial.Weight weight : cheapest) {
                Optional<List<Trial.Weight>> restored = restored(best.weights(), weight.name());
                if (restored.isEmpty() || rejected == MOST_REJECTED || !hasRoom()) {
                    return;
                }
                Trial trial = attempt(Trial.call(restored.get()), "`%s` unchanged".formatted(weight.name()));
                boolean accepted = keeps(trial, request.limits()) && byLoss().compare(trial, best) < 0;
                best = accepted ? trial : best;
                rejected = accepted ? 0 : rejected + 1;
            }
        }

        /** With one weight unchanged and lower ranks for the others; empty where these would have to be too low. */
        private static Optional<List<Trial.Weight>> restored(List<Trial.Weight> weights, String name) {
            long others = weights.stream()
                    .filter(weight -> weight.factored() && !weight.name().equals(name))
                    .mapToLong(Trial.Weight::cost)
                    .sum();
            long taken = weights.stream()
                    .filter(weight -> weight.name().equals(name))
                    .mapToLong(weight -> weight.numbers() - weight.cost())
                    .sum();
            double share = (double) (others - taken) / others;
            return others == 0 || share < LEAST_REMAINING
                    ? Optional.empty()
                    : Optional.of(weights.stream()
                            .map(weight -> weight.name().equals(name)
                                    ? weight.withRank(0)
                                    : weight.factored()
                                            ? weight.withRank((int) Math.max(1, weight.rank() * share))
                                            : weight)
                            .toList());
        }

        private void refine() {
            Map<String, Trial.Weight> weights = new LinkedHashMap<>();
            start().forEach(weight -> weights.put(weight.name(), weight));
            Map<String, Integer> cuts = new HashMap<>();
            while (hasRoom()) {
                Optional<Trial.Weight> cut = weights.values().stream()
                        .flatMap(weight -> lower(weight, cuts).stream())
                        .max(Comparator.comparingLong(lower -> cost(weights, lower.name()) - lower.cost()));
                if (cut.isEmpty()) {
                    return;
                }
                Trial.Weight lower = cut.get();
                long left =
                        weights.values().stream().mapToLong(Trial.Weight::cost).sum();
                if (cost(weights, lower.name()) - lower.cost() < LEAST_SAVING * left) {
                    return;
                }
                Trial.Weight before = weights.replace(lower.name(), lower);
                Trial trial = attempt(
                        Trial.call(List.copyOf(weights.values())),
                        "`%s` at rank %d".formatted(lower.name(), lower.rank()));
                if (!keepsLoss(trial)) {
                    weights.put(lower.name(), before);
                    cuts.merge(lower.name(), 1, Integer::sum);
                }
            }
        }

        private static long cost(Map<String, Trial.Weight> weights, String name) {
            Trial.Weight weight = weights.get(name);
            return weight == null ? 0 : weight.cost();
        }

        /** The best model so far, or the original where there is none. */
        private List<Trial.Weight> start() {
            return smallest()
                    .map(Trial::weights)
                    .orElseGet(() -> tried.stream()
                            .findFirst()
                            .map(trial -> trial.weights().stream()
                                    .map(weight -> weight.withRank(0))
                                    .toList())
                            .orElse(List.of()));
        }

        /** The weight at the next lower rank that is to be tried. */
        private static Optional<Trial.Weight> lower(Trial.Weight weight, Map<String, Integer> cuts) {
            int cut = cuts.getOrDefault(weight.name(), 0);
            int from = weight.factored() ? weight.rank() : weight.breakEven();
            if (cut == CUTS.size() || from <= 1) {
                return Optional.empty();
            }
            int rank = (int) Math.min(from - 1, Math.round(from * CUTS.get(cut)));
            return Optional.of(weight.withRank(Math.max(1, rank)));
        }

        private boolean hasRoom() {
            return measured.values().stream()
                            .map(trial -> Trial.call(trial.weights()))
                            .distinct()
                            .count()
                    < request.mostTrials();
        }

        /** Measures a setting, unless it, or one that comes to the same, was measured before. */
        private Trial attempt(String setting, String label) {
            Trial again = measured.get(setting);
            if (again != null) {
                return again;
            }
            Optional<Trial> remembered = memory.recall(subject, setting);
            Trial trial = remembered.orElseGet(() -> measure(setting));
            measured.put(setting, trial);
            trials.know(trial);
            if (remembered.isEmpty()) {
                memory.keep(subject, trial);
            }
            tried.add(trial);
            SearchEntry.Tried entry = entry(trial, remembered.isPresent());
            account.add(entry);
            listener.accept(label, entry);
            return trial;
        }

        private Trial measure(String setting) {
            Selection selection = request.settings().apply(setting);
            CompressionPlan plan = trials.plan(selection);
            return trials.sameAs(plan)
                    .map(same -> same.at(setting))
                    .orElseGet(() -> trials.measure(plan, selection, false));
        }

        private SearchEntry.Tried entry(Trial trial, boolean remembered) {
            List<Limit.Outcome> outcomes = judge(trial, request.limits());
            TreeMap<String, Double> values = new TreeMap<>();
            outcomes.forEach(outcome -> values.put(outcome.name(), outcome.value()));
            if (request.isForSize()) {
                values.putAll(losses(trial.loss()));
            }
            return new SearchEntry.Tried(
                    trial.rank(),
                    sizeRatio(trial),
                    values.getOrDefault(limit(), Double.NaN),
                    values,
                    keeps(trial, request.limits()),
                    remembered);
        }

        /** By the names of the limits on them, the first of which candidates for a size are compared by. */
        private static Map<String, Double> losses(Loss loss) {
            Map<String, Double> losses = new HashMap<>();
            loss.accuracy().ifPresent(accuracy -> losses.put(Limit.MAX_ACCURACY_DROP.label(), accuracy.drop()));
            loss.cosine()
                    .ifPresentOrElse(
                            cosine -> losses.put(Limit.MIN_COSINE.label(), cosine),
                            () -> losses.put(Limit.MAX_RELATIVE_ERROR.label(), loss.relativeError()));
            return losses;
        }

        /** The least loss first. */
        private static Comparator<Trial> byLoss() {
            return Comparator.<Trial>comparingDouble(trial ->
                            trial.loss().accuracy().map(LabelAccuracy::drop).orElse(0.0))
                    // One that is not a number is worse than any.
                    .thenComparingDouble(trial -> -trial.loss().cosine().orElse(0))
                    .thenComparingDouble(trial -> trial.loss().relativeError())
                    .thenComparingLong(Trial::bytes);
        }

        private double sizeRatio(Trial trial) {
            return (double) trial.bytes() / original.bytes();
        }

        private List<Limit.Outcome> judge(Trial trial, Limits limits) {
            return limits.judgeLoss(sizeRatio(trial), Optional.of(trial.loss()));
        }

        private boolean keeps(Trial trial, Limits limits) {
            return trial.loss().finite() && judge(trial, limits).stream().allMatch(Limit.Outcome::kept);
        }

        private boolean keepsLoss(Trial trial) {
            return keeps(trial, request.limits().onLoss());
        }

        /** The smallest model that is not the original and lost no more than it may. */
        private Optional<Trial> smallest() {
            return tried.stream()
                    .filter(trial -> trial.replacesAny() && keepsLoss(trial))
                    .min(Comparator.comparingLong(Trial::bytes));
        }

        Trial result() {
            return request.isForSize() ? truestOfSize().orElseThrow(this::nothingIsThatSmall) : smallestThatKeeps();
        }

        /** The model within the size that loses least. */
        private Optional<Trial> truestOfSize() {
            return tried.stream()
                    .filter(trial -> trial.replacesAny() && keeps(trial, request.limits()))
                    .min(byLoss());
        }

        private UnreachableTargetException nothingIsThatSmall() {
            Optional<Trial> smallest = tried.stream()
                    .filter(trial -> trial.replacesAny() && trial.loss().finite())
                    .min(Comparator.comparingLong(Trial::bytes));
            return unreachable(
                    smallest.map(trial ->
                                    "no setting meets %s: the smallest model of those tried is that of %s, with %s of the size"
                                            .formatted(
                                                    names(request.limits()), trial.rank(), percent(sizeRatio(trial))))
                            .orElseGet(this::nothingSaves),
                    smallest);
        }

        private String nothingSaves() {
            return "no setting makes the model smaller, so that none can meet %s: no weight has a pair that would save enough"
                    .formatted(names(request.limits()));
        }

        private Trial smallestThatKeeps() {
            Trial smallest = smallest().orElseThrow(this::nothingKeepsLoss);
            if (!keeps(smallest, request.limits())) {
                throw unreachable(
                        "no setting that meets %s meets %s: the smallest model of those tried is that of %s, with %s of the size"
                                .formatted(
                                        names(request.limits().onLoss()),
                                        unkept(smallest),
                                        smallest.rank(),
                                        percent(sizeRatio(smallest))),
                        Optional.of(smallest));
            }
            return smallest;
        }

        private UnreachableTargetException nothingKeepsLoss() {
            Comparator<Trial> byLoss = Comparator.comparingDouble(this::excess);
            Optional<Trial> closest = tried.stream()
                    .filter(trial -> trial.replacesAny() && trial.loss().finite())
                    .min(byLoss.thenComparingLong(Trial::bytes));
            return unreachable(
                    closest.map(trial ->
                                    "no setting meets %s: the closest of those tried, %s, measures %s at %s of the size; loosen the limit, or leave weights out with --exclude"
                                            .formatted(
                                                    unkept(trial),
                                                    trial.rank(),
                                                    judge(
                                                                    trial,
                                                                    request.limits()
                                                                            .onLoss())
                                                            .stream()
                                                            .map(outcome -> plain(outcome.value()))
                                                            .collect(Collectors.joining(" and ")),
                                                    percent(sizeRatio(trial))))
                            .orElseGet(this::nothingSaves),
                    closest);
        }

        private UnreachableTargetException unreachable(String sentence, Optional<Trial> closest) {
            Optional<Trial> shown = closest.or(() -> tried.stream().findFirst());
            return new UnreachableTargetException(trials.report(
                            original,
                            shown.map(Trial::rank).map(request.settings()),
                            shown.map(trial -> judge(trial, request.limits())).orElse(List.of()),
                            stopwatch.total())
                    .with(account(Optional.of(sentence))));
        }

        /** How far the limits are from being kept, in all. */
        private double excess(Trial trial) {
            return judge(trial, request.limits().onLoss()).stream()
                    .filter(outcome -> !outcome.kept())
                    .mapToDouble(outcome -> Math.abs(outcome.value() - outcome.limit()))
                    .sum();
        }

        private String unkept(Trial trial) {
            return judge(trial, request.limits()).stream()
                    .filter(outcome -> !outcome.kept())
                    .map(outcome -> "--%s %s".formatted(outcome.name(), plain(outcome.limit())))
                    .collect(Collectors.joining(" and "));
        }

        private static String names(Limits limits) {
            return new TreeMap<>(limits.values())
                    .entrySet().stream()
                            .map(limit -> "--%s %s".formatted(limit.getKey().label(), plain(limit.getValue())))
                            .collect(Collectors.joining(" and "));
        }

        /** The one whose values are listed. */
        private String limit() {
            Limits limits =
                    request.isForSize() ? request.limits() : request.limits().onLoss();
            return new TreeMap<>(limits.values()).firstKey().label();
        }

        SearchEntry account(Optional<String> unreachable) {
            return new SearchEntry(limit(), trials.meter().inputs(), account, unreachable);
        }
    }

    private static String plain(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                : String.valueOf(value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}

package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The engine: from a network to a plan, and from the plan to the compressed network.
 *
 * <p>Weights are worked on side by side, the largest first; the result does not depend on how many threads there are. A
 * strategy that looks at each weight by itself takes one pass, in which a weight is decomposed, decided on and factored.
 * One that looks at all of them takes a pass for their spectra, and another for the pairs.
 *
 * <p>A {@linkplain #calibrated calibrated} engine sees the weights that it has measurements of through their inputs: what
 * strategies choose from, and what a pair is best at, is the layer's output on these.
 */
public final class Compressor {
    /** The part of the memory that goes to what is known of inputs, where something is: one in so many. */
    private static final int SHARE_OF_INPUTS = 4;

    private final WeightOpener opener;
    private final WorthwhileSaving worthwhile;
    private final int threads;
    private final long memory;
    private final Progress progress;

    /**
     * An engine that works on up to {@code threads} weights at a time.
     *
     * @param memory bytes that the weights under way may take; where one alone takes more, it is the only one
     */
    public Compressor(Decomposer decomposer, int threads, long memory, Progress progress) {
        this(
                new WeightOpener(decomposer, Calibration.NONE, new InputRoots(decomposer, 0)),
                WorthwhileSaving.ANY,
                threads,
                memory,
                progress);
    }

    private Compressor(WeightOpener opener, WorthwhileSaving worthwhile, int threads, long memory, Progress progress) {
        this.opener = opener;
        this.worthwhile = worthwhile;
        this.threads = threads;
        this.memory = memory;
        this.progress = progress;
    }

    /**
     * The same engine, with measurements: to be used for a plan and for carrying it out. What follows from them is kept
     * for its further runs, in part of the memory.
     */
    public Compressor calibrated(Calibration calibration) {
        long inputs = memory / SHARE_OF_INPUTS;
        return new Compressor(
                new WeightOpener(opener.decomposer(), calibration, new InputRoots(opener.decomposer(), inputs)),
                worthwhile,
                threads,
                calibration.inputs().isEmpty() ? memory : memory - inputs,
                progress);
    }

    /** The same engine, whose plans have no replacements that save too little. */
    public Compressor replacingOnly(WorthwhileSaving saving) {
        return new Compressor(opener, saving, threads, memory, progress);
    }

    /** As {@link #compress(Network, Inventory, RankSelector, FactorPair.Balance, Provenance)}, of filtered weights. */
    public <N extends Network<N>> Compression<N> compress(
            N network, WeightFilter filter, RankSelector selector, FactorPair.Balance balance, Provenance provenance) {
        return compress(network, filter.apply(network.inventory()), selector, balance, provenance);
    }

    /**
     * Decides on every weight of a network's inventory, and replaces those that are to be. A weight that holds a NaN or
     * an infinity is skipped.
     *
     * @throws InvalidInputException if the strategy's choices are not feasible
     */
    public <N extends Network<N>> Compression<N> compress(
            N network, Inventory inventory, RankSelector selector, FactorPair.Balance balance, Provenance provenance) {
        if (selector instanceof WeightRankSelector each) {
            require(selector, inventory);
            return inOnePass(network, inventory, each, balance, provenance);
        }
        CompressionPlan plan = plan(inventory, selector);
        return new Compression<>(plan, apply(plan, network, balance, provenance));
    }

    private <N extends Network<N>> Compression<N> inOnePass(
            N network,
            Inventory inventory,
            WeightRankSelector selector,
            FactorPair.Balance balance,
            Provenance provenance) {
        List<LinearWeight> weights = inventory.linear();
        SortedMap<Integer, Worked<PlannedWeight>> planned = new TreeMap<>();
        try (Pass<Worked<Decided>> pass = pass(
                "Compressing",
                weights,
                bytes(selector),
                weight -> opener.work(
                        weight, selector, open -> factored(open, worthwhile.of(decide(open, selector)), balance)))) {
            N compressed = network.rewrite(
                    () -> StreamSupport.stream(pass.spliterator(), false)
                            .flatMap(done -> noted(done, planned))
                            .iterator(),
                    provenance);
            CompressionPlan all = planOf(List.copyOf(planned.values()), inventory);
            CompressionPlan plan = worthwhile.of(all);
            // All or none: what each saves is known by now.
            return new Compression<>(
                    plan,
                    plan.replaced().size() == all.replaced().size()
                            ? compressed
                            : network.rewrite(List.of(), provenance));
        }
    }

    /** A weight that was decided on, and its pair, if it is to have one. */
    private record Decided(PlannedWeight planned, Optional<Replacement> replacement) {}

    /**
     * Stores the constants of a network in other forms: of the encodings, each takes the first that has an offer for it in
     * fewer bytes. A constant that holds a NaN or an infinity is skipped.
     *
     * @param pairs what was planned for the network's linear weights; those that pairs replace are factored
     * @param constants of the network, those that are factored among them
     * @param encodings that the constants are offered
     */
    public <N extends Network<N>> Compression<N> encode(
            N network,
            CompressionPlan pairs,
            Inventory constants,
            EncodingOrder encodings,
            FactorPair.Balance balance,
            Provenance provenance) {
        SortedMap<Integer, Worked<PlannedWeight>> encoded = new TreeMap<>();
        try (Pass<Replacement> factoring = factoring(pairs, balance);
                Pass<Worked<Decided>> encoding = encoding(network, pairs, constants, encodings)) {
            N compressed = network.rewrite(
                    () -> Stream.concat(
                                    StreamSupport.stream(factoring.spliterator(), false)
                                            .map(Pass.Done::result),
                                    StreamSupport.stream(encoding.spliterator(), false)
                                            .flatMap(done -> noted(done, encoded)))
                            .iterator(),
                    provenance);
            CompressionPlan all = encodedPlan(pairs, List.copyOf(encoded.values()), constants);
            CompressionPlan plan = worthwhile.of(all);
            return new Compression<>(
                    plan,
                    plan.replaced().size() == all.replaced().size()
                            ? compressed
                            : network.rewrite(List.of(), provenance));
        }
    }

    /** Decides on every constant as {@link #encode} does, and stores none. */
    public CompressionPlan planEncoding(
            Network<?> network, CompressionPlan pairs, Inventory constants, EncodingOrder encodings) {
        try (Pass<Worked<Decided>> encoding = encoding(network, pairs, constants, encodings)) {
            SortedMap<Integer, Worked<PlannedWeight>> encoded = new TreeMap<>();
            encoding.forEach(done -> encoded.put(done.index(), done.result().map(Decided::planned)));
            return worthwhile.of(encodedPlan(pairs, List.copyOf(encoded.values()), constants));
        }
    }

    /** Of the constants that no pair replaces. */
    private Pass<Worked<Decided>> encoding(
            Network<?> network, CompressionPlan pairs, Inventory constants, EncodingOrder encodings) {
        EncodingChoice choice = new EncodingChoice(encodings, network::obstacle);
        Set<String> factored = pairs.factored().stream()
                .flatMap(planned -> members(planned.weight()))
                .collect(Collectors.toSet());
        List<LinearWeight> others = constants.linear().stream()
                .filter(constant -> !factored.contains(constant.name()))
                .toList();
        Views views = new Views(opener, network.inventory(), others);
        return pass(
                "Encoding",
                others,
                views::bytes,
                constant -> views.show(constant, choice::of).map(chosen -> decided(chosen.planned(), chosen.stored())));
    }

    private static CompressionPlan encodedPlan(
            CompressionPlan pairs, List<Worked<PlannedWeight>> encoded, Inventory constants) {
        Set<String> factored = pairs.factored().stream()
                .map(planned -> planned.weight().name())
                .collect(Collectors.toSet());
        return new CompressionPlan(
                Stream.concat(pairs.factored().stream(), Worked.results(encoded).stream())
                        .toList(),
                Worked.skipped(encoded, constants.skipped()).stream()
                        .filter(skipped -> !factored.contains(skipped.name()))
                        .toList());
    }

    private static Stream<String> members(LinearWeight weight) {
        return weight.joint()
                .map(joint -> joint.members().stream().map(LinearWeight::name))
                .orElseGet(() -> Stream.of(weight.name()));
    }

    private Decided decided(PlannedWeight planned, Optional<Stored> form) {
        PlannedWeight decided = worthwhile.of(planned);
        return new Decided(
                decided,
                form.filter(any -> decided.isReplaced()).map(stored -> new Replacement(decided.weight(), stored)));
    }

    private static Stream<Replacement> noted(
            Pass.Done<Worked<Decided>> done, SortedMap<Integer, Worked<PlannedWeight>> into) {
        Worked<Decided> worked = done.result();
        into.put(done.index(), worked.map(Decided::planned));
        return worked.result().flatMap(Decided::replacement).stream();
    }

    private static Decided factored(OpenWeight open, PlannedWeight planned, FactorPair.Balance balance) {
        return new Decided(
                planned,
                planned.decision() instanceof Decision.Factor factor
                        ? Optional.of(open.factor(factor.rank(), balance))
                        : Optional.empty());
    }

    private static PlannedWeight decide(OpenWeight open, WeightRankSelector selector) {
        return open.moments()
                .flatMap(moments -> RankStrategies.answer(
                        selector, open.weight().describe(), () -> selector.settle(open.weight(), moments)))
                .map(keep -> PlannedWeight.kept(open.weight(), keep, open.isCalibrated()))
                .orElseGet(() -> choose(open, selector));
    }

    private static PlannedWeight choose(OpenWeight open, WeightRankSelector selector) {
        WeightSpectrum spectrum = open.spectrum();
        RankChoice choice = RankStrategies.answer(selector, open.weight().describe(), () -> selector.choose(spectrum));
        return feasible(selector, () -> PlannedWeight.of(spectrum, choice));
    }

    private static void require(RankSelector selector, Inventory inventory) {
        RankStrategies.require(selector, inventory.linear());
    }

    private static <R> R feasible(RankSelector selector, Supplier<R> decision) {
        try {
            return decision.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "strategy %s made an invalid choice: %s".formatted(Providers.title(selector), e.getMessage()), e);
        }
    }

    /**
     * Decides on every weight, and replaces none. A spectrum that the decision does not need is not computed.
     *
     * @throws InvalidInputException as {@link #compress} does
     */
    public CompressionPlan plan(Inventory inventory, RankSelector selector) {
        if (!(selector instanceof WeightRankSelector each)) {
            return survey(inventory, selector);
        }
        require(selector, inventory);
        List<Worked<PlannedWeight>> planned = decomposed(inventory, selector, open -> decide(open, each));
        return worthwhile.of(planOf(planned, inventory));
    }

    private static CompressionPlan planOf(List<Worked<PlannedWeight>> planned, Inventory inventory) {
        return new CompressionPlan(Worked.results(planned), Worked.skipped(planned, inventory.skipped()));
    }

    /** As {@link #plan}, with the spectrum of every weight, for people to look at. */
    public CompressionPlan survey(Inventory inventory, RankSelector selector) {
        require(selector, inventory);
        List<Worked<WeightSpectrum>> spectra = decomposed(inventory, selector, OpenWeight::spectrum);
        return survey(Worked.results(spectra), Worked.skipped(spectra, inventory.skipped()), selector);
    }

    /**
     * What a strategy chooses from: the spectra of all weights but those that hold a NaN or an infinity.
     *
     * @throws InvalidInputException if the strategy has nothing to say on them
     */
    public List<WeightSpectrum> spectra(Inventory inventory, RankSelector selector) {
        require(selector, inventory);
        return Worked.results(decomposed(inventory, selector, OpenWeight::spectrum));
    }

    /**
     * What follows from spectra.
     *
     * @param spectra of the inventory's weights
     * @throws InvalidInputException if the strategy's choices are not feasible
     */
    public CompressionPlan survey(List<WeightSpectrum> spectra, Inventory inventory, RankSelector selector) {
        return survey(spectra, inventory.skipped(), selector);
    }

    private CompressionPlan survey(List<WeightSpectrum> spectra, List<SkippedWeight> skipped, RankSelector selector) {
        RankPlan ranks = RankStrategies.select(selector, spectra);
        return feasible(selector, () -> worthwhile.of(CompressionPlan.of(spectra, ranks, skipped)));
    }

    private <R> List<Worked<R>> decomposed(Inventory inventory, RankSelector selector, Function<OpenWeight, R> look) {
        try (Pass<Worked<R>> pass = pass(
                "Decomposing", inventory.linear(), bytes(selector), weight -> opener.work(weight, selector, look))) {
            return pass.toList();
        }
    }

    /**
     * Cuts each weight by itself, whether that makes it smaller or not, and changes no network. A weight that holds a NaN
     * or an infinity is left out.
     *
     * @param selector which weights, and to which rank
     * @param use told of one at a time, in an order that does not depend on how many threads there are
     * @throws InvalidInputException as {@link #compress} does
     */
    public void truncate(Inventory inventory, WeightRankSelector selector, Consumer<Truncation> use) {
        try (Pass<Optional<Truncation>> pass = pass(
                "Truncating",
                inventory.linear(),
                bytes(selector),
                weight -> opener.work(weight, selector, open -> truncated(open, selector))
                        .result()
                        .flatMap(Function.identity()))) {
            pass.forEach(done -> done.result().ifPresent(use));
        }
    }

    private static Optional<Truncation> truncated(OpenWeight open, WeightRankSelector selector) {
        return selector.choose(open.spectrum()) instanceof RankChoice.Truncate to
                ? Optional.of(open.truncate(to.rank()))
                : Optional.empty();
    }

    /**
     * A plan whose pairs are held to the time that they take: one after the other, while nothing else is worked on.
     *
     * @param timer of the network that the plan was made for
     * @param ifSlower what to do with pairs that are not faster
     */
    public CompressionPlan timed(CompressionPlan plan, PairTimer timer, IfSlower ifSlower) {
        try (Progress.Task task = progress.start("Timing pairs", plan.factored().size())) {
            // Replacements that are faster may be too few to be worth it.
            return worthwhile.of(plan.withFactored(planned -> {
                PlannedWeight timed = planned.timed(timer.time(planned), ifSlower);
                task.step(1);
                return timed;
            }));
        }
    }

    /** Carries a plan out on the network that it was made for. */
    public <N extends Network<N>> N apply(
            CompressionPlan plan, N network, FactorPair.Balance balance, Provenance provenance) {
        try (Pass<Replacement> pass = factoring(plan, balance)) {
            return network.rewrite(
                    () -> StreamSupport.stream(pass.spliterator(), false)
                            .map(Pass.Done::result)
                            .iterator(),
                    provenance);
        }
    }

    private Pass<Replacement> factoring(CompressionPlan plan, FactorPair.Balance balance) {
        return pass("Factoring", plan.factored(), opener::bytes, planned -> {
            try (OpenWeight open = opener.open(planned)) {
                return open.factor(planned.rank(), balance);
            }
        });
    }

    /**
     * As {@link #apply}, with each pair fitted to what the inputs of its layer became by those before it, in the order of
     * the plan. Ranks stay as they were planned.
     *
     * @param meter of this network
     */
    public <N extends Network<N>> Refitted<N> refit(
            CompressionPlan plan, N network, ChangeMeter<N> meter, FactorPair.Balance balance, Provenance provenance) {
        return new RefitPass<>(opener, meter, balance, threads, memory)
                .run(plan.factored(), network, provenance, progress);
    }

    private ToLongFunction<LinearWeight> bytes(RankSelector selector) {
        return weight -> opener.bytes(weight, selector.accuracy());
    }

    private <T, R> Pass<R> pass(String label, List<T> items, ToLongFunction<T> need, Function<T, R> work) {
        return Pass.start(items, threads, memory, need, work, progress.start(label, items.size()));
    }
}

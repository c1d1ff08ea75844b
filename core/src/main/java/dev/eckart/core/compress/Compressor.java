package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.RankedForm;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The engine: from a network to a plan, and from the plan to the compressed network.
 *
 * <p>Weights are worked on side by side, the largest first; the result does not depend on how many threads there are. A
 * strategy that looks at each weight by itself takes one pass, in which a weight is analyzed, decided on, and what takes its place is
 * built. One that looks at all of them takes a pass for their spectra, and another for what is built.
 *
 * <p>A {@linkplain #calibrated calibrated} engine sees the weights that it has measurements of through their inputs: what
 * strategies choose from, and what a pair is best at, is the layer's output on these.
 */
public final class Compressor {
    /** The part of the memory that goes to what is known of inputs, where something is: one in so many. */
    private static final int SHARE_OF_INPUTS = 4;

    private final WeightOpener opener;
    private final WorthwhileSaving worthwhile;
    private final Optional<Timing> timing;
    private final Workers workers;

    /**
     * An engine that works on up to {@code threads} weights at a time.
     *
     * @param memory bytes that the weights under way may take; where one alone takes more, it is the only one
     */
    public Compressor(Decomposer decomposer, int threads, long memory, Progress progress) {
        this(
                new WeightOpener(decomposer, Calibration.NONE, new InputRoots(decomposer, 0)),
                WorthwhileSaving.ANY,
                Optional.empty(),
                new Workers(threads, memory, progress));
    }

    private Compressor(WeightOpener opener, WorthwhileSaving worthwhile, Optional<Timing> timing, Workers workers) {
        this.opener = opener;
        this.worthwhile = worthwhile;
        this.timing = timing;
        this.workers = workers;
    }

    /**
     * The same engine, with measurements: to be used for a plan and for carrying it out. What follows from them is kept
     * for its further runs, in part of the memory.
     */
    public Compressor calibrated(Calibration calibration) {
        long inputs = workers.memory() / SHARE_OF_INPUTS;
        return new Compressor(
                new WeightOpener(opener.decomposer(), calibration, new InputRoots(opener.decomposer(), inputs)),
                worthwhile,
                timing,
                calibration.inputs().isEmpty() ? workers : workers.withMemory(workers.memory() - inputs));
    }

    /** The same engine, whose plans have no replacements that save too little. */
    public Compressor replacingOnly(WorthwhileSaving saving) {
        return new Compressor(opener, saving, timing, workers);
    }

    /**
     * The same engine, whose plans hold pairs to the time that they take: one after the other, while nothing else is worked on.
     *
     * @param timer for the pairs of a plan
     * @param ifSlower what to do with pairs that are not faster
     */
    public Compressor timing(Function<CompressionPlan, PairTimer> timer, IfSlower ifSlower) {
        return new Compressor(opener, worthwhile, Optional.of(new Timing(timer, ifSlower)), workers);
    }

    /**
     * Stores the weights of a network in other forms: decides on each, builds what is to take its place, and rewrites the
     * network. A weight that holds a NaN or an infinity is skipped.
     *
     * @throws InvalidInputException if a strategy's choices are not feasible, or an encoding does not keep to its offers
     */
    public <N extends Network<N>> Compression<N> compress(N network, Offering offering, Provenance provenance) {
        return compress(network, offering, Optional.empty(), provenance);
    }

    /**
     * As {@link #compress(Network, Offering, Provenance)}.
     *
     * @param refit measures, on this network, what replacements make of the inputs of layers behind them, to which those of
     *     these are fitted then; ranks stay as they were planned
     */
    public <N extends Network<N>> Compression<N> compress(
            N network, Offering offering, Optional<ChangeMeter<N>> refit, Provenance provenance) {
        List<Stage> stages = offering.stages();
        Stage last = stages.get(stages.size() - 1);
        // What nothing more is asked of is built while it is decided on.
        boolean atOnce = refit.isEmpty() && timing.isEmpty() && last.isOneByOne(offering.ranks());
        if (!atOnce) {
            CompressionPlan plan = plan(network, offering);
            return apply(plan, network, offering, refit, provenance);
        }
        Run run = run(network, offering, false);
        CompressionPlan before = run.plan(stages.subList(0, stages.size() - 1));
        Stage rest = last.after(before);
        SortedMap<Integer, Worked<PlannedWeight>> planned = new TreeMap<>();
        try (Built built = new Built(run, before);
                Pass<Worked<Decided>> deciding = run.decide(rest, true)) {
            N compressed = network.rewrite(
                    () -> Stream.concat(
                                    built.stream(),
                                    StreamSupport.stream(deciding.spliterator(), false)
                                            .flatMap(done -> noted(done, planned)))
                            .iterator(),
                    provenance);
            CompressionPlan all =
                    offering.inOrder(rest.followed(before, Worked.plan(List.copyOf(planned.values()), rest.weights())));
            CompressionPlan plan = worthwhile.of(all);
            // All or none: what each saves is known by now.
            return new Compression<>(
                    plan,
                    plan.replaced().size() == all.replaced().size()
                            ? compressed
                            : network.rewrite(List.of(), provenance));
        }
    }

    /**
     * Carries a plan out on the network that it was made for.
     *
     * @param offering that it was made of
     */
    public <N extends Network<N>> N apply(CompressionPlan plan, N network, Offering offering, Provenance provenance) {
        return apply(plan, network, offering, Optional.empty(), provenance).network();
    }

    private <N extends Network<N>> Compression<N> apply(
            CompressionPlan plan, N network, Offering offering, Optional<ChangeMeter<N>> refit, Provenance provenance) {
        Run run = run(network, offering, false);
        if (refit.isPresent()) {
            List<PlannedWeight> fitted = plan.factored();
            RefitPass<N> pass = new RefitPass<>(opener, refit.get(), workers);
            try (Progress.Task task = workers.start("Refitting pairs", fitted.size());
                    Built others = new Built(
                            run,
                            plan.without(fitted.stream()
                                    .map(planned -> planned.weight().name())
                                    .collect(Collectors.toSet())))) {
                N compressed = network.rewrite(
                        () -> Stream.concat(
                                        stream(pass.replacements(fitted, network, run::build, provenance, task)),
                                        others.stream())
                                .iterator(),
                        provenance);
                return new Compression<>(plan, compressed, pass.unrefitted());
            }
        }
        try (Built built = new Built(run, plan)) {
            return new Compression<>(plan, network.rewrite(() -> built.stream().iterator(), provenance));
        }
    }

    private Run run(Network<?> network, Offering offering, boolean allSpectra) {
        return new Run(opener, worthwhile, timing, workers, network, offering, allSpectra);
    }

    private static <T> Stream<T> stream(Iterator<T> iterator) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator, Spliterator.ORDERED), false);
    }

    /**
     * Decides on every weight, and replaces none. A spectrum that the decision does not need is not computed.
     *
     * @throws InvalidInputException as {@link #compress} does
     */
    public CompressionPlan plan(Network<?> network, Offering offering) {
        return worthwhile.of(run(network, offering, false).plan(offering.stages()));
    }

    /** As {@link #plan}, with the spectrum of every weight that encodings with ranks are offered to, for people to look at. */
    public CompressionPlan survey(Network<?> network, Offering offering) {
        return worthwhile.of(run(network, offering, true).plan(offering.stages()));
    }

    /**
     * What each weight can be stored as, to choose from: any variant of the first encoding without ranks that serves it, and of each that
     * has ranks some ranks that are worth it beside these.
     *
     * @throws IllegalArgumentException if an encoding is of products and has no ranks
     * @throws InvalidInputException as {@link #compress} does
     */
    public OfferedWeights offers(Network<?> network, Offering offering) {
        Run run = run(network, offering, false);
        if (offering.withoutRanks().encodings().stream().anyMatch(Encoding::isOfProducts)) {
            throw new IllegalArgumentException("Expected no encodings of products without ranks but was: "
                    + offering.encodings().text());
        }
        return run.offers();
    }

    private static Stream<Replacement> noted(
            Pass.Done<Worked<Decided>> done, SortedMap<Integer, Worked<PlannedWeight>> into) {
        Worked<Decided> worked = done.result();
        into.put(done.index(), worked.map(Decided::planned));
        return worked.result().flatMap(Decided::replacement).stream();
    }

    private static void require(RankSelector selector, Inventory inventory) {
        RankStrategies.require(selector, inventory.linear());
    }

    /**
     * What a strategy chooses the ranks of pairs from: the spectra of all weights but those that hold a NaN or an infinity.
     *
     * @throws InvalidInputException if the strategy has nothing to say on them
     */
    public List<WeightSpectrum> spectra(Inventory inventory, RankSelector selector) {
        require(selector, inventory);
        try (Pass<Worked<WeightSpectrum>> pass = workers.pass(
                "Decomposing",
                inventory.linear(),
                bytes(selector),
                weight -> opener.work(weight, selector, OpenWeight::spectrum))) {
            return Worked.results(pass.toList());
        }
    }

    /**
     * The pairs that follow from spectra.
     *
     * @param spectra of the inventory's weights
     * @throws InvalidInputException if the strategy's choices are not feasible
     */
    public CompressionPlan plan(
            List<WeightSpectrum> spectra, Inventory inventory, RankSelector selector, RankedForm form) {
        RankPlan ranks = RankStrategies.select(selector, spectra);
        return Decider.feasible(
                selector, () -> worthwhile.of(CompressionPlan.of(spectra, ranks, form, inventory.skipped())));
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
        try (Pass<Optional<Truncation>> pass = workers.pass(
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

    private ToLongFunction<LinearWeight> bytes(RankSelector selector) {
        return weight -> opener.bytes(weight, selector.accuracy());
    }
}

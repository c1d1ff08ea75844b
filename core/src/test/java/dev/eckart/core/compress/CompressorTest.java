package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.EnergyRankSelector;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.rank.NumericalRankSelector;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressorTest {
    /** What a few layers of some dozen inputs each make of rounding in double, for outputs up to 10⁴. */
    private static final double ROUNDING = 1e-9;

    /** What rounding the weights to floats, of 24 bits, comes to after three layers, as a share of the outputs. */
    private static final double FLOAT_NOISE = 1e-5;

    private static final Provenance PROVENANCE = new Provenance("1.2.3", "fixed:3");

    /** 20 inputs, 30 and 16 between, 10 outputs. The second weight has rank 3, but for rounding to floats. */
    private static final InMemoryNetwork NETWORK = InMemoryNetwork.of(
            ElementType.FLOAT32,
            floats(SampleMatrices.normal(20, 30, 1)),
            floats(SampleMatrices.normalOfRank(3, 30, 16, 2)),
            floats(SampleMatrices.normal(16, 10, 3)));

    private static final Matrix INPUTS = SampleMatrices.normal(8, 20, 4);

    private static Matrix floats(Matrix matrix) {
        return SampleMatrices.roundedToFloat(matrix);
    }

    private static Compressor compressor(int threads) {
        return new Compressor(new EjmlDecomposer(), threads, Long.MAX_VALUE, Progress.NONE);
    }

    private static CompressionPlan plan(int threads, Network<?> network, WeightFilter filter, RankSelector selector) {
        return compressor(threads)
                .plan(network, Offering.ofPairs(filter.apply(network.inventory()), selector, FactorPair.Balance.PLAIN));
    }

    private static InMemoryNetwork compress(InMemoryNetwork network, RankSelector selector) {
        return compressor(2)
                .compress(
                        network, Offering.ofPairs(network.inventory(), selector, FactorPair.Balance.PLAIN), PROVENANCE)
                .network();
    }

    @Test
    void should_replace_each_weight_by_the_best_pair_of_its_rank() {
        InMemoryNetwork compressed = compress(NETWORK, new FixedRankSelector(3));

        assertThat(compressed.pairs()).containsOnlyKeys("fc1", "fc2", "fc3");
        Matrix expected = INPUTS;
        for (LinearWeight weight : NETWORK.inventory().linear()) {
            expected =
                    expected.times(EjmlDecomposer.truncated(weight.values(), 3).product());
            assertThat(compressed.pair(weight.name()).rank()).isEqualTo(3);
        }
        assertThat(compressed.run(INPUTS).minus(expected).frobeniusNorm()).isLessThanOrEqualTo(ROUNDING);
        // Truncation does show: the test above is not about nothing.
        assertThat(compressed.run(INPUTS).minus(NETWORK.run(INPUTS)).frobeniusNorm())
                .isGreaterThan(0.1 * NETWORK.run(INPUTS).frobeniusNorm());
    }

    @ParameterizedTest
    @EnumSource
    void should_compute_the_same_where_only_noise_is_left_out(FactorPair.Balance balance) {
        InMemoryNetwork compressed = compressor(2)
                .compress(
                        NETWORK,
                        Offering.ofPairs(NETWORK.inventory(), new NumericalRankSelector(), balance),
                        PROVENANCE)
                .network();

        assertThat(compressed.pairs()).containsOnlyKeys("fc2");
        assertThat(compressed.pair("fc2").rank()).isEqualTo(3);
        Matrix outputs = NETWORK.run(INPUTS);
        assertThat(compressed.run(INPUTS).minus(outputs).frobeniusNorm())
                .isLessThanOrEqualTo(FLOAT_NOISE * outputs.frobeniusNorm());
    }

    @Test
    void should_share_the_values_out_as_it_is_told() {
        for (FactorPair.Balance balance : List.of(FactorPair.Balance.PLAIN, FactorPair.Balance.BALANCED)) {
            InMemoryNetwork compressed = compressor(1)
                    .compress(
                            NETWORK,
                            Offering.ofPairs(NETWORK.inventory(), new FixedRankSelector(3), balance),
                            PROVENANCE)
                    .network();
            MatrixSource first = NETWORK.inventory().linear().get(0).values();

            assertThat(compressed.pair("fc1"))
                    .isEqualTo(FactorPair.of(
                            new EjmlDecomposer().truncated(first, 3, Accuracy.ENERGY), balance, ElementType.FLOAT32));
        }
    }

    @Test
    void should_leave_the_original_as_it_was_and_say_how_the_new_one_came_to_be() {
        Matrix before = NETWORK.run(INPUTS);

        InMemoryNetwork compressed = compress(NETWORK, new FixedRankSelector(3));

        assertThat(compressed.provenance()).contains(PROVENANCE);
        assertThat(NETWORK.provenance()).isEmpty();
        assertThat(NETWORK.pairs()).isEmpty();
        assertThat(NETWORK.run(INPUTS)).isEqualTo(before);
    }

    @Test
    void should_plan_for_every_weight_of_the_network() {
        SkippedWeight bias = new SkippedWeight("bias", "Add", "float32", List.of(9L), SkipReason.NOT_A_MATRIX, "");
        InMemoryNetwork network = new InMemoryNetwork(NETWORK.layers(), List.of(bias), Optional.empty());

        CompressionPlan plan = plan(2, network, new WeightFilter(List.of(), List.of("fc2")), new FixedRankSelector(6));

        assertThat(plan.weights()).extracting(weight -> weight.weight().name()).containsExactly("fc1", "fc3");
        // fc3 is [16 × 10], whose break-even rank is 6.
        assertThat(plan.weights())
                .extracting(PlannedWeight::reason)
                .containsExactly(
                        "a pair of rank 6 is smaller, as any below 11 is",
                        "needs rank 6; a pair is smaller only below 6");
        assertThat(plan.skipped()).extracting(SkippedWeight::name).containsExactly("fc2", "bias");
        assertThat(plan.skipped())
                .extracting(SkippedWeight::reason)
                .containsExactly(SkipReason.EXCLUDED, SkipReason.NOT_A_MATRIX);
    }

    @Test
    void should_carry_out_nothing_but_the_plan() {
        CompressionPlan plan = plan(2, NETWORK, new WeightFilter(List.of("fc1"), List.of()), new FixedRankSelector(2));

        InMemoryNetwork compressed = compressor(2).apply(plan, NETWORK, Offerings.pairs(NETWORK), PROVENANCE);

        assertThat(compressed.pairs()).containsOnlyKeys("fc1");
        assertThat(compressed.layers().subList(1, 3)).isEqualTo(NETWORK.layers().subList(1, 3));
    }

    @Test
    void should_give_back_a_network_without_linear_weights() {
        InMemoryNetwork empty = InMemoryNetwork.of(ElementType.FLOAT32);

        assertThat(compress(empty, new EnergyRankSelector(0.9)).layers()).isEmpty();
    }

    @Test
    void should_not_depend_on_the_number_of_threads() {
        Map<String, FactorPair> expected = pairs(1);

        // Equal matrices are equal bit by bit.
        assertThat(expected).hasSize(9);
        assertThat(pairs(2)).isEqualTo(expected);
        assertThat(pairs(3)).isEqualTo(expected);
    }

    private static Map<String, FactorPair> pairs(int threads) {
        return compressor(threads)
                .compress(
                        many(9),
                        Offering.ofPairs(many(9).inventory(), new EnergyRankSelector(0.6), FactorPair.Balance.BALANCED),
                        PROVENANCE)
                .network()
                .pairs();
    }

    /** Square weights of different sizes, so that they are not done in the order in which they are begun. */
    private static InMemoryNetwork many(int count) {
        return InMemoryNetwork.of(
                ElementType.FLOAT32,
                IntStream.range(0, count)
                        .mapToObj(i -> SampleMatrices.normal(20 + 13 * (count - i), 24 + i, i))
                        .toArray(Matrix[]::new));
    }

    @Test
    void should_ask_for_full_accuracy_where_the_strategy_or_the_type_needs_it() {
        expectAccuracy(ElementType.FLOAT32, new FixedRankSelector(1), Accuracy.ENERGY);
        expectAccuracy(ElementType.FLOAT32, new NumericalRankSelector(), Accuracy.FULL);
        expectAccuracy(ElementType.FLOAT64, new FixedRankSelector(1), Accuracy.FULL);
    }

    private static void expectAccuracy(ElementType type, RankSelector selector, Accuracy expected) {
        List<Accuracy> asked = new CopyOnWriteArrayList<>();
        Decomposer listening = new Listening(asked::add, count -> {});
        InMemoryNetwork network = InMemoryNetwork.of(type, SampleMatrices.normalOfRank(1, 9, 9, 1));
        Compressor compressor = new Compressor(listening, 1, Long.MAX_VALUE, Progress.NONE);

        CompressionPlan plan = compressor.plan(network, Offerings.pairs(network, selector));
        compressor.compress(
                network, Offering.ofPairs(network.inventory(), selector, FactorPair.Balance.PLAIN), PROVENANCE);
        compressor.apply(plan, network, Offerings.pairs(network), PROVENANCE);

        assertThat(plan.weights().get(0).spectrum().orElseThrow().accuracy()).isEqualTo(expected);
        // To plan; to compress, in one pass; and to carry the plan out.
        assertThat(asked).containsExactly(expected, expected, expected);
    }

    private static InMemoryNetwork holding(double bad) {
        return InMemoryNetwork.of(
                ElementType.FLOAT32,
                floats(SampleMatrices.normal(20, 30, 1)),
                SampleMatrices.with(floats(SampleMatrices.normal(30, 16, 2)), 3, 2, bad),
                floats(SampleMatrices.normal(16, 10, 3)));
    }

    private static void requireOnlySecondSkipped(CompressionPlan plan, double bad) {
        assertThat(plan.factored())
                .extracting(planned -> planned.weight().name())
                .containsExactly("fc1", "fc3");
        assertThat(plan.weights()).hasSize(2);
        assertThat(plan.skipped())
                .containsExactly(new SkippedWeight(
                        "fc2", "MatMul", "float32", List.of(30L, 16L), SkipReason.NOT_FINITE, bad + " at [3, 2]"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_skip_a_weight_that_is_not_finite_and_go_on_with_the_others(double bad) {
        InMemoryNetwork network = holding(bad);
        RankSelector each = new FixedRankSelector(3);
        RankSelector atOnce = weights -> truncateAll(weights, 3);
        for (RankSelector selector : List.of(each, atOnce)) {
            Compression<InMemoryNetwork> compression = compressor(2)
                    .compress(
                            network,
                            Offering.ofPairs(network.inventory(), selector, FactorPair.Balance.PLAIN),
                            PROVENANCE);

            requireOnlySecondSkipped(compression.plan(), bad);
            assertThat(compression.network().pairs()).containsOnlyKeys("fc1", "fc3");
            requireOnlySecondSkipped(compressor(2).plan(network, Offerings.pairs(network, selector)), bad);
            requireOnlySecondSkipped(compressor(2).survey(network, Offerings.pairs(network, selector)), bad);
        }
        assertThat(compressor(2).spectra(network.inventory(), each))
                .extracting(spectrum -> spectrum.weight().name())
                .containsExactly("fc1", "fc3");
        List<String> truncated = new ArrayList<>();
        compressor(1)
                .truncate(
                        network.inventory(),
                        new FixedRankSelector(3),
                        cut -> truncated.add(cut.weight().name()));
        assertThat(truncated).containsExactlyInAnyOrder("fc1", "fc3");
    }

    @Test
    void should_skip_a_weight_whose_outputs_exceed_the_range_of_double() {
        InMemoryNetwork network = InMemoryNetwork.of(
                ElementType.FLOAT64,
                SampleMatrices.scaled(SampleMatrices.normal(6, 5, 1), 1e200),
                SampleMatrices.normal(8, 9, 2));
        Compressor calibrated = compressor(1)
                .calibrated(Calibration.of(Map.of(
                        "fc1",
                        new InputStatistics(
                                99, 99, Matrix.of(1, 6, new double[6]), Matrix.diagonal(6, 6, 1e300, 1e300)))));

        CompressionPlan plan = calibrated.plan(network, Offerings.pairs(network, new FixedRankSelector(2)));

        assertThat(plan.factored())
                .extracting(planned -> planned.weight().name())
                .containsExactly("fc2");
        assertThat(plan.skipped())
                .extracting(SkippedWeight::explanation)
                .containsExactly("holds numbers that are not finite: its outputs on the calibration inputs exceed the"
                        + " range of float64");
    }

    @Test
    void should_plan_nothing_where_no_weight_is_finite() {
        InMemoryNetwork network = InMemoryNetwork.of(ElementType.FLOAT32, Matrix.of(1, 1, Double.NaN));

        for (RankSelector selector : List.of(new EnergyRankSelector(0.9), new FixedRankSelector(1))) {
            CompressionPlan plan = compressor(1).plan(network, Offerings.pairs(network, selector));

            assertThat(plan.weights()).isEmpty();
            assertThat(plan.skipped()).extracting(SkippedWeight::reason).containsExactly(SkipReason.NOT_FINITE);
        }
    }

    @Test
    void should_refuse_a_rank_that_a_weight_does_not_have() {
        expectBadChoice(
                weights -> truncateAll(weights, 900), "weight `fc1` [20×30]: rank 900 exceeds its smaller side 20");
        expectBadChoice(weights -> truncateAll(weights, 0), "weight `fc1` [20×30]: rank 0 is below 1");
    }

    @Test
    void should_refuse_choices_that_are_not_one_for_each_weight() {
        expectBadChoice(weights -> new RankPlan(List.of()), "expected a choice for each of 3 weights but was: 0");
    }

    private static RankPlan truncateAll(List<WeightSpectrum> weights, int rank) {
        return RankPlan.each(weights, weight -> new RankChoice.Truncate(rank));
    }

    private static void expectBadChoice(RankSelector selector, String complaint) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> compress(NETWORK, selector))
                .withMessage("strategy %s made an invalid choice: %s", Providers.title(selector), complaint);
    }

    @Test
    void should_pass_on_what_a_strategy_refuses() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> compress(NETWORK, new FixedRankSelector(21)))
                .withMessage("weight `fc1` [20×30]: rank 21 exceeds its smaller side 20, the largest of all weights");
    }

    @Test
    void should_tell_a_strategy_of_all_weights_at_once_in_the_order_of_the_network() {
        List<String> shown = new ArrayList<>();
        compress(many(5), weights -> {
            weights.forEach(weight -> shown.add(weight.weight().name()));
            return truncateAll(weights, 1);
        });

        assertThat(shown).containsExactly("fc1", "fc2", "fc3", "fc4", "fc5");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void should_report_progress_by_the_weight(int threads) {
        Recorder recorder = new Recorder();
        Compressor compressor = new Compressor(new EjmlDecomposer(), threads, Long.MAX_VALUE, recorder);

        compressor.compress(
                NETWORK,
                Offering.ofPairs(NETWORK.inventory(), new NumericalRankSelector(), FactorPair.Balance.PLAIN),
                PROVENANCE);

        assertThat(recorder.stages).extracting(Stage::toString).containsExactly("Compressing 3 of 3, closed");

        compressor.compress(
                NETWORK,
                Offering.ofPairs(NETWORK.inventory(), weights -> truncateAll(weights, 2), FactorPair.Balance.PLAIN),
                PROVENANCE);

        assertThat(recorder.stages.subList(1, 3))
                .extracting(Stage::toString)
                .containsExactly("Decomposing 3 of 3, closed", "Factoring 3 of 3, closed");
    }

    @Test
    void should_end_the_stage_when_it_fails() {
        Recorder recorder = new Recorder();
        WeightRankSelector failing = spectrum -> new RankChoice.Truncate(900);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new Compressor(new EjmlDecomposer(), 1, Long.MAX_VALUE, recorder)
                        .plan(NETWORK, Offerings.pairs(NETWORK, failing)));

        assertThat(recorder.stages).extracting(Stage::toString).containsExactly("Decomposing 0 of 3, closed");
    }

    /** Hears of stages, and how they went. */
    private static final class Recorder implements Progress {
        private final List<Stage> stages = new CopyOnWriteArrayList<>();

        @Override
        public Task start(String label, long steps) {
            Stage stage = new Stage(label, steps);
            stages.add(stage);
            return stage;
        }
    }

    private static final class Stage implements Progress.Task {
        private final String label;
        private final long steps;
        private final AtomicLong done = new AtomicLong();
        private volatile boolean closed;

        Stage(String label, long steps) {
            this.label = label;
            this.steps = steps;
        }

        @Override
        public void step(long more) {
            done.addAndGet(more);
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public String toString() {
            return "%s %d of %d%s".formatted(label, done.get(), steps, closed ? ", closed" : "");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void should_never_have_more_pairs_under_way_or_waiting_than_twice_the_threads(int threads) {
        AtomicInteger begun = new AtomicInteger();
        Decomposer listening = new Listening(accuracy -> {}, count -> begun.incrementAndGet());
        List<Integer> begunWhenHandedOver = new ArrayList<>();
        int count = 9;
        Compressor compressor = new Compressor(listening, threads, Long.MAX_VALUE, Progress.NONE);
        CompressionPlan plan = compressor.plan(many(count), Offerings.pairs(many(count), new FixedRankSelector(2)));

        compressor.apply(
                plan,
                new Consuming(replacements -> {
                    assertThat(begun).as("pairs begun before any was asked for").hasValue(0);
                    replacements.forEachRemaining(replacement -> begunWhenHandedOver.add(begun.get()));
                }),
                Offerings.pairs(NETWORK),
                PROVENANCE);

        assertThat(begunWhenHandedOver).hasSize(count);
        for (int i = 0; i < count; i++) {
            // Those handed over before this one are done with; this one and those begun behind it are in flight.
            assertThat(begunWhenHandedOver.get(i) - i).isBetween(1, 2 * threads);
        }
    }

    @Test
    void should_hand_pairs_over_from_the_largest_to_the_smallest() {
        InMemoryNetwork network = many(9);
        List<LinearWeight> handedOver = new ArrayList<>();
        Compressor compressor = compressor(3);
        CompressionPlan plan = compressor.plan(network, Offerings.pairs(network, new FixedRankSelector(2)));

        compressor.apply(
                plan,
                new Consuming(replacements ->
                        replacements.forEachRemaining(replacement -> handedOver.add(replacement.weight()))),
                Offerings.pairs(network),
                PROVENANCE);

        assertThat(handedOver)
                .containsExactlyInAnyOrderElementsOf(network.inventory().linear());
        assertThat(handedOver)
                .isSortedAccordingTo(Comparator.comparingLong((LinearWeight weight) -> bytes(weight))
                        .reversed());
    }

    private static long bytes(LinearWeight weight) {
        Decomposer decomposer = new EjmlDecomposer();
        return new WeightOpener(decomposer, Calibration.NONE, new InputRoots(decomposer, 0))
                .bytes(weight, Accuracy.ENERGY);
    }

    /** Does with the replacements what a test wants. */
    private record Consuming(Consumer<Iterator<Replacement>> consumer) implements Network<Consuming> {
        @Override
        public Inventory inventory() {
            return new Inventory(List.of(), List.of());
        }

        @Override
        public Consuming rewrite(Iterable<Replacement> replacements, Provenance provenance) {
            consumer.accept(replacements.iterator());
            return this;
        }
    }

    /** Each weight waits for two others to be worked on: one thread alone would wait in vain. */
    @Test
    void should_work_on_as_many_weights_at_a_time_as_there_are_threads() {
        CyclicBarrier three = new CyclicBarrier(3);
        Decomposer meeting = new Listening(accuracy -> meet(three), accuracy -> {});

        CompressionPlan plan = new Compressor(meeting, 3, Long.MAX_VALUE, Progress.NONE)
                .plan(many(3), Offerings.pairs(many(3), new FixedRankSelector(1)));

        assertThat(plan.weights()).hasSize(3);
        assertThat(three.isBroken()).isFalse();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            // Only so that a failing test ends.
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("weights were not worked on side by side", e);
        }
    }

    @Test
    void should_pass_on_an_error_of_the_backend_as_it_is() {
        ArithmeticException failure = new ArithmeticException("did not converge");
        Decomposer failing = new Listening(
                accuracy -> {
                    throw failure;
                },
                accuracy -> {});

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> new Compressor(failing, 2, Long.MAX_VALUE, Progress.NONE)
                        .plan(NETWORK, Offerings.pairs(NETWORK, new FixedRankSelector(1))))
                .isSameAs(failure);
    }

    /** A weight, read first as one matrix and also as others, called b, c …. */
    private static LinearWeight readings(Matrix first, Matrix... others) {
        return new LinearWeight(
                "conv",
                "Conv",
                "a",
                ElementType.FLOAT32,
                first.toArray().length * (long) Float.BYTES,
                first,
                Optional.empty(),
                IntStream.range(0, others.length)
                        .mapToObj(i -> new LinearWeight(
                                "conv",
                                "Conv",
                                Character.toString('b' + i),
                                ElementType.FLOAT32,
                                first.toArray().length * (long) Float.BYTES,
                                others[i],
                                Optional.empty(),
                                List.of()))
                        .toList());
    }

    private static CompressionPlan plan(LinearWeight weight) {
        return compressor(2)
                .plan(
                        NETWORK,
                        Offering.ofPairs(
                                new Inventory(List.of(weight), List.of()),
                                new EnergyRankSelector(0.95),
                                FactorPair.Balance.PLAIN));
    }

    private static String chosen(Matrix first, Matrix... others) {
        return plan(readings(first, others)).weights().get(0).weight().reading();
    }

    @Test
    void should_choose_the_reading_that_needs_the_fewest_numbers_for_most_of_its_energy() {
        Matrix full = SampleMatrices.normal(16, 24, 1);
        // 2·(16+24) numbers, but for 4 % of the energy, and 1·(8+48), 1·(12+32).
        Matrix rank2 = SampleMatrices.withSingularValues(16, 24, 10, 10, 2, 2);
        Matrix wide = SampleMatrices.withSingularValues(8, 48, 1);
        Matrix lessWide = SampleMatrices.withSingularValues(12, 32, 7);

        assertThat(chosen(full, wide)).isEqualTo("b");
        assertThat(chosen(wide, full)).isEqualTo("a");
        assertThat(chosen(full, rank2, wide, lessWide)).isEqualTo("d");
        assertThat(chosen(full, lessWide, wide)).isEqualTo("b");
        // It is numbers that count, not ranks: 2·(16+24) against 1·(4+96).
        assertThat(chosen(rank2, SampleMatrices.withSingularValues(4, 96, 1))).isEqualTo("a");
    }

    @Test
    void should_keep_the_first_of_readings_that_need_as_many_numbers() {
        Matrix rank2 = SampleMatrices.withSingularValues(16, 24, 10, 10);
        // 2·(8+32), as many as 2·(16+24).
        Matrix other = SampleMatrices.withSingularValues(8, 32, 1, 1);

        assertThat(chosen(rank2, other, other)).isEqualTo("a");
        assertThat(chosen(SampleMatrices.normal(16, 24, 1), other, rank2)).isEqualTo("b");
    }

    @Test
    void should_carry_the_reading_that_was_chosen_into_plan_and_replacement() {
        Matrix wide = SampleMatrices.withSingularValues(8, 48, 3);
        CompressionPlan plan = plan(readings(SampleMatrices.normal(16, 24, 1), wide));
        List<Replacement> replacements = carriedOut(plan);

        assertThat(plan.weights()).hasSize(1);
        PlannedWeight planned = plan.weights().get(0);
        assertThat(planned.weight().values()).isEqualTo(wide);
        assertThat(planned.chosenRank()).hasValue(1);
        assertThat(planned.parametersAfter()).isEqualTo(8 + 48);
        assertThat(replacements)
                .extracting(Replacement::weight)
                .containsExactly(planned.weight())
                .extracting(LinearWeight::reading)
                .containsExactly("b");
        assertThat(replacements
                        .get(0)
                        .pair()
                        .orElseThrow()
                        .product()
                        .minus(wide)
                        .frobeniusNorm())
                .isLessThanOrEqualTo(ROUNDING);
    }

    private static List<Replacement> carriedOut(CompressionPlan plan) {
        List<Replacement> replacements = new ArrayList<>();
        compressor(2)
                .apply(
                        plan,
                        new Consuming(iterator -> iterator.forEachRemaining(replacements::add)),
                        Offerings.pairs(NETWORK),
                        PROVENANCE);
        return replacements;
    }

    /** There is memory for both weights as they are read first, but not for both as they are also read. */
    @Test
    void should_allow_for_the_reading_that_takes_the_most_memory() {
        LinearWeight weight = readings(SampleMatrices.normal(4, 400, 1), SampleMatrices.normal(40, 40, 2));
        long memory = 2 * bytes(weight) - 1;
        long firstReadingAlone = bytes(readings(SampleMatrices.normal(4, 400, 1)));
        assertThat(memory).isGreaterThan(2 * firstReadingAlone);
        AtomicInteger underWay = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        List<Boolean> together = new CopyOnWriteArrayList<>();
        Decomposer listening = new Listening(
                accuracy -> {
                    if (underWay.incrementAndGet() == 1) {
                        together.add(happens(second));
                    } else {
                        second.countDown();
                    }
                },
                accuracy -> {});

        new Compressor(listening, 2, memory, Progress.NONE)
                .plan(
                        NETWORK,
                        Offering.ofPairs(
                                new Inventory(List.of(weight, weight), List.of()),
                                new FixedRankSelector(1),
                                FactorPair.Balance.PLAIN));

        assertThat(together).containsExactly(false);
    }

    /** Whether it does, given a while in which nothing keeps it from happening. */
    private static boolean happens(CountDownLatch latch) {
        try {
            return latch.await(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_factor_layers_on_one_input_jointly_and_exactly_at_their_joint_rank() {
        Matrix b = SampleMatrices.normal(24, 3, 1);
        List<LinearWeight> members = IntStream.of(20, 8, 12)
                .mapToObj(columns -> new LinearWeight(
                        "fc" + columns,
                        "MatMul",
                        "",
                        ElementType.FLOAT64,
                        24L * columns * Double.BYTES,
                        // Sizes that differ, and of which none is to be lost.
                        b.times(SampleMatrices.scaled(
                                SampleMatrices.normal(3, columns, columns), Math.pow(10, columns - 10))),
                        Optional.of("x"),
                        List.of()))
                .toList();
        Inventory grouped = JointLayers.group(new Inventory(members, List.of()));

        CompressionPlan plan = compressor(2)
                .plan(NETWORK, Offering.ofPairs(grouped, new NumericalRankSelector(), FactorPair.Balance.PLAIN));
        List<Replacement> replacements = carriedOut(plan);

        assertThat(plan.weights()).extracting(PlannedWeight::chosenRank).containsExactly(OptionalInt.of(3));
        Replacement replacement = replacements.get(0);
        JointBlocks joint = replacement.weight().joint().orElseThrow();
        assertThat(joint.members()).isEqualTo(members);
        for (int i = 0; i < members.size(); i++) {
            Matrix w = Matrix.copyOf(members.get(i).values());
            Matrix product = Matrix.copyOf(replacement.pair().orElseThrow().b())
                    .times(Matrix.copyOf(
                            joint.factor(replacement.pair().orElseThrow().a(), i)));
            assertThat(product.minus(w).frobeniusNorm()).isLessThanOrEqualTo(ROUNDING * w.frobeniusNorm());
        }
    }

    /** A backend that does the work, having said so. */
    private static final class Listening implements Decomposer {
        private final Decomposer worker = new EjmlDecomposer();
        private final Consumer<Accuracy> onDecompose;
        private final IntConsumer onVectors;

        Listening(Consumer<Accuracy> onDecompose, IntConsumer onVectors) {
            this.onDecompose = onDecompose;
            this.onVectors = onVectors;
        }

        @Override
        public String name() {
            return worker.name();
        }

        @Override
        public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
            onDecompose.accept(accuracy);
            Decomposition decomposition = worker.decompose(matrix, accuracy);
            return new Decomposition() {
                @Override
                public Optional<EnergyMoments> moments() {
                    return decomposition.moments();
                }

                @Override
                public double[] singularValues() {
                    return decomposition.singularValues();
                }

                @Override
                public Matrix vectors(int count) {
                    onVectors.accept(count);
                    return decomposition.vectors(count);
                }

                @Override
                public double scale() {
                    return decomposition.scale();
                }

                @Override
                public void close() {
                    decomposition.close();
                }
            };
        }

        @Override
        public Decomposition decomposeGram(Matrix gram) {
            return worker.decomposeGram(gram);
        }

        @Override
        public Matrix inverseRoot(Matrix matrix) {
            return worker.inverseRoot(matrix);
        }

        @Override
        public Matrix timesTransposed(MatrixSource left, Matrix right) {
            return worker.timesTransposed(left, right);
        }

        @Override
        public Matrix times(Matrix left, MatrixSource right) {
            return worker.times(left, right);
        }

        @Override
        public RowSums rowSums(int columns) {
            return worker.rowSums(columns);
        }

        @Override
        public long bytes(int rows, int columns, Accuracy accuracy) {
            return worker.bytes(rows, columns, accuracy);
        }
    }

    @Test
    void should_time_the_pairs_of_a_plan_and_no_others() {
        CompressionPlan plan = plan(2, NETWORK, WeightFilter.ALL, new FixedRankSelector(7));
        List<String> asked = new ArrayList<>();
        PairTimer timer = planned -> {
            asked.add(planned.weight().name());
            return new PairTiming.Measured(1, 1, planned.weight().name().equals("fc1") ? 0.5 : 2);
        };

        CompressionPlan timed = compressor(2)
                .timing(any -> timer, IfSlower.KEEP_DENSE)
                .plan(NETWORK, Offerings.pairs(NETWORK, new FixedRankSelector(7)));

        // Those of 16×10 numbers break even below rank 7.
        assertThat(asked).containsExactly("fc1", "fc2");
        assertThat(timed.factored())
                .extracting(planned -> planned.weight().name())
                .containsExactly("fc1");
        assertThat(timed.weights()).hasSize(3);
        assertThat(timed.weights().get(2).decision())
                .isEqualTo(plan.weights().get(2).decision());
    }

    /** At rank 1, replacing the weights saves 39,200 and 1,184 bytes. */
    private static final InMemoryNetwork LARGE_AND_SMALL = InMemoryNetwork.of(
            ElementType.FLOAT32, floats(SampleMatrices.normal(100, 100, 1)), floats(SampleMatrices.normal(100, 4, 2)));

    private static Compressor replacingOnly(long modelBytes) {
        return compressor(2).replacingOnly(new WorthwhileSaving(modelBytes, 1));
    }

    /** A thousandth of 1,300,000 bytes is more than 1,184, and a fiftieth is less than 39,200. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_make_no_pair_that_saves_less_than_a_thousandth_of_the_model(boolean oneByOne) {
        Compression<InMemoryNetwork> compression = replacingOnly(1_300_000)
                .compress(
                        LARGE_AND_SMALL,
                        Offering.ofPairs(
                                LARGE_AND_SMALL.inventory(),
                                oneByOne ? new FixedRankSelector(1) : together(1),
                                FactorPair.Balance.PLAIN),
                        PROVENANCE);

        assertThat(compression.network().pairs()).containsOnlyKeys("fc1");
        assertThat(compression.plan().weights().get(1).decision())
                .isEqualTo(new Decision.Keep("its pair saves 1.18 kB of 1.30 MB, less than a thousandth"));
    }

    /** A fiftieth of 2,100,000 bytes is more than both save. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_replace_nothing_if_all_replacements_save_less_than_a_fiftieth_of_the_model(boolean oneByOne) {
        Compression<InMemoryNetwork> compression = replacingOnly(2_100_000)
                .compress(
                        LARGE_AND_SMALL,
                        Offering.ofPairs(
                                LARGE_AND_SMALL.inventory(),
                                oneByOne ? new FixedRankSelector(1) : together(1),
                                FactorPair.Balance.PLAIN),
                        PROVENANCE);

        assertThat(compression.network().pairs()).isEmpty();
        assertThat(compression.network().run(SampleMatrices.normal(2, 100, 3)))
                .isEqualTo(LARGE_AND_SMALL.run(SampleMatrices.normal(2, 100, 3)));
        assertThat(compression.plan().factored()).isEmpty();
    }

    @Test
    void should_plan_and_survey_what_it_would_replace() {
        for (long modelBytes : List.of(0L, 1_300_000L, 2_100_000L)) {
            Compressor compressor = replacingOnly(modelBytes);
            List<Decision> carriedOut = compressor
                    .compress(
                            LARGE_AND_SMALL,
                            Offering.ofPairs(
                                    LARGE_AND_SMALL.inventory(), new FixedRankSelector(1), FactorPair.Balance.PLAIN),
                            PROVENANCE)
                    .plan()
                    .weights()
                    .stream()
                    .map(PlannedWeight::decision)
                    .toList();

            assertThat(compressor
                            .plan(LARGE_AND_SMALL, Offerings.pairs(LARGE_AND_SMALL, new FixedRankSelector(1)))
                            .weights())
                    .extracting(PlannedWeight::decision)
                    .isEqualTo(carriedOut);
            assertThat(compressor
                            .survey(LARGE_AND_SMALL, Offerings.pairs(LARGE_AND_SMALL, new FixedRankSelector(1)))
                            .weights())
                    .extracting(PlannedWeight::decision)
                    .isEqualTo(carriedOut);
        }
    }

    @Test
    void should_replace_nothing_if_the_pairs_that_are_faster_save_too_little() {
        // A fiftieth of 1,000,000 bytes: the small weight alone does not save it.
        Compressor compressor = replacingOnly(1_000_000);
        CompressionPlan plan =
                compressor.plan(LARGE_AND_SMALL, Offerings.pairs(LARGE_AND_SMALL, new FixedRankSelector(1)));
        PairTimer timer =
                planned -> new PairTiming.Measured(1, 1, planned.weight().name().equals("fc2") ? 0.5 : 2);

        CompressionPlan timed = compressor
                .timing(any -> timer, IfSlower.KEEP_DENSE)
                .plan(LARGE_AND_SMALL, Offerings.pairs(LARGE_AND_SMALL, new FixedRankSelector(1)));

        assertThat(plan.factored()).hasSize(2);
        assertThat(timed.factored()).isEmpty();
        assertThat(timed.weights().get(1).reason())
                .isEqualTo("all replacements together save 1.18 kB of 1.00 MB, less than 2 %");
    }

    /** A strategy that looks at all weights at once. */
    private static RankSelector together(int rank) {
        return new RankSelector() {
            @Override
            public Accuracy accuracy() {
                return Accuracy.ENERGY;
            }

            @Override
            public RankPlan select(List<WeightSpectrum> weights) {
                return new RankPlan(weights.stream()
                        .map(weight -> (RankChoice) new RankChoice.Truncate(rank))
                        .toList());
            }
        };
    }
}

package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.Progress;
import dev.eckart.core.cache.CachingDecomposer;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.EnergyRankSelector;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibratedCompressionTest {
    private static final double ROUNDING = 1e-9;

    private static final Provenance PROVENANCE = new Provenance("1.2.3", "fixed:3");

    /** Of which the first is calibrated, and the second is not. */
    private static final InMemoryNetwork NETWORK = InMemoryNetwork.of(
            ElementType.FLOAT32,
            SampleMatrices.roundedToFloat(SampleMatrices.normal(20, 30, 1)),
            SampleMatrices.roundedToFloat(SampleMatrices.normal(30, 16, 2)));

    private static final SampleInputs INPUTS = SampleInputs.of(300, 20, 3);

    private static final InputStatistics STATISTICS = INPUTS.statistics();

    private static final Calibration CALIBRATION = Calibration.of(Map.of("fc1", STATISTICS));

    private static final RankSelector ALL_AT_ONCE =
            weights -> RankPlan.each(weights, weight -> new RankChoice.Truncate(3));

    private static Compressor plain(Decomposer decomposer, int threads) {
        return new Compressor(decomposer, threads, Long.MAX_VALUE, Progress.NONE);
    }

    private static Compressor calibrated() {
        return plain(new EjmlDecomposer(), 2).calibrated(CALIBRATION);
    }

    private static InMemoryNetwork compress(Compressor compressor, RankSelector selector) {
        return compressor
                .compress(
                        NETWORK, Offering.ofPairs(NETWORK.inventory(), selector, FactorPair.Balance.PLAIN), PROVENANCE)
                .network();
    }

    /** Of the first layer's outputs, its mean included. */
    private static double error(InMemoryNetwork compressed) {
        Matrix expected = NETWORK.layers().get(0).run(INPUTS.x());
        return compressed.layers().get(0).run(INPUTS.x()).minus(expected).frobeniusNorm();
    }

    @Test
    void should_lose_less_of_the_outputs_than_without_and_as_much_as_it_predicts() {
        InMemoryNetwork plain = compress(plain(new EjmlDecomposer(), 2), new FixedRankSelector(3));
        InMemoryNetwork compressed = compress(calibrated(), new FixedRankSelector(3));

        assertThat(error(compressed)).isLessThan(0.5 * error(plain));
        PlannedWeight planned = calibrated()
                .plan(NETWORK, Offerings.pairs(NETWORK, new FixedRankSelector(3)))
                .weights()
                .get(0);
        Matrix centered = INPUTS.centered()
                .times(Matrix.copyOf(NETWORK.layers().get(0).weight().values()));
        double outputs = centered.frobeniusNorm() * Math.sqrt(300);
        assertThat(error(compressed) / outputs).isCloseTo(planned.predictedError(), within(1e-6));
        // What is not calibrated is replaced as ever.
        assertThat(compressed.pair("fc2")).isEqualTo(plain.pair("fc2"));
    }

    @Test
    void should_choose_from_the_outputs_and_say_so() {
        CompressionPlan plan = calibrated().survey(NETWORK, Offerings.pairs(NETWORK, new EnergyRankSelector(0.9)));

        WeightSpectrum first = plan.weights().get(0).spectrum().orElseThrow();
        Matrix outputs = INPUTS.centered().times(Matrix.copyOf(first.weight().values()));
        assertThat(first.spectrum().sigma(1))
                .isCloseTo(EjmlDecomposer.thin(outputs).singularValues()[0], within(ROUNDING * 100));
        assertThat(first.calibrated()).isTrue();
        assertThat(first.plain()).isEmpty();
        assertThat(plan.weights().get(1).spectrum().orElseThrow().plain()).isPresent();
        assertThat(plan.weights()).extracting(PlannedWeight::calibrated).containsExactly(true, false);
        assertThat(WeightEntry.of(plan))
                .extracting(entry -> entry.predicted().calibrated())
                .containsExactly(true, false);
        // Inputs that vary in few directions make for few ranks.
        assertThat(plan.weights().get(0).decision()).isInstanceOf(Decision.Encode.class);
        assertThat(plan.weights().get(1).decision()).isInstanceOf(Decision.Keep.class);
    }

    @Test
    void should_say_of_a_weight_that_is_kept_without_its_values_how_it_was_looked_at() {
        double[] ones = new double[20];
        Arrays.fill(ones, 1);
        InputStatistics white = new InputStatistics(99, 99, STATISTICS.mean(), Matrix.diagonal(20, 20, ones));

        CompressionPlan plan = plain(new EjmlDecomposer(), 2)
                .calibrated(Calibration.of(Map.of("fc1", white)))
                .plan(NETWORK, Offerings.pairs(NETWORK, new EnergyRankSelector(0.99999)));

        assertThat(plan.weights().get(0).spectrum()).isEmpty();
        assertThat(plan.weights()).extracting(PlannedWeight::calibrated).containsExactly(true, false);
    }

    @Test
    void should_give_the_same_in_one_pass_in_two_and_with_any_number_of_threads() {
        Map<String, FactorPair> expected =
                compress(calibrated(), new FixedRankSelector(3)).pairs();

        assertThat(compress(calibrated(), ALL_AT_ONCE).pairs()).isEqualTo(expected);
        assertThat(compress(plain(new EjmlDecomposer(), 1).calibrated(CALIBRATION), ALL_AT_ONCE)
                        .pairs())
                .isEqualTo(expected);
    }

    @Test
    void should_be_what_it_is_without_if_nothing_was_measured() {
        Compressor nothing = plain(new EjmlDecomposer(), 2).calibrated(Calibration.NONE);

        assertThat(compress(nothing, new FixedRankSelector(3)).pairs())
                .isEqualTo(compress(plain(new EjmlDecomposer(), 2), new FixedRankSelector(3))
                        .pairs());
    }

    @Test
    void should_tell_strategies_of_sensitivities_and_of_plain_values_if_they_want_them() {
        List<WeightSpectrum> shown = new ArrayList<>();
        RankSelector curious = new RankSelector() {
            @Override
            public RankPlan select(List<WeightSpectrum> weights) {
                shown.addAll(weights);
                return ALL_AT_ONCE.select(weights);
            }

            @Override
            public boolean wantsPlain() {
                return true;
            }
        };

        plain(new EjmlDecomposer(), 2)
                .calibrated(CALIBRATION.withSensitivities(Map.of("fc1", 0.25)))
                .plan(NETWORK, Offerings.pairs(NETWORK, curious));

        assertThat(shown.get(0).sensitivity()).hasValue(0.25);
        assertThat(shown.get(1).sensitivity()).isEmpty();
        assertThat(shown.get(0).plain().orElseThrow().singularValues())
                .isEqualTo(new EjmlDecomposer()
                        .singularValues(NETWORK.layers().get(0).weight().values(), Accuracy.ENERGY));
        assertThat(shown.get(0).spectrum().sigma(1))
                .isNotEqualTo(shown.get(0).plain().orElseThrow().sigma(1));
    }

    @Test
    void should_refuse_to_carry_a_plan_out_without_the_calibration_that_it_was_made_with() {
        CompressionPlan plan = calibrated().plan(NETWORK, Offerings.pairs(NETWORK, new FixedRankSelector(3)));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(
                        () -> plain(new EjmlDecomposer(), 2).apply(plan, NETWORK, Offerings.pairs(NETWORK), PROVENANCE))
                .withMessage("weight `fc1` [20×30]: expected the calibration that it was planned with");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void should_say_where_in_the_weight_a_number_is_that_is_not_finite(double bad) {
        InMemoryNetwork network = InMemoryNetwork.of(
                ElementType.FLOAT32, SampleMatrices.with(SampleMatrices.normal(20, 30, 1), 7, 5, bad));

        CompressionPlan plan = calibrated().plan(network, Offerings.pairs(network, new FixedRankSelector(3)));

        assertThat(plan.weights()).isEmpty();
        assertThat(plan.skipped())
                .containsExactly(new SkippedWeight(
                        "fc1", "MatMul", "float32", List.of(20L, 30L), SkipReason.NOT_FINITE, bad + " at [7, 5]"));
    }

    @Test
    void should_decompose_nothing_again_that_is_in_a_cache(@TempDir Path folder) {
        AtomicInteger begun = new AtomicInteger();
        Decomposer cached = CachingDecomposer.in(folder, true, new Counting(begun), warning -> {
            throw new AssertionError(warning);
        });
        Map<String, FactorPair> expected = compress(plain(cached, 2).calibrated(CALIBRATION), new FixedRankSelector(3))
                .pairs();
        // The covariance, what is seen of one weight, and the other.
        assertThat(begun).hasValue(3);

        assertThat(compress(plain(cached, 2).calibrated(CALIBRATION), new FixedRankSelector(3))
                        .pairs())
                .isEqualTo(expected);
        assertThat(begun).hasValue(3);
    }

    /** Counts decompositions that are begun, but those of few vectors for each other. */
    private record Counting(AtomicInteger begun) implements Decomposer {
        private static final Decomposer WORKER = new EjmlDecomposer();
        private static final int FEW = 3;

        @Override
        public String name() {
            return WORKER.name();
        }

        @Override
        public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
            begun.incrementAndGet();
            return WORKER.decompose(matrix, accuracy);
        }

        @Override
        public Decomposition decomposeGram(Matrix gram) {
            begun.addAndGet(gram.rows() > FEW ? 1 : 0);
            return WORKER.decomposeGram(gram);
        }

        @Override
        public Matrix inverseRoot(Matrix matrix) {
            return WORKER.inverseRoot(matrix);
        }

        @Override
        public RowSums rowSums(int columns) {
            return WORKER.rowSums(columns);
        }

        @Override
        public Matrix timesTransposed(MatrixSource left, Matrix right) {
            return WORKER.timesTransposed(left, right);
        }

        @Override
        public Matrix times(Matrix left, MatrixSource right) {
            return WORKER.times(left, right);
        }

        @Override
        public long bytes(int rows, int columns, Accuracy accuracy) {
            return WORKER.bytes(rows, columns, accuracy);
        }
    }
}

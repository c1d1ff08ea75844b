package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.OpenBlasDecomposer;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is special about {@link BitsEncoding} on known inputs. */
class CompensatedRoundingTest {
    private static final int CASES = 12;

    private static LinearWeight weight(Matrix values) {
        return new LinearWeight("fc", "MatMul", ElementType.FLOAT32, values);
    }

    private static Offer compensated(int bits, Matrix values, InputStatistics inputs, Decomposer backend) {
        return offer(bits, new WeightView(weight(values), inputs, () -> backend));
    }

    private static Offer plain(int bits, Matrix values) {
        return offer(bits, new WeightView(weight(values)));
    }

    private static Offer offer(int bits, WeightView view) {
        return new BitsEncoding(bits).draft(view).offers().get(0);
    }

    private static Matrix built(Offer offer) {
        return offer.build().toMatrix(EjmlDecomposer::new);
    }

    private static Matrix sample(int rows, int columns, long seed) {
        return SampleMatrices.roundedToFloat(SampleMatrices.normal(rows, columns, seed));
    }

    /** Inputs with a few directions that most of their variance is in, and as much again in all others. */
    private static SampleInputs correlated(int size, long seed) {
        Matrix common = SampleMatrices.normalOfRank(size / 4, 4 * size, size, seed);
        Matrix own = SampleMatrices.scaled(SampleMatrices.normal(4 * size, size, seed + 9), Math.sqrt(size / 16.0));
        return new SampleInputs(common.plus(own));
    }

    /** ‖X(W − W')‖² / ‖XW‖², with X the inputs less their mean. */
    private static double lossOf(Matrix values, Matrix built, SampleInputs inputs) {
        double lost = inputs.centered().times(values.minus(built)).frobeniusNorm();
        double all = inputs.centered().times(values).frobeniusNorm();
        return lost / all * (lost / all);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6, 8})
    void should_lose_about_half_of_what_rounding_to_the_nearest_loses(int bits) {
        double ratios = 0;
        for (int seed = 0; seed < CASES; seed++) {
            SampleInputs inputs = correlated(96, seed);
            Matrix values = sample(96, 40, 100 + seed);

            double compensated = compensated(bits, values, inputs.statistics(), new EjmlDecomposer())
                    .loss();
            double plain = lossOf(values, built(plain(bits, values)), inputs);

            assertThat(compensated).as("loss of case %d", seed).isLessThan(plain);
            ratios += compensated / plain;
        }
        assertThat(ratios / CASES).isBetween(0.3, 0.65);
    }

    /** Whatever inputs have in common, or have not. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void should_lose_no_more_in_the_mean_than_rounding_to_the_nearest(int bits) {
        double ratios = 0;
        for (int seed = 0; seed < CASES; seed++) {
            int size = 5 + 11 * seed;
            SampleInputs inputs = SampleInputs.of(seed % 3 == 0 ? size / 2 + 2 : 3 * size, size, seed);
            Matrix values = sample(size, 7 + 3 * seed, 50 + seed);

            ratios += compensated(bits, values, inputs.statistics(), new EjmlDecomposer())
                            .loss()
                    / lossOf(values, built(plain(bits, values)), inputs);
        }
        assertThat(ratios / CASES).isLessThan(0.7);
    }

    /** All that one input loses, the other, which is the same one, can make up for. */
    @Test
    void should_make_up_for_one_input_by_another() {
        Matrix x = SampleMatrices.normal(50, 1, 1).times(Matrix.of(1, 8, 1, 1, 1, 1, 1, 1, 1, 1));
        SampleInputs inputs = new SampleInputs(x);
        Matrix values = sample(8, 200, 2);

        double compensated = compensated(4, values, inputs.statistics(), new EjmlDecomposer())
                .loss();

        assertThat(compensated).isLessThan(0.25 * lossOf(values, built(plain(4, values)), inputs));
    }

    @Test
    void should_round_to_the_nearest_where_inputs_have_nothing_in_common() {
        Matrix values = sample(70, 300, 3);
        InputStatistics alike =
                new InputStatistics(99, 99, Matrix.of(1, 70, new double[70]), Matrix.diagonal(70, 70, filled(70, 2)));
        InputStatistics constant =
                new InputStatistics(99, 99, Matrix.of(1, 70, filled(70, 3)), Matrix.of(70, 70, new double[4900]));
        Matrix plain = built(plain(4, values));

        assertThat(built(compensated(4, values, alike, new EjmlDecomposer()))).isEqualTo(plain);
        assertThat(compensated(4, values, alike, new EjmlDecomposer()).biasShift())
                .isEmpty();
        assertThat(built(compensated(4, values, constant, new EjmlDecomposer())))
                .isEqualTo(plain);
        assertThat(compensated(4, values, constant, new EjmlDecomposer()).loss())
                .isZero();
        assertThat(compensated(4, values, constant, new EjmlDecomposer()).biasShift())
                .isPresent();
    }

    private static double[] filled(int size, double number) {
        return IntStream.range(0, size).mapToDouble(i -> number).toArray();
    }

    /** In several blocks of rows and strips of columns, each with a rest; from more rows than inputs, and fewer. */
    @ParameterizedTest
    @ValueSource(ints = {20, 600})
    void should_choose_the_same_codes_with_each_backend(int rows) {
        InputStatistics inputs = SampleInputs.of(rows, 150, 4).statistics();
        Matrix values = sample(150, 300, 5);
        Decomposer openBlas = OpenBlasDecomposer.load().decomposer().orElseThrow();
        for (int bits : new int[] {3, 5, 8}) {
            Offer one = compensated(bits, values, inputs, new EjmlDecomposer());
            Offer other = compensated(bits, values, inputs, openBlas);

            assertThat(built(other)).isEqualTo(built(one));
            assertThat(other.loss() / one.loss()).isBetween(1 - 1e-9, 1 + 1e-9);
        }
    }

    /** A column's codes do not depend on those beside it, nor on how many there are. */
    @Test
    void should_round_each_column_by_itself() {
        InputStatistics inputs = SampleInputs.of(400, 90, 6).statistics();
        Matrix values = sample(90, 261, 7);
        Matrix all = built(compensated(4, values, inputs, new EjmlDecomposer()));
        for (int column : new int[] {0, 255, 256, 260}) {
            double[] one = new double[90];
            values.read(0, column, 90, 1, one);
            double[] rounded = new double[90];
            all.read(0, column, 90, 1, rounded);

            assertThat(built(compensated(4, Matrix.of(90, 1, one), inputs, new EjmlDecomposer())))
                    .isEqualTo(Matrix.of(90, 1, rounded));
        }
    }

    @Test
    void should_compute_what_weights_on_the_same_inputs_share_once() {
        AtomicInteger asked = new AtomicInteger();
        CalibratedInputs inputs =
                new CalibratedInputs(SampleInputs.of(100, 30, 8).statistics(), () -> {
                    asked.incrementAndGet();
                    return new EjmlDecomposer();
                });
        CalibratedInputs.Compensation first = inputs.compensation();

        for (LinearWeight weight : List.of(weight(sample(30, 5, 9)), weight(sample(30, 7, 10)))) {
            offer(4, new WeightView(weight, Optional.of(inputs)));
        }

        assertThat(inputs.compensation()).isSameAs(first);
        assertThat(asked).hasValue(1);
    }

    @Test
    void should_refuse_a_covariance_that_is_not_finite() {
        InputStatistics inputs =
                new InputStatistics(40, 40, Matrix.of(1, 2, 0, 0), Matrix.of(2, 2, 1, 0, 0, Double.POSITIVE_INFINITY));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> compensated(4, sample(2, 3, 1), inputs, new EjmlDecomposer()))
                .withMessageStartingWith("--calibration: the covariance of a layer's 2 inputs is not finite");
    }

    @Test
    void should_refuse_statistics_of_other_inputs() {
        InputStatistics inputs = SampleInputs.of(10, 4, 1).statistics();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WeightView(weight(sample(3, 5, 1)), inputs, EjmlDecomposer::new))
                .withMessage("Expected statistics of the inputs of weight `fc` [3×5] but was: 4");
    }
}

package dev.eckart.core.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpectrumTest {
    /** A few roundings of numbers up to 1. */
    private static final double ROUNDING = 4 * 0x1p-52;

    private static final double FLOAT32 = ElementType.FLOAT32.epsilon();
    private static final double FLOAT64 = ElementType.FLOAT64.epsilon();

    /** Squares 16, 4, 4, 1: 25 in all. */
    private static final Spectrum SAMPLE = Spectrum.of(4, 2, 2, 1);

    @Test
    void should_hold_its_values() {
        assertThat(SAMPLE.size()).isEqualTo(4);
        assertThat(SAMPLE.sigma(1)).isEqualTo(4);
        assertThat(SAMPLE.sigma(4)).isEqualTo(1);
        assertThat(SAMPLE.singularValues()).containsExactly(4, 2, 2, 1);
    }

    @Test
    void should_not_change_with_the_arrays_that_went_in_or_came_out() {
        double[] values = {4, 2};
        Spectrum spectrum = Spectrum.of(values);
        values[0] = 99;
        spectrum.singularValues()[1] = 99;

        assertThat(spectrum.singularValues()).containsExactly(4, 2);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0.64", "2, 0.8", "3, 0.96", "4, 1"})
    void should_share_out_energy_by_squares(int rank, double energy) {
        assertThat(SAMPLE.energy(rank)).isEqualTo(energy, within(ROUNDING));
        assertThat(SAMPLE.relativeError(rank)).isEqualTo(Math.sqrt(1 - energy), within(ROUNDING));
    }

    @Test
    void should_predict_the_error_of_cutting_a_matrix() {
        Matrix matrix = SampleMatrices.normal(20, 12, 1);
        Spectrum spectrum = Spectrum.of(new EjmlDecomposer().singularValues(matrix, Accuracy.FULL));
        for (int rank = 1; rank <= 12; rank++) {
            Matrix cut = EjmlDecomposer.truncated(matrix, rank).product();

            assertThat(spectrum.relativeError(rank))
                    .isEqualTo(matrix.minus(cut).frobeniusNorm() / matrix.frobeniusNorm(), within(20 * ROUNDING));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.01, 1", "0.64, 1", "0.65, 2", "0.8, 2", "0.81, 3", "0.96, 3", "0.97, 4", "1, 4"})
    void should_find_the_smallest_rank_that_has_an_energy(double energy, int rank) {
        assertThat(SAMPLE.rankAtEnergy(energy)).isEqualTo(rank);
    }

    /** The energy that a report shows must not be refused as a threshold for want of its last bit. */
    @Test
    void should_find_the_rank_of_an_energy_that_it_gave_itself() {
        Random random = new Random(5);
        for (int sample = 0; sample < 200; sample++) {
            Spectrum spectrum = Spectrum.of(descending(random, 12));
            for (int rank = 1; rank < 12; rank++) {
                assertThat(spectrum.rankAtEnergy(spectrum.energy(rank))).isEqualTo(rank);
            }
        }
        assertThat(Spectrum.of(3, 1).rankAtEnergy(0.9)).isEqualTo(1);
    }

    private static double[] descending(Random random, int size) {
        double[] values = new double[size];
        for (int i = size - 1; i >= 0; i--) {
            values[i] = (i == size - 1 ? 0 : values[i + 1]) + 0.01 + random.nextDouble();
        }
        return values;
    }

    @Test
    void should_leave_nothing_out_at_energy_1() {
        assertThat(Spectrum.of(5, 3, 0, 0).rankAtEnergy(1)).isEqualTo(2);
        assertThat(Spectrum.of(5, 3, 1e-100, 0).rankAtEnergy(1)).isEqualTo(3);
        assertThat(Spectrum.of(5, 3, 1).rankAtEnergy(1)).isEqualTo(3);
        // Too little for 1 - ε to show.
        assertThat(Spectrum.of(5, 3, 1e-100, 0).rankAtEnergy(Math.nextDown(1.0)))
                .isEqualTo(2);
    }

    /** Summed from the smallest value up: from the largest down, each of these would be lost beside 1. */
    @Test
    void should_add_up_many_small_values_exactly() {
        double[] values = new double[1001];
        Arrays.fill(values, 0x1p-27);
        values[0] = 1;
        double squares = 1000 * 0x1p-54;

        assertThat(Spectrum.of(values).relativeError(1)).isEqualTo(Math.sqrt(squares / (1 + squares)), within(1e-22));
    }

    @Test
    void should_have_the_energy_1_and_rank_1_when_all_values_are_zero() {
        Spectrum zero = Spectrum.of(0, 0, 0);

        assertThat(zero.energy(0)).isEqualTo(1);
        assertThat(zero.energy(3)).isEqualTo(1);
        assertThat(zero.relativeError(0)).isZero();
        assertThat(zero.rankAtEnergy(0.5)).isEqualTo(1);
        assertThat(zero.rankAtEnergy(1)).isEqualTo(1);
        assertThat(zero.numericalRank(3, 3, FLOAT32)).isZero();
        assertThat(zero.countAbove(0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e150, 1e300, 0x1p1021, 1e-160, 1e-300})
    void should_say_the_same_of_huge_and_tiny_values(double scale) {
        Spectrum scaled = Spectrum.of(4 * scale, 2 * scale, 2 * scale, scale);

        for (int rank = 0; rank <= 4; rank++) {
            assertThat(scaled.energy(rank)).isEqualTo(SAMPLE.energy(rank), within(ROUNDING));
            assertThat(scaled.relativeError(rank)).isEqualTo(SAMPLE.relativeError(rank), within(ROUNDING));
        }
        assertThat(scaled.rankAtEnergy(0.81)).isEqualTo(3);
        assertThat(scaled.numericalRank(4, 4, FLOAT32)).isEqualTo(4);
    }

    @Test
    void should_count_the_values_above_a_tolerance() {
        assertThat(SAMPLE.countAbove(0)).isEqualTo(4);
        assertThat(SAMPLE.countAbove(1)).isEqualTo(3);
        assertThat(SAMPLE.countAbove(2)).isEqualTo(1);
        assertThat(SAMPLE.countAbove(4)).isZero();
    }

    @Test
    void should_take_for_noise_what_is_below_the_longer_side_times_epsilon() {
        // The tolerance for [100 × 2] floats: 100 · 2⁻²³ · 1 ≈ 1.19·10⁻⁵.
        assertThat(Spectrum.of(1, 1.1e-5).numericalRank(100, 2, FLOAT32)).isEqualTo(1);
        assertThat(Spectrum.of(1, 1.1e-5).numericalRank(2, 100, FLOAT32)).isEqualTo(1);
        assertThat(Spectrum.of(1, 1.3e-5).numericalRank(100, 2, FLOAT32)).isEqualTo(2);
        assertThat(Spectrum.of(1, 1.1e-5).numericalRank(100, 2, FLOAT64)).isEqualTo(2);
        // On the tolerance itself is not above it.
        assertThat(Spectrum.of(1, 100 * FLOAT32).numericalRank(100, 2, FLOAT32)).isEqualTo(1);
    }

    @Test
    void should_see_the_rank_of_a_product_through_rounding_to_float() {
        for (int rank = 1; rank <= 8; rank++) {
            Matrix product = SampleMatrices.roundedToFloat(SampleMatrices.normalOfRank(rank, 60, 25, rank));
            Spectrum spectrum = Spectrum.of(new EjmlDecomposer().singularValues(product, Accuracy.FULL));

            assertThat(spectrum.numericalRank(60, 25, FLOAT32)).isEqualTo(rank);
        }
    }

    @Test
    void should_refuse_no_values() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(Spectrum::of)
                .withMessage("Expected one singular value or more but was: none");
    }

    @Test
    void should_refuse_values_out_of_order_negative_or_not_finite() {
        expectRefusal("2.0 after 1.0", 1, 2);
        expectRefusal("-1.0 after 1.0", 1, -1);
        expectRefusal("NaN after 1.0", 1, Double.NaN);
        expectRefusal("Infinity after " + Double.MAX_VALUE, Double.POSITIVE_INFINITY, 1);
        expectRefusal("NaN after " + Double.MAX_VALUE, Double.NaN);
    }

    private static void expectRefusal(String found, double... values) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Spectrum.of(values))
                .withMessage("Expected singular values from the largest to the smallest but was: " + found);
    }

    @Test
    void should_belong_to_a_weight_with_as_many_values_as_its_smaller_side() {
        assertThat(SampleSpectra.weight("fc1", 5, 3, 2, 1, 1).smallerSide()).isEqualTo(3);

        LinearWeight weight = SampleSpectra.weight("fc1", 5, 3).weight();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new WeightSpectrum(weight, Spectrum.of(2, 1), Accuracy.FULL))
                .withMessage("weight `fc1` [5×3]: expected 3 singular values but was: 2");
    }
}

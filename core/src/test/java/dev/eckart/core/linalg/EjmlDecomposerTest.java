package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EjmlDecomposerTest extends DecomposerContract {
    private static final int PANEL_NUMBERS = 1 << 20;

    @Override
    protected Decomposer decomposer() {
        return new EjmlDecomposer();
    }

    @Test
    void should_be_called_ejml() {
        assertThat(decomposer().name()).isEqualTo("ejml");
    }

    /** The scale that it divides by is a power of two, so that nothing is rounded on the way in or out. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 500, 1, -1, -500, -900})
    void should_give_the_same_digits_at_every_power_of_two(int power) {
        double factor = Math.scalb(1.0, power);
        for (Accuracy accuracy : Accuracy.values()) {
            for (Matrix matrix : new Matrix[] {SampleMatrices.normal(12, 7, 5), SampleMatrices.normal(7, 20, 6)}) {
                SingularValueDecomposition plain = decomposer().truncated(matrix, 3, accuracy);
                SingularValueDecomposition scaled =
                        decomposer().truncated(SampleMatrices.scaled(matrix, factor), 3, accuracy);

                assertThat(scaled.singularValues())
                        .isEqualTo(Arrays.stream(plain.singularValues())
                                .map(value -> value * factor)
                                .toArray());
                assertThat(scaled.u()).isEqualTo(plain.u());
                assertThat(scaled.vTransposed()).isEqualTo(plain.vTransposed());
            }
        }
    }

    /** The documented reach of each accuracy, on a matrix whose values go down to 10⁻¹²·σ₁. */
    @Test
    void should_tell_a_tiny_value_from_zero_only_at_full_accuracy() {
        Matrix tiny = SampleMatrices.withSingularValues(30, 8, 1, 1e-3, 1e-6, 1e-12);

        assertThat(count(decomposer().singularValues(tiny, Accuracy.FULL), 1e-13))
                .isEqualTo(4);
        assertThat(count(decomposer().singularValues(tiny, Accuracy.ENERGY), 1e-7))
                .isEqualTo(3);
    }

    private static long count(double[] values, double above) {
        return Arrays.stream(values).filter(value -> value > above).count();
    }

    @Test
    void should_never_hold_a_large_matrix_whole_when_it_sums_the_gram_matrix() {
        int rows = 2 * PANEL_NUMBERS / 8 + 3;
        AtomicInteger largestRead = new AtomicInteger();
        MatrixSource large = new MatrixSource() {
            @Override
            public int rows() {
                return rows;
            }

            @Override
            public int columns() {
                return 8;
            }

            @Override
            public void read(int row, int column, int blockRows, int blockColumns, double[] target) {
                largestRead.accumulateAndGet(blockRows * blockColumns, Math::max);
                Arrays.fill(target, 0, blockRows * blockColumns, 1);
            }
        };

        double[] values = decomposer().singularValues(large, Accuracy.ENERGY);

        // All ones: σ₁ = √(m·n), and these sums of ones are exact.
        assertThat(values[0]).isEqualTo(Math.sqrt(8.0 * rows));
        assertThat(largestRead).hasValueLessThanOrEqualTo(PANEL_NUMBERS);
    }

    /** A zero matrix has a basis like any other, so that its factors are finite and of the shapes asked for. */
    @ParameterizedTest
    @EnumSource
    void should_cut_a_zero_matrix_to_zero(Accuracy accuracy) {
        SingularValueDecomposition svd = decomposer().truncated(Matrix.of(3, 5, new double[15]), 2, accuracy);

        assertThat(svd.singularValues()).containsExactly(0, 0);
        assertThat(svd.product().toArray()).containsOnly(0);
    }
}

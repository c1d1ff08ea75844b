package dev.eckart.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.spectrum.Spectrum;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The worked examples of the notebooks that the project grew out of. */
class NotebooksTest {
    /** What a handful of operations in double leave of numbers up to about 100. */
    private static final double ROUNDING = 1e-13;

    /** Half a unit in the last of the four decimals that the notebooks print. */
    private static final double FOUR_DECIMALS = 0.5e-4;

    private static void expectShape(Matrix matrix, int rows, int columns) {
        assertThat(matrix.rows()).isEqualTo(rows);
        assertThat(matrix.columns()).isEqualTo(columns);
    }

    private static void expectSame(Matrix actual, Matrix expected, double tolerance) {
        expectShape(actual, expected.rows(), expected.columns());
        assertThat(actual.minus(expected).frobeniusNorm()).isLessThanOrEqualTo(tolerance);
    }

    private static Matrix identity(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return Matrix.diagonal(size, size, ones);
    }

    /** A linear layer whose weight has rank 2 becomes two small layers that compute the same. */
    @Nested
    class N1 {
        private static final int SIZE = 10;
        private static final int RANK = 2;

        private final Matrix w = SampleMatrices.roundedToFloat(SampleMatrices.normalOfRank(RANK, SIZE, SIZE, 42));
        private final Spectrum spectrum = Spectrum.of(new EjmlDecomposer().singularValues(w, Accuracy.FULL));
        private final FactorPair pair =
                FactorPair.of(EjmlDecomposer.truncated(w, RANK), FactorPair.Balance.PLAIN, ElementType.FLOAT32);

        @Test
        void should_see_rank_2_through_the_rounding_to_float() {
            assertThat(spectrum.numericalRank(SIZE, SIZE, ElementType.FLOAT32.epsilon()))
                    .isEqualTo(RANK);
            // The rounding is there: a matrix of doubles would be of full rank.
            assertThat(spectrum.numericalRank(SIZE, SIZE, ElementType.FLOAT64.epsilon()))
                    .isGreaterThan(RANK);
        }

        @Test
        void should_store_40_numbers_instead_of_100() {
            expectShape(Matrix.copyOf(pair.b()), SIZE, RANK);
            expectShape(Matrix.copyOf(pair.a()), RANK, SIZE);
            assertThat(w.toArray()).hasSize(100);
            assertThat(pair.parameters()).isEqualTo(40);
        }

        @Test
        void should_compute_the_same_layer_in_float() {
            Matrix b = SampleMatrices.roundedToFloat(Matrix.copyOf(pair.b()));
            Matrix a = SampleMatrices.roundedToFloat(Matrix.copyOf(pair.a()));
            Matrix x = SampleMatrices.roundedToFloat(SampleMatrices.normal(20, SIZE, 7));
            Matrix bias = SampleMatrices.roundedToFloat(SampleMatrices.normal(1, SIZE, 8));

            Matrix y = plusInFloat(timesInFloat(x, w), bias);
            Matrix factored = plusInFloat(timesInFloat(timesInFloat(x, b), a), bias);

            // A unit of float in each of the 10 + 2 + 1 operations behind an entry, on numbers no larger than these.
            double noise = 13 * 0x1p-23 * (x.frobeniusNorm() * w.frobeniusNorm() + 20 * bias.frobeniusNorm());
            expectSame(factored, y, noise);
            assertThat(noise).as("what a wrong layer would exceed").isLessThan(0.01 * y.frobeniusNorm());
        }

        private static Matrix timesInFloat(Matrix left, Matrix right) {
            double[] product = new double[left.rows() * right.columns()];
            for (int i = 0; i < left.rows(); i++) {
                for (int j = 0; j < right.columns(); j++) {
                    float sum = 0;
                    for (int k = 0; k < left.columns(); k++) {
                        sum += (float) left.get(i, k) * (float) right.get(k, j);
                    }
                    product[i * right.columns() + j] = sum;
                }
            }
            return Matrix.of(left.rows(), right.columns(), product);
        }

        private static Matrix plusInFloat(Matrix matrix, Matrix row) {
            double[] sum = matrix.toArray();
            for (int i = 0; i < sum.length; i++) {
                sum[i] = (float) sum[i] + (float) row.get(0, i % row.columns());
            }
            return Matrix.of(matrix.rows(), matrix.columns(), sum);
        }
    }

    /** The textbook example [[3, 2, 2], [2, 3, -2]], and a linear layer applied to a vector. */
    @Nested
    class N2 {
        private final Matrix a = Matrix.ofRows(new double[] {3, 2, 2}, new double[] {2, 3, -2});
        private final SingularValueDecomposition svd = EjmlDecomposer.full(a);

        @Test
        void should_have_the_singular_values_5_and_3() {
            assertThat(svd.singularValues()).containsExactly(new double[] {5, 3}, within(ROUNDING));
        }

        @Test
        void should_have_the_shapes_of_a_full_decomposition() {
            expectShape(svd.u(), 2, 2);
            expectShape(svd.sigma(), 2, 3);
            expectShape(svd.v(), 3, 3);
        }

        @Test
        void should_complete_v_with_the_direction_that_a_sends_to_zero() {
            double sign = Math.signum(svd.v().get(0, 2));

            assertThat(sign * svd.v().get(0, 2)).isEqualTo(2.0 / 3, within(ROUNDING));
            assertThat(sign * svd.v().get(1, 2)).isEqualTo(-2.0 / 3, within(ROUNDING));
            assertThat(sign * svd.v().get(2, 2)).isEqualTo(-1.0 / 3, within(ROUNDING));
        }

        @Test
        void should_have_the_columns_of_u_as_eigenvectors_of_a_times_its_transpose_for_25_and_9() {
            Matrix square = a.times(a.transpose());

            assertThat(square).isEqualTo(Matrix.of(2, 2, 17, 8, 8, 17));
            expectSame(square.times(svd.u()), svd.u().times(Matrix.diagonal(2, 2, 25, 9)), ROUNDING);
            // A symmetric matrix with eigenvalues of one sign has them as its singular values too.
            assertThat(EjmlDecomposer.full(square).singularValues())
                    .containsExactly(new double[] {25, 9}, within(ROUNDING));
        }

        @Test
        void should_multiply_back_to_a() {
            expectSame(svd.u().times(svd.sigma()).times(svd.vTransposed()), a, ROUNDING);
            expectSame(svd.product(), a, ROUNDING);
        }

        @Test
        void should_send_1_3_to_5_2() {
            Matrix weight = Matrix.ofRows(new double[] {2, 1}, new double[] {-1, 1});

            assertThat(weight.times(Matrix.of(2, 1, 1, 3))).isEqualTo(Matrix.of(2, 1, 5, 2));
            // The same layer as this project writes it, y = x·W with W the transpose.
            assertThat(Matrix.of(1, 2, 1, 3).times(weight.transpose())).isEqualTo(Matrix.of(1, 2, 5, 2));
        }
    }

    /** A random 2 × 2 matrix, taken apart and put together again. */
    @Nested
    class N3 {
        private final Matrix a = Matrix.ofRows(new double[] {0.3439, 0.9503}, new double[] {-0.2960, 0.1503});
        private final SingularValueDecomposition svd = EjmlDecomposer.full(a);

        @Test
        void should_have_the_printed_singular_values() {
            assertThat(svd.singularValues()).containsExactly(new double[] {1.0115, 0.3292}, within(FOUR_DECIMALS));
        }

        @Test
        void should_be_given_back_by_u_sigma_v() {
            Matrix sigma = Matrix.diagonal(2, 2, svd.singularValues());

            expectSame(svd.u().times(sigma).times(svd.vTransposed()), a, ROUNDING);
        }
    }

    /** A tall random matrix, 100 × 49: which shapes there are, and what cutting costs. */
    @Nested
    class N4 {
        private static final int ROWS = 100;
        private static final int COLUMNS = 49;

        private final Matrix a = SampleMatrices.normal(ROWS, COLUMNS, 4);

        @Test
        void should_have_square_factors_in_full() {
            SingularValueDecomposition full = EjmlDecomposer.full(a);

            expectShape(full.u(), ROWS, ROWS);
            assertThat(full.singularValues()).hasSize(COLUMNS);
            expectShape(full.vTransposed(), COLUMNS, COLUMNS);
            expectSame(full.u().transpose().times(full.u()), identity(ROWS), ROUNDING * ROWS);
        }

        @Test
        void should_be_the_product_with_sigma_padded_by_zeros() {
            SingularValueDecomposition full = EjmlDecomposer.full(a);
            Matrix padded = Matrix.diagonal(ROWS, COLUMNS, full.singularValues());

            assertThat(full.sigma()).isEqualTo(padded);
            expectSame(full.u().times(padded).times(full.vTransposed()), a, ROUNDING * ROWS);
        }

        @Test
        void should_lose_nothing_when_it_is_thin() {
            SingularValueDecomposition thin = EjmlDecomposer.thin(a);

            expectShape(thin.u(), ROWS, COLUMNS);
            expectShape(thin.sigma(), COLUMNS, COLUMNS);
            expectShape(thin.vTransposed(), COLUMNS, COLUMNS);
            expectSame(thin.product(), a, ROUNDING * ROWS);
        }

        @Test
        void should_lose_the_values_left_out_when_it_is_truncated() {
            int rank = 10;
            SingularValueDecomposition cut = EjmlDecomposer.truncated(a, rank);
            double[] values = EjmlDecomposer.thin(a).singularValues();

            expectShape(cut.u(), ROWS, rank);
            expectShape(cut.sigma(), rank, rank);
            expectShape(cut.vTransposed(), rank, COLUMNS);
            double tail = 0;
            for (int i = rank; i < COLUMNS; i++) {
                tail += values[i] * values[i];
            }
            assertThat(cut.product().minus(a).frobeniusNorm()).isEqualTo(Math.sqrt(tail), within(ROUNDING * ROWS));
        }
    }
}

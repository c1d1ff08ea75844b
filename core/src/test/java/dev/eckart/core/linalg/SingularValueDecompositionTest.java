package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SingularValueDecompositionTest {
    private static final double EPSILON = 0x1p-52;

    /** How many times the longer side times ε the rounding errors of a decomposition may come to. */
    private static final double STABLE = 8;

    private static double rounding(Matrix matrix) {
        return STABLE * EPSILON * Math.max(matrix.rows(), matrix.columns());
    }

    private static void expectShape(Matrix matrix, int rows, int columns) {
        assertThat(matrix.rows()).isEqualTo(rows);
        assertThat(matrix.columns()).isEqualTo(columns);
    }

    private static void expectOrthonormalColumns(Matrix vectors, double tolerance) {
        int n = vectors.columns();
        Matrix identity = Matrix.diagonal(n, n, ones(n));
        assertThat(vectors.transpose().times(vectors).minus(identity).frobeniusNorm())
                .isLessThanOrEqualTo(tolerance);
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void expectDescending(double[] values) {
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isBetween(0.0, i == 0 ? Double.MAX_VALUE : values[i - 1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,6", "6,1", "7,7", "30,11", "11,30", "100,49", "49,100"})
    void should_be_full_with_square_orthogonal_vectors(int m, int n) {
        Matrix matrix = SampleMatrices.normal(m, n, m + n);

        SingularValueDecomposition svd = EjmlDecomposer.full(matrix);

        expectShape(svd.u(), m, m);
        expectShape(svd.sigma(), m, n);
        expectShape(svd.vTransposed(), n, n);
        assertThat(svd.singularValues()).hasSize(Math.min(m, n));
        expectAccount(matrix, svd);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,6", "6,1", "7,7", "30,11", "11,30", "100,49", "49,100"})
    void should_be_thin_with_as_many_vectors_as_values(int m, int n) {
        Matrix matrix = SampleMatrices.normal(m, n, m + n);
        int k = Math.min(m, n);

        SingularValueDecomposition svd = EjmlDecomposer.thin(matrix);

        expectShape(svd.u(), m, k);
        expectShape(svd.sigma(), k, k);
        expectShape(svd.vTransposed(), k, n);
        assertThat(svd.singularValues()).hasSize(k);
        expectAccount(matrix, svd);
    }

    private static void expectAccount(Matrix matrix, SingularValueDecomposition svd) {
        double rounding = rounding(matrix);
        expectDescending(svd.singularValues());
        expectOrthonormalColumns(svd.u(), rounding);
        expectOrthonormalColumns(svd.v(), rounding);
        assertThat(svd.v()).isEqualTo(svd.vTransposed().transpose());
        assertThat(svd.product().minus(matrix).frobeniusNorm()).isLessThanOrEqualTo(rounding * matrix.frobeniusNorm());
    }

    @ParameterizedTest
    @CsvSource({"30,11,4", "11,30,4", "9,9,9", "1,6,1", "6,1,1"})
    void should_be_truncated_to_the_largest_values_and_their_vectors(int m, int n, int rank) {
        Matrix matrix = SampleMatrices.normal(m, n, m + n);
        double[] all = EjmlDecomposer.thin(matrix).singularValues();

        SingularValueDecomposition svd = EjmlDecomposer.truncated(matrix, rank);

        expectShape(svd.u(), m, rank);
        expectShape(svd.sigma(), rank, rank);
        expectShape(svd.vTransposed(), rank, n);
        double tail = 0;
        for (int i = 0; i < all.length; i++) {
            if (i < rank) {
                assertThat(Math.abs(svd.singularValues()[i] - all[i])).isLessThanOrEqualTo(rounding(matrix) * all[0]);
            } else {
                tail += all[i] * all[i];
            }
        }
        assertThat(Math.abs(svd.product().minus(matrix).frobeniusNorm() - Math.sqrt(tail)))
                .isLessThanOrEqualTo(rounding(matrix) * matrix.frobeniusNorm());
    }

    /** The library gives the values in no order: the vectors must move with them. */
    @Test
    void should_sort_a_diagonal_and_keep_each_vector_with_its_value() {
        SingularValueDecomposition svd = EjmlDecomposer.full(Matrix.diagonal(4, 3, 2, -5, 3));

        assertThat(svd.singularValues()).containsExactly(5, 3, 2);
        assertThat(svd.product())
                .satisfies(product -> assertThat(
                                product.minus(Matrix.diagonal(4, 3, 2, -5, 3)).frobeniusNorm())
                        .isLessThanOrEqualTo(rounding(product) * 5));
        int[] axes = {1, 2, 0};
        for (int i = 0; i < axes.length; i++) {
            assertThat(Math.abs(svd.u().get(axes[i], i))).isEqualTo(1);
            assertThat(Math.abs(svd.v().get(axes[i], i))).isEqualTo(1);
        }
    }

    @Test
    void should_decompose_rank_deficient_and_zero_matrices() {
        Matrix deficient = SampleMatrices.normalOfRank(2, 8, 5, 1);
        Matrix zero = Matrix.of(5, 8, new double[40]);

        SingularValueDecomposition svd = EjmlDecomposer.full(deficient);

        expectAccount(deficient, svd);
        assertThat(svd.singularValues()[1]).isGreaterThan(0.1);
        assertThat(svd.singularValues()[2]).isLessThanOrEqualTo(rounding(deficient) * svd.singularValues()[0]);
        expectAccount(zero, EjmlDecomposer.full(zero));
        assertThat(EjmlDecomposer.thin(zero).singularValues()).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e150, 1e300, 1e-160, 1e-300})
    void should_decompose_huge_and_tiny_numbers(double scale) {
        Matrix matrix = SampleMatrices.scaled(SampleMatrices.normal(9, 6, 2), scale);

        expectAccount(matrix, EjmlDecomposer.full(matrix));
        expectAccount(matrix, EjmlDecomposer.thin(matrix));
    }

    @Test
    void should_not_change_with_the_array_of_values_that_came_out() {
        SingularValueDecomposition svd = EjmlDecomposer.thin(Matrix.diagonal(2, 2, 3, 1));
        svd.singularValues()[0] = 99;

        assertThat(svd.singularValues()).containsExactly(3, 1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_refuse_numbers_that_are_not_finite_and_say_where(double bad) {
        Matrix matrix = SampleMatrices.with(SampleMatrices.normal(3, 4, 1), 1, 3, bad);

        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> EjmlDecomposer.full(matrix))
                .withMessage("%s at [1, 3]", bad);
        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> EjmlDecomposer.thin(matrix))
                .withMessage("%s at [1, 3]", bad);
        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> EjmlDecomposer.truncated(matrix, 1))
                .withMessage("%s at [1, 3]", bad);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4})
    void should_refuse_a_rank_that_the_matrix_does_not_have(int rank) {
        Matrix matrix = SampleMatrices.normal(3, 4, 1);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> EjmlDecomposer.truncated(matrix, rank))
                .withMessage("Expected a rank from 1 to 3 but was: %d", rank);
    }
}

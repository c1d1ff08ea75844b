package dev.eckart.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JointBlocksTest {
    /** Some dozen operations in double on numbers up to 10. */
    private static final double ROUNDING = 1e-13;

    private static final List<Matrix> MATRICES = List.of(
            SampleMatrices.normal(4, 3, 1),
            SampleMatrices.scaled(SampleMatrices.normal(4, 1, 2), 1000),
            SampleMatrices.normal(4, 5, 3));

    private static JointBlocks joint(Matrix... matrices) {
        return JointBlocks.of(IntStream.range(0, matrices.length)
                .mapToObj(i -> new LinearWeight("fc" + (i + 1), "MatMul", ElementType.FLOAT64, matrices[i]))
                .toList());
    }

    private static JointBlocks joint() {
        return joint(MATRICES.toArray(Matrix[]::new));
    }

    /** A member's columns. */
    private static Matrix block(JointBlocks joint, int from, int columns) {
        double[] block = new double[joint.rows() * columns];
        joint.read(0, from, joint.rows(), columns, block);
        return Matrix.of(joint.rows(), columns, block);
    }

    @Test
    void should_put_the_members_beside_each_other_each_divided_by_its_norm() {
        JointBlocks joint = joint();

        assertThat(joint.rows()).isEqualTo(4);
        assertThat(joint.columns()).isEqualTo(3 + 1 + 5);
        int start = 0;
        for (Matrix matrix : MATRICES) {
            Matrix expected = SampleMatrices.scaled(matrix, 1 / matrix.frobeniusNorm());
            assertThat(block(joint, start, matrix.columns()).minus(expected).frobeniusNorm())
                    .isLessThanOrEqualTo(ROUNDING);
            start += matrix.columns();
        }
    }

    @Test
    void should_read_every_block_across_the_borders_of_members() {
        JointBlocks joint = joint();
        Matrix all = Matrix.copyOf(joint);
        for (int column = 0; column <= 9; column++) {
            for (int columns = 0; columns <= 9 - column; columns++) {
                for (int row = 0; row <= 4; row++) {
                    for (int rows = 0; rows <= 4 - row; rows++) {
                        double[] block = new double[rows * columns];
                        double[] expected = new double[rows * columns];

                        joint.read(row, column, rows, columns, block);
                        all.read(row, column, rows, columns, expected);

                        assertThat(block).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void should_refuse_a_block_that_leaves_the_matrix() {
        JointBlocks joint = joint();
        double[] target = new double[100];

        assertThatThrownBy(() -> joint.read(0, 8, 4, 2, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> joint.read(0, -1, 4, 2, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> joint.read(3, 0, 2, 9, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> joint.read(0, 0, 4, 9, new double[35])).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e300, 1e-300, Double.MIN_VALUE, 1e308})
    void should_make_members_of_any_size_equally_large(double size) {
        double[] numbers = {size, -size, 0, size, size, 0, -size, size};
        Matrix small = SampleMatrices.normal(4, 3, 1);

        JointBlocks joint = joint(Matrix.of(4, 2, numbers), small);

        // Six numbers of one size; those of 1e308 have a norm that is no double.
        double expected = size == 1e308 ? 1e308 / Double.MAX_VALUE : 1 / Math.sqrt(6);
        // The norm of the smallest number there is has but one digit.
        double rounding = size == Double.MIN_VALUE ? 0.25 : ROUNDING;
        double[] block = block(joint, 0, 2).toArray();
        for (int i = 0; i < numbers.length; i++) {
            assertThat(block[i]).isEqualTo(Math.signum(numbers[i]) * expected, within(rounding));
        }
        assertThat(block(joint, 2, 3).frobeniusNorm()).isEqualTo(1, within(ROUNDING));
    }

    @Test
    void should_leave_a_member_of_zeros_as_it_is() {
        JointBlocks joint = joint(Matrix.diagonal(4, 2), SampleMatrices.normal(4, 3, 1));

        assertThat(block(joint, 0, 2)).isEqualTo(Matrix.diagonal(4, 2));
        assertThat(Matrix.copyOf(joint.factor(Matrix.of(1, 5, 1, 2, 3, 4, 5), 0)))
                .isEqualTo(Matrix.of(1, 2, 1, 2));
    }

    /** Such a number is refused when it is decomposed, with its position: it must not spread to others. */
    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_show_numbers_that_are_not_finite_where_they_are(double bad) {
        Matrix one = SampleMatrices.with(SampleMatrices.normal(4, 3, 1), 2, 1, bad);
        for (Matrix matrix : List.of(one, SampleMatrices.with(one, 3, 2, bad))) {
            double[] block =
                    block(joint(matrix, SampleMatrices.normal(4, 2, 2)), 0, 3).toArray();

            assertThat(notFinite(block)).isEqualTo(notFinite(matrix.toArray()));
        }
    }

    private static Map<Integer, Double> notFinite(double[] numbers) {
        return IntStream.range(0, numbers.length)
                .boxed()
                .filter(i -> !Double.isFinite(numbers[i]))
                .collect(Collectors.toMap(i -> i, i -> numbers[i]));
    }

    @Test
    void should_give_each_member_its_factor_of_a_pair_for_all() {
        Matrix b = SampleMatrices.normal(20, 3, 1);
        List<Matrix> factors = Stream.of(7, 1, 11)
                .map(columns -> SampleMatrices.scaled(SampleMatrices.normal(3, columns, columns), columns * columns))
                .toList();
        JointBlocks joint = joint(factors.stream().map(b::times).toArray(Matrix[]::new));
        // [B·A₁/n₁ | B·A₂/n₂ | …] = B·[A₁/n₁ | A₂/n₂ | …], nᵢ = ‖B·Aᵢ‖.
        Matrix jointA = beside(factors.stream()
                .map(a -> SampleMatrices.scaled(a, 1 / b.times(a).frobeniusNorm()))
                .toList());
        assertThat(b.times(jointA).minus(Matrix.copyOf(joint)).frobeniusNorm()).isLessThanOrEqualTo(ROUNDING);

        for (int i = 0; i < factors.size(); i++) {
            Matrix a = factors.get(i);
            assertThat(Matrix.copyOf(joint.factor(jointA, i)).minus(a).frobeniusNorm())
                    .isLessThanOrEqualTo(ROUNDING * a.frobeniusNorm());
        }
    }

    private static Matrix beside(List<Matrix> matrices) {
        int rows = matrices.get(0).rows();
        int columns = matrices.stream().mapToInt(Matrix::columns).sum();
        double[] all = new double[rows * columns];
        for (int row = 0, at = 0; row < rows; row++) {
            for (Matrix matrix : matrices) {
                for (int column = 0; column < matrix.columns(); column++) {
                    all[at++] = matrix.get(row, column);
                }
            }
        }
        return Matrix.of(rows, columns, all);
    }

    @Test
    void should_refuse_members_of_different_inputs() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> joint(SampleMatrices.normal(4, 3, 1), SampleMatrices.normal(5, 3, 2)))
                .withMessage(
                        "Expected weights of one number of rows but was: [weight `fc1` [4×3], weight `fc2` [5×3]]");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(JointBlocksTest::nothing);
    }

    private static void nothing() {
        joint(new Matrix[0]);
    }
}

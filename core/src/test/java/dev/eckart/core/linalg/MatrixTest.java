package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
    private static final Matrix TWO_BY_THREE = Matrix.ofRows(new double[] {1, 2, 3}, new double[] {4, 5, 6});

    @Test
    void should_be_made_row_by_row() {
        assertThat(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6)).isEqualTo(TWO_BY_THREE);
        assertThat(TWO_BY_THREE.rows()).isEqualTo(2);
        assertThat(TWO_BY_THREE.columns()).isEqualTo(3);
        assertThat(TWO_BY_THREE.get(0, 2)).isEqualTo(3);
        assertThat(TWO_BY_THREE.get(1, 0)).isEqualTo(4);
    }

    @Test
    void should_refuse_another_number_of_numbers_than_its_shape_has() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.of(2, 3, 1, 2, 3, 4, 5))
                .withMessage("Expected 2 x 3 numbers but was: 5");
        // -1 · -1 = 1, the number of numbers.
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.of(-1, -1, 1))
                .withMessage("Expected -1 x -1 numbers but was: 1");
    }

    @Test
    void should_refuse_no_row_and_rows_that_differ_in_length() {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(Matrix::ofRows);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.ofRows(new double[] {1, 2}, new double[] {3}))
                .withMessage("Expected one row or more, all of the same length");
    }

    @Test
    void should_not_change_with_the_arrays_that_went_in_or_came_out() {
        double[] numbers = {1, 2};
        double[] row = {1, 2};
        Matrix fromNumbers = Matrix.of(1, 2, numbers);
        Matrix fromRow = Matrix.ofRows(row);
        numbers[0] = 9;
        row[0] = 9;
        fromNumbers.toArray()[1] = 9;

        assertThat(fromNumbers.toArray()).containsExactly(1, 2);
        assertThat(fromRow.toArray()).containsExactly(1, 2);
    }

    @Test
    void should_not_change_when_it_is_worked_with() {
        Matrix copy = Matrix.copyOf(TWO_BY_THREE);
        Matrix unused = copy.transpose().times(copy).scaleColumns(2, 2, 2).minus(Matrix.diagonal(3, 3, 1));

        assertThat(unused.rows()).isEqualTo(3);
        assertThat(copy.scaleRows(7, 7)).isNotEqualTo(copy);
        assertThat(copy).isEqualTo(TWO_BY_THREE);
    }

    @Test
    void should_put_a_diagonal_into_a_larger_shape() {
        assertThat(Matrix.diagonal(2, 3, 5, 7)).isEqualTo(Matrix.of(2, 3, 5, 0, 0, 0, 7, 0));
        assertThat(Matrix.diagonal(3, 2, 5)).isEqualTo(Matrix.of(3, 2, 5, 0, 0, 0, 0, 0));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Matrix.diagonal(2, 3, 1, 2, 3));
    }

    @Test
    void should_multiply_subtract_and_transpose() {
        Matrix square = TWO_BY_THREE.times(TWO_BY_THREE.transpose());

        assertThat(square).isEqualTo(Matrix.of(2, 2, 14, 32, 32, 77));
        assertThat(TWO_BY_THREE.transpose()).isEqualTo(Matrix.of(3, 2, 1, 4, 2, 5, 3, 6));
        assertThat(square.minus(Matrix.diagonal(2, 2, 14, 77))).isEqualTo(Matrix.of(2, 2, 0, 32, 32, 0));
    }

    @Test
    void should_refuse_to_multiply_shapes_that_do_not_fit() {
        assertThatThrownBy(() -> TWO_BY_THREE.times(TWO_BY_THREE)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> TWO_BY_THREE.minus(TWO_BY_THREE.transpose())).isInstanceOf(RuntimeException.class);
    }

    @Test
    void should_scale_columns_and_rows() {
        assertThat(TWO_BY_THREE.scaleColumns(1, 10, 100)).isEqualTo(Matrix.of(2, 3, 1, 20, 300, 4, 50, 600));
        assertThat(TWO_BY_THREE.scaleRows(1, 10)).isEqualTo(Matrix.of(2, 3, 1, 2, 3, 40, 50, 60));
    }

    @Test
    void should_refuse_too_few_factors() {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> TWO_BY_THREE.scaleColumns(1, 2));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> TWO_BY_THREE.scaleRows(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e150, 1e300, 1e-160, 1e-300})
    void should_have_the_norm_of_its_numbers_at_every_scale(double scale) {
        double norm = SampleMatrices.scaled(Matrix.of(2, 2, 1, 2, 2, 4), scale).frobeniusNorm();

        assertThat(norm / scale).isEqualTo(5, within(5 * 0x1p-50));
    }

    @Test
    void should_hand_over_a_block() {
        double[] target = {-1, -1, -1, -1, -1};
        TWO_BY_THREE.read(0, 1, 2, 2, target);

        assertThat(target).containsExactly(2, 3, 5, 6, -1);
    }

    @ParameterizedTest
    @CsvSource({"0,0,3,1", "0,0,1,4", "2,0,1,1", "0,3,1,1", "-1,0,1,1", "0,-1,1,1", "1,2,1,2"})
    void should_refuse_a_block_that_leaves_it(int row, int column, int rows, int columns) {
        Transposed transposed = new Transposed(TWO_BY_THREE.transpose());

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> TWO_BY_THREE.read(row, column, rows, columns, new double[12]));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> transposed.read(row, column, rows, columns, new double[12]));
    }

    @Test
    void should_refuse_a_target_that_is_too_small() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> TWO_BY_THREE.read(0, 0, 2, 3, new double[5]));
    }

    @Test
    void should_be_read_as_its_transpose_block_by_block() {
        Transposed transposed = new Transposed(TWO_BY_THREE);
        double[] block = new double[4];
        transposed.read(1, 0, 2, 2, block);

        assertThat(transposed.rows()).isEqualTo(3);
        assertThat(transposed.columns()).isEqualTo(2);
        assertThat(block).containsExactly(2, 5, 3, 6);
        assertThat(Matrix.copyOf(transposed)).isEqualTo(TWO_BY_THREE.transpose());
    }

    @Test
    void should_be_equal_by_shape_and_numbers() {
        Matrix same = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);

        assertThat(same).isEqualTo(TWO_BY_THREE).hasSameHashCodeAs(TWO_BY_THREE);
        assertThat(Matrix.of(3, 2, 1, 2, 3, 4, 5, 6)).isNotEqualTo(TWO_BY_THREE);
        assertThat(Matrix.of(2, 3, 1, 2, 3, 4, 5, 7)).isNotEqualTo(TWO_BY_THREE);
        assertThat(TWO_BY_THREE).isNotEqualTo("Matrix[2 × 3]").hasToString("Matrix[2 × 3]");
    }
}

package dev.eckart.core.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyArrayTest {
    private static NpyArray counted(Integer... shape) {
        int size = List.of(shape).stream().reduce(1, Math::multiplyExact);
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = i;
        }
        return NpyArray.ofFloats(List.of(shape), numbers);
    }

    private static NpyArray ofLong(NpyType type, long bits) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        return NpyArray.of(type, List.of(), buffer.putLong(0, bits).limit(type.bytes()));
    }

    @Test
    void should_tell_type_shape_and_size() {
        NpyArray array = counted(2, 3, 4);

        assertThat(array.type()).isEqualTo(NpyType.FLOAT32);
        assertThat(array.shape()).containsExactly(2, 3, 4);
        assertThat(array.size()).isEqualTo(24);
        assertThat(array.doubleAt(23)).isEqualTo(23);
        assertThat(array).hasToString("float32 [2, 3, 4]");
    }

    @Test
    void should_read_every_integer_type() {
        assertThat(ofLong(NpyType.BOOL, 1).longAt(0)).isEqualTo(1);
        assertThat(ofLong(NpyType.BOOL, 0).longAt(0)).isZero();
        assertThat(ofLong(NpyType.INT8, 0xff).longAt(0)).isEqualTo(-1);
        assertThat(ofLong(NpyType.INT16, 0x8000).longAt(0)).isEqualTo(Short.MIN_VALUE);
        assertThat(ofLong(NpyType.INT32, 0x80000000L).longAt(0)).isEqualTo(Integer.MIN_VALUE);
        assertThat(ofLong(NpyType.INT64, Long.MIN_VALUE).longAt(0)).isEqualTo(Long.MIN_VALUE);
        assertThat(ofLong(NpyType.UINT8, 0xff).longAt(0)).isEqualTo(255);
        assertThat(ofLong(NpyType.UINT16, 0xffff).longAt(0)).isEqualTo(65535);
        assertThat(ofLong(NpyType.UINT32, 0xffffffffL).longAt(0)).isEqualTo(4294967295L);
        assertThat(ofLong(NpyType.UINT64, Long.MAX_VALUE).longAt(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void should_read_every_type_as_double() {
        assertThat(ofLong(NpyType.BOOL, 1).doubleAt(0)).isEqualTo(1);
        assertThat(ofLong(NpyType.INT8, 0x80).doubleAt(0)).isEqualTo(-128);
        assertThat(ofLong(NpyType.UINT8, 0x80).doubleAt(0)).isEqualTo(128);
        assertThat(ofLong(NpyType.UINT64, -1).doubleAt(0)).isEqualTo(0x1p64);
        assertThat(ofLong(NpyType.UINT64, Long.MIN_VALUE).doubleAt(0)).isEqualTo(0x1p63);
        // Just above half-way between two doubles: rounded up, which halving alone would not do.
        assertThat(ofLong(NpyType.UINT64, 0x8000000000000401L).doubleAt(0)).isEqualTo(0x1p63 + 0x1p11);
        assertThat(ofLong(NpyType.FLOAT16, 0x3555).doubleAt(0)).isEqualTo(0.333251953125);
        assertThat(ofLong(NpyType.FLOAT32, Float.floatToIntBits(-0.1f)).doubleAt(0))
                .isEqualTo(-0.1f);
        assertThat(ofLong(NpyType.FLOAT64, Double.doubleToLongBits(0.1)).doubleAt(0))
                .isEqualTo(0.1);
    }

    @Test
    void should_refuse_integers_of_other_numbers() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> counted(1).longAt(0))
                .withMessage("Expected an array of integers but was: float32");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> ofLong(NpyType.UINT64, -1).longAt(0))
                .withMessageContaining("18446744073709551615");
    }

    @Test
    void should_refuse_a_place_outside() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> counted(2, 2).doubleAt(4));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> counted(2, 2).doubleAt(-1));
    }

    @Test
    void should_refuse_bytes_that_do_not_match_the_shape() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> NpyArray.of(NpyType.INT16, List.of(2, 3), ByteBuffer.allocate(13)))
                .withMessage("Expected the bytes of int16 [2, 3] but was: 13 bytes");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> NpyArray.ofFloats(List.of(3), 1, 2));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> NpyArray.ofFloats(List.of(-1, -2), 1, 2));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> NpyArray.ofFloats(List.of(0, 1 << 20, 1 << 20)));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> NpyArray.ofFloats(Collections.nCopies(65, 1), 1));
    }

    @Test
    void should_be_immutable() {
        byte[] bytes = {1, 2};
        NpyArray array = NpyArray.of(NpyType.UINT8, List.of(2), ByteBuffer.wrap(bytes));
        bytes[0] = 9;

        assertThat(array.longAt(0)).isEqualTo(1);
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> array.bytes().put(0, (byte) 9));
    }

    @Test
    void should_lend_a_little_endian_buffer_to_each_caller() {
        NpyArray array = NpyArray.ofFloats(List.of(2), 1.5f, 2.5f);
        array.bytes().getFloat();

        assertThat(array.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(array.bytes().getFloat()).isEqualTo(1.5f);
        assertThat(array.slice(1, 2).bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(array.slice(1, 2).bytes().remaining()).isEqualTo(4);
    }

    @Test
    void should_take_bytes_from_position_to_limit_whatever_the_order() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 0, 2, 0, 9})
                .order(ByteOrder.BIG_ENDIAN)
                .position(1)
                .limit(5);
        NpyArray array = NpyArray.of(NpyType.UINT16, List.of(2), buffer);

        assertThat(array.longAt(0)).isEqualTo(1);
        assertThat(array.longAt(1)).isEqualTo(2);
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void should_slice_the_first_axis() {
        NpyArray part = counted(4, 3).slice(1, 3);

        assertThat(part.shape()).containsExactly(2, 3);
        assertThat(part).isEqualTo(NpyArray.ofFloats(List.of(2, 3), 3, 4, 5, 6, 7, 8));
        assertThat(part.slice(1, 2)).isEqualTo(NpyArray.ofFloats(List.of(1, 3), 6, 7, 8));
        assertThat(part.slice(1, 1).size()).isZero();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> part.slice(1, 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> NpyArray.ofFloats(List.of(), 1).slice(0, 1));
    }

    @Test
    void should_slice_and_take_along_any_axis() {
        NpyArray array = counted(2, 3, 2);

        assertThat(array.slice(0, 1, 2)).isEqualTo(array.slice(1, 2));
        assertThat(array.slice(1, 1, 3)).isEqualTo(NpyArray.ofFloats(List.of(2, 2, 2), 2, 3, 4, 5, 8, 9, 10, 11));
        assertThat(array.slice(2, 1, 2)).isEqualTo(NpyArray.ofFloats(List.of(2, 3, 1), 1, 3, 5, 7, 9, 11));
        assertThat(array.slice(1, 1, 1).shape()).containsExactly(2, 0, 2);
        assertThat(array.take(0, new int[] {1})).isEqualTo(array.take(1));
        assertThat(array.take(1, new int[] {2, 0}))
                .isEqualTo(NpyArray.ofFloats(List.of(2, 2, 2), 4, 5, 0, 1, 10, 11, 6, 7));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> array.slice(1, 2, 4));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> array.slice(3, 0, 1));
    }

    @Test
    void should_put_an_axis_before_the_others() {
        assertThat(counted(2, 3).withFirst(1)).isEqualTo(NpyArray.ofFloats(List.of(3, 2), 0, 3, 1, 4, 2, 5));
        assertThat(counted(2, 1, 2).withFirst(2)).isEqualTo(NpyArray.ofFloats(List.of(2, 2, 1), 0, 2, 1, 3));
        assertThat(counted(2, 3).withFirst(0)).isEqualTo(counted(2, 3));
        assertThat(counted(2, 0, 3).withFirst(2).shape()).containsExactly(3, 2, 0);
    }

    @Test
    void should_take_entries_of_the_first_axis() {
        NpyArray array = counted(4, 3);

        assertThat(array.take(3, 1)).isEqualTo(NpyArray.ofFloats(List.of(2, 3), 9, 10, 11, 3, 4, 5));
        assertThat(array.take().size()).isZero();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> array.take(4));
    }

    @Test
    void should_become_a_matrix() {
        assertThat(counted(2, 3).toMatrix()).isEqualTo(Matrix.of(2, 3, 0, 1, 2, 3, 4, 5));
        assertThat(counted(2, 3, 2).toMatrix().rows()).isEqualTo(2);
        assertThat(counted(2, 3, 2).toMatrix().columns()).isEqualTo(6);
        assertThat(counted(0, 3).toMatrix().columns()).isEqualTo(3);
        assertThat(counted(4, 3).slice(2, 4).toMatrix()).isEqualTo(Matrix.of(2, 3, 6, 7, 8, 9, 10, 11));
    }

    @Test
    void should_lend_blocks_of_a_matrix() {
        double[] block = new double[4];
        counted(3, 4).asMatrix().read(1, 2, 2, 2, block);

        assertThat(block).containsExactly(6, 7, 10, 11);
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> counted(3, 4).asMatrix().read(1, 3, 2, 2, block));
    }

    @Test
    void should_refuse_a_matrix_of_fewer_than_two_axes() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> counted(3).toMatrix())
                .withMessage("float32 [3] is no matrix: expected 2 axes or more but was: 1;"
                        + " reshape it to [1, n] or [n, 1]");
    }

    @Test
    void should_come_from_a_matrix() {
        Matrix matrix = Matrix.of(2, 2, 0.1, 2, 3, -4);
        NpyArray array = NpyArray.ofMatrix(matrix);

        assertThat(array.type()).isEqualTo(NpyType.FLOAT64);
        assertThat(array.toMatrix()).isEqualTo(matrix);
    }

    /** Of more numbers than are read at a time, and of rows that are longer than that. */
    @ParameterizedTest
    @CsvSource({"700, 100", "3, 70000", "1, 1"})
    void should_come_from_a_matrix_of_any_shape(int rows, int columns) {
        double[] numbers = new double[rows * columns];
        Arrays.setAll(numbers, i -> i / 7.0);
        Matrix matrix = Matrix.of(rows, columns, numbers);

        NpyArray floats = NpyArray.ofMatrixAsFloats(matrix);

        assertThat(NpyArray.ofMatrix(matrix).toMatrix()).isEqualTo(matrix);
        assertThat(floats.type()).isEqualTo(NpyType.FLOAT32);
        assertThat(floats.shape()).containsExactly(rows, columns);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(floats.doubleAt(i)).isEqualTo((float) numbers[i]);
        }
    }

    @Test
    void should_be_equal_by_value() {
        assertThat(counted(2, 3)).isEqualTo(counted(2, 3)).hasSameHashCodeAs(counted(2, 3));
        assertThat(counted(2, 3)).isNotEqualTo(counted(3, 2));
        assertThat(counted(1)).isNotEqualTo(ofLong(NpyType.INT32, 0));
    }
}

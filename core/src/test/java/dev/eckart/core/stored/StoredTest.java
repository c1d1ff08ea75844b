package dev.eckart.core.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredTest {

    private static Dense dense(int rows, int columns, ElementType type) {
        return new Dense(SampleMatrices.normal(rows, columns, 10L * rows + columns), type);
    }

    /** Codes −2, −1, 0, 1, −2 …; scales 1, 2, 3 … */
    private static Blocks blocks(int rows, int columns, int bits, int blockSize, ElementType type) {
        byte[] codes = new byte[rows * columns];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (i % 4 - 2);
        }
        int blocks = (rows + blockSize - 1) / blockSize;
        double[] scales = new double[blocks * columns];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = i + 1;
        }
        return new Blocks(Codes.wrap(rows, columns, codes), bits, blockSize, Matrix.of(blocks, columns, scales), type);
    }

    private static Matrix matrix(Stored stored) {
        return stored.toMatrix(EjmlDecomposer::new);
    }

    @Test
    void should_be_the_numbers_themselves_if_dense() {
        Dense dense = dense(3, 5, ElementType.FLOAT16);

        assertThat(matrix(dense)).isEqualTo(dense.values());
        assertThat(dense.bytes()).isEqualTo(30);
        assertThat(dense(3, 5, ElementType.FLOAT64).bytes()).isEqualTo(120);
        assertThat(dense.rows()).isEqualTo(3);
        assertThat(dense.columns()).isEqualTo(5);
    }

    @Test
    void should_multiply_each_code_by_the_scale_of_its_block() {
        Blocks blocks = blocks(5, 2, 2, 2, ElementType.FLOAT32);

        // Scales [1 2; 3 4; 5 6], the last one of a block that is not full.
        assertThat(matrix(blocks)).isEqualTo(Matrix.of(5, 2, -2, -2, 0, 2, -6, -4, 0, 4, -10, -6));
    }

    @Test
    void should_round_products_to_the_type_of_scales() {
        Codes codes = Codes.wrap(1, 1, new byte[] {3});
        Matrix scale = Matrix.of(1, 1, (float) 0.1);

        assertThat(matrix(new Blocks(codes, 3, 1, scale, ElementType.FLOAT16)).get(0, 0))
                .isEqualTo(3 * 0.1f);
        assertThat(matrix(new Blocks(codes, 3, 1, scale, ElementType.FLOAT64)).get(0, 0))
                .isEqualTo(3 * (double) 0.1f);
    }

    @ParameterizedTest
    @CsvSource({
        // Codes, in bytes that eight share, then scales of four bytes, or eight.
        "16, 4, 2, 16, FLOAT32, 32",
        "16, 4, 5, 16, FLOAT32, 56",
        "16, 4, 8, 16, FLOAT16, 80",
        "16, 4, 8, 16, BFLOAT16, 80",
        "16, 4, 8, 16, FLOAT64, 96",
        "16, 4, 4, 5, FLOAT32, 96",
        "3, 3, 3, 3, FLOAT32, 18",
        "1, 1, 7, 1, FLOAT32, 11",
    })
    void should_count_codes_and_scales(int rows, int columns, int bits, int blockSize, ElementType type, long bytes) {
        assertThat(blocks(rows, columns, bits, blockSize, type).bytes()).isEqualTo(bytes);
        assertThat(Blocks.bytes(rows, columns, bits, blockSize, type)).isEqualTo(bytes);
    }

    @Test
    void should_count_more_codes_than_an_array_may_have() {
        assertThat(Blocks.bytes(1 << 17, 1 << 16, 8, 1 << 17, ElementType.FLOAT32))
                .isEqualTo((1L << 33) + (1L << 18));
    }

    @Test
    void should_nest() {
        Product pair = new Product(blocks(6, 2, 8, 6, ElementType.FLOAT32), blocks(2, 9, 4, 1, ElementType.FLOAT32));
        Sum corrected = new Sum(blocks(6, 9, 4, 3, ElementType.FLOAT32), pair);

        assertThat(pair.rank()).isEqualTo(2);
        assertThat(pair.rows()).isEqualTo(6);
        assertThat(pair.columns()).isEqualTo(9);
        assertThat(pair.bytes()).isEqualTo((16 + 8) + (12 + 72));
        assertThat(matrix(pair)).isEqualTo(matrix(pair.b()).times(matrix(pair.a())));
        assertThat(corrected.rows()).isEqualTo(6);
        assertThat(corrected.columns()).isEqualTo(9);
        assertThat(corrected.bytes()).isEqualTo(28 + 72 + pair.bytes());
        assertThat(matrix(corrected)).isEqualTo(matrix(corrected.one()).plus(matrix(pair)));
    }

    @Test
    void should_ask_for_a_backend_only_to_multiply_matrices() {
        Stored codes = blocks(6, 9, 4, 3, ElementType.FLOAT32);
        Stored sum = new Sum(codes, dense(6, 9, ElementType.FLOAT32));

        assertThat(sum.toMatrix(() -> {
                    throw new IllegalStateException("asked");
                }))
                .isEqualTo(matrix(sum));
    }

    @Test
    void should_refuse_forms_that_do_not_fit_each_other() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Product(dense(3, 2, ElementType.FLOAT32), dense(3, 5, ElementType.FLOAT32)))
                .withMessage("Expected factors that can be multiplied but was: [3×2]·[3×5]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sum(dense(3, 5, ElementType.FLOAT32), dense(5, 3, ElementType.FLOAT32)))
                .withMessage("Expected terms of one shape but was: [3×5] + [5×3]");
    }

    @ParameterizedTest
    @ValueSource(ints = {-8, 0, 1, 9})
    void should_refuse_other_numbers_of_bits(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> blocks(2, 2, bits, 2, ElementType.FLOAT32))
                .withMessage("Expected 2 to 8 bits but was: %d", bits);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 3", "2, 1, 3", "2, 3, 3", "4, 1, 2", "4, 1, 4", "4, 0, 3"})
    void should_refuse_scales_that_are_not_those_of_the_blocks(int blockSize, int rows, int columns) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Blocks(
                        Codes.wrap(4, 3, new byte[12]),
                        4,
                        blockSize,
                        Matrix.of(rows, columns, new double[rows * columns]),
                        ElementType.FLOAT32))
                .withMessage(
                        "Expected a scale for each block of %d of [4×3] but was: [%d×%d]", blockSize, rows, columns);
    }

    @Test
    void should_refuse_another_number_of_codes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codes.wrap(3, 4, new byte[11]))
                .withMessage("Expected 3 x 4 codes but was: 11");
    }

    @Test
    void should_read_codes_by_place_and_by_row() {
        Codes codes = Codes.wrap(2, 3, new byte[] {1, 2, 3, -4, -5, -6});
        byte[] row = new byte[3];
        codes.readRow(1, row);

        assertThat(row).containsExactly(-4, -5, -6);
        assertThat(codes.get(0, 2)).isEqualTo((byte) 3);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> codes.get(0, 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> codes.get(2, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> codes.readRow(2, row));
    }

    @Test
    void should_read_any_part_as_it_is_in_the_whole() {
        Blocks blocks = blocks(11, 6, 4, 3, ElementType.FLOAT32);
        Stored sum = new Sum(blocks, dense(11, 6, ElementType.FLOAT32));
        for (Stored form : List.of(blocks, sum)) {
            double[] part = new double[5 * 3];
            form.dense(EjmlDecomposer::new).read(2, 1, 5, 3, part);

            for (int i = 0; i < part.length; i++) {
                assertThat(part[i]).isEqualTo(matrix(form).get(2 + i / 3, 1 + i % 3));
            }
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> blocks.dense(EjmlDecomposer::new).read(9, 0, 3, 6, new double[18]));
    }

    @Test
    void should_count_the_bytes_of_rare_outputs_in_three_bits() {
        Packed all = Packed.zeros(64, 100, 4, 32, ElementType.FLOAT16);
        Packed rare = Packed.zeros(64, 100, 4, 60, 32, ElementType.FLOAT16);

        assertThat(all.hasRare()).isFalse();
        assertThat(rare.hasRare()).isTrue();
        assertThat(rare.bitsOf(59)).isEqualTo(4);
        assertThat(rare.bitsOf(60)).isEqualTo(3);
        assertThat(all.bytes()).isEqualTo(64 * 100 / 2 + 2 * 100 * 2);
        assertThat(rare.bytes()).isEqualTo(all.bytes() - 64 * 40 / 8);
        assertThat(rare.outline()).isEqualTo(rare);
        for (int full : new int[] {0, 101}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> Packed.zeros(64, 100, 4, full, 32, ElementType.FLOAT16));
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Packed.zeros(64, 100, 8, 60, 32, ElementType.FLOAT16));
    }

    /** These have as many numbers as no array holds. */
    @Test
    void should_make_numbers_of_codes_where_they_are_read() {
        int rows = 1 << 20;
        int columns = 1 << 12;
        Blocks blocks = Blocks.zeros(rows, columns, 5, rows, ElementType.FLOAT32);
        Packed packed = Packed.zeros(rows, columns, 4, 32, ElementType.FLOAT16);
        for (Stored form : List.of(blocks, packed, new Integers(blocks), new Sum(packed, blocks))) {
            double[] row = {1, 1};
            form.dense(EjmlDecomposer::new).read(rows - 1, columns - 2, 1, 2, row);

            assertThat(row).containsOnly(0);
        }
    }
}

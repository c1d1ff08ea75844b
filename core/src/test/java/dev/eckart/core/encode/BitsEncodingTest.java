package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitsEncodingTest extends EncodingContract {

    @Override
    protected List<Encoding> encodings() {
        return IntStream.rangeClosed(2, 8).<Encoding>mapToObj(BitsEncoding::new).toList();
    }

    /**
     * Without those of two or three numbers to an output, which may happen to be multiples of fewer steps, and those among
     * subnormal numbers, where steps are no finer.
     */
    static Stream<Sample> samplesOfFineSteps() {
        return samples()
                .filter(sample -> !sample.name().equals("subnormal")
                        && (sample.matrix().rows() == 1 || sample.matrix().rows() > 3));
    }

    private static Offer offer(int bits, WeightView view) {
        List<Offer> offers = new BitsEncoding(bits).draft(view).offers();
        assertThat(offers).hasSize(1);
        return offers.get(0);
    }

    private static Offer offer(int bits, MatrixSource values) {
        return offer(bits, new WeightView(new LinearWeight("fc", "MatMul", ElementType.FLOAT32, values)));
    }

    @ParameterizedTest
    @MethodSource("samplesOfFineSteps")
    void should_not_lose_more_with_more_bits(Sample sample) {
        double last = Double.POSITIVE_INFINITY;
        for (int bits = 2; bits <= 8; bits++) {
            double loss = offer(bits, sample.view()).loss();

            assertThat(loss).as("loss of %d bits", bits).isLessThanOrEqualTo(last);
            // Scales of 24 digits lose that much of what would be exact.
            last = loss + 0x1p-46;
        }
    }

    @Test
    void should_store_a_code_for_each_number_and_a_scale_for_each_output() {
        Offer offer = offer(5, SampleMatrices.normal(24, 7, 1));

        assertThat(offer.variant()).isEqualTo("bits:5");
        assertThat(offer.bytes()).isEqualTo(24 * 7 * 5 / 8 + 7 * 4);
        Blocks blocks = (Blocks) offer.build();
        assertThat(blocks.blockSize()).isEqualTo(24);
        assertThat(blocks.scales().rows()).isOne();
        assertThat(blocks.type()).isEqualTo(ElementType.FLOAT32);
    }

    /** About a quarter with each bit (B. Widrow: a uniform error of a step, step²/12). */
    @Test
    void should_lose_a_quarter_with_each_bit() {
        Matrix matrix = SampleMatrices.normal(400, 20, 2);
        for (int bits = 3; bits <= 8; bits++) {
            assertThat(offer(bits, matrix).loss() / offer(bits - 1, matrix).loss())
                    .as("%d bits", bits)
                    .isBetween(0.2, 0.36);
        }
    }

    @Test
    void should_lose_as_much_as_steps_of_that_size_do() {
        Matrix matrix = SampleMatrices.normal(1000, 8, 3);
        Blocks blocks = (Blocks) offer(8, matrix).build();
        double steps = Matrix.copyOf(blocks.scales()).frobeniusNorm();

        double expected = 1000 * steps * steps / 12 / Math.pow(matrix.frobeniusNorm(), 2);
        assertThat(offer(8, matrix).loss() / expected).isBetween(0.95, 1.05);
    }

    /** Such as what was an int8 weight before. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void should_find_multiples_of_a_step_again(int bits) {
        int most = (1 << (bits - 1)) - 1;
        double[] steps = {1, 0.01, 3e-7, 12345};
        double[] numbers = new double[64 * 4];
        Arrays.setAll(numbers, i -> i < 4 ? most : (i * 31 % (2 * most + 2)) - most - (i % 2 == 0 ? 0 : 1));
        Arrays.setAll(numbers, i -> Math.max(i % 2 == 0 ? -most : -most - 1, numbers[i]));
        Matrix matrix = Matrix.of(64, 4, numbers).scaleColumns(steps);

        assertThat(offer(bits, matrix).loss()).isLessThan(1e-13);
    }

    @Test
    void should_cut_off_what_is_far_from_all_else_where_that_loses_less() {
        Matrix matrix = SampleMatrices.with(SampleMatrices.normal(500, 1, 4), 3, 0, 6);

        double step =
                Matrix.copyOf(((Blocks) offer(4, matrix).build()).scales()).get(0, 0);

        assertThat(step * 7.5).isLessThan(6 * 0.95);
    }

    /** Each in several tiles, of rows or of columns, and with a rest. */
    @ParameterizedTest
    @CsvSource({"70000, 2", "2, 70000", "700, 211"})
    void should_round_large_matrices_as_small_ones(int rows, int columns) {
        Matrix matrix = SampleMatrices.normal(rows, columns, 5);
        Matrix all = offer(4, matrix).build().toMatrix(EjmlDecomposer::new);

        assertThat(offer(4, Transposed.of(matrix.transpose())).build().toMatrix(EjmlDecomposer::new))
                .isEqualTo(all);
        for (int column : new int[] {0, columns / 2, columns - 1}) {
            double[] one = new double[rows];
            matrix.read(0, column, rows, 1, one);
            double[] rounded = new double[rows];
            all.read(0, column, rows, 1, rounded);

            assertThat(offer(4, Matrix.of(rows, 1, one)).build().toMatrix(EjmlDecomposer::new))
                    .isEqualTo(Matrix.of(rows, 1, rounded));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 9, 16})
    void should_refuse_other_numbers_of_bits(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BitsEncoding(bits))
                .withMessage("Expected 2 to 8 bits but was: %d", bits);
    }

    @Test
    void should_shift_no_bias_without_a_calibration() {
        assertThat(offer(4, SampleMatrices.normal(8, 3, 6)).biasShift()).isEqualTo(Optional.empty());
    }
}

package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LookUps;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.compress.OpenedView;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Packed;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedEncodingTest {
    private static final double ROUNDING = 0x1p-23;

    static Stream<Matrix> matrices() {
        return Stream.of(new int[][] {{1, 1}, {1, 40}, {40, 1}, {3, 5}, {64, 70}, {130, 20}})
                .flatMap(shape -> {
                    Matrix normal = SampleMatrices.roundedToFloat(
                            SampleMatrices.normal(shape[0], shape[1], 100L * shape[0] + shape[1]));
                    return Stream.of(
                            normal,
                            SampleMatrices.scaled(normal, 1e30),
                            SampleMatrices.scaled(normal, 1e-30),
                            Matrix.of(shape[0], shape[1], new double[shape[0] * shape[1]]));
                });
    }

    private static LinearWeight weight(Matrix matrix) {
        return new LinearWeight("fc", "MatMul", ElementType.FLOAT32, matrix);
    }

    private static List<Offer> offers(Encoding encoding, Matrix matrix, Optional<InputStatistics> inputs) {
        try (OpenedView open = OpenedView.of(weight(matrix), inputs, new EjmlDecomposer())) {
            return encoding.draft(open.view()).offers();
        }
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void should_build_what_it_offers_and_lose_what_it_says(Matrix matrix) {
        for (Encoding encoding : List.of(new PackedEncoding(4), new PackedEncoding(8, 16))) {
            for (Offer offer : offers(encoding, matrix, Optional.empty())) {
                Packed form = (Packed) offer.build();

                assertThat(form.bytes()).isEqualTo(offer.bytes());
                assertThat(form.text()).isEqualTo(offer.outline().text());
                double lost = matrix.minus(form.toMatrix(EjmlDecomposer::new)).frobeniusNorm();
                double all = matrix.frobeniusNorm();
                assertThat(Math.sqrt(offer.loss())).isCloseTo(all == 0 ? 0 : lost / all, within(ROUNDING));
            }
        }
    }

    @Test
    void should_choose_the_same_steps_and_codes_however_a_matrix_is_stored() {
        Matrix matrix = SampleMatrices.roundedToFloat(SampleMatrices.normal(2100, 70, 3));

        Packed rows = (Packed)
                offers(new PackedEncoding(4), matrix, Optional.empty()).get(1).build();
        LinearWeight turned = new LinearWeight("fc", "MatMul", ElementType.FLOAT32, Transposed.of(matrix.transpose()));
        Packed columns = (Packed) new PackedEncoding(4)
                .draft(new WeightView(turned))
                .offers()
                .get(1)
                .build();

        assertThat(columns.codes()).isEqualTo(rows.codes());
        assertThat(columns.scales()).isEqualTo(rows.scales());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-3, 3e-6, 2e-7, 60_000})
    void should_store_scales_of_float16_in_float16_and_stay_within_it(double largest) {
        Matrix normal = SampleMatrices.normal(64, 30, 5);
        double most = Arrays.stream(normal.toArray()).map(Math::abs).max().orElseThrow();
        Matrix matrix = halves(SampleMatrices.scaled(normal, largest / most));
        LinearWeight half = new LinearWeight("fc", "MatMul", ElementType.FLOAT16, matrix);
        for (int bits : new int[] {4, 8}) {
            List<Offer> offers =
                    new PackedEncoding(bits).draft(new WeightView(half)).offers();
            Packed form = (Packed) offers.get(0).build();
            Matrix dense = form.toMatrix(EjmlDecomposer::new);

            assertThat(offers).hasSize(1);
            assertThat(form.scaleType()).isEqualTo(ElementType.FLOAT16);
            Matrix scales = Matrix.copyOf(form.scales());
            assertThat(scales).isEqualTo(halves(scales));
            assertThat(Arrays.stream(dense.toArray()).map(Math::abs).max().orElseThrow())
                    .isLessThanOrEqualTo(ElementType.FLOAT16.largest());
            assertThat(matrix.minus(dense).frobeniusNorm() / matrix.frobeniusNorm())
                    .isLessThan(Math.pow(2, 1 - bits));
        }
    }

    private static Matrix halves(Matrix matrix) {
        double[] numbers = matrix.toArray();
        for (int i = 0; i < numbers.length; i++) {
            double place = Math.scalb(1.0, Math.max(-14, Math.getExponent(numbers[i])) - 10);
            numbers[i] = Math.rint(numbers[i] / place) * place;
        }
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 5000})
    void should_give_the_last_outputs_three_bits_and_the_others_what_they_have_without_these(int columns) {
        Matrix matrix = SampleMatrices.roundedToFloat(SampleMatrices.normal(40, columns, 3));

        Packed plain = (Packed)
                offers(new PackedEncoding(4), matrix, Optional.empty()).get(0).build();
        Offer offer = offers(new PackedEncoding(4, 32, 0.75), matrix, Optional.empty())
                .get(0);
        Packed rare = (Packed) offer.build();

        assertThat(rare.full()).isEqualTo(columns / 4);
        assertThat(offer.outline().text()).isEqualTo("packed(4, 32, 3 from %d)".formatted(columns / 4));
        assertThat(rare.bytes()).isEqualTo(offer.bytes()).isLessThan(plain.bytes());
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < columns; j++) {
                if (j < rare.full()) {
                    assertThat(rare.codes().get(i, j)).isEqualTo(plain.codes().get(i, j));
                } else {
                    assertThat(rare.codes().get(i, j)).isBetween((byte) -4, (byte) 3);
                }
            }
        }
        double lost = matrix.minus(rare.toMatrix(EjmlDecomposer::new)).frobeniusNorm();
        assertThat(Math.sqrt(offer.loss())).isCloseTo(lost / matrix.frobeniusNorm(), within(ROUNDING));
        assertThat(offer.lossInUse()).isEqualTo(offer.loss());
    }

    @Test
    void should_choose_the_same_codes_for_rare_outputs_however_a_matrix_is_stored() {
        Matrix matrix = SampleMatrices.roundedToFloat(SampleMatrices.normal(40, 5000, 3));
        Encoding encoding = new PackedEncoding(4, 32, 0.7);
        LinearWeight turned = new LinearWeight("fc", "Gather", ElementType.FLOAT32, Transposed.of(matrix.transpose()));

        Packed rows = (Packed) offers(encoding, matrix, Optional.empty()).get(0).build();
        Packed columns =
                (Packed) encoding.draft(new WeightView(turned)).offers().get(0).build();

        assertThat(columns.codes()).isEqualTo(rows.codes());
        assertThat(columns.scales()).isEqualTo(rows.scales());
    }

    @Test
    void should_count_outputs_as_often_as_they_are_looked_up_where_that_is_known() {
        Matrix matrix = SampleMatrices.roundedToFloat(SampleMatrices.normal(32, 640, 3));
        long[] counts = new long[640];
        Arrays.fill(counts, 0, 320, 1000);
        LookUps lookUps = LookUps.of(counts);
        WeightView view = new WeightView(weight(matrix), Optional.empty(), LowRanks.NONE, Optional.of(lookUps));

        Offer plain = new PackedEncoding(4).draft(view).offers().get(0);
        Offer rare = new PackedEncoding(4, 32, 0.5).draft(view).offers().get(0);
        Offer half = new PackedEncoding(4, 32, 0.75).draft(view).offers().get(0);

        assertThat(rare.loss()).isGreaterThan(2 * plain.loss());
        assertThat(rare.lossInUse()).isBetween(plain.lossInUse(), 1.02 * plain.lossInUse());
        assertThat(half.lossInUse()).isGreaterThan(2 * rare.lossInUse());
        double[] shares = lookUps.shares();
        Matrix lost = matrix.minus(half.build().toMatrix(EjmlDecomposer::new));
        double expected = weighted(lost, shares) / weighted(matrix, shares);
        assertThat(half.lossInUse()).isCloseTo(expected, within(1e-12));
    }

    private static double weighted(Matrix matrix, double[] shares) {
        double sum = 0;
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                sum += shares[j] * matrix.get(i, j) * matrix.get(i, j);
            }
        }
        return sum;
    }

    @Test
    void should_take_only_vocabularies_to_have_rare_rows() {
        Encoding encoding = new PackedEncoding(4, 32, 0.5);

        assertThat(encoding.name()).isEqualTo("packed:4,rare=0.5");
        assertThat(encoding.obstacle(weight(Matrix.of(2, 9, new double[18])))).isEmpty();
        assertThat(encoding.obstacle(weight(Matrix.of(2, 8, new double[16]))))
                .hasValue("rare rows are those of a vocabulary, of more than 4 times as many rows as columns");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new PackedEncoding(8, 32, 0.5));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new PackedEncoding(4, 32, 1));
    }

    @Test
    void should_say_where_a_number_is_that_is_none() {
        double[] numbers = new double[100 * 20];
        numbers[70 * 20 + 3] = Double.NaN;

        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> offers(new PackedEncoding(4), Matrix.of(100, 20, numbers), Optional.empty()))
                .withMessage("NaN at [70, 3]");
    }

    @Test
    void should_lose_what_it_says_of_the_outputs_and_make_up_for_the_mean() {
        Matrix matrix = SampleMatrices.roundedToFloat(SampleMatrices.normal(64, 20, 1));
        SampleInputs inputs = SampleInputs.of(200, 64, 2);
        try (OpenedView open = OpenedView.of(weight(matrix), Optional.of(inputs.statistics()), new EjmlDecomposer())) {
            Offer offer = new PackedEncoding(4).draft(open.view()).offers().get(0);
            Matrix lost = matrix.minus(offer.build().toMatrix(EjmlDecomposer::new));

            double ratio = inputs.centered().times(lost).frobeniusNorm()
                    / inputs.centered().times(matrix).frobeniusNorm();
            assertThat(Math.sqrt(offer.loss())).isCloseTo(ratio, within(1e-6));
            Matrix shift = Matrix.copyOf(offer.biasShift().orElseThrow());
            assertThat(shift.minus(inputs.statistics().mean().times(lost)).frobeniusNorm())
                    .isLessThan(1e-9);
        }
    }

    @Test
    void should_prefer_scales_in_half_the_bytes_where_these_hold_them() {
        Matrix normal = SampleMatrices.normal(64, 20, 1);
        assertThat(offers(new PackedEncoding(4), normal, Optional.empty()))
                .extracting(Offer::variant)
                .containsExactly("scales in float16", "scales in float32");
        assertThat(offers(new PackedEncoding(4), SampleMatrices.scaled(normal, 1e-9), Optional.empty()))
                .extracting(Offer::variant)
                .containsExactly("scales in float32");
    }

    @Test
    void should_count_whole_blocks() {
        // Two blocks of 32 for each of 20 columns, in 4 bits, with a scale of 4 bytes.
        assertThat(Packed.zeros(40, 20, 4, 32, ElementType.FLOAT32).bytes()).isEqualTo(2 * 20 * (16 + 4));
    }

    @ParameterizedTest
    @EnumSource
    void should_stand_for_float32_and_float16_only(ElementType type) {
        LinearWeight weight = new LinearWeight("fc", "MatMul", type, SampleMatrices.normal(3, 2, 1));

        assertThat(new PackedEncoding(4).obstacle(weight).isEmpty())
                .isEqualTo(type == ElementType.FLOAT32 || type == ElementType.FLOAT16);
    }
}

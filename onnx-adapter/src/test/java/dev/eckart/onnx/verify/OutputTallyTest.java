package dev.eckart.onnx.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.onnx.run.Output;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTallyTest {
    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void should_measure_what_can_be_worked_out_by_hand() {
        // Cosines 24/25 and 1; ‖y − y'‖² = 1 + 1 + 0 + 25 = 27; ‖y‖² = 25 + 25 = 50.
        OutputComparison result = compare(2, output(2, 2, 3, 4, 0, 5), output(2, 2, 4, 3, 0, 10));

        assertThat(result.name()).isEqualTo("y");
        assertThat(result.maxAbsoluteError()).isEqualTo(5);
        assertThat(result.relativeError()).isEqualTo(Math.sqrt(27.0 / 50), ROUNDING);
        assertThat(result.cosine()).isEqualTo((24.0 / 25 + 1) / 2, ROUNDING);
        assertThat(result.top1Agreement()).isEqualTo(0.5);
    }

    @Test
    void should_find_nothing_between_equal_outputs() {
        OutputComparison result = compare(2, output(2, 2, 1, 2, 3, 4), output(2, 2, 1, 2, 3, 4));

        assertThat(result.maxAbsoluteError()).isZero();
        assertThat(result.relativeError()).isZero();
        assertThat(result.cosine()).isEqualTo(1, ROUNDING).isLessThanOrEqualTo(1);
        assertThat(result.top1Agreement()).isEqualTo(1);
    }

    @Test
    void should_tell_opposite_outputs() {
        OutputComparison result = compare(1, output(1, 2, 1, 2), output(1, 2, -1, -2));

        assertThat(result.cosine()).isEqualTo(-1, ROUNDING);
        assertThat(result.relativeError()).isEqualTo(2, ROUNDING);
        assertThat(result.top1Agreement()).isZero();
    }

    @Test
    void should_weigh_the_error_over_all_samples_and_the_cosine_by_sample() {
        // A small sample that is far off hardly counts in the error, but for half of the cosine.
        OutputComparison result = compare(2, output(2, 2, 100, 0, 1, 0), output(2, 2, 100, 0, 0, 1));

        assertThat(result.relativeError()).isEqualTo(Math.sqrt(2.0 / 10001), ROUNDING);
        assertThat(result.cosine()).isEqualTo(0.5, ROUNDING);
    }

    @Test
    void should_take_an_output_without_a_batch_axis_for_one_sample() {
        // As two samples the cosines would be 1 and 0.
        OutputComparison result = compare(3, output(2, 2, 3, 0, 0, 4), output(2, 2, 3, 0, 4, 0));

        assertThat(result.cosine()).isEqualTo(9.0 / 25, ROUNDING);
        assertThat(result.top1Agreement()).isEqualTo(0.5);
    }

    @Test
    void should_compare_rows_along_the_last_axis_of_deeper_outputs() {
        Output original = new Output("y", List.of(1L, 3L, 2L), true, 6, i -> new double[] {0, 1, 0, 1, 0, 1}[i]);
        Output compressed = new Output("y", List.of(1L, 3L, 2L), true, 6, i -> new double[] {0, 2, 3, 2, 0, 1}[i]);

        assertThat(compare(1, original, compressed).top1Agreement()).isEqualTo(2.0 / 3, ROUNDING);
    }

    @Test
    void should_compare_single_numbers() {
        Output original = new Output("y", List.of(), true, 1, i -> 4);
        Output compressed = new Output("y", List.of(), true, 1, i -> 3);

        OutputComparison result = compare(1, original, compressed);

        assertThat(result.relativeError()).isEqualTo(0.25);
        assertThat(result.cosine()).isEqualTo(1, ROUNDING);
    }

    @Test
    void should_find_nothing_between_outputs_of_zeros() {
        OutputComparison result = compare(1, output(1, 2, 0, 0), output(1, 2, 0, 0));

        assertThat(result).isEqualTo(new OutputComparison("y", 0, 0, 1, 1));
    }

    @Test
    void should_call_the_error_infinite_where_only_the_original_is_zero() {
        OutputComparison result = compare(1, output(1, 2, 0, 0), output(1, 2, 0, 1));

        assertThat(result.maxAbsoluteError()).isEqualTo(1);
        assertThat(result.relativeError()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(result.cosine()).isZero();
    }

    @Test
    void should_call_the_error_whole_where_only_the_compressed_is_zero() {
        OutputComparison result = compare(1, output(1, 2, 0, 3), output(1, 2, 0, 0));

        assertThat(result.relativeError()).isEqualTo(1);
        assertThat(result.cosine()).isZero();
    }

    @Test
    void should_compare_empty_outputs() {
        OutputComparison result = compare(1, output(0, 2), output(0, 2));

        assertThat(result).isEqualTo(new OutputComparison("y", 0, 0, 1, 1));
        assertThat(compare(2, output(2, 0), output(2, 0)).relativeError()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_not_hide_numbers_that_are_not_finite(double number) {
        // Finite samples after it must not cover it up.
        for (OutputComparison result : List.of(
                compare(3, output(3, 1, 1, 2, 3), output(3, 1, number, 2, 3)),
                compare(3, output(3, 1, number, 2, 3), output(3, 1, 1, 2, 3)),
                compare(3, output(3, 1, number, 2, 3), output(3, 1, number, 2, 3)))) {
            assertThat(result.maxAbsoluteError()).isNotFinite();
            assertThat(result.relativeError()).isNotFinite();
            assertThat(result.cosine()).isNaN();
        }
    }

    @Test
    void should_add_batches_up_to_what_one_batch_gives() {
        Random random = new Random(5);
        double[] one = random.doubles(7 * 3, -1, 1).toArray();
        double[] other = random.doubles(7 * 3, -1, 1).toArray();
        OutputTally whole = new OutputTally("y");
        OutputTally pieces = new OutputTally("y");

        whole.add(output(7, 3, one), output(7, 3, other), 7);
        for (int[] piece : new int[][] {{0, 4}, {4, 6}, {6, 7}}) {
            int rows = piece[1] - piece[0];
            pieces.add(
                    output(rows, 3, Arrays.copyOfRange(one, piece[0] * 3, piece[1] * 3)),
                    output(rows, 3, Arrays.copyOfRange(other, piece[0] * 3, piece[1] * 3)),
                    rows);
        }

        assertThat(pieces.result().maxAbsoluteError()).isEqualTo(whole.result().maxAbsoluteError());
        assertThat(pieces.result().relativeError()).isEqualTo(whole.result().relativeError(), ROUNDING);
        assertThat(pieces.result().cosine()).isEqualTo(whole.result().cosine(), ROUNDING);
        assertThat(pieces.result().top1Agreement()).isEqualTo(whole.result().top1Agreement());
        assertThat(whole.result().top1Agreement()).isBetween(0.1, 0.9);
    }

    @Test
    void should_refuse_outputs_of_different_shapes() {
        OutputTally tally = new OutputTally("y");

        assertThatThrownBy(() -> tally.add(output(1, 2, 1, 2), output(2, 1, 1, 2), 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the compressed model is not made from this original:"
                        + " its output `y` is [2×1] where [1×2] was expected");
    }

    private static OutputComparison compare(int batch, Output original, Output compressed) {
        OutputTally tally = new OutputTally("y");
        tally.add(original, compressed, batch);
        return tally.result();
    }

    private static Output output(int rows, int columns, double... numbers) {
        assertThat(numbers).hasSize(rows * columns);
        return new Output("y", List.of((long) rows, (long) columns), true, numbers.length, i -> numbers[i]);
    }
}

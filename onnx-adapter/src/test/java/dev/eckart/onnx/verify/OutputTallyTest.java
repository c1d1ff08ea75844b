package dev.eckart.onnx.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.WorstParts;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.verify.OutputAxes.Axis;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTallyTest {
    private static final Offset<Double> ROUNDING = within(1e-12);

    /** Scores {@code [samples, classes]}. */
    private static final OutputAxes SCORES = axes(Axis.FED, Axis.FIXED);

    @Test
    void should_measure_what_can_be_worked_out_by_hand() {
        // Cosines 24/25 and 1; ‖y − y'‖² = 1 + 1 + 0 + 25 = 27; ‖y‖² = 25 + 25 = 50.
        OutputComparison result = compare(2, output(2, 2, 3, 4, 0, 5), output(2, 2, 4, 3, 0, 10));

        assertThat(result.name()).isEqualTo("y");
        assertThat(result.maxAbsoluteError()).isEqualTo(5);
        assertThat(result.relativeError()).isEqualTo(Math.sqrt(27.0 / 50), ROUNDING);
        assertThat(result.cosine()).hasValueCloseTo((24.0 / 25 + 1) / 2, ROUNDING);
        assertThat(result.top1Agreement()).hasValue(0.5);
    }

    @Test
    void should_find_nothing_between_equal_outputs() {
        OutputComparison result = compare(2, output(2, 2, 1, 2, 3, 4), output(2, 2, 1, 2, 3, 4));

        assertThat(result.maxAbsoluteError()).isZero();
        assertThat(result.relativeError()).isZero();
        assertThat(result.cosine()).hasValueCloseTo(1.0, ROUNDING);
        assertThat(result.cosine().orElseThrow()).isLessThanOrEqualTo(1);
        assertThat(result.top1Agreement()).hasValue(1);
    }

    @Test
    void should_tell_opposite_outputs() {
        OutputComparison result = compare(1, output(1, 2, 1, 2), output(1, 2, -1, -2));

        assertThat(result.cosine()).hasValueCloseTo(-1.0, ROUNDING);
        assertThat(result.relativeError()).isEqualTo(2, ROUNDING);
        assertThat(result.top1Agreement()).hasValue(0);
    }

    @Test
    void should_weigh_the_error_over_all_samples_and_the_cosine_by_sample() {
        // A small sample that is far off hardly counts in the error, but for half of the cosine.
        OutputComparison result = compare(2, output(2, 2, 100, 0, 1, 0), output(2, 2, 100, 0, 0, 1));

        assertThat(result.relativeError()).isEqualTo(Math.sqrt(2.0 / 10001), ROUNDING);
        assertThat(result.cosine()).hasValueCloseTo(0.5, ROUNDING);
    }

    @Test
    void should_take_an_output_without_a_batch_axis_for_one_sample() {
        // As two samples the cosines would be 1 and 0.
        OutputComparison result = compare(3, output(2, 2, 3, 0, 0, 4), output(2, 2, 3, 0, 4, 0));

        assertThat(result.cosine()).hasValueCloseTo(9.0 / 25, ROUNDING);
        assertThat(result.top1Agreement()).isEmpty();
    }

    @Test
    void should_compare_rows_of_tokens_where_the_inputs_have_the_positions() {
        Output original = output(List.of(1L, 3L, 2L), 0, 1, 0, 1, 0, 1);
        Output compressed = output(List.of(1L, 3L, 2L), 0, 2, 3, 2, 0, 1);

        assertThat(compare(1, original, compressed, Axis.FED, Axis.FED, Axis.FIXED)
                        .top1Agreement())
                .hasValueCloseTo(2.0 / 3, ROUNDING);
    }

    /** What could be an axis of anything has no top-1, even if the outputs are the same. */
    @Test
    void should_not_look_for_a_top_1_over_another_axis_than_that_of_classes() {
        // Boxes or places: as many rows as the graph, or the data, say.
        assertThat(same(1, List.of(1L, 3L, 4L), Axis.FED, Axis.FIXED, Axis.FIXED)
                        .top1Agreement())
                .isEmpty();
        assertThat(same(1, List.of(1L, 3L, 4L), Axis.FED, Axis.OPEN, Axis.FIXED).top1Agreement())
                .isEmpty();
        // An axis of time.
        assertThat(same(2, List.of(2L, 3L), Axis.FED, Axis.FED).top1Agreement()).isEmpty();
        assertThat(same(2, List.of(2L, 3L), Axis.FED, Axis.OPEN).top1Agreement())
                .isEmpty();
        // Columns of a picture.
        assertThat(same(1, List.of(1L, 2L, 3L, 4L), Axis.FED, Axis.FIXED, Axis.FIXED, Axis.FIXED)
                        .top1Agreement())
                .isEmpty();
        // No two classes to choose from.
        assertThat(same(3, List.of(3L, 1L), Axis.FED, Axis.FIXED).top1Agreement())
                .isEmpty();
        // No axis of samples.
        assertThat(same(3, List.of(2L, 2L), Axis.FIXED, Axis.FIXED).top1Agreement())
                .isEmpty();
    }

    @Test
    void should_have_no_cosine_of_one_number_per_sample() {
        OutputComparison result = compare(3, output(3, 1, 4, 5, -6), output(3, 1, 3, 5, -6));

        assertThat(result.relativeError()).isEqualTo(Math.sqrt(1.0 / 77), ROUNDING);
        assertThat(result.cosine()).isEmpty();
        assertThat(result.agreement()).isEmpty();
    }

    @Test
    void should_compare_single_numbers() {
        OutputComparison result = compare(1, output(List.of(), 4), output(List.of(), 3));

        assertThat(result.relativeError()).isEqualTo(0.25);
        assertThat(result.cosine()).isEmpty();
    }

    @Test
    void should_give_integers_the_share_of_equal_ones_and_no_cosine() {
        // The cosine of these class numbers would be .98.
        OutputComparison result = compare(4, integers(3, 7, 8, 9), integers(3, 7, 9, 8));

        assertThat(result.agreement()).hasValue(0.5);
        assertThat(result.relativeError()).isEqualTo(Math.sqrt(2.0 / 203), ROUNDING);
        assertThat(result.cosine()).isEmpty();
        assertThat(result.top1Agreement()).isEmpty();
        assertThat(result.worstParts()).isEmpty();
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
        assertThat(result.cosine()).hasValue(0);
    }

    @Test
    void should_call_the_error_whole_where_only_the_compressed_is_zero() {
        OutputComparison result = compare(1, output(1, 2, 0, 3), output(1, 2, 0, 0));

        assertThat(result.relativeError()).isEqualTo(1);
        assertThat(result.cosine()).hasValue(0);
    }

    @Test
    void should_compare_empty_outputs() {
        OutputComparison result = compare(1, output(0, 2), output(0, 2));

        assertThat(result)
                .isEqualTo(new OutputComparison(
                        "y",
                        0,
                        0,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty()));
        assertThat(compare(2, output(2, 0), output(2, 0)).relativeError()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_not_hide_numbers_that_are_not_finite(double number) {
        double[] finite = new Random(2).doubles(8 * 2, 1, 2).toArray();
        double[] broken = finite.clone();
        // Finite samples after it must not cover it up.
        broken[0] = number;
        for (OutputComparison result : List.of(
                compare(8, output(8, 2, finite), output(8, 2, broken)),
                compare(8, output(8, 2, broken), output(8, 2, finite)),
                compare(8, output(8, 2, broken), output(8, 2, broken)))) {
            assertThat(result.maxAbsoluteError()).isNotFinite();
            assertThat(result.relativeError()).isNotFinite();
            assertThat(result.cosine().orElseThrow()).isNaN();
            WorstParts worst = result.worstParts().orElseThrow();
            assertThat(worst.byError().relativeError()).isNotFinite();
            assertThat(worst.byError().index()).isZero();
            assertThat(worst.byCosine().cosine()).isNaN();
        }
    }

    @Test
    void should_add_batches_up_to_what_one_batch_gives() {
        Random random = new Random(5);
        double[] one = random.doubles(7 * 3, -1, 1).toArray();
        double[] other = random.doubles(7 * 3, -1, 1).toArray();
        OutputTally whole = new OutputTally("y", SCORES);
        OutputTally pieces = new OutputTally("y", SCORES);

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
        assertThat(pieces.result().cosine())
                .hasValueCloseTo(whole.result().cosine().orElseThrow(), ROUNDING);
        assertThat(pieces.result().top1Agreement()).isEqualTo(whole.result().top1Agreement());
        assertThat(whole.result().top1Agreement().orElseThrow()).isBetween(0.1, 0.9);
    }

    @Test
    void should_refuse_outputs_of_different_shapes() {
        OutputTally tally = new OutputTally("y");

        assertThatThrownBy(() -> tally.add(output(1, 2, 1, 2), output(2, 1, 1, 2), 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the compressed model is not made from this original:"
                        + " its output `y` is [2×1] where [1×2] was expected");
    }

    /** Boxes of some hundreds in channels 0 to 3, and a score below 1 in channels 4 and 5. */
    private static double[] detections(int places) {
        double[] numbers = new double[6 * places];
        for (int place = 0; place < places; place++) {
            for (int channel = 0; channel < 4; channel++) {
                numbers[channel * places + place] = 200 + 37 * channel + place % 11;
            }
            numbers[(4 + place % 2) * places + place] = place % 5 == 0 ? 0.9 : 0.01;
        }
        return numbers;
    }

    @Test
    void should_find_scores_that_are_destroyed_beside_boxes() {
        double[] original = detections(100);
        double[] compressed = original.clone();
        for (int i = 400; i < 600; i++) {
            compressed[i] = i % 7 == 0 ? 0.9 : 0.01;
        }
        List<Long> shape = List.of(1L, 6L, 100L);

        OutputComparison result =
                compare(1, output(shape, original), output(shape, compressed), Axis.FED, Axis.FIXED, Axis.OPEN);

        // The output as a whole looks flawless.
        assertThat(result.cosine().orElseThrow()).isGreaterThan(0.9999);
        assertThat(result.relativeError()).isLessThan(0.01);
        PartComparison worst = result.worstParts().orElseThrow().byCosine();
        assertThat(worst.axis()).isEqualTo(1);
        assertThat(worst.index()).isBetween(4, 5);
        assertThat(worst.cosine()).isLessThan(0.3);
        assertThat(worst.relativeError()).isGreaterThan(0.9);
        assertThat(result.hiddenPart().orElseThrow().axis()).isEqualTo(1);
    }

    @Test
    void should_find_a_group_of_parts_that_is_dead() {
        double[] original = detections(100);
        double[] compressed = original.clone();
        Arrays.fill(compressed, 400, 600, 0);
        for (int i = 400; i < 600; i++) {
            original[i] *= 1e-3;
        }
        List<Long> shape = List.of(1L, 6L, 100L);

        PartComparison worst = compare(
                        1, output(shape, original), output(shape, compressed), Axis.FED, Axis.FIXED, Axis.OPEN)
                .hiddenPart()
                .orElseThrow();

        assertThat(worst.axis()).isEqualTo(1);
        assertThat(worst.index()).isBetween(4, 5);
        assertThat(worst.relativeError()).isEqualTo(1);
        assertThat(worst.cosine()).isZero();
    }

    @Test
    void should_measure_a_part_over_all_samples_and_batches() {
        Random random = new Random(3);
        double[] one = random.doubles(8 * 3, -1, 1).toArray();
        double[] other = random.doubles(8 * 3, -1, 1).toArray();
        OutputTally tally = new OutputTally("y", SCORES);
        tally.add(output(5, 3, Arrays.copyOf(one, 15)), output(5, 3, Arrays.copyOf(other, 15)), 5);
        tally.add(output(3, 3, Arrays.copyOfRange(one, 15, 24)), output(3, 3, Arrays.copyOfRange(other, 15, 24)), 3);

        PartComparison worst = tally.result().worstParts().orElseThrow().byCosine();

        double least = 1;
        int index = -1;
        for (int column = 0; column < 3; column++) {
            double dot = 0;
            double squared = 0;
            double squaredOther = 0;
            for (int row = 0; row < 8; row++) {
                double y = one[row * 3 + column];
                double z = other[row * 3 + column];
                dot += y * z;
                squared += y * y;
                squaredOther += z * z;
            }
            double cosine = dot / Math.sqrt(squared * squaredOther);
            index = cosine < least ? column : index;
            least = Math.min(least, cosine);
        }
        assertThat(worst.axis()).isEqualTo(1);
        assertThat(worst.index()).isEqualTo(index);
        assertThat(worst.cosine()).isEqualTo(least, ROUNDING);
    }

    @Test
    void should_tell_the_part_with_the_largest_error_from_that_with_the_smallest_cosine() {
        double[] original = new double[24];
        double[] compressed = new double[24];
        for (int i = 0; i < 8; i++) {
            original[3 * i] = 1 + i;
            original[3 * i + 1] = 1 + i;
            original[3 * i + 2] = 1 + i;
            compressed[3 * i] = 1 + i;
            // Ten times too large, in the right direction.
            compressed[3 * i + 1] = 10 * (1 + i);
            // Almost gone, in the wrong one.
            compressed[3 * i + 2] = -0.1 * (1 + i);
        }

        WorstParts worst = compare(8, output(8, 3, original), output(8, 3, compressed))
                .worstParts()
                .orElseThrow();

        assertThat(worst.byError().index()).isEqualTo(1);
        assertThat(worst.byError().relativeError()).isEqualTo(9, ROUNDING);
        assertThat(worst.byError().cosine()).isEqualTo(1, ROUNDING);
        assertThat(worst.byCosine().index()).isEqualTo(2);
        assertThat(worst.byCosine().cosine()).isEqualTo(-1, ROUNDING);
        assertThat(worst.areOne()).isFalse();
    }

    @Test
    void should_pass_over_parts_without_numbers_but_not_those_that_only_one_network_has() {
        double[] original = new double[24];
        double[] compressed = new double[24];
        for (int i = 0; i < 8; i++) {
            original[3 * i] = 1;
            compressed[3 * i] = 1.1;
            // What rounding leaves of nothing.
            original[3 * i + 1] = 1e-8;
            compressed[3 * i + 1] = -1e-8;
        }
        assertThat(compare(8, output(8, 3, original), output(8, 3, compressed))
                        .worstParts()
                        .orElseThrow()
                        .byError()
                        .index())
                .isZero();

        compressed[2] = 0.5;
        PartComparison worst = compare(8, output(8, 3, original), output(8, 3, compressed))
                .worstParts()
                .orElseThrow()
                .byError();
        assertThat(worst.index()).isEqualTo(2);
        assertThat(worst.relativeError()).isInfinite();
    }

    @Test
    void should_not_divide_into_parts_of_too_few_numbers() {
        assertThat(compare(7, output(7, 2, new double[14]), output(7, 2, new double[14]))
                        .worstParts())
                .isEmpty();
        assertThat(compare(8, output(8, 2, new double[16]), output(8, 2, new double[16]))
                        .worstParts())
                .isPresent();
    }

    @Test
    void should_not_divide_an_axis_of_samples_or_of_what_is_fed_or_one_that_is_long_or_changes() {
        double[] numbers = new Random(1).doubles(2 * 8 * 9, -1, 1).toArray();

        // Worst along the last axis: the others are no parts.
        assertThat(compare(
                                2,
                                output(List.of(2L, 8L, 9L), numbers),
                                output(List.of(2L, 8L, 9L), dropped(numbers, 0, 72)),
                                Axis.FED,
                                Axis.FED,
                                Axis.FIXED)
                        .worstParts()
                        .orElseThrow()
                        .byError()
                        .axis())
                .isEqualTo(2);
        double[] many = new double[2 * 5000];
        assertThat(compare(1, output(2, 5000, many), output(2, 5000, many), Axis.FIXED, Axis.FIXED)
                        .worstParts()
                        .orElseThrow()
                        .byError()
                        .axis())
                .isZero();
        OutputTally changing = new OutputTally("y");
        changing.add(output(1, 9, new double[9]), output(1, 9, new double[9]), 1);
        changing.add(output(1, 8, new double[8]), output(1, 8, new double[8]), 1);
        assertThat(changing.result().worstParts()).isEmpty();
    }

    private static double[] dropped(double[] numbers, int from, int to) {
        double[] less = numbers.clone();
        Arrays.fill(less, from, to, 0);
        return less;
    }

    private static OutputComparison compare(int batch, Output original, Output compressed) {
        return compare(batch, original, compressed, Axis.FED, Axis.FIXED);
    }

    private static OutputComparison compare(int batch, Output original, Output compressed, Axis... declared) {
        OutputTally tally = new OutputTally("y", axes(declared));
        tally.add(original, compressed, batch);
        return tally.result();
    }

    private static OutputComparison same(int batch, List<Long> shape, Axis... declared) {
        double[] numbers =
                new double[(int) shape.stream().mapToLong(length -> length).reduce(1, (one, next) -> one * next)];
        return compare(batch, output(shape, numbers), output(shape, numbers), declared);
    }

    private static OutputAxes axes(Axis... declared) {
        return new OutputAxes(new BatchAxes(), Map.of("y", List.of(declared)));
    }

    private static Output output(int rows, int columns, double... numbers) {
        return output(List.of((long) rows, (long) columns), numbers);
    }

    private static Output output(List<Long> shape, double... numbers) {
        assertThat(numbers).hasSize(shape.stream().mapToInt(Long::intValue).reduce(1, (one, next) -> one * next));
        return new Output("y", shape, true, numbers.length, i -> numbers[i]);
    }

    private static Output integers(int... numbers) {
        return new Output("y", List.of((long) numbers.length), false, numbers.length, i -> numbers[i]);
    }
}

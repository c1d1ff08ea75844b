package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputSetTest {

    @Test
    void should_count_samples_along_a_symbolic_first_axis() {
        InputSet set = set(input("x", "batch", 2), "x", floats(3, 2));

        assertThat(set.samples()).isEqualTo(3);
        assertThat(set.step()).isEqualTo(1);
        assertThat(set.batch(1, 3)).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(2, 2), 2, 3, 4, 5)));
    }

    @Test
    void should_slice_all_inputs_alike() {
        InputSet set = InputsAlone.set(
                List.of(input("x", "batch", 2), input("mask", "batch")),
                Map.of("x", floats(3, 2), "mask", floats(3)),
                "`f`");

        assertThat(set.samples()).isEqualTo(3);
        assertThat(set.batch(2, 3))
                .isEqualTo(Map.of(
                        "x", NpyArray.ofFloats(List.of(1, 2), 4, 5),
                        "mask", NpyArray.ofFloats(List.of(1), 2)));
    }

    @Test
    void should_take_samples_from_the_whole_set() {
        InputSet set = set(input("x", "batch"), "x", floats(7));

        assertThat(set.spread(3).samples()).isEqualTo(3);
        assertThat(set.spread(3).batch(0, 3)).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(3), 0, 2, 4)));
        assertThat(set.spread(7)).isSameAs(set);
        assertThat(set.spread(100)).isSameAs(set);
    }

    @Test
    void should_keep_samples_together_that_a_run_takes_at_once() {
        InputSet spread = set(input("x", 2), "x", floats(8)).spread(5);

        assertThat(spread.samples()).isEqualTo(4);
        assertThat(spread.step()).isEqualTo(2);
        assertThat(spread.batch(0, 4)).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(4), 0, 1, 4, 5)));
        assertThat(set(input("x", 4), "x", floats(8)).spread(1).samples()).isEqualTo(4);
    }

    @Test
    void should_hold_back_every_third_sample_and_leave_the_others() {
        InputSet set = set(input("x", "batch"), "x", floats(7));

        InputSet heldBack = set.heldBack(Path.of("f.npz"));
        InputSet left = set.withoutHeldBack(Path.of("f.npz"));

        assertThat(heldBack.batch(0, heldBack.samples())).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(2), 2, 5)));
        assertThat(left.batch(0, left.samples())).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(5), 0, 1, 3, 4, 6)));
    }

    @Test
    void should_hold_samples_back_together_that_a_run_takes_at_once() {
        InputSet set = set(input("x", 2), "x", floats(8));

        InputSet heldBack = set.heldBack(Path.of("f.npz"));
        InputSet left = set.withoutHeldBack(Path.of("f.npz"));

        assertThat(heldBack.step()).isEqualTo(2);
        assertThat(heldBack.batch(0, heldBack.samples())).isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(2), 4, 5)));
        assertThat(left.batch(0, left.samples()))
                .isEqualTo(Map.of("x", NpyArray.ofFloats(List.of(6), 0, 1, 2, 3, 6, 7)));
    }

    @Test
    void should_refuse_to_hold_a_third_back_of_fewer_samples_than_three_runs_take() {
        InputSet two = set(input("x", "batch"), "x", floats(2));
        InputSet twice = set(input("x", 4), "x", floats(8));

        assertThatThrownBy(() -> two.heldBack(Path.of("f.npz")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--calibration f.npz: a third cannot be held back of 2 samples; give 3 or more, or other inputs to judge what is lost with --inputs");
        assertThatThrownBy(() -> twice.withoutHeldBack(Path.of("f.npz")))
                .hasMessageContaining("of 8 samples; give 12 or more");
    }

    @Test
    void should_leave_arrays_aside_that_are_no_inputs() {
        InputSet set =
                InputsAlone.set(List.of(input("x", "batch")), Map.of("x", floats(2), "labels", floats(7)), "`f`");

        assertThat(set.batch(0, 2)).containsOnlyKeys("x");
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "4, 8"})
    void should_run_a_model_of_a_fixed_batch_on_as_many_samples_at_a_time(int fixed, int length) {
        InputSet set = set(input("x", fixed, 2), "x", floats(length, 2));

        assertThat(set.samples()).isEqualTo(length);
        assertThat(set.step()).isEqualTo(fixed);
        assertThat(set.batchSize(1)).isEqualTo(fixed);
        assertThat(set.batchSize(100)).isEqualTo(fixed);
        assertThat(set.batch(fixed, 2 * fixed).get("x"))
                .extracting(NpyArray::shape)
                .isEqualTo(List.of(fixed, 2));
    }

    @Test
    void should_run_one_sample_at_a_time_where_one_input_of_several_is_fixed_to_that() {
        InputSet set = InputsAlone.set(
                List.of(input("x", "batch", 2), input("fixed", 1, 3)),
                Map.of("x", floats(6, 2), "fixed", floats(6, 3)),
                "`f`");

        assertThat(set.samples()).isEqualTo(6);
        assertThat(set.batchSize(100)).isEqualTo(1);
    }

    @Test
    void should_run_as_many_samples_at_a_time_as_wanted_where_the_first_axis_is_symbolic() {
        InputSet set = set(input("x", "batch", 2), "x", floats(6, 2));

        assertThat(set.batchSize(4)).isEqualTo(4);
        assertThat(set.batchSize(100)).isEqualTo(6);
        assertThat(set.batchSize(0)).isEqualTo(1);
    }

    @Test
    void should_take_the_whole_for_one_sample_where_lengths_differ() {
        Map<String, NpyArray> arrays = Map.of("x", floats(4, 2), "y", floats(6, 2));
        InputSet set = InputsAlone.set(List.of(input("x", "n", 2), input("y", "m", 2)), arrays, "`f`");

        assertOneSample(set, arrays);
    }

    @Test
    void should_take_the_whole_for_one_sample_where_fixed_batches_differ() {
        Map<String, NpyArray> arrays = Map.of("x", floats(4, 2), "y", floats(4, 2));
        InputSet set = InputsAlone.set(List.of(input("x", 2, 2), input("y", 4, 2)), arrays, "`f`");

        assertOneSample(set, arrays);
    }

    @Test
    void should_take_the_whole_for_one_sample_where_a_first_axis_is_a_later_one_too() {
        Map<String, NpyArray> arrays = Map.of("a", floats(3, 3), "b", floats(3, 2));
        InputSet set = InputsAlone.set(List.of(input("a", "n", "k"), input("b", "k", 2)), arrays, "`f`");

        assertOneSample(set, arrays);
    }

    @Test
    void should_not_take_axes_without_a_name_for_the_same() {
        InputSet set = set(input("x", "", ""), "x", floats(3, 2));

        assertThat(set.samples()).isEqualTo(3);
    }

    @Test
    void should_hand_a_single_number_over_with_every_batch() {
        Map<String, NpyArray> arrays = Map.of("x", floats(3, 2), "scale", NpyArray.ofFloats(List.of(), 2));
        InputSet set = InputsAlone.set(List.of(input("x", "batch", 2), input("scale")), arrays, "`f`");

        assertThat(set.samples()).isEqualTo(3);
        assertThat(set.batch(1, 3))
                .containsEntry("x", floats(3, 2).slice(1, 3))
                .containsEntry("scale", NpyArray.ofFloats(List.of(), 2));
    }

    @Test
    void should_refuse_a_missing_array() {
        List<ModelInput> inputs = List.of(new ModelInput(
                "ids",
                OnnxJavaType.INT64,
                List.of(new ModelInput.Dim(-1, "batch"), new ModelInput.Dim(-1, ""), new ModelInput.Dim(8, ""))));

        assertThatThrownBy(() -> InputsAlone.set(inputs, Map.of("x", floats(2)), "`f.npz`"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f.npz` has no array for input `ids` (INT64 [batch×?×8]); it has: x");
        assertThatThrownBy(() -> InputsAlone.set(inputs, Map.of(), "`f.npz`")).hasMessageEndingWith("it has: nothing");
    }

    @Test
    void should_refuse_an_array_of_another_rank() {
        assertThatThrownBy(() -> set(input("x", "batch", 2), "x", floats(4)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f`: array `x` is float32 [4]; expected FLOAT [batch×2]");
    }

    @Test
    void should_refuse_an_array_of_another_length_along_a_fixed_axis() {
        assertThatThrownBy(() -> set(input("x", "batch", 2), "x", floats(4, 3)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f`: array `x` is float32 [4, 3]; expected FLOAT [batch×2]");
        assertThatThrownBy(() -> set(input("x", 4, 2), "x", floats(6, 2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f`: array `x` is float32 [6, 2]; expected FLOAT [4×2]");
        assertThatThrownBy(() -> set(input("x", 0, 2), "x", floats(6, 2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f`: array `x` is float32 [6, 2]; expected FLOAT [0×2]");
    }

    @Test
    void should_refuse_arrays_without_samples() {
        assertThatThrownBy(() -> set(input("x", "batch", 2), "x", floats(0, 2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`f` holds no samples: axis 0 of array `x` is 0 long");
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT64, FLOAT, FLOAT32, -0.75",
        "FLOAT32, DOUBLE, FLOAT64, 0.300000011920928955078125",
        "FLOAT32, FLOAT16, FLOAT16, 65504",
        "FLOAT16, FLOAT, FLOAT32, 0.25",
        "FLOAT32, BFLOAT16, BFLOAT16, -1.0078125",
        "INT32, INT64, INT64, -2147483648",
        "INT64, INT32, INT32, 2147483647",
        "INT64, INT16, INT16, -32768",
        "INT64, INT8, INT8, -128",
        "INT64, UINT8, UINT8, 255",
        "INT64, BOOL, BOOL, 1",
        "INT64, FLOAT, FLOAT32, 16777216",
        "FLOAT64, INT64, INT64, 4503599627370496",
        "FLOAT32, BOOL, BOOL, 0",
        "BOOL, FLOAT, FLOAT32, 1",
        "UINT16, INT32, INT32, 65535",
        "UINT64, INT64, INT64, 9007199254740992",
        "INT64, DOUBLE, FLOAT64, 1152921504606846976",
        "FLOAT64, INT64, INT64, -9223372036854775808",
    })
    void should_convert_numbers_that_stay_the_same(NpyType from, OnnxJavaType to, NpyType stored, double number) {
        NpyArray array = array(from, number);

        NpyArray converted =
                Objects.requireNonNull(set(new ModelInput("x", to, List.of(new ModelInput.Dim(-1, "n"))), "x", array)
                        .batch(0, 1)
                        .get("x"));

        assertThat(converted.type()).isEqualTo(stored);
        assertThat(converted.doubleAt(0)).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT64, FLOAT, 0.1, 1e-8",
        "FLOAT64, FLOAT16, 0.1, 1e-4",
        "FLOAT64, BFLOAT16, 0.1, 1e-3",
        "FLOAT32, FLOAT16, 65505, 1",
        "FLOAT32, BFLOAT16, -257, 1",
    })
    void should_round_floating_point_numbers_and_say_so(NpyType from, OnnxJavaType to, double number, double most) {
        ModelInput input = new ModelInput("x", to, List.of(new ModelInput.Dim(-1, "n")));

        InputSet set = set(input, "x", array(from, number));

        double rounded = Objects.requireNonNull(set.batch(0, 1).get("x")).doubleAt(0);
        double change = Math.abs(rounded - array(from, number).doubleAt(0));
        assertThat(change).isBetween(most / 1000, most);
        assertThat(set.notes())
                .containsExactly(String.format(
                        Locale.ROOT,
                        "`f`: array `x` is %s and is rounded to %s, the type of the input; the largest change is %.1e",
                        from.label(),
                        to == OnnxJavaType.FLOAT ? "float32" : to.name().toLowerCase(Locale.ROOT),
                        change));
    }

    @Test
    void should_say_nothing_of_a_conversion_that_changes_no_number() {
        ModelInput input = new ModelInput("x", OnnxJavaType.FLOAT, List.of(new ModelInput.Dim(-1, "n")));

        assertThat(set(input, "x", array(NpyType.FLOAT64, 0.5)).notes()).isEmpty();
        assertThat(set(input, "x", floats(2)).notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void should_refuse_numbers_that_are_not_finite_and_say_where_they_are(float number) {
        NpyArray array = NpyArray.ofFloats(List.of(3, 2), 0, 0, 0, number, number, Float.NEGATIVE_INFINITY);

        assertThatThrownBy(() -> set(input("x", "batch", 2), "x", array))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`f`: input `x` has numbers that are not finite: 2 in 2 of its 3 samples, the first of them %s in sample 1, at [1, 1]; expected finite numbers, or -Infinity where a mask excludes something",
                        (double) number);
    }

    @Test
    void should_say_where_a_number_is_not_finite_in_float64_too_and_in_a_set_without_samples() {
        NpyArray array = NpyArray.ofMatrix(Matrix.of(1, 2, 1, Double.NaN));

        assertThatThrownBy(() -> set(input("x", "n", "n"), "x", array))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`f`: input `x` has numbers that are not finite: 1, the first of them NaN, at [0, 1]; expected finite numbers, or -Infinity where a mask excludes something");
    }

    @Test
    void should_accept_a_mask_of_negative_infinities() {
        NpyArray mask = NpyArray.ofFloats(List.of(1, 2), 0, Float.NEGATIVE_INFINITY);

        assertThat(set(input("mask", "batch", 2), "mask", mask).batch(0, 1)).containsEntry("mask", mask);
        assertThat(Objects.requireNonNull(set(
                                        new ModelInput(
                                                "mask",
                                                OnnxJavaType.FLOAT16,
                                                List.of(new ModelInput.Dim(-1, "n"), new ModelInput.Dim(2, ""))),
                                        "mask",
                                        mask)
                                .batch(0, 1)
                                .get("mask"))
                        .doubleAt(1))
                .isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, FLOAT16, 65520",
        "FLOAT64, FLOAT, 1e39",
        "FLOAT64, BFLOAT16, -3.4e38",
        "FLOAT64, BFLOAT16, 3.4e38",
        "FLOAT64, FLOAT16, 1e9",
        "FLOAT32, INT64, 1.5",
        "FLOAT32, INT64, NaN",
        "FLOAT64, INT64, 9223372036854775808",
        "INT64, INT32, 2147483648",
        "INT64, INT16, 32768",
        "INT64, INT8, 128",
        "INT64, UINT8, -1",
        "INT64, BOOL, 2",
        "FLOAT32, BOOL, 0.5",
        "INT64, FLOAT, 16777217",
    })
    void should_refuse_a_conversion_that_would_change_a_number(NpyType from, OnnxJavaType to, double number) {
        NpyArray array = array(from, number);
        ModelInput input = new ModelInput("x", to, List.of(new ModelInput.Dim(-1, "n")));

        assertThatThrownBy(() -> set(input, "x", array))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`f`: array `x` is %s and input takes ", from.label())
                .hasMessageEndingWith("without a change");
    }

    @ParameterizedTest
    @CsvSource({
        "INT64, DOUBLE, 9007199254740993",
        "INT64, FLOAT, 9223372036854775807",
        // As an unsigned number, 2⁶³.
        "UINT64, INT64, -9223372036854775808",
        "UINT64, UINT8, -9223372036854775808",
    })
    void should_refuse_to_change_integers_that_even_float64_cannot_hold(NpyType from, OnnxJavaType to, long number) {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, number);
        NpyArray array = NpyArray.of(from, List.of(1), bytes);
        ModelInput input = new ModelInput("x", to, List.of(new ModelInput.Dim(-1, "n")));

        assertThatThrownBy(() -> set(input, "x", array))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith("without a change");
    }

    @ParameterizedTest
    @CsvSource({"STRING", "UNKNOWN"})
    void should_refuse_an_input_that_no_array_can_be_fed_to(OnnxJavaType type) {
        ModelInput input = new ModelInput("x", type, List.of(new ModelInput.Dim(-1, "n")));

        assertThatThrownBy(() -> set(input, "x", floats(2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("input `x` takes %s [n], which cannot be fed from arrays", type);
    }

    private static void assertOneSample(InputSet set, Map<String, NpyArray> whole) {
        assertThat(set.samples()).isEqualTo(1);
        assertThat(set.step()).isEqualTo(1);
        assertThat(set.batchSize(100)).isEqualTo(1);
        assertThat(set.batch(0, 1)).isEqualTo(whole);
    }

    private static InputSet set(ModelInput input, String name, NpyArray array) {
        return InputsAlone.set(List.of(input), new HashMap<>(Map.of(name, array)), "`f`");
    }

    /** A float32 input; a dimension is an {@link Integer}, or a {@link String} where it is symbolic. */
    private static ModelInput input(String name, Object... dims) {
        List<ModelInput.Dim> declared = new ArrayList<>();
        for (Object dim : dims) {
            declared.add(
                    dim instanceof Integer size ? new ModelInput.Dim(size, "") : new ModelInput.Dim(-1, (String) dim));
        }
        return new ModelInput(name, OnnxJavaType.FLOAT, declared);
    }

    /** 0, 1, 2, … in this shape. */
    private static NpyArray floats(Integer... shape) {
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        float[] numbers = new float[size];
        IntStream.range(0, size).forEach(i -> numbers[i] = i);
        return NpyArray.ofFloats(List.of(shape), numbers);
    }

    /** An array of one number. */
    private static NpyArray array(NpyType type, double number) {
        ByteBuffer bytes = ByteBuffer.allocate(type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case FLOAT64 -> bytes.putDouble(number);
            case FLOAT32 -> bytes.putFloat((float) number);
            case FLOAT16 -> bytes.putShort((short) 0x3400);
            case BFLOAT16 -> bytes.putShort((short) (Float.floatToIntBits((float) number) >> Short.SIZE));
            case INT64, UINT64 -> bytes.putLong((long) number);
            case INT32, UINT32 -> bytes.putInt((int) number);
            case INT16, UINT16 -> bytes.putShort((short) (int) number);
            case INT8, UINT8, BOOL -> bytes.put((byte) (int) number);
        }
        return NpyArray.of(type, List.of(1), bytes.flip());
    }
}

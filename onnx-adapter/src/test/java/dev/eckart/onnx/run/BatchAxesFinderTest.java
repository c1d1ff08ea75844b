package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.RecurrentModels.HIDDEN;
import static dev.eckart.onnx.RecurrentModels.IN;
import static dev.eckart.onnx.RecurrentModels.OUT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.RecurrentModels;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.run.Session.Optimization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchAxesFinderTest {
    private static final int TIME = 5;
    private static final int SAMPLES = 6;

    private static final Map<String, NpyArray> TIME_FIRST = Map.of("x", normal(TIME, SAMPLES, IN));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"time, batch", "T, N", "dim_0, dim_1", "s0, s77", "seq, batch_size", "n, m"})
    void should_count_samples_of_a_recurrent_network_along_its_batch_whatever_the_axes_are_called(
            String time, String batch) {
        InputSet set = set(RecurrentModels.timeFirst(time, batch), TIME_FIRST);

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(array(set.batch(2, 4), "x").shape()).containsExactly(TIME, 2, IN);
        assertThat(ofOutput(set, "y", TIME, SAMPLES, OUT)).hasValue(1);
        assertThat(ofOutput(set, "hn", 1, SAMPLES, HIDDEN)).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"batch, time", "N, T", "dim_0, dim_1"})
    void should_count_samples_along_the_first_axis_where_that_is_the_batch(String batch, String time) {
        InputSet set = set(RecurrentModels.batchFirst(batch, time), Map.of("x", normal(SAMPLES, TIME, IN)));

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(array(set.batch(2, 4), "x").shape()).containsExactly(2, TIME, IN);
        assertThat(ofOutput(set, "y", SAMPLES, TIME, OUT)).hasValue(0);
        assertThat(ofOutput(set, "hn", 1, SAMPLES, HIDDEN)).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"time, batch", "dim_0, dim_1"})
    void should_slice_states_of_several_layers_along_their_second_axis(String time, String batch) {
        Map<String, NpyArray> arrays = Map.of("x", normal(TIME, SAMPLES, IN), "h", normal(2, SAMPLES, HIDDEN));

        InputSet set = set(RecurrentModels.withStates(time, batch), arrays);

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(set.batch(2, 4))
                .containsEntry("h", array(arrays, "h").slice(1, 2, 4))
                .containsEntry("x", array(arrays, "x").slice(1, 2, 4));
    }

    @Test
    void should_give_the_same_numbers_in_batches_as_all_at_once() {
        try (Session session = session(RecurrentModels.timeFirst("T", "N"))) {
            InputSet set = InputSet.of(session, OnnxReader.read(file()), TIME_FIRST, "`f`");
            Output all = y(session, set, 0, SAMPLES);

            for (int from = 0; from < SAMPLES; from += 2) {
                Output two = y(session, set, from, from + 2);

                assertThat(two.size()).isEqualTo(2 * TIME * OUT);
                for (int i = 0; i < two.size(); i++) {
                    assertThat(two.at(i)).isEqualTo(all.at(from * TIME * OUT + i), within(1e-6));
                }
            }
        }
    }

    /** The samples of y, one after the other. */
    private static Output y(Session session, InputSet set, int from, int to) {
        return Objects.requireNonNull(set.axes()
                .samplesFirst(session.run(set.batch(from, to)), to - from)
                .get("y"));
    }

    @Test
    void should_take_steps_that_depend_on_each_other_for_one_sample() {
        Map<String, NpyArray> arrays = Map.of("x", normal(TIME, 1, IN));

        InputSet set = set(RecurrentModels.timeFirst("steps", 1), arrays);

        assertThat(set.samples()).isEqualTo(1);
        assertThat(set.batch(0, 1)).isEqualTo(arrays);
    }

    @Test
    void should_prefer_the_first_axis_where_samples_could_be_along_either() {
        String graph = input("x", FLOAT, "p", "q", IN)
                + node("MatMul", "x w", "y")
                + output("y", FLOAT, "p", "q", OUT)
                + randomMatrix("w", IN, OUT);

        assertThat(set(graph, Map.of("x", normal(3, 4, IN))).samples()).isEqualTo(3);
        assertThat(set(graph.replace("\"q\"", "\"batch\""), Map.of("x", normal(3, 4, IN)))
                        .samples())
                .isEqualTo(4);
    }

    @Test
    void should_prefer_an_axis_that_all_outputs_have() {
        String graph = input("x", FLOAT, "places", "things", IN)
                + node("MatMul", "x w", "y")
                + node("ReduceMean", "x", "mean", "attribute { name: \"axes\" ints: 0 ints: 2 type: INTS }")
                + output("y", FLOAT, "places", "things", OUT)
                + output("mean", FLOAT, 1, "things", 1)
                + randomMatrix("w", IN, OUT);

        InputSet set = set(graph, Map.of("x", normal(3, 4, IN)));

        assertThat(set.samples()).isEqualTo(4);
        assertThat(ofOutput(set, "mean", 1, 4, 1)).hasValue(1);
    }

    @Test
    void should_learn_from_runs_along_which_axis_samples_are_in_outputs_that_do_not_declare_it() {
        String graph = RecurrentModels.timeFirst("time", "batch")
                .replace(output("y", FLOAT, "time", "batch", OUT), output("y", FLOAT, "Addy_dim_0", "Addy_dim_1", OUT))
                .replace(output("hn", FLOAT, 1, "batch", HIDDEN), output("hn", FLOAT, 1, "", HIDDEN));

        InputSet set = set(graph, TIME_FIRST);

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(ofOutput(set, "y", TIME, SAMPLES, OUT)).hasValue(1);
        assertThat(ofOutput(set, "hn", 1, SAMPLES, HIDDEN)).hasValue(1);
    }

    @Test
    void should_find_no_samples_in_an_output_of_time_that_happens_to_be_as_long_as_the_batch() {
        String graph = RecurrentModels.timeFirst("time", "batch")
                + node("ReduceMean", "x", "mean", "attribute { name: \"axes\" ints: 1 ints: 2 type: INTS }")
                + output("mean", FLOAT, "time", 1, 1);

        InputSet set = set(graph, Map.of("x", normal(SAMPLES, SAMPLES, IN)));

        assertThat(ofOutput(set, "mean", SAMPLES, 1, 1)).isEmpty();
        assertThat(ofOutput(set, "y", SAMPLES, SAMPLES, OUT)).hasValue(1);
    }

    @Test
    void should_hand_an_input_without_the_batch_over_with_every_batch() {
        String graph = input("x", FLOAT, "batch", "positions", IN)
                + input("shift", FLOAT, "positions", 1)
                + node("Add", "x shift", "y")
                + output("y", FLOAT, "batch", "positions", IN);
        Map<String, NpyArray> arrays = Map.of("x", normal(SAMPLES, SAMPLES, IN), "shift", normal(SAMPLES, 1));

        InputSet set = set(graph, arrays);

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(set.batch(1, 3))
                .containsEntry("x", array(arrays, "x").slice(1, 3))
                .containsEntry("shift", array(arrays, "shift"));
    }

    @Test
    void should_take_the_whole_for_one_sample_where_a_symbol_is_of_two_axes_of_an_input() {
        String graph = input("adjacent", FLOAT, "nodes", "nodes")
                + input("x", FLOAT, "nodes", IN)
                + node("MatMul", "adjacent x", "y")
                + output("y", FLOAT, "nodes", IN);
        Map<String, NpyArray> arrays = Map.of("adjacent", normal(3, 3), "x", normal(3, IN));

        InputSet set = set(graph, arrays);

        assertThat(set.samples()).isEqualTo(1);
        assertThat(set.batch(0, 1)).isEqualTo(arrays);
    }

    @Test
    void should_take_the_whole_for_one_sample_where_arrays_differ_along_a_symbol() {
        Map<String, NpyArray> arrays = Map.of("x", normal(2, 3), "y", normal(1, 3));

        InputSet set = set(
                input("x", FLOAT, "batch", 3)
                        + input("y", FLOAT, "batch", 3)
                        + node("Add", "x y", "z")
                        + output("z", FLOAT, "batch", 3),
                arrays);

        assertThat(set.samples()).isEqualTo(1);
        assertThat(set.batch(0, 1)).isEqualTo(arrays);
    }

    @Test
    void should_take_the_first_axis_where_axes_have_no_symbols() {
        InputSet set = set(RecurrentModels.batchFirst("", ""), Map.of("x", normal(SAMPLES, TIME, IN)));

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(array(set.batch(2, 4), "x").shape()).containsExactly(2, TIME, IN);
    }

    @Test
    void should_run_a_fixed_batch_as_a_whole() {
        InputSet set = set(RecurrentModels.batchFirst(2, TIME), Map.of("x", normal(SAMPLES, TIME, IN)));

        assertThat(set.samples()).isEqualTo(SAMPLES);
        assertThat(set.batchSize(100)).isEqualTo(2);
    }

    @Test
    void should_refuse_an_array_without_samples_along_the_axis_that_counts_them() {
        assertThatThrownBy(() -> set(RecurrentModels.timeFirst("time", "batch"), Map.of("x", normal(TIME, 0, IN))))
                .hasMessage("`f` holds no samples: axis 1 of array `x` is 0 long");
    }

    @Test
    void should_make_inputs_up_of_few_samples_and_more_steps() {
        try (Session session = session(RecurrentModels.withStates("time", "batch"))) {
            List<InputSet> sets = MadeUpInputs.forModel(session, OnnxReader.read(file()), 1);

            assertThat(sets).extracting(InputSet::samples).containsExactly(2, 3);
            assertThat(array(sets.get(0).batch(0, 2), "x").shape()).containsExactly(16, 2, IN);
            assertThat(array(sets.get(0).batch(1, 2), "h").shape()).containsExactly(2, 1, HIDDEN);
        }
    }

    private InputSet set(String graph, Map<String, NpyArray> arrays) {
        try (Session session = session(graph)) {
            return InputSet.of(session, OnnxReader.read(file()), arrays, "`f`");
        }
    }

    private Session session(String graph) {
        TextModels.write(TextModels.withGraph(graph), file());
        return Session.open(file(), Optimization.ALL, 1);
    }

    private Path file() {
        return folder.resolve("model.onnx");
    }

    private static OptionalInt ofOutput(InputSet set, String name, long... shape) {
        return set.axes().ofOutput(name, Arrays.stream(shape).boxed().toList(), set.samples());
    }

    private static NpyArray array(Map<String, NpyArray> arrays, String name) {
        return Objects.requireNonNull(arrays.get(name));
    }

    private static NpyArray normal(Integer... shape) {
        Random random = new Random(1);
        float[] numbers = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return NpyArray.ofFloats(List.of(shape), numbers);
    }
}

package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.BFLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT32;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static dev.eckart.onnx.proto.TensorProto.DataType.STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MadeUpInputsTest {
    private static final int TABLE_ROWS = 5;

    @TempDir
    private Path folder;

    @Test
    void should_bind_symbolic_dimensions_and_run_at_two_sizes() {
        List<InputSet> sets = sets(input("x", FLOAT, "batch", "n", "n")
                + input("y", FLOAT, "batch", "n", 3)
                + node("MatMul", "x y", "z")
                + output("z", FLOAT, "batch", "n", 3));

        assertThat(sets).hasSize(2);
        assertThat(sets).extracting(set -> array(set, "x").shape()).doesNotHaveDuplicates();
        assertThat(sets).allSatisfy(set -> {
            List<Integer> x = array(set, "x").shape();
            assertThat(x.get(1)).isEqualTo(x.get(2));
            assertThat(array(set, "y").shape()).containsExactly(x.get(0), x.get(1), 3);
            assertThat(set.samples()).isEqualTo(x.get(0));
        });
    }

    @Test
    void should_make_up_inputs_of_bfloat16() {
        List<InputSet> sets = sets(input("x", BFLOAT16, "batch", 3)
                + node("Cast", "x", "y", attribute("to", FLOAT.getNumber()))
                + output("y", FLOAT, "batch", 3));

        assertThat(sets)
                .hasSize(2)
                .allSatisfy(set -> assertThat(array(set, "x").type()).isEqualTo(NpyType.BFLOAT16));
    }

    @Test
    void should_keep_fixed_dimensions() {
        List<InputSet> sets = sets(input("x", FLOAT, 1, 3, 8) + node("Relu", "x", "y") + output("y", FLOAT, 1, 3, 8));

        assertThat(sets)
                .isNotEmpty()
                .allSatisfy(set -> assertThat(array(set, "x").shape()).containsExactly(1, 3, 8));
    }

    @Test
    void should_try_larger_sizes_where_the_model_refuses_small_ones() {
        List<InputSet> sets = sets(input("x", FLOAT, "batch", 1, "height", "width")
                + node("MaxPool", "x", "y", attribute("kernel_shape", new int[] {48, 48}))
                + output("y", FLOAT, "batch", 1, "h", "w"));

        assertThat(sets)
                .hasSize(2)
                .allSatisfy(set -> assertThat(array(set, "x").shape().get(2)).isGreaterThanOrEqualTo(48));
    }

    @Test
    void should_stay_positive_where_other_numbers_have_no_root() {
        List<InputSet> sets =
                sets(input("x", FLOAT, "batch", 8) + node("Sqrt", "x", "y") + output("y", FLOAT, "batch", 8));

        assertThat(sets)
                .hasSize(2)
                .allSatisfy(set -> assertThat(numbers(array(set, "x"))).allMatch(number -> number > 0));
    }

    @Test
    void should_keep_indices_inside_the_table_they_go_to() {
        List<InputSet> sets = sets(input("ids", INT64, "batch", "n")
                + node("Gather", "table ids", "y")
                + output("y", FLOAT, "batch", "n", 4)
                + randomMatrix("table", TABLE_ROWS, 4));

        assertThat(sets).hasSize(2).allSatisfy(set -> assertIndices(array(set, "ids"), TABLE_ROWS));
    }

    @Test
    void should_keep_indices_inside_the_table_also_where_they_go_there_through_other_nodes() {
        List<InputSet> sets = sets(input("ids", INT32, "batch", "n")
                + node("Cast", "ids", "long", attribute("to", INT64.getNumber()))
                + node("Unsqueeze", "long axis", "deep")
                + node("Reshape", "deep row", "flat")
                + node("Identity", "flat", "same")
                + node("Gather", "table same", "y")
                + output("y", FLOAT, "m", 4)
                + integers("axis", 1)
                + integers("row", -1)
                + randomMatrix("table", TABLE_ROWS, 4));

        assertThat(sets).hasSize(2).allSatisfy(set -> {
            assertThat(array(set, "ids").type()).isEqualTo(NpyType.INT32);
            assertIndices(array(set, "ids"), TABLE_ROWS);
        });
    }

    @Test
    void should_keep_indices_inside_the_smallest_of_several_tables() {
        List<InputSet> sets = sets(input("ids", INT64, "batch", "n")
                + node("Gather", "large ids", "a")
                + node("Gather", "table ids", "b")
                + node("Add", "a b", "y")
                + output("y", FLOAT, "batch", "n", 4)
                + randomMatrix("large", 100, 4)
                + randomMatrix("table", TABLE_ROWS, 4));

        assertThat(sets).hasSize(2).allSatisfy(set -> assertIndices(array(set, "ids"), TABLE_ROWS));
    }

    @Test
    void should_not_limit_an_input_to_the_table_of_another_one() {
        List<InputSet> sets = sets(input("small", INT64, "batch", "n")
                + input("wide", INT64, "batch", "n")
                + node("Gather", "table small", "a")
                + node("Gather", "large wide", "b")
                + node("Add", "a b", "y")
                + output("y", FLOAT, "batch", "n", 4)
                + randomMatrix("table", TABLE_ROWS, 4)
                + randomMatrix("large", 1000, 4));

        assertThat(sets).allSatisfy(set -> {
            assertIndices(array(set, "small"), TABLE_ROWS);
            assertThat(numbers(array(set, "wide"))).anyMatch(number -> number >= TABLE_ROWS);
        });
    }

    @Test
    void should_fill_masks_with_ones_whatever_their_type() {
        List<InputSet> sets = sets(input("x", FLOAT, "batch", "n")
                + input("attention_mask", INT64, "batch", "n")
                + input("floatMask", FLOAT, "batch", "n")
                + input("flags", BOOL, "batch", "n")
                + node("Cast", "attention_mask", "a", attribute("to", FLOAT.getNumber()))
                + node("Cast", "flags", "b", attribute("to", FLOAT.getNumber()))
                + node("Sum", "x a floatMask b", "y")
                + output("y", FLOAT, "batch", "n"));

        assertThat(sets).hasSize(2).allSatisfy(set -> {
            assertThat(array(set, "flags").type()).isEqualTo(NpyType.BOOL);
            assertThat(List.of("attention_mask", "floatMask", "flags"))
                    .allSatisfy(name -> assertThat(numbers(array(set, name))).containsOnly(1.0));
            assertThat(numbers(array(set, "x"))).anyMatch(number -> number < 0);
        });
    }

    @Test
    void should_add_up_dimensions_that_are_sums() {
        List<InputSet> sets = sets(input("past", FLOAT, "batch", "past")
                + input("now", FLOAT, "batch", "sequence")
                + input("all", FLOAT, "batch", "past + sequence")
                + input("next", FLOAT, "batch", "past + 1")
                + node("Concat", "past now", "both", attribute("axis", 1))
                + node("Add", "both all", "y")
                + node("Relu", "next", "z")
                + output("y", FLOAT, "batch", "past + sequence")
                + output("z", FLOAT, "batch", "past + 1"));

        assertThat(sets).hasSize(2).allSatisfy(set -> {
            int past = array(set, "past").shape().get(1);
            assertThat(array(set, "all").shape().get(1))
                    .isEqualTo(past + array(set, "now").shape().get(1));
            assertThat(array(set, "next").shape().get(1)).isEqualTo(past + 1);
        });
    }

    @Test
    void should_add_up_dimensions_that_are_sums_also_along_the_first_axis() {
        List<InputSet> sets = sets(input("past", FLOAT, 1, "past")
                + input("now", FLOAT, 1, "sequence")
                + input("all", FLOAT, "past + sequence")
                + node("Concat", "past now", "both", attribute("axis", 1))
                + node("Add", "both all", "y")
                + output("y", FLOAT, 1, "past + sequence"));

        assertThat(sets)
                .hasSize(2)
                .allSatisfy(set -> assertThat(array(set, "all").shape())
                        .containsExactly(array(set, "past").shape().get(1)
                                + array(set, "now").shape().get(1)));
    }

    @Test
    void should_make_numbers_that_float16_holds_too() {
        List<InputSet> sets = sets(input("x", FLOAT16, "batch", 64)
                + node("Cast", "x", "y", attribute("to", FLOAT.getNumber()))
                + output("y", FLOAT, "batch", 64));

        assertThat(sets).hasSize(2).allSatisfy(set -> {
            NpyArray x = array(set, "x");
            assertThat(x.type()).isEqualTo(NpyType.FLOAT16);
            assertThat(numbers(x))
                    .allMatch(Double::isFinite)
                    .anyMatch(n -> n > 0.5)
                    .anyMatch(n -> n < -0.5);
        });
    }

    @Test
    void should_make_the_same_inputs_of_the_same_seed() {
        String graph = input("x", FLOAT, "batch", "n")
                + input("ids", INT64, "batch", "n")
                + node("Relu", "x", "y")
                + node("Gather", "table ids", "z")
                + output("y", FLOAT, "batch", "n")
                + output("z", FLOAT, "batch", "n", 2)
                + randomMatrix("table", 1000, 2);

        List<Map<String, NpyArray>> once = whole(sets(graph, 1));

        assertThat(whole(sets(graph, 1))).isEqualTo(once);
        Map<String, NpyArray> other = whole(sets(graph, 2)).get(0);
        assertThat(other.get("x")).isNotEqualTo(once.get(0).get("x"));
        assertThat(other.get("ids")).isNotEqualTo(once.get(0).get("ids"));
    }

    @Test
    void should_say_what_to_do_where_the_model_accepts_nothing() {
        String graph = input("x", FLOAT, "batch", "n")
                + node("Reshape", "x shape", "y")
                + output("y", FLOAT, 1000003)
                + integers("shape", 1000003);

        assertThatThrownBy(() -> sets(graph))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("no inputs could be made up that the model accepts; give some with --inputs,"
                        + " or skip the check with --no-verify (")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void should_refuse_a_model_of_texts_in_one_sentence() {
        String graph = input("words", STRING, "batch") + node("Identity", "words", "y") + output("y", STRING, "batch");

        assertThatThrownBy(() -> sets(graph))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input `words` takes STRING [batch], which cannot be fed from arrays")
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "134217728, 1, 2×134217728×1",
        "1099511627776, 1, 2×1099511627776×1",
        "65536, 4294967296, 2×65536×4294967296"
    })
    void should_refuse_inputs_that_would_be_huge(long rows, long columns, String shape) {
        String dims =
                "dim { dim_param: \"batch\" } dim { dim_value: %d } dim { dim_value: %d }".formatted(rows, columns);
        String graph = "input { name: \"x\" type { tensor_type { elem_type: 1 shape { %s } } } } ".formatted(dims)
                + node("Relu", "x", "y")
                + output("y", FLOAT, "batch", "n", "m");

        assertThatThrownBy(() -> sets(graph))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(
                        "input `x` would have [%s] numbers, more than the 67108864 that are made up", shape);
    }

    private static final String ROWS = input("x", FLOAT, "batch", "", 4)
            + input("past", FLOAT, "batch", "past")
            + input("all", FLOAT, "batch", "past + 1")
            + node("Relu", "x", "y")
            + node("Relu", "past", "a")
            + node("Relu", "all", "b")
            + output("y", FLOAT, "batch", "", 4)
            + output("a", FLOAT, "batch", "past")
            + output("b", FLOAT, "batch", "past + 1");

    @Test
    void should_take_the_sizes_that_are_asked_for_and_make_up_the_others() {
        List<MadeUpInputs.Bound> bound = at(ROWS, "batch=5,past=9", "x[1]=3");

        assertThat(bound.get(0).axes()).isEqualTo(Map.of("batch", 5L, "x[1]", 16L, "past", 9L));
        assertThat(shapes(bound.get(0).inputs()))
                .isEqualTo(Map.of("x", List.of(5, 16, 4), "past", List.of(5, 9), "all", List.of(5, 10)));
        assertThat(bound.get(1).axes()).isEqualTo(Map.of("batch", 2L, "x[1]", 3L, "past", 16L));
        assertThat(shapes(bound.get(1).inputs()))
                .isEqualTo(Map.of("x", List.of(2, 3, 4), "past", List.of(2, 16), "all", List.of(2, 17)));
    }

    @Test
    void should_make_up_sizes_that_the_model_accepts_beside_those_asked_for() {
        String pool = input("x", FLOAT, "batch", 1, "height", "width")
                + node("MaxPool", "x", "y", attribute("kernel_shape", new int[] {48, 48}))
                + output("y", FLOAT, "batch", 1, "h", "w");

        assertThat(at(pool, "height=50").get(0).axes())
                .containsEntry("height", 50L)
                .containsEntry("width", 64L);
        assertThatThrownBy(() -> at(pool, "height=50,width=100", "height=8"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--shapes height=8: `")
                .hasMessageContaining("fails in ONNX Runtime on the given inputs");
    }

    @Test
    void should_stay_positive_at_the_sizes_that_are_asked_for_where_other_numbers_have_no_root() {
        String root = input("x", FLOAT, "batch", 8) + node("Sqrt", "x", "y") + output("y", FLOAT, "batch", 8);

        assertThat(numbers(array(at(root, "batch=4").get(0).inputs(), "x"))).allMatch(number -> number > 0);
    }

    @Test
    void should_refuse_sizes_that_are_given_twice_whatever_their_order() {
        assertThatThrownBy(() -> at(ROWS, "batch=1,past=2", "past=2,batch=1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--shapes past=2,batch=1: these sizes are given twice; leave one of them out");
    }

    private List<MadeUpInputs.Bound> at(String graph, String... bindings) {
        Path file = TextModels.write(TextModels.withGraph(graph), folder.resolve("model.onnx"));
        try (Session session = Session.open(file, Session.Optimization.ALL, 1)) {
            return MadeUpInputs.at(
                    Arrays.stream(bindings).map(ShapeBinding::parse).toList(), session, OnnxReader.read(file), 1);
        }
    }

    private static Map<String, List<Integer>> shapes(InputSet set) {
        return set.batch(0, set.samples()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, input -> input.getValue().shape()));
    }

    private List<InputSet> sets(String graph) {
        return sets(graph, 1);
    }

    private List<InputSet> sets(String graph, long seed) {
        Path file = TextModels.write(TextModels.withGraph(graph), folder.resolve("model.onnx"));
        try (Session session = Session.open(file, Session.Optimization.ALL, 1)) {
            return MadeUpInputs.forModel(session, OnnxReader.read(file), seed);
        }
    }

    private static List<Map<String, NpyArray>> whole(List<InputSet> sets) {
        return sets.stream().map(set -> set.batch(0, set.samples())).toList();
    }

    private static NpyArray array(InputSet set, String name) {
        return Objects.requireNonNull(set.batch(0, set.samples()).get(name));
    }

    private static List<Double> numbers(NpyArray array) {
        return IntStream.range(0, array.size()).mapToObj(array::doubleAt).toList();
    }

    private static void assertIndices(NpyArray indices, int rows) {
        assertThat(numbers(indices)).allMatch(index -> index >= 0 && index < rows);
        assertThat(numbers(indices).stream().distinct()).hasSizeGreaterThan(2);
    }
}

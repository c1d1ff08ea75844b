package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.matrix;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.proto.TensorProto.DataType.BFLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static dev.eckart.onnx.proto.TensorProto.DataType.STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {
    private static final String PRODUCT = input("x", FLOAT, "batch", 2)
            + node("MatMul", "x w", "y")
            + output("y", FLOAT, "batch", 3)
            + matrix("w", 2, 3, 1, 2, 3, 4, 5, 6);

    private static final String UNKNOWN_OPERATOR =
            input("x", FLOAT, "batch") + node("NoSuchOperator", "x", "y") + output("y", FLOAT, "batch");

    /** Fails on an index of its input that the table does not have. */
    private static final String TABLE = input("x", FLOAT, "batch")
            + node("Cast", "x", "i", attribute("to", INT64.getNumber()))
            + node("Gather", "table i", "y")
            + output("y", FLOAT, "batch", 2)
            + matrix("table", 1, 2, 1, 2);

    @TempDir
    private Path folder;

    @Test
    void should_tell_of_operators_as_the_runtime_runs_them() throws IOException {
        Path model = write(input("x", FLOAT, "batch", 2)
                + node("Gemm", "x w", "g")
                + node("Relu", "g", "r")
                + node("Gemm", "r v", "y")
                + output("y", FLOAT, "batch", 2)
                + matrix("w", 2, 3, 1, 2, 3, 4, 5, 6)
                + matrix("v", 3, 2, 1, 2, 3, 4, 5, 6));
        Map<String, NpyArray> inputs = Map.of("x", NpyArray.ofFloats(List.of(1, 2), new float[2]));

        try (Session session = Session.openLogged(model, 1, folder)) {
            session.run(inputs);
            session.run(inputs);

            assertThat(session.operators()).isEqualTo(Map.of("FusedGemm", 1, "Gemm", 1));
        }
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(model));
        try (Session session = Session.open(model, Optimization.ALL, 1)) {
            assertThatThrownBy(session::operators).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void should_know_the_types_of_outputs_without_a_run() throws IOException {
        Path model = write(input("x", FLOAT, "batch", 2)
                + node("Shape", "x", "n")
                + node("Relu", "x", "y")
                + "output { name: \"n\" } output { name: \"y\" } ");

        try (Session session = Session.open(model, Optimization.ALL, 1)) {
            assertThat(session.outputTypes()).isEqualTo(Map.of("n", OnnxJavaType.INT64, "y", OnnxJavaType.FLOAT));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_run_a_model_at_every_optimization_level(Optimization optimization) {
        try (Session session = Session.open(write(PRODUCT), optimization, 1)) {
            Map<String, Output> outputs = session.run(Map.of("x", NpyArray.ofFloats(List.of(2, 2), 1, 0, 1, 1)));

            assertThat(outputs).containsOnlyKeys("y");
            Output y = Objects.requireNonNull(outputs.get("y"));
            assertThat(y.shape()).containsExactly(2L, 3L);
            assertThat(y.floating()).isTrue();
            assertThat(numbers(y)).containsExactly(1.0, 2.0, 3.0, 5.0, 7.0, 9.0);
        }
    }

    /** Of which ONNX Runtime takes each character on its stack. */
    @Test
    void should_load_a_model_where_the_command_line_is_long() throws Exception {
        Process process = LoadingProcess.start(write(PRODUCT), "x".repeat(60_000));

        assertThat(process.waitFor()).isZero();
    }

    @Test
    void should_tell_the_inputs_in_their_order() {
        Path file = write(input("ids", INT64, "batch", "")
                + input("x", FLOAT, "batch", 2)
                + input("scale", DataType.DOUBLE)
                + node("Identity", "ids", "a")
                + node("Identity", "x", "b")
                + node("Identity", "scale", "c")
                + output("a", INT64, "batch", "")
                + output("b", FLOAT, "batch", 2)
                + output("c", DataType.DOUBLE));

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            assertThat(session.inputs())
                    .containsExactly(
                            new ModelInput(
                                    "ids",
                                    OnnxJavaType.INT64,
                                    List.of(new ModelInput.Dim(-1, "batch"), new ModelInput.Dim(-1, ""))),
                            new ModelInput(
                                    "x",
                                    OnnxJavaType.FLOAT,
                                    List.of(new ModelInput.Dim(-1, "batch"), new ModelInput.Dim(2, ""))),
                            new ModelInput("scale", OnnxJavaType.DOUBLE, List.of()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT, true, -2.0",
        "DOUBLE, true, -2.0",
        "FLOAT16, true, -2.0",
        "INT64, false, -2.0",
        "INT32, false, -2.0",
        "INT16, false, -2.0",
        "INT8, false, -2.0",
        "UINT8, false, 254.0",
        "BOOL, false, 1.0",
    })
    void should_give_outputs_of_every_type_as_numbers(DataType type, boolean floating, double second) {
        String source = type == DataType.UINT8 ? "positive" : "x";
        Path file = write(input("x", FLOAT, "n")
                + node("Neg", "x", "negative")
                + node("Mul", "negative large", "positive")
                + node("Cast", source, "y", attribute("to", type.getNumber()))
                + output("y", type, "n")
                + "initializer { name: \"large\" data_type: 1 float_data: 127 } ");

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            Output y = Objects.requireNonNull(session.run(Map.of("x", NpyArray.ofFloats(List.of(2), 0, -2)))
                    .get("y"));

            assertThat(y.floating()).isEqualTo(floating);
            assertThat(Math.abs(y.at(0))).isZero();
            assertThat(y.at(1)).isEqualTo(second);
        }
    }

    @Test
    void should_give_a_single_number_and_an_empty_output_as_they_are() {
        Path file = write(input("x", FLOAT, "n")
                + node("ReduceSum", "x", "sum", attribute("keepdims", 0))
                + node("Slice", "x zero zero", "none")
                + output("sum", FLOAT)
                + output("none", FLOAT, "m")
                + integers("zero", 0));

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            Map<String, Output> outputs = session.run(Map.of("x", NpyArray.ofFloats(List.of(2), 3, 4)));
            Output sum = Objects.requireNonNull(outputs.get("sum"));
            Output none = Objects.requireNonNull(outputs.get("none"));

            assertThat(sum.shape()).isEmpty();
            assertThat(numbers(sum)).containsExactly(7.0);
            assertThat(sum.lastAxis()).isEqualTo(1);
            assertThat(none.shape()).containsExactly(0L);
            assertThat(numbers(none)).isEmpty();
        }
    }

    @Test
    void should_leave_outputs_out_that_are_no_numbers() {
        Path file = write(input("x", FLOAT, "n")
                + node("Cast", "x", "text", attribute("to", STRING.getNumber()))
                + node("Relu", "x", "y")
                + node("SequenceConstruct", "x", "list")
                + output("text", STRING, "n")
                + output("y", FLOAT, "n")
                + "output { name: \"list\" type { sequence_type { elem_type {"
                + " tensor_type { elem_type: 1 } } } } } ");

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            assertThat(session.run(Map.of("x", NpyArray.ofFloats(List.of(1), 1))))
                    .containsOnlyKeys("y");
        }
    }

    @Test
    void should_refuse_a_model_that_the_runtime_does_not_know_in_one_line() {
        Path file = write(UNKNOWN_OPERATOR);

        assertThatThrownBy(() -> Session.open(file, Optimization.ALL, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("ONNX Runtime cannot load `%s`: ", file)
                .hasMessageContaining("NoSuchOperator")
                .message()
                .doesNotContainPattern("\\R");
    }

    @Test
    void should_refuse_a_file_that_is_not_there() {
        Path file = folder.resolve("none.onnx");

        assertThatThrownBy(() -> Session.open(file, Optimization.ALL, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("ONNX Runtime cannot load `%s`: ", file)
                .message()
                .doesNotContainPattern("\\R");
    }

    @Test
    void should_say_that_a_model_fails_on_its_inputs() {
        Path file = write(TABLE);

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            assertThatThrownBy(() -> session.run(Map.of("x", NpyArray.ofFloats(List.of(1), 7))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("`%s` fails in ONNX Runtime on the given inputs: ", file)
                    .message()
                    .doesNotContainPattern("\\R");
        }
    }

    @Test
    void should_refuse_inputs_of_another_shape_than_the_model_takes() {
        try (Session session = Session.open(write(PRODUCT), Optimization.ALL, 1)) {
            assertThatThrownBy(() -> session.run(Map.of("x", NpyArray.ofFloats(List.of(1, 3), 1, 2, 3))))
                    .isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void should_refuse_outputs_that_no_buffer_holds() {
        String graph = "node { op_type: \"ConstantOfShape\" input: \"shape\" output: \"y\" attribute { name: \"value\""
                + " type: TENSOR t { dims: 1 data_type: 9 int32_data: 1 } } } "
                + "input { name: \"shape\" type { tensor_type { elem_type: 7 shape { dim { dim_value: 1 } } } } } "
                + "output { name: \"y\" type { tensor_type { elem_type: 9 shape { dim { dim_param: \"n\" } } } } } ";
        NpyArray shape = NpyArray.of(
                NpyType.INT64,
                List.of(1),
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(300_000_000)
                        .flip());

        try (Session session = Session.open(write(graph), Optimization.NONE, 1)) {
            assertThatThrownBy(() -> session.run(Map.of("shape", shape)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("output `y` has [300000000] numbers; expected at most 268435455");
        }
    }

    @Test
    void should_take_inputs_of_bfloat16() {
        Path file = write(input("x", BFLOAT16, "n")
                + node("Cast", "x", "y", attribute("to", FLOAT.getNumber()))
                + output("y", FLOAT, "n"));

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            InputSet set = InputSet.of(
                    session, OnnxReader.read(file), Map.of("x", NpyArray.ofFloats(List.of(2), -2.5f, 257)), "`f`");

            Output y = Objects.requireNonNull(session.run(set.batch(0, 2)).get("y"));

            assertThat(numbers(y)).containsExactly(-2.5, 256.0);
            assertThat(set.notes()).hasSize(1);
        }
    }

    @Test
    void should_take_inputs_of_flags() {
        Path file = write(input("x", BOOL, "n") + node("Not", "x", "y") + output("y", BOOL, "n"));

        try (Session session = Session.open(file, Optimization.ALL, 1)) {
            InputSet flags = InputSet.of(
                    session, OnnxReader.read(file), Map.of("x", NpyArray.ofFloats(List.of(2), 0, 1)), "flags");

            Output y = Objects.requireNonNull(session.run(flags.batch(0, 2)).get("y"));

            assertThat(numbers(y)).containsExactly(1.0, 0.0);
        }
    }

    @Test
    void should_see_what_prepared_memory_holds_at_the_time() {
        Path file = write(PRODUCT.replace(matrix("w", 2, 3, 1, 2, 3, 4, 5, 6), input("w", FLOAT, 2, 3)));
        ByteBuffer memory = ByteBuffer.allocateDirect(6 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        memory.asFloatBuffer().put(new float[] {1, 2, 3, 4, 5, 6});
        Map<String, NpyArray> x = Map.of("x", NpyArray.ofFloats(List.of(1, 2), 1, 1));

        try (Session session = Session.open(file, Optimization.ALL, 1);
                PreparedTensor w = PreparedTensor.of(ElementType.FLOAT32, List.of(2L, 3L), memory)) {
            assertThat(numbers(Objects.requireNonNull(
                            session.run(x, Map.of("w", w)).get("y"))))
                    .containsExactly(5.0, 7.0, 9.0);
            memory.putFloat(0, 10);
            assertThat(numbers(Objects.requireNonNull(
                            session.run(x, Map.of("w", w)).get("y"))))
                    .containsExactly(14.0, 7.0, 9.0);
        }
    }

    @Test
    void should_refuse_memory_of_another_size_or_on_the_heap() {
        assertThatThrownBy(() -> PreparedTensor.of(ElementType.FLOAT32, List.of(2L), ByteBuffer.allocateDirect(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected a direct buffer of 8 bytes but was: 4 bytes, direct");
        assertThatThrownBy(() -> PreparedTensor.of(ElementType.FLOAT32, List.of(1L), ByteBuffer.allocate(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected a direct buffer of 4 bytes but was: 4 bytes, on the heap");
    }

    /** The runtime writes to the process's own stderr, past Java: only from outside can that be seen. */
    @Test
    void should_keep_the_runtime_from_printing() throws IOException, InterruptedException {
        Path errors = folder.resolve("stderr");
        Path table = TextModels.write(TextModels.withGraph(TABLE), folder.resolve("table.onnx"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Failing.class.getName(),
                        write(UNKNOWN_OPERATOR).toString(),
                        table.toString())
                .redirectError(errors.toFile())
                .redirectOutput(folder.resolve("stdout").toFile())
                .start();

        int status = process.waitFor();

        assertThat(folder.resolve("stdout")).hasContent("refused\nfailed");
        assertThat(Files.readString(errors)).doesNotContain("onnxruntime:");
        assertThat(status).isZero();
    }

    /** A process in which the runtime has two reasons to complain. */
    static final class Failing {
        private Failing() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] files) {
            try (Session unexpected = Session.open(Path.of(files[0]), Optimization.ALL, 1)) {
                System.out.println("opened " + unexpected.inputs());
            } catch (InvalidInputException e) {
                System.out.println("refused");
            }
            try (Session session = Session.open(Path.of(files[1]), Optimization.ALL, 1)) {
                System.out.println(session.run(Map.of("x", NpyArray.ofFloats(List.of(1), 7))));
            } catch (InvalidInputException e) {
                System.out.println("failed");
            }
        }
    }

    private Path write(String graph) {
        return TextModels.write(TextModels.withGraph(graph), folder.resolve("model.onnx"));
    }

    private static List<Double> numbers(Output output) {
        return IntStream.range(0, output.size()).mapToObj(output::at).toList();
    }
}

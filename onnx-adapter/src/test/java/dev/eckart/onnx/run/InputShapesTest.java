package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.Declarations.randomTensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InputShapesTest {
    private static final String UNSHAPED = "%s { name: \"%s\" type { tensor_type { elem_type: 1 } } } ";
    private static final String X = UNSHAPED.formatted("input", "x");
    private static final String Y = UNSHAPED.formatted("output", "y");
    private static final String LSTM = node("LSTM", "x W R", "y", attribute("hidden_size", 5))
            + randomTensor("W", 1, 20, 6)
            + randomTensor("R", 1, 20, 5);

    @TempDir
    private Path folder;

    static Stream<Arguments> askedRanks() {
        String matrix = randomMatrix("w", 4, 3);
        return Stream.of(
                Arguments.of("LSTM", LSTM, "[?×?×6]"),
                Arguments.of(
                        "GRU",
                        node("GRU", "x W R", "y", attribute("hidden_size", 5))
                                + randomTensor("W", 1, 15, 6)
                                + randomTensor("R", 1, 15, 5),
                        "[?×?×6]"),
                Arguments.of("RNN, with what is in between", shapeKeeping(), "[?×?×6]"),
                Arguments.of("Conv", node("Conv", "x k", "y") + randomTensor("k", 2, 3, 1, 1), "[?×3×?×?]"),
                Arguments.of("Conv of one axis", node("Conv", "x k", "y") + randomTensor("k", 2, 3, 1), "[?×3×?]"),
                Arguments.of(
                        "Conv in groups",
                        node("Conv", "x k", "y", attribute("group", 2)) + randomTensor("k", 2, 3, 1, 1),
                        "[?×6×?×?]"),
                Arguments.of(
                        "ConvTranspose",
                        node("ConvTranspose", "x k", "y") + randomTensor("k", 3, 2, 1, 1),
                        "[?×3×?×?]"),
                Arguments.of(
                        "MaxPool", node("MaxPool", "x", "y", attribute("kernel_shape", new int[] {2, 2})), "[?×?×?×?]"),
                Arguments.of("Gemm", node("Gemm", "x w", "y") + matrix, "[?×4]"),
                Arguments.of("Gemm, B turned", node("Gemm", "x w", "y", attribute("transB", 1)) + matrix, "[?×3]"),
                Arguments.of("Gemm, A turned", node("Gemm", "x w", "y", attribute("transA", 1)) + matrix, "[4×?]"),
                Arguments.of("Gemm, on the right", node("Gemm", "w x", "y") + matrix, "[3×?]"),
                Arguments.of("MatMul", node("MatMul", "x w", "y") + matrix, "[?×4]"),
                Arguments.of("MatMul, on the right", node("MatMul", "w x", "y") + matrix, "[3×?]"),
                Arguments.of("MatMul of stacks", node("MatMul", "x s", "y") + randomTensor("s", 2, 4, 3), "[2×?×4]"),
                Arguments.of("MatMul by itself", node("MatMul", "x x", "y"), "[?×?]"),
                Arguments.of("Gather", node("Gather", "x i", "y", attribute("axis", 1)) + integers("i", 0), "[?×?]"),
                Arguments.of(
                        "Transpose", node("Transpose", "x", "y", attribute("perm", new int[] {0, 2, 1})), "[?×?×?]"),
                Arguments.of("Softmax", node("Softmax", "x", "y"), "[?]"),
                Arguments.of("any", node("Relu", "x", "y"), "[]"));
    }

    private static String shapeKeeping() {
        return node("Identity", "x", "a")
                + node("Cast", "a", "b", attribute("to", 1))
                + node("Tanh", "b", "c")
                + node("Mul", "two c", "d")
                + "initializer { name: \"two\" data_type: 1 float_data: 2 } "
                + node("RNN", "d W R", "y", attribute("hidden_size", 5))
                + randomTensor("W", 1, 5, 6)
                + randomTensor("R", 1, 5, 5);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("askedRanks")
    void should_make_up_inputs_of_the_rank_that_operators_ask_for(String name, String nodes, String expected) {
        try (Session session = open(X + nodes + Y)) {
            List<ModelInput> inputs = InputShapes.of(session.inputs(), model());
            List<InputSet> sets = MadeUpInputs.forModel(session, model(), 1);

            assertThat(inputs).singleElement().extracting(ModelInput::describe).isEqualTo("FLOAT " + expected);
            assertThat(sets)
                    .isNotEmpty()
                    .allSatisfy(set -> assertThat(set.batch(0, set.samples()).values())
                            .allSatisfy(array -> assertThat(array.shape())
                                    .hasSameSizeAs(inputs.get(0).dims())));
        }
    }

    @Test
    void should_refuse_a_scalar_where_an_operator_asks_for_a_rank_instead_of_crashing() {
        try (Session session = open(X + LSTM + Y)) {
            Map<String, NpyArray> scalar = Map.of("x", NpyArray.ofFloats(List.of(), new float[] {1}));

            assertThatThrownBy(() -> InputSet.of(session, model(), scalar, "`inputs.npz`"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("`inputs.npz`: array `x` is float32 []; expected FLOAT [?×?×6]");
        }
    }

    @Test
    void should_leave_declared_shapes_alone() {
        String scalar = "input { name: \"x\" type { tensor_type { elem_type: 1 shape { } } } } ";

        try (Session session = open(scalar + node("Relu", "x", "y") + Y)) {
            assertThat(InputShapes.of(session.inputs(), model())).isEqualTo(session.inputs());
        }
    }

    private Session open(String graph) {
        return Session.open(TextModels.write(TextModels.withGraph(graph), file()), Session.Optimization.ALL, 1);
    }

    private OnnxModel model() {
        return OnnxReader.read(file());
    }

    private Path file() {
        return folder.resolve("model.onnx");
    }
}

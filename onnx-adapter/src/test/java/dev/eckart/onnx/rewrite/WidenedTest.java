package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WidenedTest {
    /** 0.1 and 1/3 in float16, minus infinity; 1, −2 and 3.140625 in bfloat16. */
    private static final String STORED =
            "initializer { name: \"half\" dims: 3 data_type: 10 int32_data: [0x2e66, 0x3555, 0xfc00] } "
                    + "initializer { name: \"brain\" dims: 3 data_type: 16 int32_data: [0x3f80, 0xc000, 0x4049] } ";

    @TempDir
    private Path folder;

    @Test
    void should_hold_the_same_numbers_in_float32() throws IOException {
        OnnxModel model = model(input("x", FLOAT16, 3)
                + STORED
                + node("Cast", "brain", "other", attribute("to", FLOAT16.getNumber()))
                + node("Add", "half other", "sum")
                + node("Add", "x sum", "y")
                + output("y", FLOAT16, 3));

        Output y = run(Widened.of(model), NpyArray.ofFloats(List.of(3), 1e6f, 1e-9f, 0));

        assertThat(y.at(0)).isEqualTo((double) (1e6f + (0x1.998p-4f + 1f)));
        assertThat(y.at(1)).isEqualTo((double) (1e-9f + (0x1.554p-2f - 2f)));
        assertThat(y.at(2)).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void should_leave_no_sixteen_bits_in_constants_branches_and_declarations() throws IOException {
        OnnxModel model = model(input("x", FLOAT16, 3)
                + input("flag", BOOL)
                + "node { op_type: \"If\" input: \"flag\" output: \"y\" "
                + "attribute { name: \"then_branch\" type: GRAPH g { name: \"t\" "
                + "node { op_type: \"Constant\" output: \"c\" attribute { name: \"value\" type: TENSOR "
                + "t { dims: 1 data_type: 10 int32_data: 0x4000 } } } "
                + node("Mul", "x c", "a") + "output { name: \"a\" } } } "
                + "attribute { name: \"else_branch\" type: GRAPH g { name: \"e\" "
                + "node { op_type: \"ConstantOfShape\" input: \"dims\" output: \"z\" attribute { name: \"value\" type: TENSOR "
                + "t { dims: 1 data_type: 10 int32_data: 0x3c00 } } } "
                + node("Add", "x z", "b") + "output { name: \"b\" } } } } "
                + "initializer { name: \"dims\" dims: 1 data_type: 7 int64_data: 3 } "
                + "value_info { name: \"y\" type { tensor_type { elem_type: 10 } } } "
                + output("y", FLOAT16, 3));

        ModelProto wide = Widened.of(model).message();

        assertThat(model.message().toString()).contains("elem_type: 10", "data_type: 10");
        assertThat(wide.toString()).doesNotContain("elem_type: 10", "data_type: 10");
        try (Session session = Session.open(write(Widened.of(model)), Session.Optimization.NONE, 1)) {
            assertThat(session.inputs().get(0).describe()).isEqualTo("FLOAT [3]");
        }
    }

    @Test
    void should_leave_a_model_of_float32_as_it_is() throws IOException {
        OnnxModel model = model(input("x", FLOAT, "batch", 4)
                + randomMatrix("w", 4, 4)
                + node("MatMul", "x w", "h")
                + node("Cast", "h", "y", attribute("to", FLOAT.getNumber()))
                + output("y", FLOAT, "batch", 4));

        assertThat(Widened.of(model).message()).isEqualTo(model.message());
    }

    private OnnxModel model(String graph) {
        return OnnxNetwork.read(TextModels.write(TextModels.withGraph(graph), folder.resolve("model.onnx")))
                .model();
    }

    private Path write(OnnxModel model) throws IOException {
        Path file = folder.resolve("wide.onnx");
        OnnxWriter.write(model, file);
        return file;
    }

    private Output run(OnnxModel model, NpyArray x) throws IOException {
        try (Session session = Session.open(write(model), Session.Optimization.NONE, 1)) {
            return Objects.requireNonNull(session.run(Map.of("x", x)).get("y"));
        }
    }
}

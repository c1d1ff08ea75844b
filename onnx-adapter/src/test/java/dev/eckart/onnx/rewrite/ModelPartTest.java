package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPartTest {
    private static final String THREE_LAYERS = input("x", DataType.FLOAT, "batch", 4)
            + input("unused", DataType.FLOAT, 1)
            + output("y", DataType.FLOAT, "batch", 2)
            + node("MatMul", "x w1", "h1")
            + node("Transpose", "w2", "t")
            + node("MatMul", "h1 t", "h2")
            + node("MatMul", "h2 w3", "y")
            + randomMatrix("w1", 4, 5)
            + randomMatrix("w2", 6, 5)
            + randomMatrix("w3", 6, 2);

    @TempDir
    private Path folder;

    private OnnxModel model(String graph) throws IOException {
        Path file = Files.write(
                folder.resolve("model.onnx"), TextModels.withGraph(graph).toByteArray());
        return OnnxNetwork.read(file).model();
    }

    private static GraphProto graph(OnnxModel model) {
        return model.message().getGraph();
    }

    private static List<String> nodes(GraphProto graph) {
        return graph.getNodeList().stream().map(node -> node.getOutput(0)).toList();
    }

    private static List<String> names(List<ValueInfoProto> values) {
        return values.stream().map(ValueInfoProto::getName).toList();
    }

    @Test
    void should_keep_what_a_value_is_made_of_and_every_input() throws IOException {
        GraphProto part = graph(ModelPart.giving(model(THREE_LAYERS), List.of("h2", "h2")));

        assertThat(nodes(part)).containsExactly("h1", "t", "h2");
        assertThat(part.getInitializerList()).extracting(TensorProto::getName).containsExactly("w1", "w2");
        assertThat(names(part.getInputList())).containsExactly("x", "unused");
        assertThat(names(part.getOutputList())).containsExactly("h2");
    }

    @Test
    void should_begin_at_the_values_that_are_given() throws IOException {
        ValueInfoProto given = NewTensors.declaration("h1", DataType.FLOAT_VALUE, List.of(3L, 5L));

        GraphProto part = graph(ModelPart.between(model(THREE_LAYERS), List.of(given), List.of("h2")));

        assertThat(part.getNodeList()).extracting(NodeProto::getOpType).containsExactly("Transpose", "MatMul");
        assertThat(part.getInitializerList()).extracting(TensorProto::getName).containsExactly("w2");
        assertThat(part.getInputList()).containsExactly(given);
    }

    @Test
    void should_list_initializers_as_inputs_where_the_model_does() throws IOException {
        String listed = THREE_LAYERS
                + input("w1", DataType.FLOAT, 4, 5)
                + input("w2", DataType.FLOAT, 6, 5)
                + input("w3", DataType.FLOAT, 6, 2);
        ValueInfoProto given = NewTensors.declaration("h1", DataType.FLOAT_VALUE, List.of(3L, 5L));

        assertThat(names(graph(ModelPart.giving(model(listed), List.of("h1"))).getInputList()))
                .containsExactly("x", "unused", "w1");
        assertThat(names(graph(ModelPart.between(model(listed), List.of(given), List.of("h2")))
                        .getInputList()))
                .containsExactly("h1", "w2");
    }
}

package dev.eckart.onnx.timing;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.scan.JointLayers;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerAloneTest {
    private static final String X = input("x", DataType.FLOAT, "batch", 8) + output("y", DataType.FLOAT, "batch", 8);

    /** What turns numbers into bytes and back. */
    private static final String SCALE = "initializer { name: \"s\" data_type: 1 float_data: 0.1 }"
            + "initializer { name: \"z\" data_type: 2 int32_data: 128 } ";

    @TempDir
    private Path folder;

    private OnnxNetwork network(String graph) throws IOException {
        return OnnxNetwork.read(Files.write(
                folder.resolve("model.onnx"), TextModels.withGraph(graph).toByteArray()));
    }

    private static LayerAlone only(OnnxNetwork network) {
        return LayerAlone.of(network, network.inventory().linear().get(0));
    }

    @Test
    void should_have_the_bias_in_it_and_take_the_rest_for_given() throws IOException {
        LayerAlone layer = only(network(X
                + node("Relu", "x", "h")
                + node("Gemm", "h w b", "g")
                + node("Relu", "g", "y")
                + randomMatrix("w", 8, 8)
                + randomMatrix("b", 1, 8)));

        assertThat(layer.given()).containsExactly("h");
        assertThat(layer.results()).containsExactly("g");
        assertThat(layer.inMain()).isTrue();
    }

    @Test
    void should_be_all_products_by_a_weight() throws IOException {
        LayerAlone layer = only(network(X
                + node("MatMul", "x w", "a")
                + node("Relu", "x", "h")
                + node("MatMul", "h w", "b")
                + node("Add", "a b", "y")
                + randomMatrix("w", 8, 8)));

        assertThat(layer.given()).containsExactly("x", "h");
        assertThat(layer.results()).containsExactly("a", "b");
    }

    @Test
    void should_make_what_one_product_gives_to_the_next() throws IOException {
        LayerAlone layer =
                only(network(X + node("MatMul", "x w", "a") + node("MatMul", "a w", "y") + randomMatrix("w", 8, 8)));

        assertThat(layer.given()).containsExactly("x");
        assertThat(layer.results()).containsExactly("a", "y");
    }

    @Test
    void should_be_all_layers_that_are_factored_jointly() throws IOException {
        OnnxNetwork network = network(X
                + node("MatMul", "x w1", "a")
                + node("MatMul", "x w2", "b")
                + node("Add", "a b", "y")
                + randomMatrix("w1", 8, 8)
                + randomMatrix("w2", 8, 8));

        LayerAlone layer = LayerAlone.of(
                network, JointLayers.group(network.inventory()).linear().get(0));

        assertThat(layer.given()).containsExactly("x");
        assertThat(layer.results()).containsExactly("a", "b");
    }

    @Test
    void should_go_from_quantized_numbers_to_quantized_numbers() throws IOException {
        LayerAlone layer = only(network(X
                + node("QuantizeLinear", "x s z", "xq")
                + node("DequantizeLinear", "xq s z", "xd")
                + node("MatMul", "xd w", "p")
                + node("QuantizeLinear", "p s z", "pq")
                + node("DequantizeLinear", "pq s z", "y")
                + SCALE
                + randomMatrix("w", 8, 8)));

        assertThat(layer.given()).containsExactly("xq");
        assertThat(layer.results()).containsExactly("pq");
    }

    @Test
    void should_say_that_a_branch_is_not_the_main_graph() throws IOException {
        String branch = "name: \"%s\" " + node("MatMul", "x w", "%s")
                + "output { name: \"%s\" type { tensor_type { elem_type: 1 } } }";
        LayerAlone layer = only(network(X
                + input("c", DataType.BOOL)
                + node(
                        "If",
                        "c",
                        "y",
                        "attribute { name: \"then_branch\" type: GRAPH g { %s } }"
                                .formatted(branch.formatted("t", "p", "p")),
                        "attribute { name: \"else_branch\" type: GRAPH g { %s } }"
                                .formatted(branch.formatted("e", "q", "q")))
                + randomMatrix("w", 8, 8)));

        assertThat(layer.inMain()).isFalse();
    }
}

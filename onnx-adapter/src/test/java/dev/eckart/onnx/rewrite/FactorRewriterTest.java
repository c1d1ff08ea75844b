package dev.eckart.onnx.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactorRewriterTest {
    private static final FactorPair PAIR = new FactorPair(Matrix.of(2, 1, 10, 20), Matrix.of(1, 3, 1, 2, 3));
    private static final Provenance PROVENANCE = new Provenance("1.2.3", "fixed:1");
    private static final String W =
            "initializer { name: \"w\" dims: 2 dims: 3 data_type: 1 float_data: [1, 2, 3, 4, 5, 6] } ";

    private static final String INPUTS = "input { name: \"x\" } input { name: \"flag\" } ";

    @TempDir
    private Path folder;

    @Test
    void should_put_two_products_where_one_was() {
        ModelProto rewritten =
                rewrite("node { name: \"fc\" op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }" + W);

        assertThat(nodes(rewritten)).containsExactly("fc.B: MatMul(x, w.B) -> y.xB", "fc: MatMul(y.xB, w.A) -> y");
        assertThat(tensors(rewritten)).containsExactly("w.B [2, 1]", "w.A [1, 3]");
    }

    @Test
    void should_keep_what_else_a_gemm_does() {
        ModelProto rewritten = rewrite("""
                node { name: "fc" op_type: "Gemm" input: ["x", "w", "c"] output: "y"
                  attribute { name: "alpha" f: 0.5 type: FLOAT } attribute { name: "transB" i: 0 type: INT } }
                initializer { name: "c" dims: 3 data_type: 1 float_data: [1, 1, 1] }
                """ + W);

        assertThat(nodes(rewritten))
                .containsExactly("fc.B: MatMul(x, w.B) -> y.xB", "fc: Gemm(y.xB, w.A, c; alpha) -> y");
        assertThat(tensors(rewritten)).containsExactly("c [3]", "w.B [2, 1]", "w.A [1, 3]");
    }

    @Test
    void should_transpose_the_input_that_a_gemm_transposes() {
        ModelProto rewritten = rewrite("""
                node { op_type: "Gemm" input: ["x", "w"] output: "y" attribute { name: "transA" i: 1 type: INT } }
                """ + W);

        assertThat(nodes(rewritten))
                .containsExactly(
                        "y.T: Transpose(x) -> y.xT", "y.B: MatMul(y.xT, w.B) -> y.xB", ": Gemm(y.xB, w.A) -> y");
    }

    @Test
    void should_leave_a_weight_alone_that_is_not_replaced() {
        OnnxNetwork network = network("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }" + W);

        OnnxNetwork rewritten = network.rewrite(List.of(), PROVENANCE);

        assertThat(rewritten.model().message().getGraph())
                .isEqualTo(network.model().message().getGraph());
    }

    @Test
    void should_not_use_a_name_that_is_taken_even_inside_a_subgraph() {
        ModelProto rewritten = rewrite("""
                node { name: "fc" op_type: "MatMul" input: ["x", "w"] output: "y" }
                node { name: "fc.B" op_type: "If" input: "flag" output: "z" attribute { name: "then_branch" type: GRAPH
                  g { name: "t" node { op_type: "Neg" input: "x" output: "w.A" } output { name: "w.A" } } } }
                initializer { name: "w.B" dims: 1 data_type: 1 float_data: [1] }
                """ + W);

        assertThat(nodes(rewritten).subList(0, 2))
                .containsExactly("fc.B.1: MatMul(x, w.B.1) -> y.xB", "fc: MatMul(y.xB, w.A.1) -> y");
        assertThat(PairNames.of(rewritten)).containsEntry("w", new PairNames("w.B.1", "w.A.1", ""));
    }

    @Test
    void should_say_in_the_metadata_what_was_done_and_keep_what_was_there() {
        ModelProto original = network("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }" + W)
                .model()
                .message();
        ModelProto withMetadata = original.toBuilder()
                .addMetadataProps(entry("author", "me"))
                .addMetadataProps(entry("eckart.rank", "energy:0.5"))
                .addMetadataProps(entry("eckart.checksum.v.B", "00000000"))
                .build();
        OnnxNetwork network = OnnxNetwork.read(TextModels.write(withMetadata, folder.resolve("described.onnx")));

        ModelProto rewritten =
                network.rewrite(replacements(network), PROVENANCE).model().message();

        assertThat(rewritten.getMetadataPropsList())
                .containsExactly(
                        entry("author", "me"),
                        entry("eckart.rank", "fixed:1"),
                        entry("eckart.version", "1.2.3"),
                        entry("eckart.pair.w", "w.B w.A "),
                        entry("eckart.checksum.w.B", "31c42641"),
                        entry("eckart.checksum.w.A", "384de783"));
    }

    @Test
    void should_refuse_numbers_that_the_type_cannot_hold() {
        OnnxNetwork network = network("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }"
                + "initializer { name: \"w\" dims: 2 dims: 3 data_type: 10 int32_data: [1, 2, 3, 4, 5, 6] } ");
        FactorPair large = new FactorPair(Matrix.of(2, 1, 70000, 1), Matrix.of(1, 3, 1, 2, 3));
        List<Replacement> replacements =
                List.of(new Replacement(network.inventory().linear().get(0), large));

        assertThatThrownBy(() -> network.rewrite(replacements, PROVENANCE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`w.B`: 70000.0 is beyond the range of float16; --factors balanced makes the numbers smaller");
    }

    private ModelProto rewrite(String graph) {
        OnnxNetwork network = network(graph);
        return network.rewrite(replacements(network), PROVENANCE).model().message();
    }

    private static List<Replacement> replacements(OnnxNetwork network) {
        return List.of(new Replacement(network.inventory().linear().get(0), PAIR));
    }

    private OnnxNetwork network(String graph) {
        return OnnxNetwork.read(TextModels.write(TextModels.withGraph(INPUTS + graph), folder.resolve("model.onnx")));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static List<String> nodes(ModelProto model) {
        return model.getGraph().getNodeList().stream()
                .map(FactorRewriterTest::text)
                .toList();
    }

    private static String text(NodeProto node) {
        String attributes = node.getAttributeList().stream()
                .map(attribute -> attribute.getName())
                .collect(Collectors.joining(", ", node.getAttributeCount() == 0 ? "" : "; ", ""));
        return "%s: %s(%s%s) -> %s"
                .formatted(
                        node.getName(),
                        node.getOpType(),
                        String.join(", ", node.getInputList()),
                        attributes,
                        node.getOutput(0));
    }

    private static List<String> tensors(ModelProto model) {
        GraphProto graph = model.getGraph();
        return graph.getInitializerList().stream()
                .map((TensorProto tensor) -> tensor.getName() + " " + tensor.getDimsList())
                .toList();
    }
}

package dev.eckart.onnx.graph;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.graph.NestedGraphs.holding;
import static dev.eckart.onnx.graph.NestedGraphs.output;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphEditsTest {
    private static GraphIndex index(String graph) {
        return new GraphIndex(TextModels.withGraph(graph), false);
    }

    private static Value main(String name) {
        return new Value(GraphIndex.MAIN, name);
    }

    private static List<String> operators(GraphProto graph) {
        return graph.getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    private static List<String> tensors(GraphProto graph) {
        return graph.getInitializerList().stream().map(TensorProto::getName).toList();
    }

    private static NodeProto relu(String name) {
        return NodeProto.newBuilder()
                .setOpType("Relu")
                .addInput("x")
                .addOutput(name)
                .build();
    }

    private static TensorProto tensor(String name) {
        return TensorProto.newBuilder().setName(name).build();
    }

    @Test
    void should_leave_everything_as_it_is_without_changes() {
        assertThat(new GraphEdits(new GraphIndex(NestedGraphs.MODEL, false)).apply())
                .isEqualTo(NestedGraphs.MODEL.getGraph());
        GraphProto lists = TextModels.withGraph(
                        "node { op_type: \"Switch\" output: \"y\" attribute { name: \"cases\" type: GRAPHS graphs { "
                                + node("Neg", "x", "y") + " } graphs { " + node("Relu", "x", "y")
                                + randomMatrix("w", 1, 2)
                                + " } } attribute { name: \"plain\" i: 3 type: INT } } " + randomMatrix("w", 2, 1))
                .getGraph();
        assertThat(new GraphEdits(
                                index(TextFormat.printer().printToString(lists).replace("name: \"g\"", "")))
                        .apply())
                .isEqualTo(lists);
    }

    @Test
    void should_change_nodes_where_they_are_in_whatever_graph() {
        GraphEdits edits = new GraphEdits(new GraphIndex(NestedGraphs.MODEL, false));
        edits.replace(4, List.of(relu("one"), relu("two")));
        edits.replace(7, List.of(relu("z")));
        edits.putFirst(1, relu("first"));
        edits.putFirst(1, relu("second"));

        GraphProto main = edits.apply();

        assertThat(operators(main)).containsExactly("Relu", "If", "Relu");
        GraphProto then = main.getNode(1).getAttribute(0).getG();
        assertThat(operators(then)).containsExactly("Relu", "Relu", "MatMul", "Loop");
        assertThat(then.getNode(0).getOutput(0)).isEqualTo("first");
        assertThat(then.getNode(1).getOutput(0)).isEqualTo("second");
        NodeProto loop = then.getNode(3);
        assertThat(operators(loop.getAttribute(0).getG())).containsExactly("Relu", "Relu", "Neg");
        assertThat(loop.getAttribute(1).getS().toStringUtf8()).isEqualTo("kept");
        assertThat(main.getNode(1).getAttribute(1))
                .isEqualTo(NestedGraphs.MODEL.getGraph().getNode(1).getAttribute(1));
    }

    @Test
    void should_number_what_comes_after_a_node_with_graphs_that_is_replaced() {
        GraphEdits edits = new GraphEdits(new GraphIndex(NestedGraphs.MODEL, false));
        edits.replace(1, List.of(relu("y")));
        edits.replace(7, List.of(relu("z"), relu("z2")));

        assertThat(operators(edits.apply())).containsExactly("Relu", "Relu", "Relu", "Relu");
    }

    @Test
    void should_put_tensors_in_the_place_of_one_or_behind_all() {
        GraphIndex index =
                index("node { op_type: \"Constant\" output: \"c\" attribute { name: \"value_float\" f: 1 } } "
                        + randomMatrix("v", 1, 1) + randomMatrix("w", 1, 1) + randomMatrix("z", 1, 1));
        GraphEdits edits = new GraphEdits(index);
        edits.addInitializer(main("w"), tensor("w.B"));
        edits.addInitializer(main("w"), tensor("w.A"));
        edits.addInitializer(main("c"), tensor("c.B"));
        edits.removeIfUnused(main("w"));
        edits.removeIfUnused(main("c"));

        GraphProto graph = edits.apply();

        assertThat(tensors(graph)).containsExactly("v", "w.B", "w.A", "z", "c.B");
        assertThat(graph.getNodeList()).isEmpty();
    }

    @Test
    void should_put_a_tensor_into_the_graph_of_the_one_that_was_there() {
        GraphEdits edits = new GraphEdits(new GraphIndex(NestedGraphs.MODEL, false));
        edits.addInitializer(new Value(1, "w"), tensor("w.B"));

        GraphProto main = edits.apply();

        assertThat(tensors(main)).containsExactly("v", "w", "times");
        assertThat(tensors(main.getNode(1).getAttribute(0).getG())).containsExactly("w", "w.B");
    }

    @Test
    void should_add_and_remove_declarations() {
        GraphIndex index = new GraphIndex(
                TextModels.withGraph(input("w", DataType.FLOAT, 1, 1) + input("x", DataType.FLOAT, 1, 1)
                        + "value_info { name: \"w\" } value_info { name: \"h\" } " + randomMatrix("w", 1, 1)),
                true);
        GraphEdits edits = new GraphEdits(index);
        edits.addInput(
                GraphIndex.MAIN, ValueInfoProto.newBuilder().setName("new").build());
        edits.removeIfUnused(main("w"));

        GraphProto graph = edits.apply();

        assertThat(graph.getInputList()).extracting(ValueInfoProto::getName).containsExactly("x", "new");
        assertThat(graph.getValueInfoList()).extracting(ValueInfoProto::getName).containsExactly("h");
    }

    /** w → t → u, which the product takes. */
    private static final String CHAIN = node("Transpose", "w", "t")
            + node("Reshape", "t s", "u")
            + node("MatMul", "x u", "y")
            + randomMatrix("w", 2, 2)
            + integers("s", 2, 2);

    @Test
    void should_remove_what_nothing_uses_and_what_only_that_was_made_from() {
        GraphEdits edits = new GraphEdits(index(CHAIN));
        edits.release(new Use(2, 1));
        edits.removeIfUnused(main("u"));

        GraphProto graph = edits.apply();

        assertThat(operators(graph)).containsExactly("MatMul");
        assertThat(tensors(graph)).isEmpty();
    }

    @Test
    void should_keep_what_is_still_used() {
        GraphEdits notReleased = new GraphEdits(index(CHAIN));
        notReleased.removeIfUnused(main("u"));
        notReleased.removeIfUnused(main("w"));
        expectKept(notReleased, List.of("Transpose", "Reshape", "MatMul"), "w", "s");

        GraphEdits released = new GraphEdits(index(CHAIN + node("Neg", "t", "z") + node("Neg", "s", "q")));
        released.release(new Use(2, 1));
        released.removeIfUnused(main("u"));
        expectKept(released, List.of("Transpose", "MatMul", "Neg", "Neg"), "w", "s");
    }

    private static void expectKept(GraphEdits edits, List<String> operators, String... tensors) {
        assertThat(operators(edits.apply())).isEqualTo(operators);
        assertThat(tensors(edits.apply())).containsExactly(tensors);
    }

    @Test
    void should_keep_what_a_node_takes_twice_until_it_takes_it_no_more() {
        GraphEdits edits = new GraphEdits(
                index("node { op_type: \"MatMul\" input: [\"w\", \"w\"] output: \"y\" }" + randomMatrix("w", 2, 2)));
        edits.release(new Use(0, 0));
        edits.removeIfUnused(main("w"));
        expectKept(edits, List.of("MatMul"), "w");

        edits.release(new Use(0, 1));
        edits.removeIfUnused(main("w"));
        expectKept(edits, List.of("MatMul"));
    }

    @Test
    void should_keep_what_an_inner_graph_uses() {
        GraphEdits edits = new GraphEdits(new GraphIndex(NestedGraphs.MODEL, false));
        edits.removeIfUnused(main("v"));
        edits.removeIfUnused(main("w"));
        assertThat(edits.apply()).isEqualTo(NestedGraphs.MODEL.getGraph());

        // Each w has uses of its own.
        edits.release(new Use(2, 1));
        edits.removeIfUnused(main("w"));
        edits.removeIfUnused(new Value(1, "w"));
        GraphProto main = edits.apply();
        assertThat(tensors(main)).containsExactly("v", "w", "times");
        assertThat(tensors(main.getNode(1).getAttribute(0).getG())).isEmpty();
    }

    @Test
    void should_keep_a_node_of_which_another_output_is_used() {
        String split = "node { op_type: \"Split\" input: \"w\" output: [\"a\", \"b\"] } "
                + node("MatMul", "x a", "y")
                + node("MatMul", "x b", "z")
                + randomMatrix("w", 2, 2);
        GraphEdits edits = new GraphEdits(index(split));
        edits.release(new Use(1, 1));
        edits.removeIfUnused(main("a"));
        expectKept(edits, List.of("Split", "MatMul", "MatMul"), "w");

        edits.release(new Use(2, 1));
        edits.removeIfUnused(main("b"));
        expectKept(edits, List.of("MatMul", "MatMul"));
    }

    @Test
    void should_keep_inputs_and_outputs_of_every_graph() {
        GraphEdits edits = new GraphEdits(index(input("w", DataType.FLOAT, 2, 2)
                + randomMatrix("w", 2, 2)
                + randomMatrix("v", 2, 2)
                + randomMatrix("u", 2, 2)
                + output("v")
                + holding("If", "if", "c", "y", "then_branch", output("u"))));
        edits.removeIfUnused(main("u"));
        edits.removeIfUnused(main("v"));
        edits.removeIfUnused(main("w"));

        expectKept(edits, List.of("If"), "w", "v", "u");
    }

    @Test
    void should_keep_what_training_uses() throws TextFormat.ParseException {
        ModelProto training = TextFormat.parse(
                "training_info { algorithm { %s } update_binding { key: \"v\" value: \"o\" } }"
                        .formatted(node("Neg", "w", "o")),
                ModelProto.class);
        GraphEdits edits = new GraphEdits(new GraphIndex(
                TextModels.withGraph(randomMatrix("w", 2, 2) + randomMatrix("v", 2, 2)).toBuilder()
                        .mergeFrom(training)
                        .build(),
                false));
        edits.removeIfUnused(main("w"));
        edits.removeIfUnused(main("v"));

        expectKept(edits, List.of(), "w", "v");
    }
}

package dev.eckart.onnx.graph;

import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.graph.NestedGraphs.holding;
import static dev.eckart.onnx.graph.NestedGraphs.output;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.eckart.onnx.Declarations;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GraphIndexTest {
    private static GraphIndex index(String graph) {
        return new GraphIndex(TextModels.withGraph(graph), false);
    }

    private static Value main(String name) {
        return new Value(GraphIndex.MAIN, name);
    }

    @Test
    void should_number_graphs_and_nodes_as_they_are_written() {
        GraphIndex index = new GraphIndex(NestedGraphs.MODEL, false);

        assertThat(IntStream.range(0, index.nodes()).mapToObj(index::node).map(NodeProto::getOpType))
                .containsExactly("Relu", "If", "MatMul", "Loop", "MatMul", "Neg", "Identity", "Sigmoid");
        assertThat(IntStream.range(0, index.nodes()).mapToObj(index::graphOf)).containsExactly(0, 0, 1, 1, 2, 2, 3, 0);
        assertThat(index.graphs()).isEqualTo(4);
        assertThat(IntStream.range(0, 4).mapToObj(graph -> index.graph(graph).getName()))
                .containsExactly("g", "then", "body", "else");
        assertThat(IntStream.range(0, 4).mapToObj(index::label))
                .containsExactly("", "choice.then_branch/", "choice.then_branch/Loop3.body/", "choice.else_branch/");
    }

    @Test
    void should_number_the_graphs_of_a_list_one_by_one() {
        GraphIndex index = index("node { op_type: \"Switch\" output: \"y\" attribute { name: \"cases\" type: GRAPHS"
                + " graphs { name: \"a\" " + node("Neg", "x", "y") + " } graphs { name: \"b\" "
                + node("Relu", "x", "y") + " } } } " + node("Sigmoid", "y", "z"));

        assertThat(IntStream.range(0, index.graphs())
                        .mapToObj(graph -> index.graph(graph).getName()))
                .containsExactly("g", "a", "b");
        assertThat(IntStream.range(0, index.nodes()).mapToObj(index::graphOf)).containsExactly(0, 1, 2, 0);
        assertThat(IntStream.range(0, index.graphs()).mapToObj(index::label)).doesNotHaveDuplicates();
    }

    @Test
    void should_label_every_graph_differently_even_where_nodes_have_one_name() {
        GraphIndex index = index(holding("If", "same", "c", "y", "then_branch", node("Neg", "x", "y"))
                + holding("If", "same", "c", "z", "then_branch", node("Neg", "x", "z"))
                + holding("If", "", "c", "v", "then_branch", node("Neg", "x", "v"))
                + holding("If", "If4", "c", "u", "then_branch", node("Neg", "x", "u")));

        assertThat(IntStream.range(0, index.graphs()).mapToObj(index::label)).doesNotHaveDuplicates();
    }

    @Test
    void should_look_a_name_up_in_its_own_graph_first_and_then_around_it() {
        GraphIndex index = new GraphIndex(NestedGraphs.MODEL, false);

        // In the branch, w is its own; in the loop in it, h is the branch's and v is the main graph's.
        assertThat(index.value(new Use(2, 0))).contains(main("h"));
        assertThat(index.value(new Use(2, 1))).contains(new Value(1, "w"));
        assertThat(index.value(new Use(4, 0))).contains(new Value(1, "b"));
        assertThat(index.value(new Use(4, 1))).contains(main("v"));
        assertThat(index.value(new Use(5, 0))).contains(new Value(2, "carried"));
        // In the other branch there is no w but the main graph's.
        assertThat(index.value(new Use(6, 0))).contains(main("w"));
    }

    @Test
    void should_find_no_value_where_there_is_none() {
        GraphIndex index = index(node("Clip", "x  high nowhere", "y")
                + Declarations.input("x", DataType.FLOAT)
                + randomMatrix("high", 1, 1));

        assertThat(index.value(new Use(0, 0))).contains(main("x"));
        assertThat(index.value(new Use(0, 1))).isEmpty();
        assertThat(index.value(new Use(0, 2))).contains(main("high"));
        assertThat(index.value(new Use(0, 3))).isEmpty();
        assertThat(index.value(new Use(0, 4))).isEmpty();
        assertThat(index.uses(main("nowhere"))).isEmpty();
        assertThat(index.producer(main("high"))).isEmpty();
    }

    @Test
    void should_know_who_uses_a_value_in_whatever_graph() {
        GraphIndex index = new GraphIndex(NestedGraphs.MODEL, false);

        assertThat(index.uses(main("v"))).containsExactly(new Use(4, 1));
        assertThat(index.uses(main("w"))).containsExactly(new Use(6, 0));
        assertThat(index.uses(new Value(1, "w"))).containsExactly(new Use(2, 1));
        assertThat(index.uses(main("h"))).containsExactly(new Use(2, 0));
        assertThat(index.uses(main("y"))).containsExactly(new Use(7, 0));
        assertThat(index("node { op_type: \"MatMul\" input: [\"w\", \"w\"] output: \"y\" }" + randomMatrix("w", 2, 2))
                        .uses(main("w")))
                .containsExactly(new Use(0, 0), new Use(0, 1));
    }

    @Test
    void should_know_what_makes_a_value() {
        GraphIndex index = new GraphIndex(NestedGraphs.MODEL, false);

        assertThat(index.producer(main("y"))).contains(1);
        assertThat(index.producer(new Value(1, "b"))).contains(2);
        assertThat(index.producer(new Value(2, "next"))).contains(4);
        assertThat(index.producer(main("w"))).isEmpty();
    }

    @Test
    void should_list_constants_of_every_graph_and_of_nodes() {
        GraphIndex index = index(randomMatrix("w", 1, 2)
                + "node { op_type: \"Constant\" output: \"c\" attribute { name: \"value_floats\" floats: [1, 2] } } "
                + "node { op_type: \"Constant\" output: \"text\" attribute { name: \"value_string\" s: \"x\" } } "
                + holding("If", "if", "c", "y", "then_branch", randomMatrix("w", 2, 1)));

        assertThat(index.constants()).containsOnlyKeys(main("w"), main("c"), new Value(1, "w"));
        assertThat(index.constants().values())
                .extracting(TensorProto::getDimsList)
                .containsExactly(List.of(1L, 2L), List.of(2L), List.of(2L, 1L));
    }

    @Test
    void should_tell_what_comes_in_and_what_goes_out_of_each_graph() {
        GraphIndex index = new GraphIndex(NestedGraphs.MODEL, false);

        assertThat(index.isInput(main("x"))).isTrue();
        assertThat(index.isInput(new Value(2, "carried"))).isTrue();
        assertThat(index.isInput(main("w"))).isFalse();
        assertThat(index.isOutput(main("z"))).isTrue();
        assertThat(index.isOutput(main("y"))).isFalse();
        assertThat(index.isOutput(new Value(2, "next"))).isTrue();
        // A branch may give out what is not its own.
        assertThat(index(holding("If", "if", "c", "y", "then_branch", output("w")) + randomMatrix("w", 1, 1))
                        .isOutput(main("w")))
                .isTrue();
    }

    @Test
    void should_take_defaults_of_inputs_for_constants_only_if_told() {
        ModelProto model = TextModels.withGraph(Declarations.input("w", DataType.FLOAT, 1, 2)
                + Declarations.input("x", DataType.FLOAT, 1, 2)
                + randomMatrix("w", 1, 2));

        for (boolean constant : List.of(true, false)) {
            GraphIndex index = new GraphIndex(model, constant);
            assertThat(index.isInput(main("w"))).isEqualTo(!constant);
            assertThat(index.isInput(main("x"))).isTrue();
            assertThat(index.constants()).containsOnlyKeys(main("w"));
        }
    }

    @Test
    void should_know_what_training_speaks_of() throws TextFormat.ParseException {
        ModelProto training = TextFormat.parse(
                "training_info { initialization { %s %s } algorithm { %s %s } initialization_binding { key: \"reset\" value: \"o\" } update_binding { key: \"bound\" value: \"o\" } }"
                        .formatted(
                                node("Identity", "started", "o"),
                                output("given"),
                                node("Adam", "r learned", "o"),
                                holding("If", "if", "c", "y", "then_branch", node("Neg", "inside", "q"))),
                ModelProto.class);
        ModelProto model = TextModels.withGraph(integers("other", 1)).toBuilder()
                .mergeFrom(training)
                .build();
        GraphIndex index = new GraphIndex(model, false);

        for (String name : List.of("started", "given", "learned", "inside", "reset", "bound")) {
            assertThat(index.isTrained(main(name))).as(name).isTrue();
        }
        assertThat(index.isTrained(main("other"))).isFalse();
        // What has the name in a branch is something else.
        assertThat(index.isTrained(new Value(1, "learned"))).isFalse();
    }
}

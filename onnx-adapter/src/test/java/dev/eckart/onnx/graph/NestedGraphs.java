package dev.eckart.onnx.graph;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.randomMatrix;

import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto.DataType;

/** Graphs in graphs. */
final class NestedGraphs {
    /**
     * A main graph, graph 0, with a choice between two others; the first, graph 1, has a loop, graph 2, in it. Nodes
     * are 0, 1 and 7; 2 and 3; 4 and 5; and 6, in the branch not taken, graph 3. There is a w in graph 0 and another in
     * graph 1.
     */
    static final ModelProto MODEL = TextModels.withGraph(input("x", DataType.FLOAT, 2, 2)
            + input("condition", DataType.BOOL)
            + node("Relu", "x", "h")
            + "node { op_type: \"If\" name: \"choice\" input: \"condition\" output: \"y\""
            + branch(
                    "then_branch",
                    "then",
                    node("MatMul", "h w", "b")
                            + "node { op_type: \"Loop\" input: [\"times\", \"\", \"b\"] output: \"looped\""
                            + branch(
                                    "body",
                                    "body",
                                    input("i", DataType.INT64)
                                            + input("goes_on", DataType.BOOL)
                                            + input("carried", DataType.FLOAT, 2, 2)
                                            + node("MatMul", "b v", "next")
                                            + node("Neg", "carried", "unused")
                                            + output("goes_on")
                                            + output("next"))
                            + " attribute { name: \"note\" s: \"kept\" type: STRING } } "
                            + randomMatrix("w", 2, 2)
                            + "value_info { name: \"b\" } "
                            + output("looped"))
            + branch("else_branch", "else", node("Identity", "w", "same") + output("same"))
            + " } "
            + node("Sigmoid", "y", "z")
            + randomMatrix("v", 2, 2)
            + randomMatrix("w", 2, 2)
            + integers("times", 3)
            + "value_info { name: \"h\" } doc_string: \"a choice\" "
            + output("z"));

    private NestedGraphs() {}

    static String output(String name) {
        return "output { name: \"%s\" } ".formatted(name);
    }

    /** A graph as a node's attribute. */
    static String branch(String attribute, String name, String graph) {
        return " attribute { name: \"%s\" type: GRAPH g { name: \"%s\" %s } }".formatted(attribute, name, graph);
    }

    /** A node with a graph in it. */
    static String holding(String operator, String name, String input, String output, String attribute, String graph) {
        return "node { op_type: \"%s\" name: \"%s\" input: \"%s\" output: \"%s\"%s } "
                .formatted(operator, name, input, output, branch(attribute, name, graph));
    }
}

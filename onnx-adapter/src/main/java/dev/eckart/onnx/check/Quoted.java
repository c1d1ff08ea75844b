package dev.eckart.onnx.check;

import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;

/** What a broken model calls its parts, as a sentence may repeat it: not too long, and without control characters. */
final class Quoted {
    private static final int LONGEST = 80;

    private Quoted() {}

    static String name(String name) {
        return "`%s`".formatted(shown(name));
    }

    /** A graph by its name, {@code the graph} if it has none. */
    static String graph(GraphProto graph) {
        return graph.getName().isEmpty() ? "the graph" : "graph " + name(graph.getName());
    }

    /** A node by its name, or its first output if it has none, and its operator. */
    static String node(NodeProto node) {
        String name = node.getName().isEmpty() && node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
        return "node %s (%s)".formatted(name(name), shown(node.getOpType()));
    }

    private static String shown(String name) {
        String start = name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "…";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}

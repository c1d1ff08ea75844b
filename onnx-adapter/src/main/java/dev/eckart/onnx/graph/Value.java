package dev.eckart.onnx.graph;

/**
 * Something that has a name in a graph: an input, an initializer, or the output of a node.
 *
 * @param graph number of the graph that defines it, as in {@link GraphIndex}
 */
public record Value(int graph, String name) {}

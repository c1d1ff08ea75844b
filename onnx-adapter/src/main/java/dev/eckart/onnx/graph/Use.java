package dev.eckart.onnx.graph;

/**
 * One input of one node.
 *
 * @param node its number, as in {@link GraphIndex}
 * @param input its position among the node's inputs
 */
public record Use(int node, int input) {}

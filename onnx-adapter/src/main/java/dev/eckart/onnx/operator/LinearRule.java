package dev.eckart.onnx.operator;

import dev.eckart.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * What an operator knows of a weight W {@code [in × out]} that it multiplies x by: which input W is and how it is turned,
 * where the axes of in and out are in x and in the result, where its bias is, and which two nodes stand in for it.
 *
 * <p>The second of these keeps the name, output, attributes and place of the original, so that whatever refers to them still
 * holds.
 */
public non-sealed interface LinearRule extends OperatorRule {

    /**
     * The axis of the other input that W's rows are multiplied along, counted from behind where it is negative; empty where
     * it is none of the last two.
     *
     * @param operand which input W is
     */
    OptionalInt inputAxis(NodeProto node, int operand);

    /**
     * The axis of the result that counts W's columns, counted from behind where it is negative.
     *
     * @param operand which input W is
     */
    int outputAxis(int operand);

    /** Whether the result is the product, with a bias at most: nothing else is done to it. */
    default boolean givesProduct() {
        return false;
    }

    /** What the product is multiplied by before a bias is added. */
    default double scale(NodeProto node) {
        return 1;
    }

    /** The input that is added to the product; empty if the operator has none. */
    default Optional<BiasInput> bias(NodeProto node) {
        return Optional.empty();
    }

    /** Whether a first node would be the same for each such node that takes the same x on the left of a matrix. */
    default boolean sharesFirst(NodeProto node) {
        return false;
    }

    /**
     * The node that takes x and the first factor, after what it needs; its output is the last one's.
     *
     * @param operand which input W is
     * @param fresh gives a name that is free, as much like a wanted one as can be
     */
    List<NodeProto> first(NodeProto original, Form form, int operand, String factor, UnaryOperator<String> fresh);

    /**
     * The node that takes what the first one gives, and the second factor.
     *
     * @param operand which input W is
     * @param h what the first node gives
     */
    NodeProto second(NodeProto original, Form form, int operand, String h, String factor);

    /**
     * The nodes that stand in for one.
     *
     * @param operand which input W is
     * @param first what the first node takes instead, and {@code second} the second
     * @param fresh as in {@link #first}
     */
    default List<NodeProto> pair(
            NodeProto original, Form form, int operand, String first, String second, UnaryOperator<String> fresh) {
        List<NodeProto> nodes = new ArrayList<>(first(original, form, operand, first, fresh));
        String h = nodes.get(nodes.size() - 1).getOutput(0);
        nodes.add(second(original, form, operand, h, second));
        return nodes;
    }

    /** A node that is new, named after the original, as is its output. */
    static NodeProto.Builder node(NodeProto original, String suffix, List<String> inputs, UnaryOperator<String> fresh) {
        String name = original.getName().isEmpty() ? original.getOutput(0) : original.getName();
        return NodeProto.newBuilder()
                .setName(fresh.apply(name + suffix))
                .addAllInput(inputs)
                .addOutput(fresh.apply(original.getOutput(0) + ".x" + suffix.substring(1)));
    }
}

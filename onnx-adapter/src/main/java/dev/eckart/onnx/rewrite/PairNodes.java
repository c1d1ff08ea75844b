package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.graph.Attributes.find;
import static dev.eckart.onnx.graph.Attributes.isSet;
import static dev.eckart.onnx.graph.Attributes.without;

import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.scan.Form;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The two nodes that stand in for one that multiplied by a weight.
 *
 * <pre>{@code
 * before                              after
 * y = MatMul(x, W)                    h = MatMul(x, B)
 *                                     y = MatMul(h, A)
 *
 * y = MatMul(W, x)                    h = MatMul(B, x)
 *                                     y = MatMul(A, h)
 *
 * y = Gemm(x, W, C; alpha, beta,      h = MatMul(x, B)              x = Transpose(x) before it, if transA
 *          transA, transB)            y = Gemm(h, A, C; alpha, beta)
 *
 * y = Attention(x, W, …)              h = MatMul(x, B)
 *                                     y = Attention(h, A, …)
 *
 * y = Gather(W, i)                    h = Gather(B, i)
 *                                     y = MatMul(h, A)
 *
 * y = Conv(x, W, b; pads, strides, …) h = Conv(x, B; pads, strides, …)
 *                                     y = Conv(h, A, b)
 * }</pre>
 *
 * <p>A convolution that is split by rows and columns moves over the rows first and over the columns then, each with the
 * pads, strides and dilations of its own axis.
 *
 * <p>The second node keeps the name, output, attributes and place of the original, so that whatever refers to them still
 * holds.
 */
final class PairNodes {
    private final FreshNames names;

    PairNodes(FreshNames names) {
        this.names = names;
    }

    /**
     * The nodes for an original.
     *
     * @param operand which of its inputs the weight is
     * @param first what the first node takes instead, and {@code second} the second
     */
    List<NodeProto> nodes(NodeProto original, Form form, int operand, String first, String second) {
        return switch (form) {
            case RIGHT, LEFT -> {
                List<NodeProto> nodes = new ArrayList<>(first(original, operand, first));
                nodes.add(second(original, operand, output(nodes), second));
                yield nodes;
            }
            case TABLE -> table(original, first, second);
            case CHANNELS, ROWS_AND_COLUMNS -> convolution(original, form, first, second);
        };
    }

    /** The node that takes x and the first factor, after what it needs; its output is the last one's. */
    List<NodeProto> first(NodeProto original, int operand, String factor) {
        boolean left = operand == 0;
        String x = original.getInput(left ? 1 : 0);
        if (original.getOpType().equals("FusedMatMul")) {
            return List.of(node(original, ".B", left ? List.of(factor, x) : List.of(x, factor))
                    .setOpType(original.getOpType())
                    .setDomain(original.getDomain())
                    .addAllAttribute(
                            left
                                    ? without(original, "alpha", "transA", "transBatchA")
                                            .getAttributeList()
                                    : without(original, "alpha", "transB", "transBatchB")
                                            .getAttributeList())
                    .build());
        }
        List<NodeProto> nodes = new ArrayList<>();
        if (isSet(original, left ? "transB" : "transA")) {
            nodes.add(node(original, ".T", List.of(x)).setOpType("Transpose").build());
            x = output(nodes);
        }
        nodes.add(node(original, ".B", left ? List.of(factor, x) : List.of(x, factor))
                .setOpType("MatMul")
                .build());
        return nodes;
    }

    /** The original, made to take what the first node gives, and the second factor. */
    NodeProto second(NodeProto original, int operand, String h, String factor) {
        return without(original, "transA", "transB", "transBatchA", "transBatchB").toBuilder()
                .setInput(operand, factor)
                .setInput(operand == 0 ? 1 : 0, h)
                .build();
    }

    private List<NodeProto> table(NodeProto original, String first, String second) {
        NodeProto gather = node(original, ".B", List.of(first, original.getInput(1)))
                .setOpType(original.getOpType())
                .addAllAttribute(original.getAttributeList())
                .build();
        NodeProto product = original.toBuilder()
                .setOpType("MatMul")
                .clearInput()
                .addInput(gather.getOutput(0))
                .addInput(second)
                .clearAttribute()
                .build();
        return List.of(gather, product);
    }

    private List<NodeProto> convolution(NodeProto original, Form form, String first, String second) {
        boolean split = form == Form.ROWS_AND_COLUMNS;
        NodeProto.Builder before =
                node(original, ".B", List.of(original.getInput(0), first)).setOpType("Conv");
        NodeProto.Builder after = original.toBuilder().setInput(1, second).clearAttribute();
        for (AttributeProto attribute : original.getAttributeList()) {
            switch (attribute.getName()) {
                case "kernel_shape", "strides", "dilations" -> {
                    before.addAttribute(split ? onAxis(attribute, 0, 1) : attribute);
                    onlyIf(split, after, onAxis(attribute, 1, 1));
                }
                case "pads" -> {
                    before.addAttribute(split ? onAxis(attribute, 0, 0) : attribute);
                    onlyIf(split, after, onAxis(attribute, 1, 0));
                }
                case "auto_pad" -> {
                    before.addAttribute(attribute);
                    onlyIf(split, after, attribute);
                }
                default -> after.addAttribute(attribute);
            }
        }
        if (!split) {
            find(original, "kernel_shape")
                    .map(shape -> Attributes.of("kernel_shape", Collections.nCopies(shape.getIntsCount(), 1L)))
                    .ifPresent(after::addAttribute);
        }
        after.setInput(0, before.getOutput(0));
        return List.of(before.build(), after.build());
    }

    private static void onlyIf(boolean condition, NodeProto.Builder node, AttributeProto attribute) {
        if (condition) {
            node.addAttribute(attribute);
        }
    }

    /** The attribute's numbers for one of two axes, and a number that does nothing for the other one. */
    private static AttributeProto onAxis(AttributeProto attribute, int axis, long nothing) {
        return Attributes.of(
                attribute.getName(),
                IntStream.range(0, attribute.getIntsCount())
                        .mapToObj(i -> i % 2 == axis ? attribute.getInts(i) : (Long) nothing)
                        .toList());
    }

    /** A node that is new, named after the original, as is its output. */
    private NodeProto.Builder node(NodeProto original, String suffix, List<String> inputs) {
        String name = original.getName().isEmpty() ? original.getOutput(0) : original.getName();
        return NodeProto.newBuilder()
                .setName(names.take(name + suffix))
                .addAllInput(inputs)
                .addOutput(names.take(original.getOutput(0) + ".x" + suffix.substring(1)));
    }

    private static String output(List<NodeProto> nodes) {
        return nodes.get(nodes.size() - 1).getOutput(0);
    }
}

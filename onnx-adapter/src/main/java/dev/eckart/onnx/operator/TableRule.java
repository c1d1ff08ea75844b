package dev.eckart.onnx.operator;

import static dev.eckart.onnx.graph.Attributes.integer;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.NodeProto;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * Rows of a table that are looked up: the product with as many unit vectors.
 *
 * <pre>{@code
 * before                              after
 * y = Gather(W, i)                    h = Gather(B, i)
 *                                     y = MatMul(h, A)
 * }</pre>
 */
record TableRule() implements LinearRule {
    private static final int TABLE = 0;
    private static final int INDICES = 1;
    private static final int LAST = -1;

    @Override
    public boolean multiplies(int input) {
        return input == TABLE;
    }

    @Override
    public Role role(NodeProto node, int input, List<Long> dims) {
        if (!OperatorRule.isMatrix(dims)) {
            return new Role.Other();
        }
        long axis = integer(node, "axis", 0);
        return dims.size() == 2 && (axis == 0 || axis == -2)
                ? Role.Weight.of(new Layout(Form.TABLE, List.of(0), List.of(1)))
                : new Role.Unsplit(SkipReason.OPERATOR, node.getOpType());
    }

    /** Indices have no such axis. */
    @Override
    public OptionalInt inputAxis(NodeProto node, int operand) {
        return OptionalInt.empty();
    }

    @Override
    public int outputAxis(int operand) {
        return LAST;
    }

    @Override
    public List<NodeProto> first(
            NodeProto original, Form form, int operand, String factor, UnaryOperator<String> fresh) {
        return List.of(LinearRule.node(original, ".B", List.of(factor, original.getInput(INDICES)), fresh)
                .setOpType(original.getOpType())
                .addAllAttribute(original.getAttributeList())
                .build());
    }

    @Override
    public NodeProto second(NodeProto original, Form form, int operand, String h, String factor) {
        return original.toBuilder()
                .setOpType("MatMul")
                .clearInput()
                .addInput(h)
                .addInput(factor)
                .clearAttribute()
                .build();
    }
}

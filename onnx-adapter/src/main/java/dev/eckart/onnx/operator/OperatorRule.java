package dev.eckart.onnx.operator;

import dev.eckart.onnx.proto.NodeProto;
import java.util.List;

/** What an operator that multiplies knows of the constants that it takes. */
public sealed interface OperatorRule permits LinearRule, UnsplitRule {

    /** Whether it multiplies by an input, or looks rows of it up; biases, scales, bounds and masks it does not. */
    boolean multiplies(int input);

    /**
     * What an operand is to it.
     *
     * @param node of this operator
     * @param input one that it multiplies by
     * @param dims of the operand
     */
    Role role(NodeProto node, int input, List<Long> dims);

    /** Whether there are several rows and several columns in some sense: what has none is a vector, however it is stored. */
    static boolean isMatrix(List<Long> dims) {
        return dims.stream().filter(dim -> dim > 1).count() > 1;
    }
}

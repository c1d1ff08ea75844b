package dev.eckart.onnx.operator;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.NodeProto;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * An operator that multiplies in a way that no pair could serve.
 *
 * @param inputs that it multiplies by
 * @param reason why they are left alone
 * @param ofMatrices whether what is no matrix means nothing to it
 */
record UnsplitRule(IntPredicate inputs, SkipReason reason, boolean ofMatrices) implements OperatorRule {

    /** One whose inputs are left alone whatever their shape. */
    static UnsplitRule of(SkipReason reason, Integer... inputs) {
        return new UnsplitRule(Set.of(inputs)::contains, reason, false);
    }

    /** One of whose inputs matrices are weights. */
    static UnsplitRule ofMatrices(IntPredicate inputs) {
        return new UnsplitRule(inputs, SkipReason.OPERATOR, true);
    }

    @Override
    public boolean multiplies(int input) {
        return inputs.test(input);
    }

    @Override
    public Role role(NodeProto node, int input, List<Long> dims) {
        return ofMatrices && !OperatorRule.isMatrix(dims)
                ? new Role.Other()
                : new Role.Unsplit(reason, node.getOpType());
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.OperatorRule;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.operator.Role;
import dev.eckart.onnx.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which nodes of a graph multiply by what they take, and how: the rules of {@link Operators}, in their place. */
final class Roles {
    private final GraphIndex index;

    Roles(GraphIndex index) {
        this.index = index;
    }

    /** Whether a node multiplies by what it takes there, or looks rows of it up. */
    boolean multiplies(Use use) {
        return Operators.rule(index.node(use.node()))
                .filter(rule -> rule.multiplies(use.input()))
                .isPresent();
    }

    Role of(Use use, Operand operand) {
        NodeProto node = index.node(use.node());
        String operator = node.getOpType();
        if (!Operators.areKnown(node)) {
            // What it does with it is not known.
            return OperatorRule.isMatrix(operand.dims())
                    ? new Role.Unsplit(SkipReason.OPERATOR, operator)
                    : new Role.Other();
        }
        Optional<OperatorRule> rule = Operators.rule(node).filter(any -> any.multiplies(use.input()));
        if (rule.isEmpty()) {
            return new Role.Other();
        }
        if (!isComplete(node)) {
            return new Role.Unsplit(SkipReason.OPERATOR, operator);
        }
        Role role = rule.get().role(node, use.input(), operand.dims());
        // Two edits of one node would be at odds, and the runtime computes it once anyway.
        return role instanceof Role.Weight weight
                        && weight.layouts().get(0).form() != Form.TABLE
                        && isConstant(otherOperand(use))
                ? new Role.Unsplit(SkipReason.COMPUTED, "all inputs of %s are constant".formatted(operator))
                : role;
    }

    /** Whether a node has the inputs and outputs that each product has; the runtime refuses those that have not. */
    private static boolean isComplete(NodeProto node) {
        return node.getInputCount() >= 2 && node.getOutputCount() >= 1;
    }

    private static Use otherOperand(Use use) {
        return new Use(use.node(), use.input() == 0 ? 1 : 0);
    }

    /** Whether an input is made of stored tensors only, by nodes that hand one on. */
    private boolean isConstant(Use use) {
        Deque<Use> waiting = new ArrayDeque<>(List.of(use));
        Set<Value> seen = new HashSet<>();
        while (!waiting.isEmpty()) {
            Value value = index.value(waiting.remove()).orElse(null);
            if (value == null || index.isInput(value)) {
                return false;
            }
            if (index.constants().containsKey(value) || !seen.add(value)) {
                continue;
            }
            int producer = index.producer(value).orElse(-1);
            if (producer < 0 || !Passage.isPassage(index.node(producer))) {
                return false;
            }
            waiting.add(new Use(producer, 0));
        }
        return true;
    }
}

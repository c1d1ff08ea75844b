package dev.eckart.onnx.timing;

import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where all nodes that multiply by a weight begin and end: what is between is the layer by itself, with its bias, with what
 * makes an operand of the stored tensor, and, of a quantized model, with the nodes that turn its data into numbers and back.
 *
 * @param given names of the values that go in
 * @param results names of those that come out
 * @param inMain whether all its nodes are in the main graph; if not, the names are of no use
 */
record LayerAlone(Set<String> given, Set<String> results, boolean inMain) {

    static LayerAlone of(OnnxNetwork network, LinearWeight weight) {
        GraphIndex index = network.index();
        List<Multiplication> uses = uses(network, weight);
        Set<String> given = new LinkedHashSet<>();
        Set<String> results = new LinkedHashSet<>();
        for (Multiplication use : uses) {
            int node = use.use().node();
            for (int input = 0; input < index.node(node).getInputCount(); input++) {
                index.value(new Use(node, input))
                        .filter(value -> !isConstant(value, index))
                        .ifPresent(value -> given.add(beforeDequantizing(value, index)));
            }
            results.add(
                    quantized(new Value(index.graphOf(node), index.node(node).getOutput(0)), index));
        }
        // What one product gives to the next is made on the way.
        given.removeAll(results);
        return new LayerAlone(
                given,
                results,
                uses.stream().allMatch(use -> index.graphOf(use.use().node()) == GraphIndex.MAIN));
    }

    /** Layers that are factored jointly are one. */
    private static List<Multiplication> uses(OnnxNetwork network, LinearWeight weight) {
        List<Multiplication> uses = new ArrayList<>();
        if (weight.joint().isPresent()) {
            weight.joint()
                    .map(JointBlocks::members)
                    .orElseThrow()
                    .forEach(member -> uses.addAll(uses(network, member)));
            return uses;
        }
        LinearSite site = network.sites().stream()
                .filter(any -> any.weight().name().equals(weight.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(weight.describe() + " is not of this network"));
        return site.reading(weight).uses();
    }

    /** Whether a value is made of stored tensors alone. An input with a default counts as one. */
    private static boolean isConstant(Value value, GraphIndex index) {
        if (index.constants().containsKey(value)) {
            return true;
        }
        Optional<Integer> producer = index.producer(value);
        return producer.isPresent() && hasConstants(producer.get(), 0, index);
    }

    /** Whether the inputs of a node are constants, but for the first ones. */
    private static boolean hasConstants(int node, int from, GraphIndex index) {
        for (int input = from; input < index.node(node).getInputCount(); input++) {
            Optional<Value> value = index.value(new Use(node, input));
            if (value.isPresent() && !isConstant(value.get(), index)) {
                return false;
            }
        }
        return index.node(node).getInputCount() > from;
    }

    private static String beforeDequantizing(Value value, GraphIndex index) {
        return index.producer(value)
                .filter(node -> isStandard(index.node(node), "DequantizeLinear") && hasConstants(node, 1, index))
                .flatMap(node -> index.value(new Use(node, 0)))
                .orElse(value)
                .name();
    }

    /** The result, or what it is quantized to, if nothing else is made of it. */
    private static String quantized(Value result, GraphIndex index) {
        List<Use> uses = index.uses(result);
        if (uses.size() != 1 || index.isOutput(result)) {
            return result.name();
        }
        Use only = uses.get(0);
        boolean quantized = only.input() == 0
                && isStandard(index.node(only.node()), "QuantizeLinear")
                && hasConstants(only.node(), 1, index);
        return quantized ? index.node(only.node()).getOutput(0) : result.name();
    }

    private static boolean isStandard(NodeProto node, String operator) {
        return node.getOpType().equals(operator) && Attributes.isStandard(node);
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The nodes that give the same in every run, because all that they take is constant. */
final class ConstantNodes {
    private final GraphIndex index;
    private final Set<Integer> nodes = new HashSet<>();

    ConstantNodes(GraphIndex index) {
        this.index = index;
        Map<Integer, Integer> missing = new HashMap<>();
        Deque<Value> known = new ArrayDeque<>();
        index.constants().keySet().stream()
                .filter(value -> !index.isInput(value))
                .forEach(known::add);
        while (!known.isEmpty()) {
            for (Use use : index.uses(known.remove())) {
                int left =
                        missing.merge(use.node(), -1, (before, one) -> before + one) + inputs(index.node(use.node()));
                if (left == 0 && !hasGraph(index.node(use.node())) && nodes.add(use.node())) {
                    known.addAll(index.outputs(use.node()));
                }
            }
        }
    }

    private static int inputs(NodeProto node) {
        return (int)
                node.getInputList().stream().filter(name -> !name.isEmpty()).count();
    }

    /** Such a node may take more than its inputs. */
    private static boolean hasGraph(NodeProto node) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.getType() == AttributeProto.AttributeType.GRAPH
                        || attribute.getType() == AttributeProto.AttributeType.GRAPHS);
    }

    /**
     * Whether a node makes a constant operand of what it takes there: all that it takes is constant, or it takes the shape
     * from elsewhere and the numbers from there. Scales and zero points are not handed on, but applied.
     */
    boolean handsOn(Use use) {
        NodeProto node = index.node(use.node());
        return (Passage.isPassage(node) || node.getOpType().equals("QuantizeLinear"))
                ? use.input() == 0
                : nodes.contains(use.node());
    }
}

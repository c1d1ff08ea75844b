package dev.eckart.onnx.graph;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Changes to the graphs of a model, gathered first and made all at once; what they do not name stays as it is. */
public final class GraphEdits {
    private final GraphIndex index;
    private final Map<Integer, List<NodeProto>> replaced = new HashMap<>();
    private final Map<Integer, List<NodeProto>> first = new HashMap<>();
    private final Map<Integer, List<ValueInfoProto>> newInputs = new HashMap<>();
    private final Map<Value, List<TensorProto>> inPlaceOf = new HashMap<>();
    private final Map<Integer, List<TensorProto>> appended = new HashMap<>();
    private final Set<Value> removed = new HashSet<>();
    /** The operands that nodes no longer take, though what they were replaced by still stands there. */
    private final Set<Use> released = new HashSet<>();

    public GraphEdits(GraphIndex index) {
        this.index = index;
    }

    /** Nodes that stand where a node was; one of them defines its outputs, if these are still used. */
    public void replace(int node, List<NodeProto> nodes) {
        replaced.put(node, List.copyOf(nodes));
    }

    /** A node before all others of a graph. */
    public void putFirst(int graph, NodeProto node) {
        first.computeIfAbsent(graph, unused -> new ArrayList<>()).add(node);
    }

    /**
     * Nodes that compute a constant in the place of the tensor that holds it: others go on taking it by its name.
     *
     * @param constant an initializer, or what a {@code Constant} node gives
     * @param nodes of which the last gives a value of that name
     */
    public void compute(Value constant, List<NodeProto> nodes) {
        Optional<Integer> producer = index.producer(constant);
        if (producer.isPresent()) {
            replace(producer.get(), nodes);
        } else {
            nodes.forEach(node -> putFirst(constant.graph(), node));
            removed.add(constant);
        }
    }

    /** A tensor in a graph, in the place of one that is there, or after all that are. */
    public void addInitializer(Value inPlace, TensorProto tensor) {
        if (index.producer(inPlace).isPresent()) {
            appended.computeIfAbsent(inPlace.graph(), unused -> new ArrayList<>())
                    .add(tensor);
        } else {
            inPlaceOf.computeIfAbsent(inPlace, unused -> new ArrayList<>()).add(tensor);
        }
    }

    public void addInput(int graph, ValueInfoProto input) {
        newInputs.computeIfAbsent(graph, unused -> new ArrayList<>()).add(input);
    }

    /** Says that a node no longer takes an operand. */
    public void release(Use use) {
        released.add(use);
    }

    /**
     * Removes a value if nothing takes it any more, and in turn what only it was made from. A node goes with the last
     * of its outputs.
     */
    public void removeIfUnused(Value value) {
        Optional<Integer> producer = index.producer(value);
        List<Value> together = producer.map(this::outputs).orElse(List.of(value));
        if (removed.contains(value) || together.stream().anyMatch(this::isUsed)) {
            return;
        }
        removed.addAll(together);
        producer.ifPresent(node -> {
            replaced.put(node, List.of());
            for (int input = 0; input < index.node(node).getInputCount(); input++) {
                release(new Use(node, input));
            }
            for (int input = 0; input < index.node(node).getInputCount(); input++) {
                index.value(new Use(node, input)).ifPresent(this::removeIfUnused);
            }
        });
    }

    private List<Value> outputs(int node) {
        return index.node(node).getOutputList().stream()
                .filter(name -> !name.isEmpty())
                .map(name -> new Value(index.graphOf(node), name))
                .toList();
    }

    private boolean isUsed(Value value) {
        return index.isInput(value)
                || index.isOutput(value)
                || index.isTrained(value)
                || index.uses(value).stream().anyMatch(use -> !released.contains(use));
    }

    /** The main graph with the changes made. */
    public GraphProto apply() {
        Rebuild rebuild = new Rebuild();
        return rebuild.graph();
    }

    /** One walk over all graphs, in the order in which the index numbers them. */
    private final class Rebuild {
        private int nextGraph;
        private int nextNode;

        GraphProto graph() {
            int number = nextGraph++;
            GraphProto graph = index.graph(number);
            GraphProto.Builder rebuilt = graph.toBuilder().clearNode().clearInitializer();
            rebuilt.addAllNode(first.getOrDefault(number, List.of()));
            for (NodeProto node : graph.getNodeList()) {
                int nodeNumber = nextNode++;
                NodeProto inner = withGraphs(node);
                rebuilt.addAllNode(replaced.getOrDefault(nodeNumber, List.of(inner)));
            }
            for (TensorProto tensor : graph.getInitializerList()) {
                Value value = new Value(number, tensor.getName());
                if (!removed.contains(value)) {
                    rebuilt.addInitializer(tensor);
                }
                rebuilt.addAllInitializer(inPlaceOf.getOrDefault(value, List.of()));
            }
            rebuilt.addAllInitializer(appended.getOrDefault(number, List.of()));
            keepDeclared(number, graph, rebuilt);
            return rebuilt.build();
        }

        private void keepDeclared(int number, GraphProto graph, GraphProto.Builder rebuilt) {
            rebuilt.clearValueInfo().clearInput();
            graph.getValueInfoList().stream()
                    .filter(info -> !removed.contains(new Value(number, info.getName())))
                    .forEach(rebuilt::addValueInfo);
            graph.getInputList().stream()
                    .filter(input -> !removed.contains(new Value(number, input.getName())))
                    .forEach(rebuilt::addInput);
            rebuilt.addAllInput(newInputs.getOrDefault(number, List.of()));
        }

        private NodeProto withGraphs(NodeProto node) {
            boolean none = node.getAttributeList().stream()
                    .noneMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
            if (none) {
                return node;
            }
            NodeProto.Builder rebuilt = node.toBuilder().clearAttribute();
            for (AttributeProto attribute : node.getAttributeList()) {
                AttributeProto.Builder inner = attribute.toBuilder().clearGraphs();
                if (attribute.hasG()) {
                    inner.setG(graph());
                }
                for (int i = 0; i < attribute.getGraphsCount(); i++) {
                    inner.addGraphs(graph());
                }
                rebuilt.addAttribute(inner);
            }
            return rebuilt.build();
        }
    }
}

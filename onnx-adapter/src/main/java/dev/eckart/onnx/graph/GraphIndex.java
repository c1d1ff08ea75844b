package dev.eckart.onnx.graph;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TrainingInfoProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The main graph of a model and the graphs in its nodes (the branches of an {@code If}, the bodies of {@code Loop} and
 * {@code Scan}), each graph and each node with a number, and the values that the nodes use and define.
 *
 * <p>The main graph has the number 0; a node's graphs and their nodes are numbered after it and before the next node. A
 * name is looked up in a node's own graph first, and then in those around it.
 */
public final class GraphIndex {
    /** The number of the main graph. */
    public static final int MAIN = 0;

    private record Located(int graph, NodeProto node) {}

    /** A graph, and the node that holds it; −1 for the main graph. */
    private record Scope(int owner, String label, GraphProto graph, Map<String, Value> values) {}

    private final List<Scope> scopes = new ArrayList<>();
    private final List<Located> nodes = new ArrayList<>();
    private final Map<Value, TensorProto> constants = new LinkedHashMap<>();
    private final Map<Value, Integer> producers = new HashMap<>();
    private final Map<Value, List<Use>> uses = new HashMap<>();
    private final Set<Value> inputs = new HashSet<>();
    private final Set<Value> outputs = new HashSet<>();
    private final Set<String> inTraining = new HashSet<>();
    private final Set<String> labels = new HashSet<>();

    /**
     * Numbers the graphs and nodes of a model.
     *
     * @param defaultsAreConstant whether inputs that have a default value count as constants
     */
    public GraphIndex(ModelProto model, boolean defaultsAreConstant) {
        add(model.getGraph(), -1, "");
        for (int node = 0; node < nodes.size(); node++) {
            Located located = nodes.get(node);
            for (int input = 0; input < located.node.getInputCount(); input++) {
                Use use = new Use(node, input);
                value(use)
                        .ifPresent(value -> uses.computeIfAbsent(value, unused -> new ArrayList<>())
                                .add(use));
            }
        }
        if (defaultsAreConstant) {
            inputs.removeAll(constants.keySet());
        }
        for (int graph = 0; graph < scopes.size(); graph++) {
            int from = graph;
            scopes.get(graph).graph.getOutputList().stream()
                    .map(ValueInfoProto::getName)
                    .forEach(name -> resolve(from, name).ifPresent(outputs::add));
        }
        for (TrainingInfoProto training : model.getTrainingInfoList()) {
            collectNames(training.getInitialization());
            collectNames(training.getAlgorithm());
            // What a result of the training is written back to.
            training.getInitializationBindingList().forEach(binding -> inTraining.add(binding.getKey()));
            training.getUpdateBindingList().forEach(binding -> inTraining.add(binding.getKey()));
        }
    }

    private void add(GraphProto graph, int owner, String label) {
        int number = scopes.size();
        Scope scope = new Scope(owner, label, graph, new HashMap<>());
        scopes.add(scope);
        graph.getInputList().forEach(input -> inputs.add(define(number, input.getName())));
        graph.getInitializerList().forEach(tensor -> constants.put(define(number, tensor.getName()), tensor));
        graph.getSparseInitializerList().stream()
                .map(SparseTensorProto::getValues)
                .forEach(values -> define(number, values.getName()));
        for (NodeProto node : graph.getNodeList()) {
            int nodeNumber = nodes.size();
            nodes.add(new Located(number, node));
            for (String output : node.getOutputList()) {
                producers.put(define(number, output), nodeNumber);
            }
            Constants.value(node).ifPresent(tensor -> constants.put(new Value(number, node.getOutput(0)), tensor));
            for (AttributeProto attribute : node.getAttributeList()) {
                String place = label + (node.getName().isEmpty() ? node.getOpType() + nodeNumber : node.getName()) + "."
                        + attribute.getName();
                if (attribute.hasG()) {
                    add(attribute.getG(), nodeNumber, newLabel(place));
                }
                attribute.getGraphsList().forEach(subgraph -> add(subgraph, nodeNumber, newLabel(place)));
            }
        }
    }

    /** With a number, where nodes have the same name, or an attribute several graphs. */
    private String newLabel(String place) {
        String label = place + "/";
        for (int number = 2; !labels.add(label); number++) {
            label = place + "." + number + "/";
        }
        return label;
    }

    private Value define(int graph, String name) {
        Value value = new Value(graph, name);
        scopes.get(graph).values.put(name, value);
        return value;
    }

    private void collectNames(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            inTraining.addAll(node.getInputList());
            for (AttributeProto attribute : node.getAttributeList()) {
                collectNames(attribute.getG());
                attribute.getGraphsList().forEach(this::collectNames);
            }
        }
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(inTraining::add);
    }

    private Optional<Value> resolve(int graph, String name) {
        int at = graph;
        while (!name.isEmpty()) {
            Scope scope = scopes.get(at);
            Value value = scope.values.get(name);
            if (value != null) {
                return Optional.of(value);
            }
            if (scope.owner < 0) {
                break;
            }
            at = nodes.get(scope.owner).graph;
        }
        return Optional.empty();
    }

    public int graphs() {
        return scopes.size();
    }

    public GraphProto graph(int number) {
        return scopes.get(number).graph;
    }

    /**
     * Where a graph is, as it goes before the names in it: empty for the main graph, {@code If_3.then_branch/}. No two
     * graphs have the same.
     */
    public String label(int graph) {
        return scopes.get(graph).label;
    }

    public int nodes() {
        return nodes.size();
    }

    public NodeProto node(int number) {
        return nodes.get(number).node;
    }

    /** The number of the graph that a node stands in. */
    public int graphOf(int node) {
        return nodes.get(node).graph;
    }

    /** What a node gives. */
    public List<Value> outputs(int node) {
        Located located = nodes.get(node);
        return located.node.getOutputList().stream()
                .filter(name -> !name.isEmpty())
                .map(name -> new Value(located.graph, name))
                .toList();
    }

    /** What a node's input is; empty where the node goes without that input. */
    public Optional<Value> value(Use use) {
        Located located = nodes.get(use.node());
        return use.input() < located.node.getInputCount()
                ? resolve(located.graph, located.node.getInput(use.input()))
                : Optional.empty();
    }

    /** The inputs of nodes that take a value, in the nodes' order. */
    public List<Use> uses(Value value) {
        return uses.getOrDefault(value, List.of());
    }

    /** Initializers and the values of {@code Constant} nodes, graph by graph; inputs with a default value among them. */
    public Map<Value, TensorProto> constants() {
        return constants;
    }

    /** The node that makes a value, if one does. */
    public Optional<Integer> producer(Value value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** Whether callers of the graph that defines a value may give another for it. */
    public boolean isInput(Value value) {
        return inputs.contains(value);
    }

    /** Whether a graph gives the value out. */
    public boolean isOutput(Value value) {
        return outputs.contains(value);
    }

    /** Whether what the model says about its training speaks of the value. */
    public boolean isTrained(Value value) {
        return value.graph() == MAIN && inTraining.contains(value.name());
    }
}

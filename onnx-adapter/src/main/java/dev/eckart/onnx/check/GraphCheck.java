package dev.eckart.onnx.check;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of one graph: defined once, defined at all, and never in a circle.
 *
 * <p>A name that a graph defines is that graph's own throughout, wherever in it the definition stands; it may hide one
 * of an outer graph. An empty name is none.
 */
final class GraphCheck {
    /** Nodes of a cycle that a sentence repeats. */
    private static final int SHOWN_NODES = 5;

    /** In place of a node: values that callers give. */
    private static final int INPUT = -1;

    /** In place of a node: values that the graph holds. */
    private static final int INITIALIZER = -2;

    private final GraphProto graph;
    private final Optional<GraphCheck> outer;

    /** The node that makes each value of this graph, or what defines it otherwise. */
    private final Map<String, Integer> definitions = new HashMap<>();

    private GraphCheck(GraphProto graph, Optional<GraphCheck> outer) {
        this.graph = graph;
        this.outer = outer;
    }

    /**
     * Checks a model's main graph, and those inside it.
     *
     * @throws InvalidInputException if it is broken
     */
    static void require(GraphProto graph) {
        new GraphCheck(graph, Optional.empty()).require();
    }

    /** Checks this graph, and returns the names that it takes from outer ones. */
    private Set<String> require() {
        define();
        Set<String> fromOutside = new HashSet<>();
        WaitingNodes waiting = new WaitingNodes(graph.getNodeCount());
        for (int index = 0; index < graph.getNodeCount(); index++) {
            NodeProto node = graph.getNode(index);
            for (String name : namesUsed(node)) {
                Integer maker = definitions.get(name);
                if (maker == null) {
                    fromOutside.add(name);
                } else if (maker >= 0) {
                    waiting.add(index, maker);
                }
            }
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!isDefined(output.getName())) {
                throw new InvalidInputException("%s has output %s, which no input, initializer or node defines"
                        .formatted(Quoted.graph(graph), Quoted.name(output.getName())));
            }
            if (!definitions.containsKey(output.getName())) {
                fromOutside.add(output.getName());
            }
        }
        requireNoCycle(waiting);
        return fromOutside;
    }

    private void requireNoCycle(WaitingNodes waiting) {
        List<Integer> cycle = waiting.cycle();
        if (!cycle.isEmpty()) {
            String nodes = cycle.stream()
                    .limit(SHOWN_NODES)
                    .map(node -> Quoted.node(graph.getNode(node)))
                    .collect(Collectors.joining(", "));
            String more = cycle.size() > SHOWN_NODES ? " and %d more".formatted(cycle.size() - SHOWN_NODES) : "";
            throw new InvalidInputException(
                    "%s has a cycle, in which each node needs the next one's output, and the last the first one's: %s%s"
                            .formatted(Quoted.graph(graph), nodes, more));
        }
    }

    private void define() {
        graph.getInputList().forEach(input -> define(input.getName(), INPUT));
        Stream.concat(
                        graph.getInitializerList().stream(),
                        graph.getSparseInitializerList().stream().map(SparseTensorProto::getValues))
                .map(TensorProto::getName)
                .forEach(name -> {
                    // It may be the value that an input has where callers give it none.
                    definitions.remove(name, INPUT);
                    define(name, INITIALIZER);
                });
        for (int index = 0; index < graph.getNodeCount(); index++) {
            for (String output : graph.getNode(index).getOutputList()) {
                define(output, index);
            }
        }
    }

    private void define(String name, int definition) {
        if (name.isEmpty()) {
            return;
        }
        Integer other = definitions.put(name, definition);
        if (other != null) {
            throw new InvalidInputException("%s defines %s twice, as %s and as %s"
                    .formatted(Quoted.graph(graph), Quoted.name(name), describe(other), describe(definition)));
        }
    }

    private String describe(int definition) {
        return switch (definition) {
            case INPUT -> "an input";
            case INITIALIZER -> "an initializer";
            default -> "an output of " + Quoted.node(graph.getNode(definition));
        };
    }

    /** The names of this graph and outer ones that a node needs to run, be it in a graph of its own. */
    private Set<String> namesUsed(NodeProto node) {
        Set<String> names = new HashSet<>();
        for (String input : node.getInputList()) {
            if (!input.isEmpty()) {
                if (!isDefined(input)) {
                    throw new InvalidInputException("%s in %s has input %s, which no input, initializer or node defines"
                            .formatted(Quoted.node(node), Quoted.graph(graph), Quoted.name(input)));
                }
                names.add(input);
            }
        }
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                names.addAll(new GraphCheck(attribute.getG(), Optional.of(this)).require());
            }
            for (GraphProto subgraph : attribute.getGraphsList()) {
                names.addAll(new GraphCheck(subgraph, Optional.of(this)).require());
            }
        }
        return names;
    }

    private boolean isDefined(String name) {
        return definitions.containsKey(name)
                || outer.map(around -> around.isDefined(name)).orElse(false);
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TrainingInfoProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which nodes of a model's main graph use which names, and which names are used elsewhere. */
final class Uses {

    /** One input of one node of the main graph. */
    record Use(int node, int input) {}

    private final Map<String, List<Use>> byName = new HashMap<>();
    private final Set<String> inside = new HashSet<>();
    private final Set<String> inputs = new HashSet<>();
    private final Set<String> outputs = new HashSet<>();

    Uses(ModelProto model) {
        GraphProto graph = model.getGraph();
        for (int node = 0; node < graph.getNodeCount(); node++) {
            NodeProto proto = graph.getNode(node);
            for (int input = 0; input < proto.getInputCount(); input++) {
                byName.computeIfAbsent(proto.getInput(input), name -> new ArrayList<>())
                        .add(new Use(node, input));
            }
            collectSubgraphs(proto);
        }
        graph.getInputList().stream().map(ValueInfoProto::getName).forEach(inputs::add);
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(outputs::add);
        for (TrainingInfoProto training : model.getTrainingInfoList()) {
            collect(training.getInitialization());
            collect(training.getAlgorithm());
        }
    }

    private void collectSubgraphs(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                collect(attribute.getG());
            }
            attribute.getGraphsList().forEach(this::collect);
        }
    }

    private void collect(GraphProto subgraph) {
        for (NodeProto node : subgraph.getNodeList()) {
            inside.addAll(node.getInputList());
            collectSubgraphs(node);
        }
        subgraph.getOutputList().stream().map(ValueInfoProto::getName).forEach(inside::add);
    }

    /** The uses of a name by nodes of the main graph, in their order. */
    List<Use> of(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** Whether a subgraph or training graph may use the name. */
    boolean inSubgraph(String name) {
        return inside.contains(name);
    }

    boolean isInput(String name) {
        return inputs.contains(name);
    }

    boolean isOutput(String name) {
        return outputs.contains(name);
    }
}

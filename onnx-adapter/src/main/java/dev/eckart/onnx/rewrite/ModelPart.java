package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What of a model makes some values of its main graph, and nothing else. */
public final class ModelPart {
    private ModelPart() {}

    /**
     * What makes values out of the model's inputs. All of these stay, whether they are needed or not.
     *
     * @param values by name
     */
    public static OnnxModel giving(OnnxModel model, Collection<String> values) {
        return between(model, model.message().getGraph().getInputList(), values);
    }

    /**
     * What makes values out of others, which are inputs now.
     *
     * @param given their declarations
     * @param values by name; the runtime knows types and shapes better than what is declared somewhere
     */
    public static OnnxModel between(OnnxModel model, List<ValueInfoProto> given, Collection<String> values) {
        GraphProto all = model.message().getGraph();
        Set<String> known = names(given);
        Set<String> needed = needed(all, known, values);
        Set<String> kept = new HashSet<>();
        Set<String> gone = new HashSet<>();
        GraphProto.Builder graph = all.toBuilder()
                .clearOutput()
                .clearNode()
                .clearInitializer()
                .clearSparseInitializer()
                .clearValueInfo()
                .clearInput();
        all.getNodeList().stream().filter(node -> makesAny(node, needed, known)).forEach(graph::addNode);
        for (TensorProto tensor : all.getInitializerList()) {
            if (needed.contains(tensor.getName())) {
                graph.addInitializer(tensor);
                kept.add(tensor.getName());
            } else {
                gone.add(tensor.getName());
            }
        }
        all.getSparseInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getValues().getName()))
                .forEach(graph::addSparseInitializer);
        all.getValueInfoList().stream()
                .filter(info -> needed.contains(info.getName()) && !known.contains(info.getName()))
                .forEach(graph::addValueInfo);
        // An input without the default that it had would have to be given.
        given.stream().filter(input -> !gone.contains(input.getName())).forEach(graph::addInput);
        // Old versions of the format list all initializers as inputs.
        all.getInputList().stream()
                .filter(input -> kept.contains(input.getName()) && !known.contains(input.getName()))
                .forEach(graph::addInput);
        values.stream()
                .distinct()
                .forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        return new OnnxModel(model.message().toBuilder().setGraph(graph).build(), model.payloads());
    }

    private static Set<String> names(List<ValueInfoProto> values) {
        return values.stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
    }

    private static boolean makesAny(NodeProto node, Set<String> needed, Set<String> given) {
        return node.getOutputList().stream().anyMatch(name -> needed.contains(name) && !given.contains(name));
    }

    /** The names of values that others are made from; names in graphs inside, which may be theirs alone, among them. */
    private static Set<String> needed(GraphProto graph, Set<String> given, Collection<String> values) {
        Map<String, NodeProto> producers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> producers.put(output, node)));
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(values);
        while (!open.isEmpty()) {
            String name = open.remove();
            NodeProto producer = producers.get(name);
            if (!name.isEmpty() && needed.add(name) && producer != null && !given.contains(name)) {
                takeNames(producer, open);
            }
        }
        return needed;
    }

    private static void takeNames(NodeProto node, Collection<String> names) {
        names.addAll(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            takeNames(attribute.getG(), names);
            attribute.getGraphsList().forEach(graph -> takeNames(graph, names));
        }
    }

    private static void takeNames(GraphProto graph, Collection<String> names) {
        graph.getNodeList().forEach(node -> takeNames(node, names));
        graph.getOutputList().forEach(output -> names.add(output.getName()));
    }
}

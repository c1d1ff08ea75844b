package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A copy of a model that gives out some of its values and nothing else, loaded. Its file is gone when it is closed. */
final class ExposedModel implements AutoCloseable {
    private final PendingFile file;
    private final Session session;

    private ExposedModel(PendingFile file, Session session) {
        this.file = file;
        this.session = session;
    }

    /**
     * Writes and loads a copy.
     *
     * @param values of the main graph, by name
     * @param origin the model's file, for messages
     * @param temporary a folder for the copy
     * @throws IOException if it cannot be written
     * @throws InvalidInputException if ONNX Runtime refuses it
     */
    static ExposedModel open(OnnxNetwork network, Collection<String> values, Path origin, int threads, Path temporary)
            throws IOException {
        PendingFile file = PendingFile.beside(temporary.resolve("eckart-calibration.onnx"));
        try {
            OnnxWriter.write(exposing(network.model(), values), file.path());
            return new ExposedModel(file, Session.open(file.path(), origin, Session.Optimization.ALL, threads));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Session session() {
        return session;
    }

    /** With these outputs, and what they need. The runtime knows types and shapes better than what is declared somewhere. */
    private static OnnxModel exposing(OnnxModel model, Collection<String> values) {
        GraphProto all = model.message().getGraph();
        Set<String> needed = needed(all, values);
        GraphProto.Builder graph = all.toBuilder()
                .clearOutput()
                .clearNode()
                .clearInitializer()
                .clearSparseInitializer()
                .clearInput();
        all.getNodeList().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .forEach(graph::addNode);
        Set<String> gone = new HashSet<>();
        for (TensorProto tensor : all.getInitializerList()) {
            if (needed.contains(tensor.getName())) {
                graph.addInitializer(tensor);
            } else {
                gone.add(tensor.getName());
            }
        }
        all.getSparseInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getValues().getName()))
                .forEach(graph::addSparseInitializer);
        // An input without the default that it had would have to be given.
        all.getInputList().stream()
                .filter(input -> !gone.contains(input.getName()))
                .forEach(graph::addInput);
        values.stream()
                .distinct()
                .forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        return new OnnxModel(model.message().toBuilder().setGraph(graph).build(), model.payloads());
    }

    /** The names of values that others are made from; names in graphs inside, which may be theirs alone, among them. */
    private static Set<String> needed(GraphProto graph, Collection<String> values) {
        Map<String, NodeProto> producers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> producers.put(output, node)));
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(values);
        while (!open.isEmpty()) {
            String name = open.remove();
            NodeProto producer = producers.get(name);
            if (!name.isEmpty() && needed.add(name) && producer != null) {
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

    @Override
    public void close() throws IOException {
        try {
            session.close();
        } finally {
            file.close();
        }
    }
}

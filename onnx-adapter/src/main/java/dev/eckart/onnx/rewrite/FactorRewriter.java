package dev.eckart.onnx.rewrite;

import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.tensor.Constants;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts factor pairs where weights were.
 *
 * <pre>{@code
 * before                              after
 * y = MatMul(x, W)                    h = MatMul(x, W.B)
 *                                     y = MatMul(h, W.A)
 *
 * y = Gemm(x, W, C; alpha, beta,      h = MatMul(x, W.B)              x = Transpose(x) before it, if transA
 *          transA, transB)            y = Gemm(h, W.A, C; alpha, beta)
 * }</pre>
 *
 * <p>The second node keeps the name, output, attributes and place of the first one, so that whatever refers to them
 * still holds. The factors are stored as {@code [in × r]} and {@code [r × out]}, whatever way round W was.
 */
public final class FactorRewriter {
    private static final Set<String> TRANSPOSITIONS = Set.of("transA", "transB");

    private final OnnxModel model;
    private final GraphProto graph;
    private final FreshNames names;
    private final Map<Integer, List<NodeProto>> newNodes = new HashMap<>();
    private final Map<String, List<TensorProto>> newTensors = new LinkedHashMap<>();
    private final List<Region> newPayloads = new ArrayList<>();
    private final Map<String, PairNames> pairs = new LinkedHashMap<>();

    private FactorRewriter(OnnxModel model) {
        this.model = model;
        this.graph = model.message().getGraph();
        this.names = new FreshNames(graph);
    }

    /**
     * The model with each replacement made.
     *
     * @param sites the model's linear weights, by name
     * @throws IllegalArgumentException if a replacement's weight is not among them
     * @throws dev.eckart.core.InvalidInputException if a factor's numbers are too large for the weight's type
     */
    public static OnnxModel rewrite(
            OnnxModel model, Map<String, LinearSite> sites, Iterable<Replacement> replacements, Provenance provenance) {
        FactorRewriter rewriter = new FactorRewriter(model);
        for (Replacement replacement : replacements) {
            LinearSite site = sites.get(replacement.weight().name());
            if (site == null) {
                throw new IllegalArgumentException(
                        replacement.weight().describe() + " is not a linear weight of this network");
            }
            rewriter.replace(site, replacement.pair());
        }
        return new OnnxModel(rewriter.message(provenance), model.payloads().with(rewriter.newPayloads));
    }

    private void replace(LinearSite site, FactorPair pair) {
        String weight = site.weight().name();
        PairNames pairNames = new PairNames(names.take(weight + ".B"), names.take(weight + ".A"));
        pairs.put(weight, pairNames);
        ElementType type = site.weight().type();
        newTensors.put(weight, List.of(tensor(pairNames.b(), pair.b(), type), tensor(pairNames.a(), pair.a(), type)));
        site.nodes().forEach(node -> newNodes.put(node, nodes(graph.getNode(node), pairNames)));
    }

    private TensorProto tensor(String name, Matrix factor, ElementType type) {
        newPayloads.add(Region.of(Tensors.encode(factor, type, name)));
        int payload = model.payloads().size() + newPayloads.size() - 1;
        return Tensors.ofPayload(name, List.of((long) factor.rows(), (long) factor.columns()), type, payload);
    }

    private List<NodeProto> nodes(NodeProto node, PairNames pair) {
        List<NodeProto> nodes = new ArrayList<>();
        String name = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
        String x = node.getInput(0);
        if (isSet(node, "transA")) {
            NodeProto transpose = NodeProto.newBuilder()
                    .setOpType("Transpose")
                    .setName(names.take(name + ".T"))
                    .addInput(x)
                    .addOutput(names.take(node.getOutput(0) + ".xT"))
                    .build();
            nodes.add(transpose);
            x = transpose.getOutput(0);
        }
        NodeProto first = NodeProto.newBuilder()
                .setOpType("MatMul")
                .setName(names.take(name + ".B"))
                .addInput(x)
                .addInput(pair.b())
                .addOutput(names.take(node.getOutput(0) + ".xB"))
                .build();
        nodes.add(first);
        List<AttributeProto> attributes = node.getAttributeList().stream()
                .filter(attribute -> !TRANSPOSITIONS.contains(attribute.getName()))
                .toList();
        nodes.add(node.toBuilder()
                .setInput(0, first.getOutput(0))
                .setInput(1, pair.a())
                .clearAttribute()
                .addAllAttribute(attributes)
                .build());
        return nodes;
    }

    private static boolean isSet(NodeProto node, String flag) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.getName().equals(flag) && attribute.getI() != 0);
    }

    private ModelProto message(Provenance provenance) {
        GraphProto.Builder rewritten =
                graph.toBuilder().clearNode().clearInitializer().clearValueInfo();
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (newNodes.containsKey(i)) {
                rewritten.addAllNode(newNodes.get(i));
            } else if (!(Constants.isConstant(node) && newTensors.containsKey(node.getOutput(0)))) {
                rewritten.addNode(node);
            }
        }
        Map<String, List<TensorProto>> waiting = new LinkedHashMap<>(newTensors);
        for (TensorProto tensor : graph.getInitializerList()) {
            List<TensorProto> factors = waiting.remove(tensor.getName());
            rewritten.addAllInitializer(factors == null ? List.of(tensor) : factors);
        }
        // Those of weights that Constant nodes held.
        waiting.values().forEach(rewritten::addAllInitializer);
        graph.getValueInfoList().stream()
                .filter(info -> !newTensors.containsKey(info.getName()))
                .forEach(rewritten::addValueInfo);
        return model.message().toBuilder()
                .setGraph(rewritten)
                .clearMetadataProps()
                .addAllMetadataProps(metadata(provenance))
                .build();
    }

    private List<StringStringEntryProto> metadata(Provenance provenance) {
        Map<String, StringStringEntryProto> entries = new LinkedHashMap<>();
        model.message().getMetadataPropsList().forEach(entry -> entries.put(entry.getKey(), entry));
        List<StringStringEntryProto> own = new ArrayList<>();
        own.add(entry("eckart.version", provenance.version()));
        own.add(entry("eckart.rank", provenance.rank()));
        pairs.forEach((weight, pairNames) -> own.add(PairNames.entry(weight, pairNames)));
        own.forEach(entry -> entries.put(entry.getKey(), entry));
        return List.copyOf(entries.values());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}

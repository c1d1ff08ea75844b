package dev.eckart.onnx.rewrite;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.WeightScanner;
import dev.eckart.onnx.tensor.Constants;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The original graph, untouched but for its numbers: each W that was replaced holds the product of its stored factors.
 *
 * <p>A compressed model that computes the same as this reference was rewritten rightly, however much was lost.
 */
public final class ProductReference {
    private ProductReference() {}

    /**
     * The reference for a compressed model.
     *
     * @return empty if nothing says that the compressed model is made from the original
     * @throws InvalidInputException if what it says does not fit the original
     */
    public static Optional<OnnxModel> of(OnnxModel original, OnnxModel compressed) {
        Map<String, TensorProto> factors = Constants.of(compressed.message().getGraph());
        Map<String, PairNames> pairs = PairNames.of(compressed.message());
        Map<String, TensorProto> products = new HashMap<>();
        List<Region> payloads = new ArrayList<>();
        for (LinearSite site : WeightScanner.scan(original).linear()) {
            LinearWeight weight = site.weight();
            PairNames pair = pairs.get(weight.name());
            if (pair != null && !factors.containsKey(weight.name())) {
                Matrix product = product(weight, factor(factors, pair.b()), factor(factors, pair.a()), compressed);
                Matrix stored = site.transposed() ? product.transpose() : product;
                payloads.add(Region.of(Tensors.encode(stored, weight.type(), weight.name())));
                products.put(
                        weight.name(),
                        Tensors.ofPayload(
                                weight.name(),
                                List.of((long) stored.rows(), (long) stored.columns()),
                                weight.type(),
                                original.payloads().size() + payloads.size() - 1));
            }
        }
        if (products.isEmpty()) {
            return Optional.empty();
        }
        GraphProto graph = substitute(original.message().getGraph(), products);
        return Optional.of(new OnnxModel(
                original.message().toBuilder().setGraph(graph).build(),
                original.payloads().with(payloads)));
    }

    private static TensorProto factor(Map<String, TensorProto> factors, String name) {
        TensorProto factor = factors.get(name);
        if (factor == null || factor.getDimsCount() != 2) {
            throw new InvalidInputException(
                    "the compressed model's metadata speaks of a factor `%s`, but it has no such matrix"
                            .formatted(name));
        }
        return factor;
    }

    private static Matrix product(LinearWeight weight, TensorProto b, TensorProto a, OnnxModel compressed) {
        if (b.getDims(0) != weight.rows() || a.getDims(1) != weight.columns() || b.getDims(1) != a.getDims(0)) {
            throw new InvalidInputException(
                    "the compressed model is not made from this original: its factors %s·%s do not fit %s"
                            .formatted(
                                    Tensors.shape(b.getDimsList()), Tensors.shape(a.getDimsList()), weight.describe()));
        }
        Matrix left = Matrix.copyOf(Tensors.matrix(b, compressed.payloads(), false));
        return left.times(Matrix.copyOf(Tensors.matrix(a, compressed.payloads(), false)));
    }

    private static GraphProto substitute(GraphProto graph, Map<String, TensorProto> products) {
        GraphProto.Builder substituted = graph.toBuilder().clearInitializer().clearNode();
        graph.getInitializerList()
                .forEach(tensor -> substituted.addInitializer(products.getOrDefault(tensor.getName(), tensor)));
        graph.getNodeList().forEach(node -> substituted.addNode(substitute(node, products)));
        return substituted.build();
    }

    private static NodeProto substitute(NodeProto node, Map<String, TensorProto> products) {
        TensorProto product = Constants.isConstant(node) ? products.get(node.getOutput(0)) : null;
        return product == null
                ? node
                : node.toBuilder()
                        .clearAttribute()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("value")
                                .setType(AttributeProto.AttributeType.TENSOR)
                                .setT(product))
                        .build();
    }
}

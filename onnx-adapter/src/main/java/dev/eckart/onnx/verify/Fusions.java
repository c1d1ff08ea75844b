package dev.eckart.onnx.verify;

import dev.eckart.core.verify.LostFusion;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What ONNX Runtime no longer does as one in a compressed model.
 *
 * <p>An operator of which the runtime's graph has more nodes than the model's own is one that the runtime made of several:
 * {@code FusedGemm}, {@code Gelu}, {@code SkipLayerNormalization}, {@code Attention}. It is lost where the compressed model
 * has fewer of it. The further product of a pair is no operator that was made, and loses none by itself.
 */
final class Fusions {
    /** Operators that the runtime puts between others, and that stand for no others. */
    private static final Set<String> BETWEEN = Set.of(
            "Cast",
            "Concat",
            "DequantizeLinear",
            "Expand",
            "Gather",
            "Identity",
            "MemcpyFromHost",
            "MemcpyToHost",
            "QuantizeLinear",
            "ReorderInput",
            "ReorderOutput",
            "Reshape",
            "Shape",
            "Slice",
            "Split",
            "Squeeze",
            "Transpose",
            "Unsqueeze");

    private Fusions() {}

    /**
     * The operators lost, in alphabetical order.
     *
     * @param own the original's graphs
     * @param original how many nodes of each operator the runtime runs of it
     * @param compressed the same of the compressed model
     */
    static List<LostFusion> lost(GraphIndex own, Map<String, Integer> original, Map<String, Integer> compressed) {
        Map<String, Integer> written = new HashMap<>();
        IntStream.range(0, own.nodes())
                .mapToObj(own::node)
                .map(NodeProto::getOpType)
                .forEach(operator -> written.merge(operator, 1, Integer::sum));
        return new TreeMap<>(original)
                .entrySet().stream()
                        .filter(entry -> !BETWEEN.contains(entry.getKey()))
                        .filter(entry -> entry.getValue() > written.getOrDefault(entry.getKey(), 0))
                        .map(entry -> new LostFusion(
                                entry.getKey(), entry.getValue(), compressed.getOrDefault(entry.getKey(), 0)))
                        .filter(fusion -> fusion.compressed() < fusion.original())
                        .toList();
    }
}

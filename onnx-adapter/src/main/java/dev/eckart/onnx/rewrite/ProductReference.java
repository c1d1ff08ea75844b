package dev.eckart.onnx.rewrite;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.rewrite.NewTensors.Stored;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The original graph, untouched but for its numbers: each W that was replaced holds the product of its stored factors.
 *
 * <p>A compressed model that computes the same as this reference was rewritten rightly, however much was lost.
 */
public final class ProductReference {
    private final OnnxModel original;
    private final GraphIndex index;
    private final Payloads compressed;
    private final Map<String, TensorProto> factors;
    private final Supplier<Decomposer> backend;
    private final GraphEdits edits;
    private final NewTensors tensors;
    private final Map<Integer, NodeProto> changed = new HashMap<>();

    private ProductReference(OnnxModel original, GraphIndex index, OnnxModel compressed, Supplier<Decomposer> backend) {
        this.original = original;
        this.index = index;
        this.compressed = compressed.payloads();
        this.factors = new GraphIndex(compressed.message(), true)
                .constants().entrySet().stream()
                        .collect(Collectors.toMap(
                                constant -> constant.getKey().name(), Map.Entry::getValue, (one, other) -> one));
        this.backend = backend;
        this.edits = new GraphEdits(index);
        this.tensors = new NewTensors(
                original, edits, new FreshNames(original.message().getGraph()));
    }

    /**
     * The reference for a compressed model.
     *
     * @param index of the original
     * @param sites the original's linear weights
     * @param backend asked for where there are factors to multiply
     * @return empty if nothing says that the compressed model is made from the original, or it was made from another one
     *     that in turn was made from it
     * @throws InvalidInputException if what it says does not fit the original
     */
    public static Optional<OnnxModel> of(
            OnnxModel original,
            GraphIndex index,
            List<LinearSite> sites,
            OnnxModel compressed,
            Supplier<Decomposer> backend) {
        ProductReference reference = new ProductReference(original, index, compressed, backend);
        Map<String, PairNames> pairs = new HashMap<>(PairNames.of(compressed.message()));
        for (LinearSite site : sites) {
            PairNames pair = pairs.remove(site.weight().name());
            if (pair != null) {
                reference.substitute(site, pair);
            }
        }
        return reference.changed.isEmpty() || !pairs.isEmpty() ? Optional.empty() : Optional.of(reference.model());
    }

    private void substitute(LinearSite site, PairNames pair) {
        LinearSite.Reading reading = site.readings().stream()
                .filter(one -> one.weight().reading().equals(pair.reading()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "the compressed model's metadata speaks of a way to split %s that there is not: `%s`"
                                .formatted(site.weight().describe(), pair.reading())));
        LinearWeight weight = reading.weight();
        Matrix product = product(weight, reading.readB(factor(pair.b())), reading.readA(factor(pair.a())));
        Map<Value, Stored> operands = new HashMap<>();
        for (Multiplication use : reading.uses()) {
            Stored operand = operands.computeIfAbsent(
                    use.operand(),
                    value -> tensors.store(
                            site.root(),
                            value.name() + ".BA",
                            use.operandOf(product),
                            // As it arrives, so that the product is rounded but once.
                            TensorTypes.elementType(use.type()).orElseThrow()));
            int node = use.use().node();
            changed.put(
                    node,
                    changed.getOrDefault(node, index.node(node)).toBuilder()
                            .setInput(use.use().input(), tensors.operand(operand, use.type(), false))
                            .build());
            edits.replace(node, List.of(changed.getOrDefault(node, index.node(node))));
            edits.release(use.use());
        }
        reading.uses().forEach(use -> edits.removeIfUnused(use.operand()));
        edits.removeIfUnused(site.root());
    }

    private TensorView factor(String name) {
        return Optional.ofNullable(factors.get(name))
                .filter(tensor -> tensor.getDimsCount() >= 2)
                .flatMap(tensor -> Tensors.view(tensor, compressed))
                .orElseThrow(() -> new InvalidInputException(
                        "the compressed model's metadata speaks of a factor `%s`, but it has no such matrix"
                                .formatted(name)));
    }

    private Matrix product(LinearWeight weight, MatrixSource b, MatrixSource a) {
        if (b.rows() != weight.rows() || a.columns() != weight.columns() || b.columns() != a.rows()) {
            throw new InvalidInputException(
                    "the compressed model is not made from this original: its factors [%d×%d]·[%d×%d] do not fit %s"
                            .formatted(b.rows(), b.columns(), a.rows(), a.columns(), weight.describe()));
        }
        return backend.get().times(Matrix.copyOf(b), a);
    }

    private OnnxModel model() {
        return new OnnxModel(
                original.message().toBuilder().setGraph(edits.apply()).build(), tensors.payloads());
    }
}

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
import dev.eckart.onnx.rewrite.BiasPlace.Term;
import dev.eckart.onnx.rewrite.NewTensors.Stored;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The original graph, untouched but for its numbers: each W that was replaced holds the product of its stored factors.
 * Where a compressed model's products are shifted, wherever that is done there, a node after the original's product adds
 * the shift.
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
    private final FreshNames names;
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
        this.names = new FreshNames(original.message().getGraph());
        this.tensors = new NewTensors(original, edits, names);
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
        List<Bias> biases = biases(site, reading, pair);
        for (int i = 0; i < reading.uses().size(); i++) {
            Multiplication use = reading.uses().get(i);
            Stored operand = operands.computeIfAbsent(
                    use.operand(),
                    value -> tensors.store(
                            site.root(),
                            value.name() + ".BA",
                            use.operandOf(product),
                            // As it arrives, so that the product is rounded but once.
                            TensorTypes.elementType(use.type()).orElseThrow()));
            int node = use.use().node();
            NodeProto multiplying = changed.getOrDefault(node, index.node(node)).toBuilder()
                    .setInput(use.use().input(), tensors.operand(operand, use.type(), false))
                    .build();
            changed.put(node, multiplying);
            edits.replace(node, shifted(site, use, multiplying, biases.get(i)));
            edits.release(use.use());
        }
        reading.uses().forEach(use -> edits.removeIfUnused(use.operand()));
        edits.removeIfUnused(site.root());
    }

    /** One for each use. */
    private static List<Bias> biases(LinearSite site, LinearSite.Reading reading, PairNames pair) {
        int uses = reading.uses().size();
        if (pair.biases().isEmpty()) {
            return Collections.nCopies(uses, Bias.NONE);
        }
        if (pair.biases().size() != uses) {
            throw new InvalidInputException(
                    "the compressed model's metadata speaks of %d products with %s, but the original has %d"
                            .formatted(pair.biases().size(), site.weight().describe(), uses));
        }
        return pair.biases();
    }

    /** A product of the original, with what the compressed model adds to it. */
    private List<NodeProto> shifted(LinearSite site, Multiplication use, NodeProto product, Bias bias) {
        int columns = site.weight().columns();
        return switch (bias.kind()) {
            case NONE -> List.of(product);
            case ADDED -> addAfter(site, use, product, row(bias.name(), columns));
            case TERM -> {
                if (!(BiasPlace.of(index, original.payloads(), use, columns) instanceof Term term)) {
                    throw new InvalidInputException(
                            "the compressed model's metadata speaks of a bias `%s` of %s, but the original's product has no place for one"
                                    .formatted(bias.name(), site.weight().describe()));
                }
                double[] row = row(bias.name(), columns);
                if (!term.canAddAfter()) {
                    Stored stored = store(site, use, bias.name(), row, List.of((long) columns));
                    yield List.of(BiasShifts.with(product, term.use().input(), stored.name()));
                }
                double[] before = term.constant()
                        .map(constant -> constant.toArray(columns))
                        .orElse(new double[columns]);
                for (int i = 0; i < columns; i++) {
                    row[i] = term.multiplier() * (row[i] - before[i]);
                }
                yield addAfter(site, use, product, row);
            }
        };
    }

    private List<NodeProto> addAfter(LinearSite site, Multiplication use, NodeProto product, double[] row) {
        Stored stored = store(site, use, site.root().name() + ".shift", row, BiasPlace.dims(use, row.length));
        return BiasShifts.addAfter(product, stored.name(), names);
    }

    private Stored store(LinearSite site, Multiplication use, String wanted, double[] row, List<Long> dims) {
        return tensors.store(
                site.root(),
                wanted,
                TensorView.of(Matrix.of(1, row.length, row)).reshaped(dims),
                TensorTypes.elementType(use.type()).orElseThrow());
    }

    private double[] row(String name, int columns) {
        TensorView view = Optional.ofNullable(factors.get(name))
                .flatMap(tensor -> Tensors.view(tensor, compressed))
                .filter(numbers -> numbers.size() == columns)
                .orElseThrow(() -> new InvalidInputException(
                        "the compressed model's metadata speaks of a bias `%s` of %d numbers, but it has no such tensor"
                                .formatted(name, columns)));
        return view.toArray();
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

package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.verify.NoProof;
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
import dev.eckart.onnx.scan.Form;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Checksums checksums;
    /** The compressed model's, by name; graphs inside others may have one of a name each. */
    private final Map<String, List<TensorProto>> constants;

    private final Supplier<Decomposer> backend;
    private final boolean wide;
    private final GraphEdits edits;
    private final FreshNames names;
    private final NewTensors tensors;
    private final Map<Integer, NodeProto> changed = new HashMap<>();
    private final Set<String> products = new LinkedHashSet<>();
    private final List<String> faults = new ArrayList<>();

    private ProductReference(
            OnnxModel original, GraphIndex index, OnnxModel compressed, Supplier<Decomposer> backend, boolean wide) {
        this.original = original;
        this.index = index;
        this.compressed = compressed.payloads();
        this.checksums = Checksums.of(compressed.message());
        this.constants = new GraphIndex(compressed.message(), true)
                .constants().entrySet().stream()
                        .collect(Collectors.groupingBy(
                                constant -> constant.getKey().name(),
                                Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        this.backend = backend;
        this.wide = wide;
        this.edits = new GraphEdits(index);
        this.names = new FreshNames(original.message().getGraph());
        this.tensors = new NewTensors(original, edits, names);
    }

    /** What the metadata says, and the compressed model or the original does not bear out. */
    private static final class Misfit extends Exception {
        private static final long serialVersionUID = 1;

        Misfit(String message) {
            super(message);
        }
    }

    /**
     * The reference for a compressed model.
     *
     * @param index of the original
     * @param sites the original's linear weights
     * @param backend asked for where there are factors to multiply
     * @param wide whether to make a model that computes in float32 what the original computes in 16 bits, as {@link Widened}
     *     does with the compressed one
     * @return none if nothing says what was replaced in the compressed model, or what it says does not fit the two models
     */
    public static Reference of(
            OnnxModel original,
            GraphIndex index,
            List<LinearSite> sites,
            OnnxModel compressed,
            Supplier<Decomposer> backend,
            boolean wide) {
        try {
            return new ProductReference(original, index, compressed, backend, wide).of(sites, compressed);
        } catch (Misfit e) {
            return none(NoProof.Cause.CHANGED_SINCE, "changed since it was compressed: " + e.getMessage());
        }
    }

    private static Reference none(NoProof.Cause cause, String sentence) {
        return new Reference.None(new NoProof(cause, sentence));
    }

    private Reference of(List<LinearSite> sites, OnnxModel model) throws Misfit {
        for (String key : PairNames.unreadable(model.message())) {
            throw new Misfit("its metadata entry `%s` cannot be read".formatted(key));
        }
        Map<String, PairNames> pairs = new LinkedHashMap<>(PairNames.of(model.message()));
        if (pairs.isEmpty()) {
            return model.message().getMetadataPropsList().stream()
                            .anyMatch(entry -> entry.getKey().startsWith(FactorRewriter.KEY))
                    ? none(NoProof.Cause.NOTHING_REPLACED, "no weight was replaced")
                    : none(NoProof.Cause.UNDECLARED, "the model does not say what was replaced");
        }
        Set<String> known = sites.stream().map(site -> site.weight().name()).collect(Collectors.toSet());
        for (String weight : pairs.keySet()) {
            if (!known.contains(weight)) {
                throw new Misfit(
                        "its metadata speaks of a weight `%s`, which the original does not have".formatted(weight));
            }
        }
        for (LinearSite site : sites) {
            PairNames pair = pairs.get(site.weight().name());
            if (pair == null) {
                requireUnchanged(site);
            } else {
                substitute(site, pair);
            }
        }
        OnnxModel reference = model();
        return new Reference.Products(wide ? Widened.of(reference) : reference, List.copyOf(products), faults);
    }

    /** A weight that was not replaced and is stored otherwise now, as quantized, was changed by another tool. */
    private void requireUnchanged(LinearSite site) throws Misfit {
        TensorProto before = index.constants().get(site.root());
        boolean there = before == null
                || constants.getOrDefault(site.root().name(), List.of()).stream()
                        .anyMatch(tensor -> tensor.getDataType() == before.getDataType()
                                && tensor.getDimsList().equals(before.getDimsList()));
        if (!there) {
            throw new Misfit("it no longer stores %s as the original does"
                    .formatted(site.weight().describe()));
        }
    }

    private void substitute(LinearSite site, PairNames pair) throws Misfit {
        LinearSite.Reading reading = site.readings().stream()
                .filter(one -> one.weight().reading().equals(pair.reading()))
                .findFirst()
                .orElseThrow(() -> new Misfit("its metadata speaks of a way to split %s that there is not: `%s`"
                        .formatted(site.weight().describe(), pair.reading())));
        LinearWeight weight = reading.weight();
        Matrix product =
                product(weight, readB(reading, factor(pair.b(), weight)), readA(reading, factor(pair.a(), weight)));
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
                            type(use)));
            int node = use.use().node();
            NodeProto multiplying = changed.getOrDefault(node, index.node(node)).toBuilder()
                    .setInput(use.use().input(), tensors.operand(operand, TensorTypes.dataType(type(use)), false))
                    .build();
            changed.put(node, multiplying);
            addProduct(node);
            edits.replace(node, shifted(site, use, multiplying, biases.get(i)));
            edits.release(use.use());
        }
        reading.uses().forEach(use -> edits.removeIfUnused(use.operand()));
        edits.removeIfUnused(site.root());
    }

    private ElementType type(Multiplication use) {
        return TensorTypes.elementType(wide ? Widened.type(use.type()) : use.type())
                .orElseThrow();
    }

    /** Notes what a node gives, if another part of the model can see it. */
    private void addProduct(int node) {
        if (index.graphOf(node) == GraphIndex.MAIN) {
            products.add(index.node(node).getOutput(0));
        }
    }

    /** One for each use. */
    private static List<Bias> biases(LinearSite site, LinearSite.Reading reading, PairNames pair) throws Misfit {
        int uses = reading.uses().size();
        if (pair.biases().isEmpty()) {
            return Collections.nCopies(uses, Bias.NONE);
        }
        if (pair.biases().size() != uses) {
            throw new Misfit("its metadata speaks of %d products with %s, but the original has %d"
                    .formatted(pair.biases().size(), site.weight().describe(), uses));
        }
        return pair.biases();
    }

    /** A product of the original, with what the compressed model adds to it. */
    private List<NodeProto> shifted(LinearSite site, Multiplication use, NodeProto product, Bias bias) throws Misfit {
        int columns = site.weight().columns();
        return switch (bias.kind()) {
            case NONE -> List.of(product);
            case ADDED -> addAfter(site, use, product, row(bias.name(), columns));
            case TERM -> {
                if (!(BiasPlace.of(index, original.payloads(), use, columns) instanceof Term term)) {
                    throw new Misfit(
                            "its metadata speaks of a bias `%s` of %s, but the original's product has no place for one"
                                    .formatted(bias.name(), site.weight().describe()));
                }
                if (term.use().node() != use.use().node()) {
                    // Only the sum is the same in both models.
                    products.remove(index.node(use.use().node()).getOutput(0));
                    addProduct(term.use().node());
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
                type(use));
    }

    private double[] row(String name, int columns) throws Misfit {
        for (TensorProto tensor : constants.getOrDefault(name, List.of())) {
            Optional<TensorView> row = Tensors.view(tensor, compressed).filter(numbers -> numbers.size() == columns);
            if (row.isPresent()) {
                requireAsWritten("bias", name, tensor);
                return row.get().toArray();
            }
        }
        throw new Misfit(
                "its metadata speaks of a bias `%s` of %d numbers, but it has no such tensor".formatted(name, columns));
    }

    private TensorView factor(String name, LinearWeight weight) throws Misfit {
        for (TensorProto tensor : constants.getOrDefault(name, List.of())) {
            Optional<TensorView> factor =
                    Tensors.view(tensor, compressed).filter(view -> view.dims().size() >= 2);
            if (factor.isPresent() && tensor.getDataType() != TensorTypes.dataType(weight.type())) {
                throw new Misfit("factor `%s` of weight `%s` is %s where %s was stored"
                        .formatted(
                                name,
                                weight.name(),
                                TensorTypes.label(tensor.getDataType()),
                                weight.type().label()));
            }
            if (factor.isPresent()) {
                requireAsWritten("factor", name, tensor);
                return factor.get();
            }
        }
        throw new Misfit("its metadata speaks of a factor `%s`, but it has no such matrix".formatted(name));
    }

    /** A tensor of the right type and size with other numbers is at fault, and no sign of another tool. */
    private void requireAsWritten(String what, String name, TensorProto tensor) {
        if (!checksums.fit(name, tensor, compressed)) {
            faults.add("%s `%s` holds other numbers than were written".formatted(what, name));
        }
    }

    private static MatrixSource readB(LinearSite.Reading reading, TensorView factor) throws Misfit {
        int rows = reading.weight().rows();
        requireDims(reading, factor, reading.storedB(new Zeros(rows, (int) (factor.size() / rows))));
        return reading.readB(factor);
    }

    private static MatrixSource readA(LinearSite.Reading reading, TensorView factor) throws Misfit {
        int columns = reading.weight().columns();
        requireDims(reading, factor, reading.storedA(new Zeros((int) (factor.size() / columns), columns)));
        return reading.readA(factor);
    }

    /** Factors of products are matrices in any dimensions; those of convolutions have the dimensions of kernels. */
    private static void requireDims(LinearSite.Reading reading, TensorView factor, TensorView expected) throws Misfit {
        boolean kernels = reading.form() == Form.CHANNELS || reading.form() == Form.ROWS_AND_COLUMNS;
        if (kernels && !factor.dims().equals(expected.dims())) {
            throw new Misfit("a factor of %s is %s where %s was expected"
                    .formatted(
                            reading.weight().describe(), Tensors.shape(factor.dims()), Tensors.shape(expected.dims())));
        }
    }

    /** As many numbers as a factor has. */
    private record Zeros(int rows, int columns) implements MatrixSource {
        @Override
        public void read(int row, int column, int height, int width, double[] target) {
            Arrays.fill(target, 0, height * width, 0);
        }
    }

    private Matrix product(LinearWeight weight, MatrixSource b, MatrixSource a) throws Misfit {
        if (b.rows() != weight.rows() || a.columns() != weight.columns() || b.columns() != a.rows()) {
            throw new Misfit("its factors [%d×%d]·[%d×%d] do not fit %s"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns(), weight.describe()));
        }
        return backend.get().times(Matrix.copyOf(b), a);
    }

    private OnnxModel model() {
        return new OnnxModel(
                original.message().toBuilder().setGraph(edits.apply()).build(), tensors.payloads());
    }
}

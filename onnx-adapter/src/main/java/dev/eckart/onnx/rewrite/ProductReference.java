package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.verify.NoProof;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.rewrite.BiasPlace.Term;
import dev.eckart.onnx.rewrite.NewTensors.Stored;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The original graph, untouched but for its numbers: each W that was replaced holds the dense equivalent of its stored form.
 * Where a compressed model's products are shifted, wherever that is done there, a node after the original's product adds
 * the shift.
 *
 * <p>A compressed model that computes the same as this reference was rewritten rightly, however much was lost.
 */
public final class ProductReference {
    private final OnnxModel original;
    private final GraphIndex index;
    private final StoredPairs stored;
    private final boolean wide;
    private final GraphEdits edits;
    private final FreshNames names;
    private final NewTensors tensors;
    private final RoundedInput.Maker rounding;
    private final Map<Integer, NodeProto> changed = new HashMap<>();
    private final Set<String> products = new LinkedHashSet<>();
    private final Map<String, String> given = new LinkedHashMap<>();

    private ProductReference(
            OnnxModel original, GraphIndex index, OnnxModel compressed, Supplier<Decomposer> backend, boolean wide) {
        this.original = original;
        this.index = index;
        this.stored = new StoredPairs(original, index, compressed, backend);
        this.wide = wide;
        this.edits = new GraphEdits(index);
        this.names = new FreshNames(original.message().getGraph());
        this.tensors = new NewTensors(original, edits, names);
        this.rounding = new RoundedInput.Maker(names, tensors, Attributes.opset(original.message()));
    }

    /**
     * The reference for a compressed model.
     *
     * @param index of the original
     * @param sites the original's linear weights
     * @param constants those of its constants that can be stored as codes
     * @param backend asked for where there are factors to multiply
     * @param wide whether to make a model that computes in float32 what the original computes in 16 bits, as {@link Widened}
     *     does with the compressed one
     * @return none if nothing says what was replaced in the compressed model, or what it says does not fit the two models
     */
    public static Reference of(
            OnnxModel original,
            GraphIndex index,
            List<LinearSite> sites,
            List<ConstantSite> constants,
            OnnxModel compressed,
            Supplier<Decomposer> backend,
            boolean wide) {
        try {
            return new ProductReference(original, index, compressed, backend, wide).of(sites, constants, compressed);
        } catch (Misfit e) {
            return none(NoProof.Cause.CHANGED_SINCE, "changed since it was compressed: " + e.getMessage());
        }
    }

    private static Reference none(NoProof.Cause cause, String sentence) {
        return new Reference.None(new NoProof(cause, sentence));
    }

    private Reference of(List<LinearSite> sites, List<ConstantSite> constants, OnnxModel model) throws Misfit {
        if (model.message().getMetadataPropsList().stream()
                .noneMatch(entry -> entry.getKey().startsWith(FactorRewriter.KEY))) {
            return none(NoProof.Cause.UNDECLARED, "the model does not say what was replaced");
        }
        StoredPairs.Replaced replaced = stored.replaced(sites, constants);
        for (LinearSite site : sites) {
            PairNames pair = replaced.pairs().get(site.weight().name());
            if (pair != null) {
                substitute(site, pair);
            } else if (!replaced.has(site.weight().name())) {
                stored.requireUnchanged(site);
            }
        }
        for (ConstantSite site : constants) {
            CodeNames codes = replaced.codes().get(site.weight().name());
            if (codes != null) {
                substitute(site, codes);
            }
        }
        if (replaced.isEmpty()) {
            return none(NoProof.Cause.NOTHING_REPLACED, "no weight was replaced");
        }
        OnnxModel reference = model();
        return new Reference.Products(
                wide ? Widened.of(reference) : reference,
                List.copyOf(products),
                given,
                stored.forms(),
                stored.faults());
    }

    private void substitute(LinearSite site, PairNames pair) throws Misfit {
        LinearSite.Reading reading = StoredPairs.reading(site, pair);
        Matrix product = stored.product(reading, pair);
        stored.compare(site, reading, pair, product);
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

    private void substitute(ConstantSite site, CodeNames codes) throws Misfit {
        dev.eckart.core.stored.Stored form = stored.constant(site, codes);
        MatrixSource dense = form.dense(stored.backend());
        stored.compare(site, dense);
        Value root = site.root();
        ElementType type = TensorTypes.elementType(
                        wide
                                ? Widened.type(
                                        TensorTypes.dataType(site.weight().type()))
                                : TensorTypes.dataType(site.weight().type()))
                .orElseThrow();
        Stored tensor = tensors.store(root, root.name() + ".dense", site.tensor(dense), type);
        edits.compute(
                root,
                List.of(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .setName(names.take(tensor.name() + "_node"))
                        .addInput(tensor.name())
                        .addOutput(root.name())
                        .build()));
        index.uses(root).stream()
                .filter(use -> index.node(use.node()).getOutputCount() > 0)
                .forEach(use -> addProduct(use.node()));
        if (form instanceof Integers integers) {
            Optional<String> factors = integers.factors()
                    .map(row -> tensors.store(
                                    root,
                                    root.name() + ".factors",
                                    TensorView.of(row).reshaped(List.of((long) row.columns())),
                                    ElementType.FLOAT32)
                            .name());
            index.uses(root)
                    .forEach(use -> edits.replace(use.node(), roundingItsInput(use, root, factors, integers.byRow())));
        }
    }

    /**
     * A product of the original, by the input as products of integers round it.
     *
     * @param use of the constant that it multiplies by
     * @param factors the tensor that the input is multiplied by before that, and divided by after it
     */
    private List<NodeProto> roundingItsInput(Use use, Value root, Optional<String> factors, boolean byRow) {
        NodeProto product = index.node(use.node());
        boolean made =
                index.value(new Use(use.node(), 0)).flatMap(index::producer).isPresent();
        String x = wide && made ? given(product.getInput(0)) : product.getInput(0);
        RoundedInput input = rounding.of(x, root, factors, byRow);
        List<NodeProto> nodes = new ArrayList<>(input.nodes());
        String back = node(nodes, "DequantizeLinear", x, input.integers(), input.step(), input.zeroPoint());
        if (input.sizes().isPresent()) {
            back = node(nodes, "Mul", x, back, input.sizes().get());
        }
        if (factors.isPresent()) {
            back = node(nodes, "Div", x, back, factors.get());
        }
        nodes.add(product.toBuilder().setInput(0, back).build());
        return nodes;
    }

    private String node(List<NodeProto> nodes, String operator, String x, String... inputs) {
        String output = names.take(x + ".rounded");
        nodes.add(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(names.take(output + "_node"))
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build());
        return output;
    }

    /** The input that a value is given by: two models that round it may round it otherwise for its last bit. */
    private String given(String x) {
        return given.computeIfAbsent(x, unused -> {
            String name = names.take("eckart.given." + x);
            edits.addInput(
                    GraphIndex.MAIN,
                    ValueInfoProto.newBuilder()
                            .setName(name)
                            .setType(TypeProto.newBuilder()
                                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE)))
                            .build());
            return name;
        });
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
            case ADDED -> addAfter(site, use, product, stored.row(bias.name(), columns));
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
                double[] row = stored.row(bias.name(), columns);
                if (!term.canAddAfter()) {
                    Stored added = store(site, use, bias.name(), row, List.of((long) columns));
                    yield List.of(BiasShifts.with(product, term.use().input(), added.name()));
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
        Stored shift = store(site, use, site.root().name() + ".shift", row, BiasPlace.dims(use, row.length));
        return BiasShifts.addAfter(product, shift.name(), names);
    }

    private Stored store(LinearSite site, Multiplication use, String wanted, double[] row, List<Long> dims) {
        return tensors.store(
                site.root(),
                wanted,
                TensorView.of(Matrix.of(1, row.length, row)).reshaped(dims),
                type(use));
    }

    private OnnxModel model() {
        return new OnnxModel(
                original.message().toBuilder().setGraph(edits.apply()).build(), tensors.payloads());
    }
}

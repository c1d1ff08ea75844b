package dev.eckart.onnx.rewrite;

import dev.eckart.core.Lazy;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Sum;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.LinearRule;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.rewrite.BiasShifts.Shifted;
import dev.eckart.onnx.rewrite.CodesLowering.Unpacking;
import dev.eckart.onnx.rewrite.NewTensors.Stored;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts other stored forms where weights were. For a factor pair: the two tensors in the place of the stored one, two nodes
 * ({@link LinearRule#pair}) in the place of each that multiplied by it, and nothing in the place of nodes that were between them.
 * Factors may be in codes, which {@link CodesLowering} makes numbers of. For other forms see there, and {@link PackedLowering} and
 * {@link IntegerLowering}.
 *
 * <p>Nodes that multiply by Wᵀ get the transposes of the same two tensors, by {@code Transpose} nodes that ONNX Runtime
 * computes once, when it loads the model. Weights that are factored jointly have one B, and one node that multiplies by
 * it; each has an A and a node of its own. A shift of the products is added where there is a place for it ({@link
 * BiasShifts}).
 */
public final class FactorRewriter {
    /** What the keys of all entries begin with that are written into a model's metadata. */
    static final String KEY = "eckart.";

    private final OnnxModel model;
    private final GraphIndex index;
    private final Map<String, LinearSite> sites;
    private final Supplier<Map<String, ConstantSite>> constants;
    private final GraphEdits edits;
    private final NewTensors tensors;
    private final FreshNames names;
    private final BiasShifts shifts;
    private final CodesLowering codesLowering;
    private final PackedLowering packedLowering;
    private final IntegerLowering integerLowering;
    private final Map<String, PairNames> pairs = new LinkedHashMap<>();
    private final Map<String, CodeNames> codes = new LinkedHashMap<>();
    private final Map<String, CodeNames> factors = new LinkedHashMap<>();

    private FactorRewriter(
            OnnxModel model,
            GraphIndex index,
            List<LinearSite> sites,
            Supplier<List<ConstantSite>> constants,
            Unpacking unpacking) {
        this.model = model;
        this.index = index;
        this.sites =
                sites.stream().collect(Collectors.toMap(site -> site.weight().name(), Function.identity()));
        this.constants = Lazy.of(() -> constants.get().stream()
                .collect(Collectors.toMap(site -> site.weight().name(), Function.identity())));
        this.names = new FreshNames(model.message().getGraph());
        this.edits = new GraphEdits(index);
        this.tensors = new NewTensors(model, edits, names);
        this.codesLowering = new CodesLowering(edits, tensors, names, unpacking);
        this.integerLowering =
                new IntegerLowering(index, edits, tensors, names, codesLowering, Attributes.opset(model.message()));
        this.packedLowering = new PackedLowering(index, edits, tensors, names);
        this.shifts = new BiasShifts(index, model.payloads(), edits, BiasShifts.Rows.constants(tensors), names);
    }

    /**
     * The model with each replacement made.
     *
     * @param index of the model
     * @param sites the model's linear weights
     * @param constants gives those of its constants that can be stored as codes; asked for where one is to be
     * @throws IllegalArgumentException if a replacement's weight is not among them
     * @throws dev.eckart.core.InvalidInputException if a factor's numbers are too large for the weight's type
     */
    public static OnnxModel rewrite(
            OnnxModel model,
            GraphIndex index,
            List<LinearSite> sites,
            Supplier<List<ConstantSite>> constants,
            Iterable<Replacement> replacements,
            Unpacking unpacking,
            Provenance provenance) {
        FactorRewriter rewriter = new FactorRewriter(model, index, sites, constants, unpacking);
        replacements.forEach(rewriter::make);
        return rewriter.rewritten(provenance);
    }

    /**
     * Whether there are nodes and tensors for a form of a weight: {@link #rewrite} takes no other.
     *
     * @param type of the weight
     */
    public static boolean canStore(dev.eckart.core.stored.Stored form, ElementType type) {
        if (form instanceof Product product) {
            return isFactor(product.b(), type) && isFactor(product.a(), type);
        }
        if (form instanceof Sum sum) {
            ElementType pairType = sum.one() instanceof Packed ? type : Blocks.scaleType(type);
            return isCodes(sum.one(), type)
                    && sum.other() instanceof Product pair
                    && isDense(pair.b(), pairType)
                    && isDense(pair.a(), pairType);
        }
        return isCodes(form, type)
                || (form instanceof Integers && type == ElementType.FLOAT32)
                || (isDense(form, ElementType.FLOAT16) && type.bytes() > ElementType.FLOAT16.bytes());
    }

    private static boolean isFactor(dev.eckart.core.stored.Stored form, ElementType type) {
        return isDense(form, type) || (form instanceof Blocks && isCodes(form, type));
    }

    private static boolean isDense(dev.eckart.core.stored.Stored form, ElementType type) {
        return form instanceof Dense dense && dense.type() == type;
    }

    private static boolean isCodes(dev.eckart.core.stored.Stored form, ElementType type) {
        return form instanceof Blocks blocks
                ? blocks.type() == type && blocks.blockSize() >= blocks.rows()
                : form instanceof Packed packed
                        && (type == ElementType.FLOAT32 || (type == ElementType.FLOAT16 && packed.scaleType() == type));
    }

    private void make(Replacement replacement) {
        if (replacement.stored() instanceof Dense halves) {
            codes.put(replacement.weight().name(), codesLowering.store(constant(replacement), halves));
            return;
        }
        if (replacement.stored() instanceof Blocks blocks) {
            codes.put(replacement.weight().name(), codesLowering.store(constant(replacement), blocks));
            return;
        }
        if (replacement.stored() instanceof Integers integers) {
            codes.put(replacement.weight().name(), integerLowering.store(constant(replacement), integers));
            return;
        }
        if (replacement.stored() instanceof Packed packed) {
            codes.put(
                    replacement.weight().name(), packedLowering.store(constant(replacement), packed, Optional.empty()));
            return;
        }
        if (replacement.stored() instanceof Sum sum && sum.other() instanceof Product pair) {
            ConstantSite site = constant(replacement);
            codes.put(
                    replacement.weight().name(),
                    sum.one() instanceof Packed packed
                            ? packedLowering.store(site, packed, Optional.of(pair))
                            : codesLowering.store(site, (Blocks) sum.one(), pair));
            return;
        }
        replacement
                .weight()
                .joint()
                .ifPresentOrElse(members -> replace(replacement, members), () -> replace(replacement));
    }

    private ConstantSite constant(Replacement replacement) {
        ConstantSite site = constants.get().get(replacement.weight().name());
        if (site == null) {
            throw new IllegalArgumentException(
                    replacement.weight().describe() + " is not a constant of this network that codes can store");
        }
        return site;
    }

    private LinearSite site(LinearWeight weight) {
        LinearSite site = sites.get(weight.name());
        if (site == null) {
            throw new IllegalArgumentException(weight.describe() + " is not a linear weight of this network");
        }
        return site;
    }

    private void replace(Replacement replacement) {
        LinearWeight weight = replacement.weight();
        Product pair = (Product) replacement.stored();
        LinearSite site = site(weight);
        LinearSite.Reading reading = site.reading(weight);
        Value root = site.root();
        Stored b = store(root, ".B", pair.b(), reading::storedB, reading::scalesOfB);
        Stored a = store(root, ".A", pair.a(), reading::storedA, reading::storedA);
        List<Bias> biases = new ArrayList<>();
        for (Multiplication use : reading.uses()) {
            boolean turned = isTurned(use.layout().form(), use.mirrored()) != isTurned(reading.form(), false);
            String first = tensors.operand(use.mirrored() ? a : b, use.type(), turned);
            String second = tensors.operand(use.mirrored() ? b : a, use.type(), turned);
            int node = use.use().node();
            NodeProto original = index.node(node);
            List<NodeProto> nodes = Operators.linear(original)
                    .pair(original, use.layout().form(), use.use().input(), first, second, names::take);
            Shifted shifted = shifted(use, root, replacement.biasShift(), nodes);
            edits.replace(node, shifted.nodes());
            biases.add(shifted.bias());
        }
        leave(site, reading);
        pairs.put(weight.name(), new PairNames(b.name(), a.name(), weight.reading(), biases));
    }

    /** A factor as nodes take it. */
    private Stored store(
            Value root,
            String suffix,
            dev.eckart.core.stored.Stored factor,
            Function<MatrixSource, TensorView> layout,
            Function<MatrixSource, TensorView> scales) {
        if (factor instanceof Dense dense) {
            return tensors.store(root, root.name() + suffix, layout.apply(dense.values()), dense.type());
        }
        return codesLowering.store(
                root,
                root.name() + suffix,
                (Blocks) factor,
                new CodesLowering.TensorLayout(layout, scales),
                factors::put);
    }

    private Shifted shifted(Multiplication use, Value root, Optional<MatrixSource> shift, List<NodeProto> nodes) {
        return shift.map(row -> shifts.add(use, root, row, nodes)).orElse(new Shifted(nodes, Bias.NONE));
    }

    /** Whether a use takes the transposes of what a product x·W takes. */
    private static boolean isTurned(Form form, boolean mirrored) {
        return mirrored != (form == Form.LEFT);
    }

    private void replace(Replacement replacement, JointBlocks blocks) {
        String name = replacement.weight().name();
        FactorPair pair = replacement.pair().orElseThrow();
        List<LinearSite> members = blocks.members().stream().map(this::site).toList();
        LinearSite.Reading leading = members.get(0).readings().get(0);
        Stored b = tensors.store(
                members.get(0).root(),
                name + ".B",
                leading.storedB(pair.b()),
                leading.weight().type());
        int earliest = members.stream()
                .map(FactorRewriter::onlyUse)
                .map(use -> use.use().node())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        Multiplication any = onlyUse(members.get(0));
        NodeProto leader = index.node(earliest);
        List<NodeProto> shared = Operators.linear(leader)
                .first(leader, leading.form(), any.use().input(), tensors.operand(b, any.type(), false), names::take);
        String h = shared.get(shared.size() - 1).getOutput(0);
        for (int i = 0; i < members.size(); i++) {
            int block = i;
            LinearSite member = members.get(i);
            Multiplication use = onlyUse(member);
            LinearSite.Reading reading = member.readings().get(0);
            Stored a = tensors.store(
                    member.root(),
                    member.root().name() + ".A",
                    reading.storedA(blocks.factor(pair.a(), i)),
                    member.weight().type());
            int node = use.use().node();
            NodeProto original = index.node(node);
            NodeProto second = Operators.linear(original)
                    .second(original, reading.form(), use.use().input(), h, tensors.operand(a, use.type(), false));
            List<NodeProto> nodes = new ArrayList<>(node == earliest ? shared : List.of());
            nodes.add(second);
            Shifted shifted = shifted(
                    use, member.root(), replacement.biasShift().map(shift -> blocks.factor(shift, block)), nodes);
            edits.replace(node, shifted.nodes());
            leave(member, reading);
            pairs.put(
                    member.weight().name(),
                    new PairNames(b.name(), a.name(), reading.weight().reading(), List.of(shifted.bias())));
        }
    }

    private static Multiplication onlyUse(LinearSite member) {
        return member.readings().get(0).uses().get(0);
    }

    /** Takes the weight out of the model, and what made an operand of it. */
    private void leave(LinearSite site, LinearSite.Reading reading) {
        reading.uses().forEach(use -> edits.release(use.use()));
        Stream.concat(reading.uses().stream().map(Multiplication::operand), Stream.of(site.root()))
                .forEach(edits::removeIfUnused);
    }

    private OnnxModel rewritten(Provenance provenance) {
        integerLowering.finish();
        return new OnnxModel(
                withOperators(model.message().toBuilder())
                        .setGraph(edits.apply())
                        .clearMetadataProps()
                        .addAllMetadataProps(metadata(provenance))
                        .build(),
                tensors.payloads());
    }

    /** Where codes stay codes, operators of the runtime take them. */
    private ModelProto.Builder withOperators(ModelProto.Builder made) {
        boolean needed = codes.values().stream().anyMatch(names -> names.stayCodes())
                && made.getOpsetImportList().stream()
                        .noneMatch(set -> set.getDomain().equals(Attributes.MICROSOFT));
        return needed
                ? made.addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain(Attributes.MICROSOFT)
                        .setVersion(1))
                : made;
    }

    private List<StringStringEntryProto> metadata(Provenance provenance) {
        Map<String, StringStringEntryProto> entries = new LinkedHashMap<>();
        model.message().getMetadataPropsList().stream()
                // Those of an earlier compression tell of weights that this model does not have.
                .filter(entry -> !PairNames.isEntry(entry)
                        && !CodeNames.isEntry(entry)
                        && !Checksums.isEntry(entry)
                        && !FormRecord.isEntry(entry))
                .forEach(entry -> entries.put(entry.getKey(), entry));
        List<StringStringEntryProto> own = new ArrayList<>();
        own.add(entry(KEY + "version", provenance.version()));
        if (!provenance.rank().isEmpty()) {
            own.add(entry(KEY + "rank", provenance.rank()));
        }
        if (!provenance.encoding().isEmpty()) {
            own.add(entry(KEY + "encoding", provenance.encoding()));
        }
        pairs.forEach((weight, pairNames) -> own.add(PairNames.entry(weight, pairNames)));
        codes.forEach((weight, codeNames) -> own.add(codeNames.entry(weight)));
        factors.forEach((value, codeNames) -> own.add(codeNames.factorEntry(value)));
        own.addAll(Checksums.entries(
                Stream.concat(
                                pairs.values().stream().map(PairNames::tensors),
                                Stream.concat(codes.values().stream(), factors.values().stream())
                                        .map(CodeNames::tensors))
                        .flatMap(List::stream)
                        .filter(tensor -> !factors.containsKey(tensor))
                        .toList(),
                tensors.sums()));
        own.forEach(entry -> entries.put(entry.getKey(), entry));
        return List.copyOf(entries.values());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}

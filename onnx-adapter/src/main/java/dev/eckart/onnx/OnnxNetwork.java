package dev.eckart.onnx;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Network;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.NetworkSummary;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import dev.eckart.core.verify.NoProof;
import dev.eckart.onnx.check.ModelCheck;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.Constants;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.rewrite.BiasShifts;
import dev.eckart.onnx.rewrite.CodesLowering;
import dev.eckart.onnx.rewrite.CodesLowering.Unpacking;
import dev.eckart.onnx.rewrite.FactorRewriter;
import dev.eckart.onnx.rewrite.FastGelu;
import dev.eckart.onnx.rewrite.FormRecorder;
import dev.eckart.onnx.rewrite.IntegerLowering;
import dev.eckart.onnx.rewrite.OpenConstants;
import dev.eckart.onnx.rewrite.OpenOperands;
import dev.eckart.onnx.rewrite.PackedLowering;
import dev.eckart.onnx.rewrite.ProductReference;
import dev.eckart.onnx.rewrite.Reference;
import dev.eckart.onnx.rewrite.StoredCodes;
import dev.eckart.onnx.scan.ConstantScan;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An ONNX model as a network of the engine.
 *
 * <p>Its graph is looked through when that is first asked for, and once: a network that is only run is not.
 */
public final class OnnxNetwork implements Network<OnnxNetwork> {
    private final OnnxModel model;
    private final GraphScans scans;
    private final Unpacking unpacking;

    private OnnxNetwork(OnnxModel model, GraphScans scans, Unpacking unpacking) {
        this.unpacking = unpacking;
        this.model = model;
        this.scans = scans;
    }

    /**
     * Reads a model and finds its weights. Its files stay open, and its numbers in them.
     *
     * @throws InvalidInputException if there is no such file, or it is not a model that can be worked with
     */
    public static OnnxNetwork read(Path path) {
        return read(path, false);
    }

    /**
     * As {@link #read(Path)}.
     *
     * @param defaultsAreConstant whether inputs that have a default value count as constants, which a rewrite may take
     *     away; older versions of the format list all weights as such inputs
     */
    public static OnnxNetwork read(Path path, boolean defaultsAreConstant) {
        OnnxModel model = OnnxReader.read(path);
        ModelCheck.require(model, path);
        return of(model, defaultsAreConstant, GraphScans.Scanner.PLAIN);
    }

    /** @param scanner looks through this network, and through all that are made of it */
    static OnnxNetwork of(OnnxModel model, boolean defaultsAreConstant, GraphScans.Scanner scanner) {
        OnnxNetwork network =
                new OnnxNetwork(model, GraphScans.of(model, defaultsAreConstant, Map.of(), scanner), Unpacking.SHIFTS);
        // What cannot be worked with is refused when it is read.
        network.scans.weights();
        return network;
    }

    /**
     * Refuses a network whose files are not what they were when they were read.
     *
     * @throws InvalidInputException if one was changed, cut short, replaced or removed
     */
    public void requireUnchanged() {
        model.payloads().requireUnchanged();
    }

    /** This network, ready to be rewritten, with a place for the factors of its weights other than the heap. */
    public OnnxNetwork withScratch(Scratch scratch) {
        return new OnnxNetwork(new OnnxModel(model.message(), model.payloads().withScratch(scratch)), scans, unpacking);
    }

    /** This network, whose codes are to be unpacked by what all runtimes compute alike. */
    public OnnxNetwork withPortableCodes() {
        return new OnnxNetwork(model, scans, Unpacking.LOOK_UPS);
    }

    @Override
    public Inventory inventory() {
        return new Inventory(
                sites().stream().map(LinearSite::weight).toList(),
                scans.weights().skipped());
    }

    @Override
    public Inventory constants() {
        ConstantScan found = scans.constants();
        return new Inventory(found.sites().stream().map(ConstantSite::weight).toList(), found.skipped());
    }

    @Override
    public Optional<String> obstacle(LinearWeight constant, Stored form) {
        if (!FactorRewriter.canStore(form, constant.type())) {
            return Optional.of("a model has no nodes that make %s of %s"
                    .formatted(constant.type().label(), form.text()));
        }
        if (form instanceof Product product) {
            return obstacleToCodes(product.b()).or(() -> obstacleToCodes(product.a()));
        }
        if (form instanceof Sum sum) {
            return obstacle(constant, sum.one());
        }
        if (form instanceof Integers) {
            return obstacleAt(
                    constant, site -> IntegerLowering.obstacle(index(), site, Attributes.opset(model.message())));
        }
        if (form instanceof Packed packed) {
            return obstacleAt(
                    constant,
                    site -> PackedLowering.obstacle(index(), site, packed, Attributes.opset(model.message())));
        }
        if (form instanceof Dense halves) {
            return CodesLowering.obstacle(halves, Attributes.opset(model.message()));
        }
        return obstacleToCodes(form);
    }

    private Optional<String> obstacleToCodes(Stored form) {
        return form instanceof Blocks blocks
                ? CodesLowering.obstacle(blocks, Attributes.opset(model.message()))
                : Optional.empty();
    }

    private Optional<String> obstacleAt(LinearWeight constant, Function<ConstantSite, Optional<String>> obstacle) {
        return scans.constants().sites().stream()
                .filter(site -> site.weight().name().equals(constant.name()))
                .findFirst()
                .map(obstacle)
                .orElseGet(() -> Optional.of("it is no constant that codes can stand for"));
    }

    @Override
    public OnnxNetwork rewrite(Iterable<Replacement> replacements, Provenance provenance) {
        OnnxModel rewritten = FactorRewriter.rewrite(
                model, index(), sites(), () -> scans.constants().sites(), replacements, unpacking, provenance);
        return new OnnxNetwork(rewritten, scans.of(rewritten), unpacking);
    }

    /**
     * This network with each W that was replaced in a compressed one set to the product of its factors.
     *
     * @param backend asked for where there are factors to multiply
     * @param wide whether to compute in float32 what this network computes in 16 bits
     * @return none if nothing says what was replaced in the compressed network, or what it says does not fit
     */
    public Reference reference(OnnxNetwork compressed, Supplier<Decomposer> backend, boolean wide) {
        int declared = FastGelu.places(compressed.model.message());
        OnnxNetwork base = declared == fastGeluPlaces() ? this : withFastGelu();
        if (declared != base.fastGeluPlaces()) {
            return new Reference.None(new NoProof(
                    NoProof.Cause.CHANGED_SINCE,
                    "changed since it was compressed: it says that it has FastGelu in %d places, where the original has Gelu in %d"
                            .formatted(declared, base.fastGeluPlaces())));
        }
        return ProductReference.of(
                base.model, base.index(), base.sites(), base.constantSites(), compressed.model, backend, wide);
    }

    /** This network with {@code FastGelu} in the place of each Gelu, which it then says of itself; as it is where there is none. */
    public OnnxNetwork withFastGelu() {
        OnnxModel rewritten = FastGelu.in(model, index());
        return FastGelu.places(rewritten.message()) == fastGeluPlaces()
                ? this
                : new OnnxNetwork(rewritten, scans.withOtherNodes(rewritten), unpacking);
    }

    /** In how many places this network says that it has {@code FastGelu} instead of another Gelu. */
    public int fastGeluPlaces() {
        return FastGelu.places(model.message());
    }

    /** Each Gelu of this network beside {@code FastGelu}, of the same numbers; empty where there is none. */
    public Optional<OnnxModel> geluBesideFastGelu() {
        return FastGelu.onGrid(model, index());
    }

    /**
     * This network, made of an original and not changed since, with a record of what each of its stored forms is worth.
     *
     * @param backend asked for where factors are multiplied
     */
    public OnnxNetwork recorded(OnnxNetwork original, Supplier<Decomposer> backend) {
        return new OnnxNetwork(
                FormRecorder.record(
                        original.model,
                        original.index(),
                        original.sites(),
                        original.scans.constants().sites(),
                        model,
                        backend),
                scans,
                unpacking);
    }

    /**
     * What a compressed network stores otherwise than it records, in a sentence; empty if all is as recorded.
     *
     * @param backend asked for where factors are multiplied
     */
    public Optional<String> storedFormFault(OnnxNetwork compressed, Supplier<Decomposer> backend) {
        return FormRecorder.fault(model, index(), sites(), scans.constants().sites(), compressed.model, backend);
    }

    /** ‖W − W'‖_F / ‖W‖_F of each replaced weight of the original, as this network records it, by the weight's name. */
    public Map<String, Double> recordedErrors() {
        return FormRecorder.errors(model.message());
    }

    /** What each weight is stored in that this network stores in codes, by the weight's name. */
    public Map<String, StoredCodes.Coded> coded() {
        return StoredCodes.of(model.message(), index());
    }

    /**
     * This network with some weights to be given to each run.
     *
     * @throws IllegalArgumentException if one is not among its linear weights
     */
    public OpenOperands open(Collection<LinearWeight> weights) {
        Set<String> names = weights.stream().map(LinearWeight::name).collect(Collectors.toCollection(HashSet::new));
        List<LinearSite> sites = sites().stream()
                .filter(site -> names.remove(site.weight().name()))
                .toList();
        if (!names.isEmpty()) {
            throw new IllegalArgumentException("These are no linear weights of this network: " + names);
        }
        return OpenOperands.of(model, index(), sites);
    }

    /**
     * This network with some of its constants to be given to each run.
     *
     * @param names of constants that can be stored in another form
     */
    public OpenConstants openConstants(Set<String> names) {
        return OpenConstants.of(
                model,
                index(),
                scans.constants().sites().stream()
                        .filter(site -> names.contains(site.weight().name()))
                        .toList());
    }

    /** Gives the form that a network which was made of this one stores a constant in. */
    public Function<ConstantSite, Stored> codes(OnnxNetwork made) {
        return StoredCodes.reader(model, index(), made.model);
    }

    /** Whether every product by a weight has a place for a row that is added to it. */
    public boolean takesShift(LinearSite site) {
        return BiasShifts.arePossible(index(), model.payloads(), site);
    }

    /**
     * What rounding may change of a product by a linear weight, relative to it, where nothing is computed in fewer bits than
     * float32 has: the widest rounding step among the types that nodes multiply in, times the root of how many products the
     * longest sum has. 0 if there is no such weight.
     */
    public double rounding() {
        int longest = 0;
        for (LinearSite site : sites()) {
            for (LinearSite.Multiplication use : site.readings().get(0).uses()) {
                // A table's rows are not summed, but those of its second factor are.
                int sum = Math.min(site.weight().rows(), site.weight().columns());
                longest = Math.max(
                        longest,
                        use.layout().form() == Form.TABLE ? sum : site.weight().rows());
            }
        }
        return epsilon() * Math.sqrt(longest);
    }

    /** The widest rounding step among the types that nodes multiply in, and at most that of float32; 0 if there is no weight. */
    public double epsilon() {
        return sites().stream()
                .flatMap(site -> site.readings().get(0).uses().stream())
                .map(use -> TensorTypes.elementType(use.type()).orElse(ElementType.FLOAT32))
                .mapToDouble(type -> Math.min(type.epsilon(), ElementType.FLOAT32.epsilon()))
                .max()
                .orElse(0);
    }

    /** Writes the model as it keeps its tensors. */
    public Optional<Path> write(Path path) throws IOException {
        return write(path, ExternalData.AUTO);
    }

    /**
     * Writes the model to a file and, if need be, to a data file beside it.
     *
     * @return the data file, if there is one
     * @throws InvalidInputException if the model's file would be too large for the format
     * @throws IOException if a file cannot be written
     */
    public Optional<Path> write(Path path, ExternalData externalData) throws IOException {
        return OnnxWriter.write(model, path, externalData);
    }

    /**
     * Refuses what could not be written, before the work is done.
     *
     * @param saved bytes that factoring weights will save at most
     * @throws InvalidInputException if the model's file would be too large for the format
     */
    public void requireWritable(ExternalData externalData, long saved) {
        if (externalData == ExternalData.NEVER) {
            OnnxWriter.requireSize(OnnxWriter.bytesInOneFile(model) - saved, externalData);
        }
    }

    /** The files beside the model's own that it keeps tensors in. */
    public List<Path> dataFiles() {
        return model.payloads().dataFiles();
    }

    /** Its size in numbers; {@code bytes} are those of its files. */
    public NetworkSummary summary(long bytes) {
        long parameters = index().constants().values().stream()
                .mapToLong(Tensors::elements)
                .sum();
        return new NetworkSummary(bytes, parameters, Attributes.opset(model.message()));
    }

    /**
     * Whether another network runs the same nodes on constants of the same shapes, whatever numbers these hold: then both do
     * the same work, and take the same time.
     */
    public boolean runsTheSameNodesAs(OnnxNetwork other) {
        return constantShapes().equals(other.constantShapes()) && otherNodes().equals(other.otherNodes());
    }

    private Map<Value, List<Object>> constantShapes() {
        return index().constants().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        constant -> List.of(
                                constant.getValue().getDataType(),
                                constant.getValue().getDimsList())));
    }

    /** All nodes but those that hold a constant. */
    private List<NodeProto> otherNodes() {
        return IntStream.range(0, index().nodes())
                .mapToObj(index()::node)
                .filter(node -> Constants.value(node).isEmpty())
                .toList();
    }

    /** Its graphs, nodes and values. */
    public GraphIndex index() {
        return scans.index();
    }

    /** Its linear weights, with the nodes that multiply by them, in the order in which it runs them. */
    public List<LinearSite> sites() {
        return scans.weights().linear();
    }

    /** The constants that can be stored as codes, whatever operator takes them. */
    public List<ConstantSite> constantSites() {
        return scans.constants().sites();
    }

    public OnnxModel model() {
        return model;
    }
}

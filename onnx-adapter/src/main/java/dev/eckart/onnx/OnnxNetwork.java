package dev.eckart.onnx;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Network;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.NetworkSummary;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.rewrite.FactorRewriter;
import dev.eckart.onnx.rewrite.ProductReference;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.WeightScan;
import dev.eckart.onnx.scan.WeightScanner;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** An ONNX model as a network of the engine. */
public final class OnnxNetwork implements Network<OnnxNetwork> {
    private final OnnxModel model;
    private final GraphIndex index;
    private final WeightScan scan;

    private OnnxNetwork(OnnxModel model, boolean defaultsAreConstant) {
        this.model = model;
        this.index = new GraphIndex(model.message(), defaultsAreConstant);
        this.scan = WeightScanner.scan(model, index);
    }

    /**
     * Reads a model and finds its weights. The file stays mapped, and its numbers in it.
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
        return new OnnxNetwork(OnnxReader.read(path), defaultsAreConstant);
    }

    @Override
    public Inventory inventory() {
        return new Inventory(scan.linear().stream().map(LinearSite::weight).toList(), scan.skipped());
    }

    @Override
    public OnnxNetwork rewrite(Iterable<Replacement> replacements, Provenance provenance) {
        return new OnnxNetwork(FactorRewriter.rewrite(model, index, scan.linear(), replacements, provenance), false);
    }

    /**
     * This network with each W that was replaced in a compressed one set to the product of its factors.
     *
     * @return empty if nothing says that the compressed network is made from this one
     * @throws InvalidInputException if what it says does not fit this network
     */
    public Optional<OnnxModel> reference(OnnxNetwork compressed) {
        return ProductReference.of(model, index, scan.linear(), compressed.model);
    }

    /**
     * Writes the model to a new or empty file.
     *
     * @throws InvalidInputException if it is too large for the format
     * @throws IOException if the file cannot be written
     */
    public void write(Path path) throws IOException {
        OnnxWriter.write(model, path);
    }

    /** The widest rounding step among the types in which its nodes multiply by linear weights; 0 if there are none. */
    public double epsilon() {
        return scan.linear().stream()
                .flatMap(site -> site.readings().get(0).uses().stream())
                .flatMap(use -> TensorTypes.elementType(use.type()).stream())
                .mapToDouble(ElementType::epsilon)
                .max()
                .orElse(0);
    }

    /** Its size in numbers; {@code bytes} are those of its file. */
    public NetworkSummary summary(long bytes) {
        ModelProto message = model.message();
        long parameters =
                index.constants().values().stream().mapToLong(Tensors::elements).sum();
        long opset = message.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .findFirst()
                .orElse(0);
        return new NetworkSummary(bytes, parameters, opset);
    }

    public OnnxModel model() {
        return model;
    }
}

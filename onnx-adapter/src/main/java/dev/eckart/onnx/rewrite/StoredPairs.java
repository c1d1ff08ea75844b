package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.scan.Form;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a compressed model stores in the place of the original's weights, by what its metadata says, and whether that is what
 * was written: each tensor has its checksum ({@link Checksums}), and each form W' the relative error that was recorded of it
 * ({@link FormRecord}).
 */
final class StoredPairs {
    private final OnnxModel original;
    private final GraphIndex index;
    private final OnnxModel model;
    private final Payloads compressed;
    private final Checksums checksums;
    private final Map<String, String> records;

    /** The compressed model's, by name; graphs inside others may have one of a name each. */
    private final Map<String, List<TensorProto>> constants;

    private final Supplier<Decomposer> backend;
    private final List<String> faults = new ArrayList<>();
    private StoredForms forms = new StoredForms(0, 0, 0);

    /**
     * What a model stores.
     *
     * @param index of the original
     * @param backend asked for where there are factors to multiply
     */
    StoredPairs(OnnxModel original, GraphIndex index, OnnxModel compressed, Supplier<Decomposer> backend) {
        this.original = original;
        this.index = index;
        this.model = compressed;
        this.compressed = compressed.payloads();
        this.checksums = Checksums.of(compressed.message());
        this.records = compressed.message().getMetadataPropsList().stream()
                .filter(FormRecord::isEntry)
                .collect(Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue, (one, other) -> other));
        this.constants = new GraphIndex(compressed.message(), true)
                .constants().entrySet().stream()
                        .collect(Collectors.groupingBy(
                                constant -> constant.getKey().name(),
                                Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        this.backend = backend;
    }

    /** Asked for where there are factors to multiply. */
    Supplier<Decomposer> backend() {
        return backend;
    }

    /** What is stored otherwise than it was written, in sentences. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** The products that were compared with their records. */
    StoredForms forms() {
        return forms;
    }

    /**
     * What was replaced, by the names of the weights.
     *
     * @param pairs those that a pair stands for
     * @param codes those that are stored as codes
     */
    record Replaced(Map<String, PairNames> pairs, Map<String, CodeNames> codes) {

        boolean isEmpty() {
            return pairs.isEmpty() && codes.isEmpty();
        }

        boolean has(String weight) {
            return pairs.containsKey(weight) || codes.containsKey(weight);
        }
    }

    /**
     * What was replaced.
     *
     * @param sites the original's linear weights
     * @param constants those of its constants that can be stored as codes
     */
    Replaced replaced(List<LinearSite> sites, List<ConstantSite> constants) throws Misfit {
        for (String key : PairNames.unreadable(model.message())) {
            throw new Misfit("its metadata entry `%s` cannot be read".formatted(key));
        }
        Replaced replaced =
                new Replaced(new LinkedHashMap<>(PairNames.of(model.message())), CodeNames.of(model.message()));
        requireKnown(
                replaced.pairs.keySet(),
                sites.stream().map(site -> site.weight().name()));
        requireKnown(
                replaced.codes.keySet(),
                constants.stream().map(site -> site.weight().name()));
        for (String key : records.keySet()) {
            if (Stream.concat(replaced.pairs.keySet().stream(), replaced.codes.keySet().stream())
                    .noneMatch(weight -> FormRecord.key(weight).equals(key))) {
                throw new Misfit("its metadata entry `%s` belongs to no weight that was replaced".formatted(key));
            }
        }
        return replaced;
    }

    private static void requireKnown(Set<String> replaced, Stream<String> weights) throws Misfit {
        Set<String> known = weights.collect(Collectors.toSet());
        for (String weight : replaced) {
            if (!known.contains(weight)) {
                throw new Misfit(
                        "its metadata speaks of a weight `%s`, which the original does not have".formatted(weight));
            }
        }
    }

    /** A weight that was not replaced and is stored otherwise now, as quantized, was changed by another tool. */
    void requireUnchanged(LinearSite site) throws Misfit {
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

    /** The reading of a weight that its pair was made of. */
    static LinearSite.Reading reading(LinearSite site, PairNames pair) throws Misfit {
        return site.readings().stream()
                .filter(one -> one.weight().reading().equals(pair.reading()))
                .findFirst()
                .orElseThrow(() -> new Misfit("its metadata speaks of a way to split %s that there is not: `%s`"
                        .formatted(site.weight().describe(), pair.reading())));
    }

    /** B·A, {@code [in × out]}. */
    Matrix product(LinearSite.Reading reading, PairNames pair) throws Misfit {
        LinearWeight weight = reading.weight();
        return times(weight, readB(reading, factor(pair.b(), weight)), readA(reading, factor(pair.a(), weight)));
    }

    /** The codes and scales of a constant. */
    Blocks blocks(ConstantSite site, CodeNames names) throws Misfit {
        LinearWeight weight = site.weight();
        int count = Math.toIntExact(weight.parameters());
        boolean whole = names.bits() == Byte.SIZE;
        TensorProto codes = tensor(
                names.codes(),
                whole ? DataType.INT8_VALUE : DataType.UINT8_VALUE,
                whole ? site.dims() : packedDims(names.bits(), count),
                "codes",
                weight);
        TensorProto scales = tensor(
                names.scales(),
                TensorTypes.dataType(Blocks.scaleType(weight.type())),
                site.scaleDims(),
                "scales",
                weight);
        byte[] ordered = new byte[Math.toIntExact(Tensors.elements(codes))];
        ByteBuffer target = ByteBuffer.wrap(ordered);
        Tensors.forEachPart(codes, compressed, target::put);
        double[] steps = Tensors.view(scales, compressed).orElseThrow().toArray();
        for (int i = 0; i < steps.length; i++) {
            steps[i] *= CodesLowering.unit(names.bits());
        }
        return new Blocks(
                site.outOfTensorOrder(
                        whole ? ordered : PackedCodes.of(names.bits()).unpack(ordered, count)),
                names.bits(),
                weight.rows(),
                Matrix.of(1, weight.columns(), steps),
                weight.type());
    }

    private static List<Long> packedDims(int bits, int count) {
        PackedCodes packing = PackedCodes.of(bits);
        return List.of((long) packing.bytes(), (long) packing.groups(count));
    }

    private TensorProto tensor(String name, int dataType, List<Long> dims, String what, LinearWeight weight)
            throws Misfit {
        for (TensorProto tensor : constants.getOrDefault(name, List.of())) {
            if (tensor.getDataType() == dataType && tensor.getDimsList().equals(dims)) {
                requireAsWritten(what, name, tensor);
                return tensor;
            }
        }
        throw new Misfit("its metadata speaks of %s `%s` of %s, but it has no such tensor of %s %s"
                .formatted(what, name, weight.describe(), TensorTypes.label(dataType), Tensors.shape(dims)));
    }

    /**
     * Compares a product with what was recorded of it.
     *
     * @throws Misfit if nothing was recorded, or of another original
     */
    void compare(LinearSite site, LinearSite.Reading reading, PairNames pair, Matrix product) throws Misfit {
        compare(site.weight().name(), record(site, reading, pair, product));
    }

    /**
     * Compares the dense equivalent of codes with what was recorded of it.
     *
     * @throws Misfit if nothing was recorded, or of another original
     */
    void compare(ConstantSite site, Matrix dense) throws Misfit {
        compare(site.weight().name(), record(site, dense));
    }

    private void compare(String weight, FormRecord found) throws Misfit {
        String text = records.get(FormRecord.key(weight));
        if (text == null) {
            throw new Misfit(
                    "its metadata records no error of weight `%s`, as older versions did not; compress the original again"
                            .formatted(weight));
        }
        FormRecord recorded = FormRecord.parse(text)
                .orElseThrow(
                        () -> new Misfit("its metadata entry `%s` cannot be read".formatted(FormRecord.key(weight))));
        if (!found.weight().equals(recorded.weight())) {
            throw new Misfit(
                    "its metadata records the error of another weight `%s` than the original's; compare it with the model that it was made of"
                            .formatted(weight));
        }
        if (!StoredForms.agree(recorded.error(), found.error())) {
            faults.add("the stored form of weight `%s` has a relative error of %s, where %s was recorded"
                    .formatted(weight, found.error(), recorded.error()));
        } else if (!found.biases().equals(recorded.biases())) {
            faults.add("a bias of weight `%s` holds other numbers than were recorded".formatted(weight));
        }
        forms = forms.and(recorded.error(), found.error());
    }

    /** What there is to record of the dense equivalent of codes. */
    FormRecord record(ConstantSite site, Matrix dense) {
        return new FormRecord(FormRecord.error(site.weight().values(), dense), digest(site.root()), List.of());
    }

    private String digest(Value root) {
        return FormRecord.digest(
                index.constants().getOrDefault(root, TensorProto.getDefaultInstance()), original.payloads());
    }

    /** What there is to record of a product. */
    FormRecord record(LinearSite site, LinearSite.Reading reading, PairNames pair, Matrix product) throws Misfit {
        List<String> biases = new ArrayList<>();
        for (Bias bias : pair.biases()) {
            if (bias.kind() != Bias.Kind.NONE) {
                biases.add(FormRecord.digest(row(bias.name(), site.weight().columns())));
            }
        }
        return new FormRecord(FormRecord.error(reading.weight().values(), product), digest(site.root()), biases);
    }

    /** The numbers of a shifted bias. */
    double[] row(String name, int columns) throws Misfit {
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
    private void requireAsWritten(String what, String name, TensorProto tensor) throws Misfit {
        if (!checksums.has(name)) {
            throw new Misfit("its metadata has no checksum of %s `%s`".formatted(what, name));
        }
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

    private Matrix times(LinearWeight weight, MatrixSource b, MatrixSource a) throws Misfit {
        if (b.rows() != weight.rows() || a.columns() != weight.columns() || b.columns() != a.rows()) {
            throw new Misfit("its factors [%d×%d]·[%d×%d] do not fit %s"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns(), weight.describe()));
        }
        return backend.get().times(Matrix.copyOf(b), a);
    }
}

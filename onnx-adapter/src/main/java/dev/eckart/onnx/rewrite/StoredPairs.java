package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.ConstantSite;
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
import java.util.function.Function;
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
    private Map<String, CodeNames> factors = Map.of();

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
        factors = CodeNames.ofFactors(model.message());
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
        CodeNames b = factors.get(pair.b());
        CodeNames a = factors.get(pair.a());
        MatrixSource first = b == null ? readB(reading, factor(pair.b(), weight)) : codedB(reading, b);
        return times(
                weight,
                first,
                a == null ? readA(reading, factor(pair.a(), weight)) : codedA(reading, a, first.columns()));
    }

    private MatrixSource codedB(LinearSite.Reading reading, CodeNames names) throws Misfit {
        LinearWeight weight = reading.weight();
        TensorView scales = scales(names, weight);
        int rank = Math.toIntExact(scales.size());
        if (!scales.dims().equals(reading.scalesOfB(MatrixSource.zeros(1, rank)).dims())) {
            throw misfit("scales", names.scales(), weight);
        }
        List<Long> dims =
                reading.storedB(MatrixSource.zeros(weight.rows(), rank)).dims();
        return numbers(reading::readB, codes(names, dims, weight), dims, scales, names, weight);
    }

    private MatrixSource codedA(LinearSite.Reading reading, CodeNames names, int rank) throws Misfit {
        LinearWeight weight = reading.weight();
        TensorView scales = scales(names, weight);
        if (!scales.dims()
                .equals(reading.storedA(MatrixSource.zeros(1, weight.columns())).dims())) {
            throw misfit("scales", names.scales(), weight);
        }
        List<Long> dims =
                reading.storedA(MatrixSource.zeros(rank, weight.columns())).dims();
        return numbers(reading::readA, codes(names, dims, weight), dims, scales, names, weight);
    }

    /** The numbers that codes stand for, as they are computed when the model is loaded. */
    private Matrix numbers(
            Function<TensorView, MatrixSource> read,
            byte[] codes,
            List<Long> dims,
            TensorView scales,
            CodeNames names,
            LinearWeight weight) {
        double[] ordered = new double[codes.length];
        Arrays.setAll(ordered, i -> codes[i]);
        Matrix matrix = Matrix.copyOf(
                read.apply(TensorView.of(Matrix.of(1, ordered.length, ordered)).reshaped(dims)));
        double[] steps = Matrix.copyOf(read.apply(scales)).toArray();
        int unit = CodesLowering.unit(names.bits());
        double[] numbers = matrix.toArray();
        boolean isFloat = Blocks.scaleType(weight.type()) == ElementType.FLOAT32;
        for (int i = 0; i < numbers.length; i++) {
            double product = numbers[i] * (steps[i % steps.length] * unit);
            numbers[i] = isFloat ? (float) product : product;
        }
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    private TensorView scales(CodeNames names, LinearWeight weight) throws Misfit {
        TensorProto scales = found(names.scales(), "scales", weight);
        if (scales.getDataType() != TensorTypes.dataType(Blocks.scaleType(weight.type()))) {
            throw misfit("scales", names.scales(), weight);
        }
        requireAsWritten("scales", names.scales(), scales);
        return Tensors.view(scales, compressed).orElseThrow(() -> misfit("scales", names.scales(), weight));
    }

    private TensorProto found(String name, String what, LinearWeight weight) throws Misfit {
        return constants.getOrDefault(name, List.of()).stream()
                .findFirst()
                .orElseThrow(() -> misfit(what, name, weight));
    }

    private static Misfit misfit(String what, String name, LinearWeight weight) {
        return new Misfit("its metadata speaks of %s `%s` of a factor of %s, but it has no such tensor"
                .formatted(what, name, weight.describe()));
    }

    /** Codes in the order of the tensor that they make up. */
    private byte[] codes(CodeNames names, List<Long> dims, LinearWeight weight) throws Misfit {
        int count = Math.toIntExact(dims.stream().reduce(1L, (a, b) -> a * b));
        boolean whole = names.bits() == Byte.SIZE;
        TensorProto codes = tensor(
                names.codes(),
                whole ? DataType.INT8_VALUE : DataType.UINT8_VALUE,
                whole ? dims : packedDims(names.bits(), count),
                "codes",
                weight);
        byte[] ordered = new byte[Math.toIntExact(Tensors.elements(codes))];
        ByteBuffer target = ByteBuffer.wrap(ordered);
        Tensors.forEachPart(codes, compressed, target::put);
        return whole ? ordered : PackedCodes.of(names.bits()).unpack(ordered, count);
    }

    /** What stands in the place of a constant. */
    Stored constant(ConstantSite site, CodeNames names) throws Misfit {
        if (names.isFloat16()) {
            return float16(site, names);
        }
        if (names.integers()) {
            return integers(site, names);
        }
        Stored blocks = names.stayCodes() ? packed(site, names) : blocks(site, names);
        if (names.pair().isEmpty()) {
            return blocks;
        }
        ElementType type = blocks instanceof Blocks plain
                ? plain.scaleType()
                : site.weight().type();
        MatrixSource first = term(names.pair().get(0), site.weight(), type);
        MatrixSource second = term(names.pair().get(1), site.weight(), type);
        List<MatrixSource> factors =
                isOfProducts(names, site.weight()) ? List.of(first, second) : site.outOfFactors(first, second);
        MatrixSource b = factors.get(0);
        MatrixSource a = factors.get(1);
        if (b.rows() != blocks.rows() || a.columns() != blocks.columns() || b.columns() != a.rows()) {
            throw new Misfit("its factors [%d×%d]·[%d×%d] do not fit %s"
                    .formatted(
                            b.rows(),
                            b.columns(),
                            a.rows(),
                            a.columns(),
                            site.weight().describe()));
        }
        return new Sum(blocks, new Product(new Dense(b, type), new Dense(a, type)));
    }

    /** Whether codes stay codes for a product, which takes the factors as they are. */
    private boolean isOfProducts(CodeNames names, LinearWeight weight) throws Misfit {
        return names.stayCodes() && found(names.codes(), "codes", weight).getDimsCount() == PackedLowering.PRODUCT_DIMS;
    }

    private Dense float16(ConstantSite site, CodeNames names) throws Misfit {
        TensorProto numbers = tensor(
                names.codes(),
                TensorTypes.dataType(ElementType.FLOAT16),
                site.dims(),
                "numbers in float16",
                site.weight());
        MatrixSource matrix = site.matrix(
                Tensors.view(numbers, compressed).orElseThrow(() -> misfit("numbers", names.codes(), site.weight())));
        requireFinite(matrix, names.codes(), site.weight());
        return new Dense(matrix, ElementType.FLOAT16);
    }

    private static void requireFinite(MatrixSource matrix, String name, LinearWeight weight) throws Misfit {
        double[] row = new double[matrix.columns()];
        for (int i = 0; i < matrix.rows(); i++) {
            matrix.read(i, 0, 1, row.length, row);
            for (double number : row) {
                if (!Double.isFinite(number)) {
                    throw new Misfit("its numbers `%s` of %s hold %s".formatted(name, weight.describe(), number));
                }
            }
        }
    }

    private Packed packed(ConstantSite site, CodeNames names) throws Misfit {
        LinearWeight weight = site.weight();
        TensorProto stored = found(names.codes(), "codes", weight);
        TensorProto scaleTensor = found(names.scales(), "scales", weight);
        ElementType type = TensorTypes.elementType(scaleTensor.getDataType())
                .orElseThrow(() -> misfit("scales", names.scales(), weight));
        Packed outline;
        try {
            outline = Packed.zeros(
                    weight.rows(),
                    weight.columns(),
                    names.bits(),
                    names.layout().full().orElse(weight.columns()),
                    names.layout().blockSize(),
                    type);
        } catch (IllegalArgumentException e) {
            throw new Misfit("its metadata speaks of blocks of %s that there are not: %s"
                    .formatted(weight.describe(), e.getMessage()));
        }
        int blocks = outline.scales().rows();
        RareCodes rare = RareCodes.of(outline);
        long bytes = outline.hasRare() ? rare.stored() : (long) weight.columns() * rare.bytes();
        if (stored.getDataType() != DataType.UINT8_VALUE || Tensors.elements(stored) != bytes) {
            throw misfit("codes", names.codes(), weight);
        }
        TensorView scales = Tensors.view(scaleTensor, compressed)
                .filter(view -> view.dims().equals(List.of((long) weight.columns(), (long) blocks)))
                .orElseThrow(() -> misfit("scales", names.scales(), weight));
        requireAsWritten("codes", names.codes(), stored);
        requireAsWritten("scales", names.scales(), scaleTensor);
        byte[] packed = new byte[Math.toIntExact(bytes)];
        ByteBuffer target = ByteBuffer.wrap(packed);
        Tensors.forEachPart(stored, compressed, target::put);
        return new Packed(
                Codes.wrap(
                        weight.rows(),
                        weight.columns(),
                        PackedLowering.codes(
                                outline.hasRare() ? rare.unpack(packed) : packed,
                                weight.rows(),
                                weight.columns(),
                                outline.bits(),
                                outline.blockSize())),
                outline.bits(),
                outline.full(),
                outline.blockSize(),
                // Read again and again where codes become numbers.
                Matrix.copyOf(PackedLowering.scales(scales)),
                type);
    }

    private Integers integers(ConstantSite site, CodeNames names) throws Misfit {
        try {
            Optional<MatrixSource> factors = Optional.empty();
            if (names.factors().isPresent()) {
                factors = Optional.of(inputFactors(names.factors().get(), site.weight()));
            }
            return new Integers(blocks(site, names), factors, names.byRow());
        } catch (IllegalArgumentException e) {
            throw new Misfit("its metadata speaks of integers for %s that there are not: %s"
                    .formatted(site.weight().describe(), e.getMessage()));
        }
    }

    /** What inputs are multiplied by, {@code [1 × in]}. */
    private MatrixSource inputFactors(String name, LinearWeight weight) throws Misfit {
        TensorProto tensor = tensor(
                name,
                TensorTypes.dataType(ElementType.FLOAT32),
                List.of((long) weight.rows()),
                "factors of inputs",
                weight);
        return Matrix.of(
                1, weight.rows(), Tensors.view(tensor, compressed).orElseThrow().toArray());
    }

    private MatrixSource term(String name, LinearWeight weight, ElementType type) throws Misfit {
        TensorProto tensor = found(name, "a factor", weight);
        if (tensor.getDataType() != TensorTypes.dataType(type) || tensor.getDimsCount() != 2) {
            throw misfit("a factor", name, weight);
        }
        requireAsWritten("factor", name, tensor);
        return Tensors.view(tensor, compressed)
                .orElseThrow(() -> misfit("a factor", name, weight))
                .matrix(List.of(0), List.of(1));
    }

    private Blocks blocks(ConstantSite site, CodeNames names) throws Misfit {
        LinearWeight weight = site.weight();
        byte[] codes = codes(names, site.dims(), weight);
        TensorProto scales = tensor(
                names.scales(),
                TensorTypes.dataType(Blocks.scaleType(weight.type())),
                names.integers() ? List.of((long) weight.columns()) : site.scaleDims(),
                "scales",
                weight);
        double[] steps = Tensors.view(scales, compressed).orElseThrow().toArray();
        for (int i = 0; i < steps.length; i++) {
            steps[i] *= CodesLowering.unit(names.bits()) / (names.integers() ? 2.0 : 1.0);
        }
        return new Blocks(
                site.outOfTensorOrder(codes),
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
    void compare(ConstantSite site, MatrixSource dense) throws Misfit {
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
    FormRecord record(ConstantSite site, MatrixSource dense) {
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
        requireDims(reading, factor, reading.storedB(MatrixSource.zeros(rows, (int) (factor.size() / rows))));
        return reading.readB(factor);
    }

    private static MatrixSource readA(LinearSite.Reading reading, TensorView factor) throws Misfit {
        int columns = reading.weight().columns();
        requireDims(reading, factor, reading.storedA(MatrixSource.zeros((int) (factor.size() / columns), columns)));
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

    private Matrix times(LinearWeight weight, MatrixSource b, MatrixSource a) throws Misfit {
        if (b.rows() != weight.rows() || a.columns() != weight.columns() || b.columns() != a.rows()) {
            throw new Misfit("its factors [%d×%d]·[%d×%d] do not fit %s"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns(), weight.describe()));
        }
        return backend.get().times(Matrix.copyOf(b), a);
    }
}

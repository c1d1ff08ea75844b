package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.ScaledAxis;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Product;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Codes and scales in the place of a constant tensor, and nodes that compute the tensor from them under its old name, so that
 * whatever takes it goes on doing so. All that the nodes take is constant: ONNX Runtime computes them once, when it loads the
 * model, and runs it as it ran the original.
 *
 * <p>Codes of 8 bits are stored as int8: {@code Cast} and {@code Mul} by the scales make the tensor. Codes of fewer bits are
 * stored as {@link PackedCodes}. They are unpacked to the highest bits of a byte each, which read as int8 are the codes times
 * a power of two, by which the stored scales are divided. All of that is done in bytes, since the runtime keeps what it
 * computes on the way until the model is loaded; unless it is to be computed elsewhere ({@link Unpacking}).
 */
public final class CodesLowering {
    /** The zero point of the factors that bits are summed up with, which may be negative. */
    private static final int ZERO_POINT = 128;

    /** Numbers that a byte may be. */
    private static final int BYTES = 1 << Byte.SIZE;

    /** From which on {@code Cast} names types by number. */
    private static final long OPSET_OF_CASTS = 6;

    /** From which on {@code Mul} broadcasts as it does today. */
    private static final long OPSET_OF_BROADCASTING = 7;

    /** From which on there is {@code BitShift}. */
    private static final long OPSET_OF_SHIFTS = 11;

    /** From which on {@code Cast} gives bfloat16. */
    private static final long OPSET_OF_BFLOAT16 = 13;

    private final GraphEdits edits;
    private final NewTensors tensors;
    private final FreshNames names;
    private final Unpacking unpacking;
    private final Map<Shared, String> shared = new HashMap<>();

    /** A small constant that the nodes of a graph share. */
    private record Shared(int graph, String name) {}

    /** How nodes take codes of fewer than 8 bits out of bytes. */
    public enum Unpacking {
        /** By shifts of bytes: in the least memory. */
        SHIFTS,

        /** By look-ups in tables, which all runtimes compute alike: what is shifted out of a byte is not lost in each of them. */
        LOOK_UPS
    }

    CodesLowering(GraphEdits edits, NewTensors tensors, FreshNames names, Unpacking unpacking) {
        this.unpacking = unpacking;
        this.edits = edits;
        this.tensors = tensors;
        this.names = names;
    }

    /**
     * Why a model cannot compute a constant from codes, for people, without a capital or a full stop; empty if it can.
     *
     * @param opset version of the standard operators that the model uses; 0 where it uses none
     */
    public static Optional<String> obstacle(Blocks blocks, long opset) {
        long needed = blocks.bits() < Byte.SIZE ? OPSET_OF_SHIFTS : OPSET_OF_BROADCASTING;
        if (blocks.type() == ElementType.BFLOAT16) {
            needed = Math.max(needed, OPSET_OF_BFLOAT16);
        }
        return opset >= needed
                ? Optional.empty()
                : Optional.of("the model has opset %d, but codes of %d bits for %s take %d or newer"
                        .formatted(opset, blocks.bits(), blocks.type().label(), needed));
    }

    /** Stores a constant as codes. */
    CodeNames store(ConstantSite site, Blocks blocks) {
        Lowered lowered = new Lowered(site.root(), site.root().name(), blocks);
        CodeNames stored = lowered.store(site);
        edits.compute(site.root(), lowered.nodes);
        return stored;
    }

    /** Why a model cannot compute a constant from float16, as of {@link #obstacle(Blocks, long)}. */
    public static Optional<String> obstacle(Dense halves, long opset) {
        return opset >= OPSET_OF_CASTS
                ? Optional.empty()
                : Optional.of("the model has opset %d, but numbers in %s take %d or newer"
                        .formatted(opset, halves.type().label(), OPSET_OF_CASTS));
    }

    /** Stores a constant in float16. */
    CodeNames store(ConstantSite site, Dense halves) {
        Value root = site.root();
        String stored = tensors.store(root, root.name() + ".float16", site.tensor(halves.values()), halves.type())
                .name();
        edits.compute(
                root,
                List.of(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .setName(names.take(root.name() + "_node"))
                        .addOutput(root.name())
                        .addInput(stored)
                        .addAttribute(Attributes.of(
                                "to", TensorTypes.dataType(site.weight().type())))
                        .build()));
        return CodeNames.ofFloat16(stored);
    }

    /**
     * Stores a constant as the sum of codes and the product of two factors, in the type of the scales: all of it is added up when
     * the model is loaded.
     */
    CodeNames store(ConstantSite site, Blocks blocks, Product pair) {
        Lowered lowered = new Lowered(site.root(), site.root().name(), blocks);
        CodeNames stored = lowered.storeSum(site, pair);
        edits.compute(site.root(), lowered.nodes);
        return stored;
    }

    /**
     * Stores the codes of a constant, and has nodes make int8 of them when the model is loaded: each code times 2^(7−bits), so that
     * none is above 64 in size.
     *
     * @return what the tensors are, and the int8 value {@code dims}
     */
    IntegerOperand storeIntegers(ConstantSite site, Integers form) {
        Lowered lowered = new Lowered(site.root(), site.root().name(), form.blocks());
        IntegerOperand operand = lowered.storeIntegers(site, form.byRow());
        lowered.nodes.forEach(node -> edits.putFirst(site.root().graph(), node));
        return operand;
    }

    /**
     * Codes as products of integers take them.
     *
     * @param value the int8 value, {@code [in × out]}
     */
    record IntegerOperand(CodeNames names, String value) {}

    /**
     * Stores codes of a matrix that nodes take as one operand.
     *
     * @param inPlace of what
     * @param layout a matrix, or one of a single row, as the tensor that stores it
     * @param factors told of the codes by the operand's name
     * @return the operand, as a tensor in the type of the scales
     */
    NewTensors.Stored store(
            Value inPlace, String wanted, Blocks blocks, TensorLayout layout, BiConsumer<String, CodeNames> factors) {
        String output = names.take(wanted);
        Lowered lowered = new Lowered(inPlace, output, blocks);
        TensorView codes = layout.codes().apply(new CodeNumbers(blocks.codes()));
        double[] ordered = codes.toArray();
        byte[] bytes = new byte[ordered.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ordered[i];
        }
        factors.accept(
                output, lowered.storeScaled(bytes, codes.dims(), layout.scales().apply(lowered.divided()), output));
        lowered.nodes.forEach(node -> edits.putFirst(inPlace.graph(), node));
        return new NewTensors.Stored(inPlace.graph(), output, blocks.scaleType());
    }

    /**
     * How a matrix of codes is laid out as a tensor, and how its scales are, of which there is one row.
     */
    record TensorLayout(Function<MatrixSource, TensorView> codes, Function<MatrixSource, TensorView> scales) {}

    /** Codes as numbers. */
    private record CodeNumbers(Codes codes) implements MatrixSource {
        @Override
        public int rows() {
            return codes.rows();
        }

        @Override
        public int columns() {
            return codes.columns();
        }

        @Override
        public void read(int row, int column, int height, int width, double[] target) {
            byte[] numbers = new byte[codes.columns()];
            for (int i = 0; i < height; i++) {
                codes.readRow(row + i, numbers);
                for (int j = 0; j < width; j++) {
                    target[i * width + j] = numbers[column + j];
                }
            }
        }
    }

    /** The power of two that codes of so many bits are times, as int8. */
    static int unit(int bits) {
        return 1 << (Byte.SIZE - bits);
    }

    /** The nodes that compute one matrix. */
    private final class Lowered {
        private final Value root;
        private final String name;
        private final Blocks blocks;
        private final List<NodeProto> nodes = new ArrayList<>();

        /**
         * None yet.
         *
         * @param root in whose place tensors are added
         * @param name that all that is new is called after
         */
        Lowered(Value root, String name, Blocks blocks) {
            this.root = root;
            this.name = name;
            this.blocks = blocks;
        }

        /** Computes the constant in its own type. */
        CodeNames store(ConstantSite site) {
            boolean castsBack = blocks.type() != blocks.scaleType();
            String scaled = castsBack ? names.take(name + ".scaled") : root.name();
            CodeNames stored = storeScaled(site.inTensorOrder(blocks.codes()), site.dims(), scales(site), scaled);
            if (castsBack) {
                cast(scaled, TensorTypes.dataType(blocks.type()), root.name());
            }
            return stored;
        }

        CodeNames storeSum(ConstantSite site, Product pair) {
            boolean castsBack = blocks.type() != blocks.scaleType();
            String rounded = fresh("rounded");
            CodeNames stored = storeScaled(site.inTensorOrder(blocks.codes()), site.dims(), scales(site), rounded);
            ConstantSite.Factors factors = site.factors(((Dense) pair.b()).values(), ((Dense) pair.a()).values());
            String first = tensors.store(root, name + ".first", factors.first(), blocks.scaleType())
                    .name();
            String second = tensors.store(root, name + ".second", factors.second(), blocks.scaleType())
                    .name();
            String product = add("MatMul", fresh("product"), first, second);
            if (!factors.reshaped().isEmpty()) {
                product = add("Reshape", fresh("product.shaped"), product, shape("product.shape", factors.reshaped()));
            }
            if (!factors.permutation().isEmpty()) {
                String turned = fresh("product.turned");
                nodes.add(node("Transpose", turned)
                        .addInput(product)
                        .addAttribute(Attributes.of("perm", factors.permutation()))
                        .build());
                product = turned;
            }
            String sum = add("Add", castsBack ? fresh("sum") : root.name(), rounded, product);
            if (castsBack) {
                cast(sum, TensorTypes.dataType(blocks.type()), root.name());
            }
            return stored.with(first, second);
        }

        IntegerOperand storeIntegers(ConstantSite site, boolean byRow) {
            Kept kept = keep(site.inTensorOrder(blocks.codes()), site.dims());
            double[] units = new double[blocks.columns()];
            Arrays.fill(units, 2.0 / unit(blocks.bits()));
            String scales = tensors.store(
                            root,
                            name + ".scales",
                            TensorView.of(ScaledAxis.columns(blocks.scales(), units))
                                    .reshaped(List.of((long) blocks.columns())),
                            blocks.scaleType())
                    .name();
            // What is unpacked has the highest bits of a byte, twice what integers may have.
            String numbers = cast(kept.bytes, DataType.FLOAT_VALUE, names.take(name + ".numbers"));
            String halves = add(
                    "Mul",
                    fresh("halves"),
                    numbers,
                    sharedBytes("half", List.of(), DataType.FLOAT_VALUE, floats(0.5f)));
            String integers = cast(halves, DataType.INT8_VALUE, fresh("integers"));
            if (site.from() == 0) {
                String turned = fresh("turned");
                nodes.add(node("Transpose", turned)
                        .addInput(integers)
                        .addAttribute(Attributes.of("perm", List.of(1L, 0L)))
                        .build());
                integers = turned;
            }
            return new IntegerOperand(
                    new CodeNames(new CodeLayout(blocks.bits()), kept.tensor, scales).asIntegers(byRow), integers);
        }

        private CodeNames storeScaled(byte[] codes, List<Long> dims, TensorView scaleView, String output) {
            Kept kept = keep(codes, dims);
            ElementType scaleType = blocks.scaleType();
            String scales =
                    tensors.store(root, name + ".scales", scaleView, scaleType).name();
            String numbers = cast(kept.bytes, TensorTypes.dataType(scaleType), names.take(name + ".numbers"));
            add("Mul", output, numbers, scales);
            return new CodeNames(new CodeLayout(blocks.bits()), kept.tensor, scales);
        }

        /**
         * Codes as they are kept.
         *
         * @param bytes the value that has them in the highest bits of a byte each, as int8
         */
        private record Kept(String tensor, String bytes) {}

        private Kept keep(byte[] codes, List<Long> dims) {
            if (blocks.bits() == Byte.SIZE) {
                String stored = tensors.storeBytes(root, name + ".codes", dims, DataType.INT8_VALUE, codes);
                return new Kept(stored, stored);
            }
            PackedCodes packing = PackedCodes.of(blocks.bits());
            String stored = tensors.storeBytes(
                    root,
                    name + ".codes",
                    List.of((long) packing.bytes(), (long) packing.groups(codes.length)),
                    DataType.UINT8_VALUE,
                    packing.pack(codes));
            return new Kept(stored, unpacked(packing, stored, dims));
        }

        private TensorView scales(ConstantSite site) {
            return TensorView.of(divided()).reshaped(site.scaleDims());
        }

        /** The scales as they are stored, {@code [1 × out]}. */
        MatrixSource divided() {
            double[] divisors = new double[blocks.columns()];
            Arrays.fill(divisors, 1.0 / unit(blocks.bits()));
            return ScaledAxis.columns(blocks.scales(), divisors);
        }

        private String shape(String what, List<Long> dims) {
            return tensors.storeRaw(
                    root,
                    name + "." + what,
                    List.of((long) dims.size()),
                    DataType.INT64_VALUE,
                    longs(dims.stream().mapToLong(Long::longValue).toArray()));
        }

        /** The codes in the highest bits of a byte each, as int8 {@code dims}. */
        private String unpacked(PackedCodes packing, String packed, List<Long> dims) {
            boolean byLookUps = unpacking == Unpacking.LOOK_UPS;
            String bytes = byLookUps ? lookedUp(packing, packed) : bytes(packing, packed);
            long count = dims.stream().reduce(1L, (a, b) -> a * b);
            if (count % Byte.SIZE != 0) {
                String row = add("Reshape", fresh("row"), bytes, positions("flat", -1));
                bytes = add("Slice", fresh("cut"), row, positions("zero", 0), positions("count." + count, count));
            }
            String shaped = add("Reshape", fresh("bytes"), bytes, shape("shape", dims));
            return byLookUps ? shaped : cast(shaped, DataType.INT8_VALUE, fresh("int8"));
        }

        private String bytes(PackedCodes packing, String packed) {
            int up = Byte.SIZE - packing.bits();
            List<String> parts = new ArrayList<>();
            for (int host = 0; host < packing.hosts(); host++) {
                String low = host == 0 ? packed : shifted(packed, "RIGHT", host * packing.bits());
                parts.add(shifted(low, "LEFT", up));
            }
            if (packing.guests() > 0) {
                parts.add(shifted(guests(packing, packed), "LEFT", up));
            }
            return concatenated(parts);
        }

        /** The same, as int8 at once: each byte is a place in a table of what is to come of it. */
        private String lookedUp(PackedCodes packing, String packed) {
            int bits = packing.bits();
            String places = cast(packed, DataType.INT32_VALUE, fresh("places"));
            List<String> parts = new ArrayList<>();
            for (int host = 0; host < packing.hosts(); host++) {
                int shift = host * bits;
                parts.add(lookUp("host", places, signed("host.%d.%d".formatted(bits, host), BYTES, shift, bits)));
            }
            if (packing.guests() > 0) {
                String guests = add("MatMul", fresh("guests"), sums(packing), pieces(packing, places));
                parts.add(lookUp(
                        "guest",
                        cast(guests, DataType.INT32_VALUE, fresh("guest.places")),
                        signed("guest." + bits, 1 << bits, 0, bits)));
            }
            return concatenated(parts);
        }

        /** The bits that no whole code has, as numbers in float32, {@code [pieces·bytes × m]}. */
        private String pieces(PackedCodes packing, String places) {
            return concatenated(packing.parts().stream()
                    .map(part -> List.of(part.shift(), part.width()))
                    .distinct()
                    .map(piece -> {
                        float[] table = new float[BYTES];
                        for (int i = 0; i < BYTES; i++) {
                            table[i] = i >> piece.get(0) & ((1 << piece.get(1)) - 1);
                        }
                        return lookUp(
                                "piece",
                                places,
                                sharedBytes(
                                        "piece.%d.%d".formatted(piece.get(0), piece.get(1)),
                                        List.of((long) BYTES),
                                        DataType.FLOAT_VALUE,
                                        floats(table)));
                    })
                    .toList());
        }

        /** What each piece counts in each guest, {@code [guests × pieces·bytes]}. */
        private String sums(PackedCodes packing) {
            List<PackedCodes.Part> parts = packing.parts();
            List<Integer> shifts =
                    parts.stream().map(PackedCodes.Part::shift).distinct().toList();
            int columns = shifts.size() * packing.bytes();
            float[] factors = new float[packing.guests() * columns];
            for (PackedCodes.Part part : parts) {
                factors[part.guest() * columns + shifts.indexOf(part.shift()) * packing.bytes() + part.row()] =
                        part.factor();
            }
            return sharedBytes(
                    "sums." + packing.bits(),
                    List.of((long) packing.guests(), (long) columns),
                    DataType.FLOAT_VALUE,
                    floats(factors));
        }

        private String lookUp(String what, String places, String table) {
            return add("Gather", fresh(what), table, places);
        }

        /** A table of codes in the highest bits of a byte each, as int8, by the number that has them from a bit on. */
        private String signed(String what, int size, int shift, int bits) {
            byte[] table = new byte[size];
            for (int i = 0; i < size; i++) {
                table[i] = (byte) (i >> shift << (Byte.SIZE - bits));
            }
            return sharedBytes(what, List.of((long) size), DataType.INT8_VALUE, table);
        }

        /** The guests of all groups, {@code [guests × m]}: sums of bits, which a product of bytes computes. */
        private String guests(PackedCodes packing, String packed) {
            // Bits from s on, less twice those from s + 1 on, are bit s.
            int lowest = Byte.SIZE - packing.left();
            int shifts = packing.guests() == 1 ? 1 : packing.left();
            String bits = concatenated(IntStream.range(0, shifts)
                    .mapToObj(shift -> shifted(packed, "RIGHT", lowest + shift))
                    .toList());
            byte[] factors = new byte[packing.guests() * shifts * packing.bytes()];
            Arrays.fill(factors, (byte) ZERO_POINT);
            for (PackedCodes.Part part : packing.parts()) {
                int at = (part.guest() * shifts + part.shift() - lowest) * packing.bytes() + part.row();
                factors[at] += (byte) part.factor();
                if (part.shift() + part.width() < Byte.SIZE) {
                    factors[at + packing.bytes()] -= (byte) (part.factor() << part.width());
                }
            }
            String matrix = sharedBytes(
                    "guests." + packing.bits(),
                    List.of((long) packing.guests(), (long) shifts * packing.bytes()),
                    DataType.UINT8_VALUE,
                    factors);
            String one = sharedBytes("one", List.of(), DataType.FLOAT_VALUE, floats(1));
            String zero = sharedBytes("zero.byte", List.of(), DataType.UINT8_VALUE, new byte[1]);
            String zeroPoint =
                    sharedBytes("zero.point", List.of(), DataType.UINT8_VALUE, new byte[] {(byte) ZERO_POINT});
            return add("QLinearMatMul", fresh("guests"), matrix, one, zeroPoint, bits, one, zero, one, zero);
        }

        private String shifted(String bytes, String direction, int by) {
            String output = fresh(direction.toLowerCase(Locale.ROOT) + by);
            String distance = sharedBytes("shift." + by, List.of(), DataType.UINT8_VALUE, new byte[] {(byte) by});
            nodes.add(node("BitShift", output)
                    .addInput(bytes)
                    .addInput(distance)
                    .addAttribute(Attributes.of("direction", direction))
                    .build());
            return output;
        }

        private String concatenated(List<String> parts) {
            if (parts.size() == 1) {
                return parts.get(0);
            }
            String output = fresh("all");
            nodes.add(node("Concat", output)
                    .addAllInput(parts)
                    .addAttribute(Attributes.of("axis", 0))
                    .build());
            return output;
        }

        private String cast(String from, int dataType, String to) {
            nodes.add(node("Cast", to)
                    .addInput(from)
                    .addAttribute(Attributes.of("to", dataType))
                    .build());
            return to;
        }

        private String add(String operator, String output, String... inputs) {
            nodes.add(node(operator, output).addAllInput(List.of(inputs)).build());
            return output;
        }

        private NodeProto.Builder node(String operator, String output) {
            return NodeProto.newBuilder()
                    .setOpType(operator)
                    .setName(names.take(output + "_node"))
                    .addOutput(output);
        }

        private String fresh(String what) {
            return names.take(name + "." + what);
        }

        private String positions(String what, long... values) {
            return sharedBytes(what, List.of((long) values.length), DataType.INT64_VALUE, longs(values));
        }

        /** One of a name for each graph. */
        private String sharedBytes(String what, List<Long> dims, int dataType, byte[] bytes) {
            return shared.computeIfAbsent(
                    new Shared(root.graph(), what),
                    missing -> tensors.storeRaw(root, "eckart." + what, dims, dataType, bytes));
        }
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}

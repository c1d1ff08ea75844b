package dev.eckart.onnx.rewrite;

import dev.eckart.core.stored.Packed;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Codes of a table whose last entries have 3 bits in the file and 4 in memory: what {@code GatherBlockQuantized} takes is made of them
 * when the model is loaded, by standard operators on bytes, which ONNX Runtime computes once.
 *
 * <p>In memory, an entry is a row of bytes, and a byte holds two codes u and v, each plus 8. Those of the last entries are −4 to 3: the
 * byte is p + 16·q + 68 with p = u + 4 and q = v + 4 from 0 to 7. The file has c = p + 8·q in 6 bits, as {@link PackedCodes}, behind
 * the bytes of the first entries. As ⌊c / 8⌋ = q, the byte is c + 8·⌊c / 8⌋ + 68.
 *
 * @param bytes of an entry in memory
 * @param full the first entries, which are stored as they are
 * @param rare the others
 */
record RareCodes(int bytes, int full, int rare) {
    private static final PackedCodes PACKING = PackedCodes.of(2 * Packed.RARE_BITS);

    /** A byte of two codes of −4 in memory. */
    private static final int LEAST = 0x44;

    /** 1 in float32, little-endian. */
    private static final byte[] ONE = {0, 0, (byte) 0x80, 0x3f};

    private static final int LOW = (1 << Packed.RARE_BITS) - 1;

    private static final int HALF_BYTE = 4;

    /** From which on there is {@code BitShift}. */
    static final long OPSET = 11;

    static RareCodes of(Packed packed) {
        return new RareCodes(
                packed.scales().rows() * packed.blockSize() * packed.bits() / Byte.SIZE,
                packed.full(),
                packed.columns() - packed.full());
    }

    /** Bytes in the file. */
    int stored() {
        return Math.addExact(Math.multiplyExact(full, bytes), packedBytes());
    }

    private int packedBytes() {
        return PACKING.bytes() * groups();
    }

    private int groups() {
        return PACKING.groups(Math.multiplyExact((long) rare, bytes));
    }

    /**
     * Bytes as the file has them.
     *
     * @param inMemory entry by entry
     */
    byte[] pack(byte[] inMemory) {
        byte[] pairs = Arrays.copyOfRange(inMemory, full * bytes, (full + rare) * bytes);
        for (int i = 0; i < pairs.length; i++) {
            int both = (pairs[i] & 0xff) - LEAST;
            pairs[i] = (byte) ((both & LOW) | ((both >> HALF_BYTE) << Packed.RARE_BITS));
        }
        byte[] stored = Arrays.copyOf(inMemory, stored());
        System.arraycopy(PACKING.pack(pairs), 0, stored, full * bytes, packedBytes());
        return stored;
    }

    /** Bytes as they are in memory. */
    byte[] unpack(byte[] stored) {
        byte[] inMemory = Arrays.copyOf(stored, Math.multiplyExact(full + rare, bytes));
        byte[] pairs = PACKING.unpack(Arrays.copyOfRange(stored, full * bytes, stored.length), rare * bytes);
        int all = (1 << (2 * Packed.RARE_BITS)) - 1;
        for (int i = 0; i < pairs.length; i++) {
            int both = pairs[i] & all;
            inMemory[full * bytes + i] = (byte) (((both & LOW) | ((both >> Packed.RARE_BITS) << HALF_BYTE)) + LEAST);
        }
        return inMemory;
    }

    /** The nodes that make codes in memory of those in the file. */
    static final class Nodes {
        private final Value root;
        private final GraphEdits edits;
        private final NewTensors tensors;
        private final FreshNames names;

        /**
         * None yet.
         *
         * @param root the table, in whose graph they are put first
         */
        Nodes(Value root, GraphEdits edits, NewTensors tensors, FreshNames names) {
            this.root = root;
            this.edits = edits;
            this.tensors = tensors;
            this.names = names;
        }

        /**
         * Adds the nodes.
         *
         * @param stored the tensor of the bytes in the file
         * @return the value of the bytes in memory, {@code [entries × bytes]}
         */
        String add(RareCodes codes, String stored) {
            int split = codes.full * codes.bytes;
            int groups = codes.groups();
            String full = reshaped(slice(stored, 0, split), codes.full, codes.bytes);
            String packed = reshaped(slice(stored, split, codes.stored()), PACKING.bytes(), groups);
            int left = PACKING.left();
            String hosts = shifted(shifted(packed, "LEFT", left), "RIGHT", left);
            byte[] factors = new byte[PACKING.bytes()];
            PACKING.parts().forEach(part -> factors[part.row()] = (byte) part.factor());
            String guests = sum(factors, shifted(packed, "RIGHT", Byte.SIZE - left), 0);
            String pairs = reshaped(concatenated(hosts, guests), 1, (long) PACKING.codes() * groups);
            String seconds = shifted(pairs, "RIGHT", Packed.RARE_BITS);
            byte[] spread = {1, 1 << Packed.RARE_BITS};
            String rare = sum(spread, concatenated(pairs, seconds), LEAST);
            return concatenated(full, reshaped(rare, codes.rare, codes.bytes));
        }

        private String slice(String bytes, int from, int to) {
            return node("Slice", bytes, longs("from", from), longs("to", to));
        }

        private String reshaped(String bytes, long... dims) {
            return node("Reshape", bytes, longs("shape", dims));
        }

        private String shifted(String bytes, String direction, int by) {
            String distance = bytes("shift", List.of(), (byte) by);
            return node(NodeProto.newBuilder()
                    .setOpType("BitShift")
                    .addInput(bytes)
                    .addInput(distance)
                    .addAttribute(Attributes.of("direction", direction)));
        }

        /** The sums of columns, each row times a factor, and a number: none above 255. */
        private String sum(byte[] factors, String rows, int plus) {
            String one = tensors.storeRaw(root, root.name() + ".one", List.of(), DataType.FLOAT_VALUE, ONE.clone());
            String zero = bytes("zero", List.of(), (byte) 0);
            String matrix = bytes("factors", List.of(1L, (long) factors.length), factors);
            String result = plus == 0 ? zero : bytes("plus", List.of(), (byte) plus);
            return node("QLinearMatMul", matrix, one, zero, rows, one, zero, one, result);
        }

        private String concatenated(String... parts) {
            return node(NodeProto.newBuilder()
                    .setOpType("Concat")
                    .addAllInput(List.of(parts))
                    .addAttribute(Attributes.of("axis", 0)));
        }

        private String node(String operator, String... inputs) {
            return node(NodeProto.newBuilder().setOpType(operator).addAllInput(List.of(inputs)));
        }

        private String node(NodeProto.Builder node) {
            String output = names.take(root.name() + ".bytes");
            edits.putFirst(
                    root.graph(),
                    node.setName(names.take(output + "_node")).addOutput(output).build());
            return output;
        }

        private String bytes(String what, List<Long> dims, byte... values) {
            return tensors.storeRaw(root, root.name() + "." + what, dims, DataType.UINT8_VALUE, values);
        }

        private String longs(String what, long... values) {
            byte[] raw = new byte[values.length * Long.BYTES];
            ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
            return tensors.storeRaw(
                    root, root.name() + "." + what, List.of((long) values.length), DataType.INT64_VALUE, raw);
        }
    }
}

package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Codes in the place of a constant that stay codes while the network runs, and operators of ONNX Runtime in the place of those that
 * took the constant.
 *
 * <pre>{@code
 * before                        after
 * y = MatMul(x, W)              y = MatMulNBits(x, codes, scales)
 *
 * y = Gemm(x, W, c)             p = MatMulNBits(x, codes, scales)
 *                               y = Add(p, c)
 *
 * y = Gather(W, i)              y = GatherBlockQuantized(codes, i, scales)
 * }</pre>
 *
 * <p>Of a table, the codes of rare rows may have fewer bits in the file ({@link RareCodes}).
 *
 * <p>Where a pair is added, so is its product, (x·B)·A or rows of B times A, before the bias.
 *
 * <p>The last node keeps the name and the output of the original. Products are computed in float32, whose rounding is all that a
 * proof has to allow for; those of a network in float16 take and give float16.
 */
public final class PackedLowering {
    private static final String PRODUCT = "MatMulNBits";
    private static final String LOOK_UP = "GatherBlockQuantized";

    /** Dimensions of the codes that a product takes; those that rows are looked up in have fewer. */
    static final int PRODUCT_DIMS = 3;

    /** {@code accuracy_level} of {@code MatMulNBits}: inputs are not rounded. */
    private static final long FLOAT32 = 1;

    private final GraphIndex index;
    private final GraphEdits edits;
    private final NewTensors tensors;
    private final FreshNames names;

    PackedLowering(GraphIndex index, GraphEdits edits, NewTensors tensors, FreshNames names) {
        this.index = index;
        this.edits = edits;
        this.tensors = tensors;
        this.names = names;
    }

    /**
     * Why a constant cannot stay codes, for people, without a capital or a full stop; empty if it can.
     *
     * @param opset version of the standard operators that the model uses; 0 where it uses none
     */
    public static Optional<String> obstacle(GraphIndex index, ConstantSite site, Packed packed, long opset) {
        List<Use> uses = index.uses(site.root());
        if (site.dims().size() != 2
                || site.root().graph() != GraphIndex.MAIN
                || uses.stream().anyMatch(use -> index.graphOf(use.node()) != GraphIndex.MAIN)) {
            return Optional.of("only matrices of the main graph stay codes while the network runs");
        }
        boolean isTable = uses.stream().allMatch(use -> isLookUp(index, site, use));
        if (!isTable && !uses.stream().allMatch(use -> isProduct(index, site, use))) {
            return Optional.of("%s takes it, where only MatMul, Gemm and Gather have a counterpart that takes codes"
                    .formatted(index.node(uses.get(0).node()).getOpType()));
        }
        if (isTable && packed.rows() % packed.blockSize() != 0) {
            return Optional.of(
                    "its rows of %d are no multiple of blocks of %d".formatted(packed.rows(), packed.blockSize()));
        }
        if (packed.hasRare() && !isTable) {
            return Optional.of("only the rows of a table that Gather looks up in are rare");
        }
        if (packed.hasRare() && opset < RareCodes.OPSET) {
            return Optional.of("the model has opset %d, but codes of %d bits take %d or newer"
                    .formatted(opset, Packed.RARE_BITS, RareCodes.OPSET));
        }
        ElementType type = site.weight().type();
        return packed.scaleType() == type || (isTable && type == ElementType.FLOAT32)
                ? Optional.empty()
                : Optional.of("products of %s take scales of that type only".formatted(type.label()));
    }

    /** Whether a node looks rows of a table up. */
    private static boolean isLookUp(GraphIndex index, ConstantSite site, Use use) {
        NodeProto node = index.node(use.node());
        return Attributes.isStandard(node)
                && node.getOpType().equals("Gather")
                && use.input() == 0
                && Attributes.integer(node, "axis", 0) == 0
                && site.from() == 0;
    }

    /** Whether a node multiplies by a matrix, and does nothing else but to add a bias. */
    static boolean isProduct(GraphIndex index, ConstantSite site, Use use) {
        NodeProto node = index.node(use.node());
        if (!Attributes.isStandard(node) || use.input() != 1) {
            return false;
        }
        boolean transposed = Attributes.isSet(node, "transB");
        boolean plain = !Attributes.isSet(node, "transA") && isOne(node, "alpha") && isOne(node, "beta");
        return switch (node.getOpType()) {
            case "MatMul" -> site.from() == 1;
            case "Gemm" -> plain && site.from() == (transposed ? 0 : 1);
            default -> false;
        };
    }

    private static boolean isOne(NodeProto node, String factor) {
        return Attributes.find(node, factor).map(AttributeProto::getF).orElse(1f) == 1f;
    }

    /**
     * Stores a constant as codes, to which there is no {@linkplain #obstacle obstacle}.
     *
     * @param pair two factors whose product is added to what comes of the codes
     */
    CodeNames store(ConstantSite site, Packed packed, Optional<Product> pair) {
        Value root = site.root();
        int blocks = packed.scales().rows();
        boolean isTable = isLookUp(index, site, index.uses(root).get(0));
        int blockBytes = packed.blockSize() * packed.bits() / Byte.SIZE;
        List<Long> codeDims = isTable
                ? List.of((long) packed.columns(), (long) blocks * blockBytes)
                : List.of((long) packed.columns(), (long) blocks, (long) blockBytes);
        RareCodes rare = RareCodes.of(packed);
        String codes = packed.hasRare()
                ? tensors.storeBytes(
                        root,
                        root.name() + ".codes",
                        List.of((long) rare.stored()),
                        DataType.UINT8_VALUE,
                        rare.pack(bytes(packed)))
                : tensors.storeBytes(root, root.name() + ".codes", codeDims, DataType.UINT8_VALUE, bytes(packed));
        String scales = store(root, ".scales", Transposed.of(packed.scales()), packed.scaleType());
        CodeNames names = new CodeNames(CodeLayout.of(packed), codes, scales);
        if (pair.isPresent()) {
            MatrixSource b = ((Dense) pair.get().b()).values();
            MatrixSource a = ((Dense) pair.get().a()).values();
            names = names.with(
                    store(
                            root,
                            ".first",
                            isTable ? Transposed.of(a) : b,
                            site.weight().type()),
                    store(
                            root,
                            ".second",
                            isTable ? Transposed.of(b) : a,
                            site.weight().type()));
        }
        Optional<String> zeroPoints = isTable && packed.bits() == Byte.SIZE
                ? Optional.of(zeroPoints(root, packed.columns(), blocks))
                : Optional.empty();
        String inMemory =
                packed.hasRare() ? new RareCodes.Nodes(root, edits, tensors, this.names).add(rare, codes) : codes;
        for (Use use : index.uses(root)) {
            Nodes nodes = new Nodes(index.node(use.node()), site.weight().type(), packed, inMemory, names);
            edits.replace(use.node(), isTable ? nodes.lookUp(zeroPoints) : nodes.product());
            edits.release(use);
        }
        edits.removeIfUnused(root);
        return names;
    }

    private String store(Value root, String suffix, MatrixSource matrix, ElementType type) {
        return tensors.store(root, root.name() + suffix, TensorView.of(matrix), type)
                .name();
    }

    /** The nodes in the place of one. */
    private final class Nodes {
        private final NodeProto original;
        private final ElementType type;
        private final Packed packed;
        private final String codes;
        private final CodeNames stored;
        private final List<NodeProto.Builder> nodes = new ArrayList<>();

        Nodes(NodeProto original, ElementType type, Packed packed, String codes, CodeNames stored) {
            this.original = original;
            this.type = type;
            this.packed = packed;
            this.codes = codes;
            this.stored = stored;
        }

        List<NodeProto> product() {
            String sum = add(NodeProto.newBuilder()
                    .setOpType(PRODUCT)
                    .setDomain(Attributes.MICROSOFT)
                    .addInput(original.getInput(0))
                    .addInput(codes)
                    .addInput(stored.scales())
                    .addAttribute(Attributes.of("K", packed.rows()))
                    .addAttribute(Attributes.of("N", packed.columns()))
                    .addAttribute(Attributes.of("bits", packed.bits()))
                    .addAttribute(Attributes.of("block_size", packed.blockSize()))
                    .addAttribute(Attributes.of("accuracy_level", FLOAT32)));
            if (!stored.pair().isEmpty()) {
                String h = add("MatMul", original.getInput(0), stored.pair().get(0));
                sum = add("Add", sum, add("MatMul", h, stored.pair().get(1)));
            }
            boolean adds = original.getOpType().equals("Gemm")
                    && original.getInputCount() > 2
                    && !original.getInput(2).isEmpty();
            if (adds) {
                add("Add", sum, original.getInput(2));
            }
            return named();
        }

        List<NodeProto> lookUp(Optional<String> zeroPoints) {
            NodeProto.Builder gather = NodeProto.newBuilder()
                    .setOpType(LOOK_UP)
                    .setDomain(Attributes.MICROSOFT)
                    .addInput(codes)
                    .addInput(original.getInput(1))
                    .addInput(stored.scales())
                    .addAttribute(Attributes.of("gather_axis", 0))
                    .addAttribute(Attributes.of("quantize_axis", 1))
                    .addAttribute(Attributes.of("block_size", packed.blockSize()))
                    .addAttribute(Attributes.of("bits", packed.bits()));
            zeroPoints.ifPresent(gather::addInput);
            String sum = add(gather);
            if (packed.scaleType() != type) {
                sum = add(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .addInput(sum)
                        .addAttribute(Attributes.of("to", TensorTypes.dataType(type))));
            }
            if (!stored.pair().isEmpty()) {
                String h = add("Gather", stored.pair().get(0), original.getInput(1));
                add("Add", sum, add("MatMul", h, stored.pair().get(1)));
            }
            return named();
        }

        private String add(String operator, String... inputs) {
            return add(NodeProto.newBuilder().setOpType(operator).addAllInput(List.of(inputs)));
        }

        private String add(NodeProto.Builder node) {
            String output = names.take(original.getOutput(0) + ".part");
            nodes.add(node.setName(names.take(output + "_node")).addOutput(output));
            return output;
        }

        /** The last one with the name and the output of the original. */
        private List<NodeProto> named() {
            nodes.get(nodes.size() - 1).setName(original.getName()).setOutput(0, original.getOutput(0));
            return nodes.stream().map(NodeProto.Builder::build).toList();
        }
    }

    /** Of codes of 8 bits, for which there is no usual one: made when the model is loaded. */
    private String zeroPoints(Value root, int rows, int blocks) {
        ByteBuffer shape = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        shape.putLong(rows).putLong(blocks);
        String dims =
                tensors.storeRaw(root, root.name() + ".zero.shape", List.of(2L), DataType.INT64_VALUE, shape.array());
        String one = tensors.storeRaw(
                root, root.name() + ".zero", List.of(), DataType.UINT8_VALUE, new byte[] {(byte) (1 << (Byte.SIZE - 1))
                });
        String zeroPoints = names.take(root.name() + ".zeros");
        edits.putFirst(
                root.graph(),
                NodeProto.newBuilder()
                        .setOpType("Expand")
                        .setName(names.take(zeroPoints + "_node"))
                        .addInput(one)
                        .addInput(dims)
                        .addOutput(zeroPoints)
                        .build());
        return zeroPoints;
    }

    /** Column by column, the low bits first, each code plus half of the range. */
    private static byte[] bytes(Packed packed) {
        int rows = packed.rows();
        int columns = packed.columns();
        int perByte = Byte.SIZE / packed.bits();
        int columnBytes = packed.scales().rows() * packed.blockSize() / perByte;
        int middle = 1 << (packed.bits() - 1);
        byte[] bytes = new byte[Math.multiplyExact(columns, columnBytes)];
        byte[] row = new byte[columns];
        for (int i = 0; i < rows; i++) {
            packed.codes().readRow(i, row);
            int shift = i % perByte * packed.bits();
            for (int j = 0; j < columns; j++) {
                bytes[j * columnBytes + i / perByte] |= (byte) ((row[j] + middle) << shift);
            }
        }
        return bytes;
    }

    /**
     * The codes out of bytes.
     *
     * @return row by row
     */
    static byte[] codes(byte[] bytes, int rows, int columns, int bits, int blockSize) {
        int perByte = Byte.SIZE / bits;
        int columnBytes = Packed.blocks(rows, blockSize) * blockSize / perByte;
        int middle = 1 << (bits - 1);
        byte[] codes = new byte[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < rows; i++) {
            int shift = i % perByte * bits;
            for (int j = 0; j < columns; j++) {
                int code = ((bytes[j * columnBytes + i / perByte] & 0xff) >> shift) & ((1 << bits) - 1);
                codes[i * columns + j] = (byte) (code - middle);
            }
        }
        return codes;
    }

    /** The scales {@code [blocks × out]} out of the tensor that stores them. */
    static MatrixSource scales(TensorView stored) {
        return stored.matrix(List.of(1), List.of(0));
    }
}

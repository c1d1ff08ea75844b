package dev.eckart.onnx.scan;

import static dev.eckart.onnx.graph.Attributes.integer;
import static dev.eckart.onnx.graph.Attributes.isSet;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which operators multiply by what they take, and how: by a matrix, a kernel, or the rows of a table. Biases, scales, bounds
 * and masks are none of these, whatever their shape.
 *
 * <ol>
 *   <li>{@code MatMul(x, W)} and {@code MatMul(W, x)}, x of any number of dimensions;
 *   <li>{@code Gemm} with W on either side, whatever its attributes and third input are;
 *   <li>{@code com.microsoft}'s {@code FusedMatMul} and {@code FusedGemm}, the same with more attributes;
 *   <li>{@code com.microsoft}'s {@code Attention}, which multiplies by the joint projection of query, key and value;
 *   <li>{@code Conv} of one group, and {@code com.microsoft}'s {@code FusedConv};
 *   <li>{@code Gather(W, i)} of rows: the product with as many unit vectors;
 *   <li>further operators that multiply, of which no weight is factored.
 * </ol>
 */
final class Roles {
    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM");

    /** Products of integers, to the inputs that are multiplied; what else they take are scales, zero points and biases. */
    private static final Map<String, Set<Integer>> OF_INTEGERS = Map.ofEntries(
            Map.entry("MatMulInteger", Set.of(0, 1)),
            Map.entry("QLinearMatMul", Set.of(0, 3)),
            Map.entry("ConvInteger", Set.of(1)),
            Map.entry("QLinearConv", Set.of(3)),
            Map.entry("MatMulNBits", Set.of(1)),
            Map.entry("MatMulBnb4", Set.of(1)),
            Map.entry("MatMulFpQ4", Set.of(1)),
            Map.entry("DynamicQuantizeMatMul", Set.of(1)),
            Map.entry("MatMulIntegerToFloat", Set.of(0, 1)),
            Map.entry("QGemm", Set.of(0, 3)),
            Map.entry("QAttention", Set.of(1)),
            Map.entry("QEmbedLayerNormalization", Set.of(2, 3, 4)),
            Map.entry("GatherBlockQuantized", Set.of(0)),
            Map.entry("QMoE", Set.of(2, 5, 8)));

    /** Inputs that the standard's operators multiply by; {@code Einsum} does by all. */
    private static final Map<String, Set<Integer>> STANDARD = Map.of(
            "MatMul", Set.of(0, 1),
            "Gemm", Set.of(0, 1),
            "Conv", Set.of(1),
            "ConvTranspose", Set.of(1),
            "DeformConv", Set.of(1),
            "Gather", Set.of(0),
            "GatherND", Set.of(0));

    /** Inputs that {@code com.microsoft}'s operators multiply by. */
    private static final Map<String, Set<Integer>> MICROSOFT = Map.ofEntries(
            Map.entry("FusedMatMul", Set.of(0, 1)),
            Map.entry("FusedMatMulActivation", Set.of(0, 1)),
            Map.entry("TransposeMatMul", Set.of(0, 1)),
            Map.entry("SparseToDenseMatMul", Set.of(0, 1)),
            Map.entry("FusedGemm", Set.of(0, 1)),
            Map.entry("GemmFastGelu", Set.of(0, 1)),
            Map.entry("GemmFloat8", Set.of(0, 1)),
            Map.entry("FusedConv", Set.of(1)),
            Map.entry("NhwcConv", Set.of(1)),
            Map.entry("NhwcFusedConv", Set.of(1)),
            Map.entry("ConvTransposeWithDynamicPads", Set.of(1)),
            Map.entry("Attention", Set.of(1)),
            Map.entry("PackedAttention", Set.of(1)),
            Map.entry("LongformerAttention", Set.of(1, 4)),
            Map.entry("DecoderAttention", Set.of(2, 3)),
            Map.entry("EmbedLayerNormalization", Set.of(2, 3, 4)),
            Map.entry("GatedRelativePositionBias", Set.of(3)),
            Map.entry("RelativePositionBias", Set.of(0)),
            Map.entry("MoE", Set.of(2, 4, 6)));

    private final GraphIndex index;

    Roles(GraphIndex index) {
        this.index = index;
    }

    /** Whether a node multiplies by what it takes there, or looks rows of it up. */
    boolean multiplies(Use use) {
        NodeProto node = index.node(use.node());
        String operator = node.getOpType();
        boolean microsoft = isMicrosofts(node);
        if (!microsoft && !Attributes.isStandard(node)) {
            return false;
        }
        if (RECURRENT.contains(operator)) {
            return use.input() == 1 || use.input() == 2;
        }
        if (!microsoft && operator.equals("Einsum")) {
            return true;
        }
        Set<Integer> places =
                OF_INTEGERS.getOrDefault(operator, (microsoft ? MICROSOFT : STANDARD).getOrDefault(operator, Set.of()));
        return places.contains(use.input());
    }

    Role of(Use use, Operand operand) {
        NodeProto node = index.node(use.node());
        String operator = node.getOpType();
        if (!isMicrosofts(node) && !Attributes.isStandard(node)) {
            // What it does with it is not known.
            return isMatrix(operand.dims()) ? new Role.Unsplit(SkipReason.OPERATOR, operator) : new Role.Other();
        }
        if (!multiplies(use)) {
            return new Role.Other();
        }
        if (!isComplete(node)) {
            return new Role.Unsplit(SkipReason.OPERATOR, operator);
        }
        if (RECURRENT.contains(operator)) {
            return new Role.Unsplit(SkipReason.RECURRENT, operator);
        }
        if (OF_INTEGERS.containsKey(operator)) {
            return new Role.Unsplit(SkipReason.QUANTIZED, operator);
        }
        Role role = switch (operator) {
            case "MatMul" -> product(use, operand, false, false);
            case "Gemm", "FusedMatMul", "FusedGemm" ->
                product(use, operand, isSet(node, "transA"), isSet(node, "transB"));
            case "Attention" -> right(operand, false);
            case "Conv", "FusedConv" -> convolution(node, operand);
            case "Gather" -> table(node, operand);
            case "GatherND", "Einsum" ->
                isMatrix(operand.dims()) ? new Role.Unsplit(SkipReason.OPERATOR, operator) : new Role.Other();
            default -> new Role.Unsplit(SkipReason.OPERATOR, operator);
        };
        // Two edits of one node would be at odds, and the runtime computes it once anyway.
        return role instanceof Role.Weight weight
                        && weight.layouts().get(0).form() != Form.TABLE
                        && isConstant(otherOperand(use))
                ? new Role.Unsplit(SkipReason.COMPUTED, "all inputs of %s are constant".formatted(operator))
                : role;
    }

    private static boolean isMicrosofts(NodeProto node) {
        return node.getDomain().equals(Attributes.MICROSOFT);
    }

    /** Whether there are several rows and several columns in some sense: what has none is a vector, however it is stored. */
    static boolean isMatrix(List<Long> dims) {
        return dims.stream().filter(dim -> dim > 1).count() > 1;
    }

    /** Whether a node has the inputs and outputs that each product has; the runtime refuses those that have not. */
    private static boolean isComplete(NodeProto node) {
        return node.getInputCount() >= 2 && node.getOutputCount() >= 1;
    }

    private static Use otherOperand(Use use) {
        return new Use(use.node(), use.input() == 0 ? 1 : 0);
    }

    private static Role product(Use use, Operand operand, boolean transA, boolean transB) {
        return use.input() == 0 ? left(operand, transA) : right(operand, transB);
    }

    private static Role right(Operand operand, boolean transposed) {
        List<Long> dims = operand.dims();
        int rank = dims.size();
        if (rank < 2 || !leadingOnes(dims)) {
            return new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(dims));
        }
        if (transposed) {
            return rank == 2
                    ? weight(Form.RIGHT, List.of(1), List.of(0))
                    : new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(dims));
        }
        return weight(Form.RIGHT, IntStream.range(0, rank - 1).boxed().toList(), List.of(rank - 1));
    }

    private static Role left(Operand operand, boolean transposed) {
        if (operand.dims().size() != 2) {
            return new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(operand.dims()));
        }
        return transposed ? weight(Form.LEFT, List.of(0), List.of(1)) : weight(Form.LEFT, List.of(1), List.of(0));
    }

    private static boolean leadingOnes(List<Long> dims) {
        return dims.subList(0, dims.size() - 2).stream().allMatch(dim -> dim == 1);
    }

    private static Role table(NodeProto node, Operand operand) {
        List<Long> dims = operand.dims();
        long axis = integer(node, "axis", 0);
        if (!isMatrix(dims)) {
            return new Role.Other();
        }
        return dims.size() == 2 && (axis == 0 || axis == -2)
                ? weight(Form.TABLE, List.of(0), List.of(1))
                : new Role.Unsplit(SkipReason.OPERATOR, node.getOpType());
    }

    private static Role convolution(NodeProto node, Operand operand) {
        List<Long> dims = operand.dims();
        int rank = dims.size();
        if (rank < 3) {
            return new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(dims));
        }
        if (integer(node, "group", 1) != 1) {
            return new Role.Unsplit(SkipReason.GROUPED_CONVOLUTION, "%d groups".formatted(integer(node, "group", 1)));
        }
        Layout channels =
                new Layout(Form.CHANNELS, IntStream.range(1, rank).boxed().toList(), List.of(0));
        Layout rowsAndColumns = new Layout(Form.ROWS_AND_COLUMNS, List.of(1, 2), List.of(0, 3));
        return rank == 4 && dims.get(2) > 1 && dims.get(3) > 1
                ? new Role.Weight(List.of(channels, rowsAndColumns))
                : new Role.Weight(List.of(channels));
    }

    private static Role weight(Form form, List<Integer> in, List<Integer> out) {
        return new Role.Weight(List.of(new Layout(form, in, out)));
    }

    /** Whether an input is made of stored tensors only, by nodes that hand one on. */
    private boolean isConstant(Use use) {
        Deque<Use> waiting = new ArrayDeque<>(List.of(use));
        Set<Value> seen = new HashSet<>();
        while (!waiting.isEmpty()) {
            Value value = index.value(waiting.remove()).orElse(null);
            if (value == null || index.isInput(value)) {
                return false;
            }
            if (index.constants().containsKey(value) || !seen.add(value)) {
                continue;
            }
            int producer = index.producer(value).orElse(-1);
            if (producer < 0 || !Passage.isPassage(index.node(producer))) {
                return false;
            }
            waiting.add(new Use(producer, 0));
        }
        return true;
    }
}

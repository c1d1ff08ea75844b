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
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which operators multiply by a constant operand, and how.
 *
 * <ol>
 *   <li>{@code MatMul(x, W)} and {@code MatMul(W, x)}, x of any number of dimensions;
 *   <li>{@code Gemm} with W on either side, whatever its attributes and third input are;
 *   <li>{@code com.microsoft}'s {@code FusedMatMul} and {@code FusedGemm}, the same with more attributes;
 *   <li>{@code com.microsoft}'s {@code Attention}, which multiplies by the joint projection of query, key and value;
 *   <li>{@code Conv} of one group, and {@code com.microsoft}'s {@code FusedConv};
 *   <li>{@code Gather(W, i)} of rows: the product with as many unit vectors.
 * </ol>
 */
final class Roles {
    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM");
    private static final Set<String> OF_INTEGERS = Set.of(
            "MatMulInteger",
            "QLinearMatMul",
            "ConvInteger",
            "QLinearConv",
            "MatMulNBits",
            "MatMulBnb4",
            "MatMulFpQ4",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
            "QGemm",
            "QAttention",
            "QEmbedLayerNormalization",
            "GatherBlockQuantized",
            "QMoE");

    private final GraphIndex index;

    Roles(GraphIndex index) {
        this.index = index;
    }

    Role of(Use use, Operand operand) {
        NodeProto node = index.node(use.node());
        String operator = node.getOpType();
        boolean microsoft = node.getDomain().equals(Attributes.MICROSOFT);
        if (!(microsoft || Attributes.isStandard(node)) || !isComplete(node)) {
            return new Role.Other();
        }
        if (RECURRENT.contains(operator)) {
            return use.input() == 1 || use.input() == 2
                    ? new Role.Unsplit(SkipReason.RECURRENT, operator)
                    : new Role.Other();
        }
        if (OF_INTEGERS.contains(operator)) {
            // Scales and zero points of whole columns are no weights.
            return operand.dims().size() < 2 ? new Role.Other() : new Role.Unsplit(SkipReason.QUANTIZED, operator);
        }
        Role role = switch (operator) {
            case "MatMul" -> microsoft ? new Role.Other() : product(use, operand, false, false);
            case "FusedMatMul" ->
                microsoft ? product(use, operand, isSet(node, "transA"), isSet(node, "transB")) : new Role.Other();
            case "Gemm" ->
                microsoft ? new Role.Other() : product(use, operand, isSet(node, "transA"), isSet(node, "transB"));
            case "FusedGemm" ->
                microsoft ? product(use, operand, isSet(node, "transA"), isSet(node, "transB")) : new Role.Other();
            case "Attention" -> microsoft && use.input() == 1 ? right(operand, false) : new Role.Other();
            case "Conv" -> microsoft ? new Role.Other() : convolution(node, use, operand);
            case "FusedConv" -> microsoft ? convolution(node, use, operand) : new Role.Other();
            case "Gather" -> microsoft ? new Role.Other() : table(node, use, operand);
            default -> new Role.Other();
        };
        // Two edits of one node would be at odds, and the runtime computes it once anyway.
        return role instanceof Role.Weight weight
                        && weight.layouts().get(0).form() != Form.TABLE
                        && isConstant(otherOperand(use))
                ? new Role.Unsplit(SkipReason.COMPUTED, "all inputs of %s are constant".formatted(operator))
                : role;
    }

    /** Whether a node has the inputs and outputs that each product has; the runtime refuses those that have not. */
    private static boolean isComplete(NodeProto node) {
        return node.getInputCount() >= 2 && node.getOutputCount() >= 1;
    }

    private static Use otherOperand(Use use) {
        return new Use(use.node(), use.input() == 0 ? 1 : 0);
    }

    private static Role product(Use use, Operand operand, boolean transA, boolean transB) {
        return switch (use.input()) {
            case 0 -> left(operand, transA);
            case 1 -> right(operand, transB);
            default -> new Role.Other();
        };
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

    private static Role table(NodeProto node, Use use, Operand operand) {
        if (use.input() != 0) {
            return new Role.Other();
        }
        long axis = integer(node, "axis", 0);
        if (operand.dims().size() != 2 || (axis != 0 && axis != -2)) {
            return new Role.Other();
        }
        return weight(Form.TABLE, List.of(0), List.of(1));
    }

    private static Role convolution(NodeProto node, Use use, Operand operand) {
        if (use.input() != 1) {
            return new Role.Other();
        }
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

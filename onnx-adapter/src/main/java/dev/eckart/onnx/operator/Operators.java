package dev.eckart.onnx.operator;

import static dev.eckart.core.model.SkipReason.OPERATOR;
import static dev.eckart.core.model.SkipReason.QUANTIZED;
import static dev.eckart.core.model.SkipReason.RECURRENT;

import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.proto.NodeProto;
import java.util.Map;
import java.util.Optional;

/** The operators that multiply, be it by a matrix, a kernel or the rows of a table, each with its rule. */
public final class Operators {
    /** The standard's. */
    private static final Map<String, OperatorRule> STANDARD = Map.ofEntries(
            Map.entry("MatMul", ProductRule.MATMUL),
            Map.entry("Gemm", ProductRule.GEMM),
            Map.entry("Conv", ConvolutionRule.CONV),
            Map.entry("Gather", new TableRule()),
            Map.entry("GatherND", UnsplitRule.ofMatrices(input -> input == 0)),
            Map.entry("Einsum", UnsplitRule.ofMatrices(input -> true)),
            Map.entry("ConvTranspose", UnsplitRule.of(OPERATOR, 1)),
            Map.entry("DeformConv", UnsplitRule.of(OPERATOR, 1)));

    /** {@code com.microsoft}'s. */
    private static final Map<String, OperatorRule> MICROSOFT = Map.ofEntries(
            Map.entry("FusedMatMul", ProductRule.FUSED_MATMUL),
            Map.entry("FusedGemm", ProductRule.FUSED_GEMM),
            Map.entry("Attention", ProductRule.ATTENTION),
            Map.entry("FusedConv", ConvolutionRule.FUSED_CONV),
            Map.entry("FusedMatMulActivation", UnsplitRule.of(OPERATOR, 0, 1)),
            Map.entry("TransposeMatMul", UnsplitRule.of(OPERATOR, 0, 1)),
            Map.entry("SparseToDenseMatMul", UnsplitRule.of(OPERATOR, 0, 1)),
            Map.entry("GemmFastGelu", UnsplitRule.of(OPERATOR, 0, 1)),
            Map.entry("GemmFloat8", UnsplitRule.of(OPERATOR, 0, 1)),
            Map.entry("NhwcConv", UnsplitRule.of(OPERATOR, 1)),
            Map.entry("NhwcFusedConv", UnsplitRule.of(OPERATOR, 1)),
            Map.entry("ConvTransposeWithDynamicPads", UnsplitRule.of(OPERATOR, 1)),
            Map.entry("PackedAttention", UnsplitRule.of(OPERATOR, 1)),
            Map.entry("LongformerAttention", UnsplitRule.of(OPERATOR, 1, 4)),
            Map.entry("DecoderAttention", UnsplitRule.of(OPERATOR, 2, 3)),
            Map.entry("EmbedLayerNormalization", UnsplitRule.of(OPERATOR, 2, 3, 4)),
            Map.entry("GatedRelativePositionBias", UnsplitRule.of(OPERATOR, 3)),
            Map.entry("RelativePositionBias", UnsplitRule.of(OPERATOR, 0)),
            Map.entry("MoE", UnsplitRule.of(OPERATOR, 2, 4, 6)));

    /** Of either domain; of integers, what else they take are scales, zero points and biases. */
    private static final Map<String, OperatorRule> EITHER = Map.ofEntries(
            Map.entry("LSTM", UnsplitRule.of(RECURRENT, 1, 2)),
            Map.entry("GRU", UnsplitRule.of(RECURRENT, 1, 2)),
            Map.entry("RNN", UnsplitRule.of(RECURRENT, 1, 2)),
            Map.entry("DynamicQuantizeLSTM", UnsplitRule.of(RECURRENT, 1, 2)),
            Map.entry("MatMulInteger", UnsplitRule.of(QUANTIZED, 0, 1)),
            Map.entry("QLinearMatMul", UnsplitRule.of(QUANTIZED, 0, 3)),
            Map.entry("ConvInteger", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("QLinearConv", UnsplitRule.of(QUANTIZED, 3)),
            Map.entry("MatMulNBits", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("MatMulBnb4", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("MatMulFpQ4", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("DynamicQuantizeMatMul", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("MatMulIntegerToFloat", UnsplitRule.of(QUANTIZED, 0, 1)),
            Map.entry("QGemm", UnsplitRule.of(QUANTIZED, 0, 3)),
            Map.entry("QAttention", UnsplitRule.of(QUANTIZED, 1)),
            Map.entry("QEmbedLayerNormalization", UnsplitRule.of(QUANTIZED, 2, 3, 4)),
            Map.entry("GatherBlockQuantized", UnsplitRule.of(QUANTIZED, 0)),
            Map.entry("QMoE", UnsplitRule.of(QUANTIZED, 2, 5, 8)));

    private Operators() {}

    /** Whether a node is of a domain all of whose operators are known: what others do is not. */
    public static boolean areKnown(NodeProto node) {
        return Attributes.isStandard(node) || isMicrosofts(node);
    }

    private static boolean isMicrosofts(NodeProto node) {
        return node.getDomain().equals(Attributes.MICROSOFT);
    }

    /** The rule of a node's operator; empty where it does not multiply, or is not known. */
    public static Optional<OperatorRule> rule(NodeProto node) {
        if (!areKnown(node)) {
            return Optional.empty();
        }
        String operator = node.getOpType();
        return Optional.ofNullable((isMicrosofts(node) ? MICROSOFT : STANDARD).get(operator))
                .or(() -> Optional.ofNullable(EITHER.get(operator)));
    }

    /**
     * The rule of a node that multiplies by a linear weight.
     *
     * @throws IllegalArgumentException if its operator is none that can
     */
    public static LinearRule linear(NodeProto node) {
        return rule(node)
                .filter(LinearRule.class::isInstance)
                .map(LinearRule.class::cast)
                .orElseThrow(() -> new IllegalArgumentException(
                        node.getOpType() + " multiplies by no weight that a pair replaces"));
    }
}

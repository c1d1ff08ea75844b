package dev.eckart.onnx.operator;

import static dev.eckart.onnx.graph.Attributes.find;
import static dev.eckart.onnx.graph.Attributes.isSet;
import static dev.eckart.onnx.graph.Attributes.without;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Products by a matrix: on the right, with any number of dimensions of size 1 before its own, or on the left.
 *
 * <pre>{@code
 * before                              after
 * y = MatMul(x, W)                    h = MatMul(x, B)
 *                                     y = MatMul(h, A)
 *
 * y = MatMul(W, x)                    h = MatMul(B, x)
 *                                     y = MatMul(A, h)
 * }</pre>
 */
enum ProductRule implements LinearRule {
    /** {@code MatMul(x, W)} and {@code MatMul(W, x)}, x of any number of dimensions. */
    MATMUL {
        @Override
        public boolean givesProduct() {
            return true;
        }

        @Override
        public boolean sharesFirst(NodeProto node) {
            return !isSet(node, TRANS_A);
        }
    },

    /**
     * {@code Gemm} with W on either side, whatever its attributes and third input are.
     *
     * <pre>{@code
     * y = Gemm(x, W, C; alpha, beta,      h = MatMul(x, B)              x = Transpose(x) before it, if transA
     *          transA, transB)            y = Gemm(h, A, C; alpha, beta)
     * }</pre>
     */
    GEMM {
        @Override
        public boolean givesProduct() {
            return true;
        }

        @Override
        public boolean sharesFirst(NodeProto node) {
            return !isSet(node, TRANS_A);
        }

        @Override
        public Optional<BiasInput> bias(NodeProto node) {
            return addend(node);
        }
    },

    /** {@code com.microsoft}'s {@code FusedGemm}: an activation after {@code Gemm}. */
    FUSED_GEMM {
        @Override
        public Optional<BiasInput> bias(NodeProto node) {
            return addend(node);
        }
    },

    /** {@code com.microsoft}'s {@code FusedMatMul}: the first node transposes x, and the second one scales. */
    FUSED_MATMUL {
        @Override
        public boolean givesProduct() {
            return true;
        }

        @Override
        public OptionalInt inputAxis(NodeProto node, int operand) {
            return isSet(node, TRANS_BATCH_A) || isSet(node, TRANS_BATCH_B)
                    ? OptionalInt.empty()
                    : super.inputAxis(node, operand);
        }

        @Override
        public List<NodeProto> first(
                NodeProto original, Form form, int operand, String factor, UnaryOperator<String> fresh) {
            NodeProto plain = operand == LEFT
                    ? without(original, ALPHA, TRANS_A, TRANS_BATCH_A)
                    : without(original, ALPHA, TRANS_B, TRANS_BATCH_B);
            return List.of(LinearRule.node(original, ".B", inputs(original, operand, factor), fresh)
                    .setOpType(original.getOpType())
                    .setDomain(original.getDomain())
                    .addAllAttribute(plain.getAttributeList())
                    .build());
        }
    },

    /**
     * {@code com.microsoft}'s {@code Attention}, which multiplies by the joint projection of query, key and value.
     *
     * <pre>{@code
     * y = Attention(x, W, …)              h = MatMul(x, B)
     *                                     y = Attention(h, A, …)
     * }</pre>
     */
    ATTENTION {
        @Override
        public boolean multiplies(int input) {
            return input == RIGHT;
        }

        @Override
        public Optional<BiasInput> bias(NodeProto node) {
            return Optional.of(BiasInput.ofRequiredVector());
        }
    };

    private static final String ALPHA = "alpha";
    private static final String BETA = "beta";
    private static final String TRANS_A = "transA";
    private static final String TRANS_B = "transB";
    private static final String TRANS_BATCH_A = "transBatchA";
    private static final String TRANS_BATCH_B = "transBatchB";

    /** Places of the two matrices. */
    private static final int LEFT = 0;

    private static final int RIGHT = 1;

    private static final int LAST = -1;
    private static final int LAST_BUT_ONE = -2;

    @Override
    public boolean multiplies(int input) {
        return input == LEFT || input == RIGHT;
    }

    @Override
    public Role role(NodeProto node, int input, List<Long> dims) {
        return input == LEFT ? left(dims, isSet(node, TRANS_A)) : right(dims, isSet(node, TRANS_B));
    }

    private static Role right(List<Long> dims, boolean transposed) {
        int rank = dims.size();
        if (rank < 2 || !leadingOnes(dims) || (transposed && rank > 2)) {
            return new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(dims));
        }
        return transposed
                ? Role.Weight.of(new Layout(Form.RIGHT, List.of(1), List.of(0)))
                : Role.Weight.of(new Layout(
                        Form.RIGHT, IntStream.range(0, rank - 1).boxed().toList(), List.of(rank - 1)));
    }

    private static Role left(List<Long> dims, boolean transposed) {
        if (dims.size() != 2) {
            return new Role.Unsplit(SkipReason.NOT_A_MATRIX, Tensors.shape(dims));
        }
        return transposed
                ? Role.Weight.of(new Layout(Form.LEFT, List.of(0), List.of(1)))
                : Role.Weight.of(new Layout(Form.LEFT, List.of(1), List.of(0)));
    }

    private static boolean leadingOnes(List<Long> dims) {
        return dims.subList(0, dims.size() - 2).stream().allMatch(dim -> dim == 1);
    }

    @Override
    public OptionalInt inputAxis(NodeProto node, int operand) {
        return OptionalInt.of(
                operand == LEFT
                        ? (isSet(node, TRANS_B) ? LAST : LAST_BUT_ONE)
                        : (isSet(node, TRANS_A) ? LAST_BUT_ONE : LAST));
    }

    @Override
    public int outputAxis(int operand) {
        return operand == LEFT ? LAST_BUT_ONE : LAST;
    }

    @Override
    public List<NodeProto> first(
            NodeProto original, Form form, int operand, String factor, UnaryOperator<String> fresh) {
        if (!isSet(original, operand == LEFT ? TRANS_B : TRANS_A)) {
            return List.of(matMul(original, inputs(original, operand, factor), fresh));
        }
        NodeProto turned = LinearRule.node(original, ".T", List.of(original.getInput(other(operand))), fresh)
                .setOpType("Transpose")
                .build();
        return List.of(turned, matMul(original, inputs(turned.getOutput(0), operand, factor), fresh));
    }

    private static NodeProto matMul(NodeProto original, List<String> inputs, UnaryOperator<String> fresh) {
        return LinearRule.node(original, ".B", inputs, fresh)
                .setOpType("MatMul")
                .build();
    }

    /** The factor in W's place, and what is on its other side. */
    private static List<String> inputs(NodeProto original, int operand, String factor) {
        return inputs(original.getInput(other(operand)), operand, factor);
    }

    private static List<String> inputs(String x, int operand, String factor) {
        return operand == LEFT ? List.of(factor, x) : List.of(x, factor);
    }

    private static int other(int operand) {
        return operand == LEFT ? RIGHT : LEFT;
    }

    @Override
    public NodeProto second(NodeProto original, Form form, int operand, String h, String factor) {
        return without(original, TRANS_A, TRANS_B, TRANS_BATCH_A, TRANS_BATCH_B).toBuilder()
                .setInput(operand, factor)
                .setInput(other(operand), h)
                .build();
    }

    /** Of those that have no such attribute, nothing is multiplied. */
    @Override
    public double scale(NodeProto node) {
        return number(node, ALPHA);
    }

    private static Optional<BiasInput> addend(NodeProto node) {
        return Optional.of(BiasInput.times(number(node, BETA)));
    }

    private static double number(NodeProto node, String attribute) {
        return find(node, attribute).map(AttributeProto::getF).orElse(1f);
    }
}

package dev.eckart.onnx.operator;

import static dev.eckart.onnx.graph.Attributes.find;
import static dev.eckart.onnx.graph.Attributes.integer;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Convolutions of one group, by a kernel.
 *
 * <pre>{@code
 * before                              after
 * y = Conv(x, W, b; pads, strides, …) h = Conv(x, B; pads, strides, …)
 *                                     y = Conv(h, A, b)
 * }</pre>
 *
 * <p>A convolution that is split by rows and columns moves over the rows first and over the columns then, each with the
 * pads, strides and dilations of its own axis.
 */
enum ConvolutionRule implements LinearRule {
    CONV {
        @Override
        public boolean givesProduct() {
            return true;
        }
    },

    /** {@code com.microsoft}'s {@code FusedConv}: an activation after {@code Conv}. */
    FUSED_CONV;

    private static final int KERNEL = 1;
    private static final int CHANNELS = 1;
    private static final String KERNEL_SHAPE = "kernel_shape";

    /** What says how a kernel moves, by a number for each axis, of which 1 does nothing. */
    private static final Set<String> MOVES = Set.of(KERNEL_SHAPE, "strides", "dilations");

    private static final String PADS = "pads";
    private static final String AUTO_PAD = "auto_pad";

    @Override
    public boolean multiplies(int input) {
        return input == KERNEL;
    }

    @Override
    public Role role(NodeProto node, int input, List<Long> dims) {
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
                : Role.Weight.of(channels);
    }

    @Override
    public OptionalInt inputAxis(NodeProto node, int operand) {
        return OptionalInt.of(CHANNELS);
    }

    @Override
    public int outputAxis(int operand) {
        return CHANNELS;
    }

    @Override
    public Optional<BiasInput> bias(NodeProto node) {
        return Optional.of(BiasInput.ofVector());
    }

    @Override
    public List<NodeProto> first(
            NodeProto original, Form form, int operand, String factor, UnaryOperator<String> fresh) {
        boolean split = form == Form.ROWS_AND_COLUMNS;
        NodeProto.Builder first = LinearRule.node(original, ".B", List.of(original.getInput(0), factor), fresh)
                .setOpType("Conv");
        original.getAttributeList().stream()
                .filter(ConvolutionRule::isOfKernel)
                .map(attribute -> split ? onAxis(attribute, 0) : attribute)
                .forEach(first::addAttribute);
        return List.of(first.build());
    }

    @Override
    public NodeProto second(NodeProto original, Form form, int operand, String h, String factor) {
        boolean split = form == Form.ROWS_AND_COLUMNS;
        NodeProto.Builder second =
                original.toBuilder().setInput(0, h).setInput(KERNEL, factor).clearAttribute();
        original.getAttributeList().stream()
                .filter(attribute -> split || !isOfKernel(attribute))
                .map(attribute -> onAxis(attribute, 1))
                .forEach(second::addAttribute);
        if (!split) {
            find(original, KERNEL_SHAPE)
                    .map(shape -> Attributes.of(KERNEL_SHAPE, Collections.nCopies(shape.getIntsCount(), 1L)))
                    .ifPresent(second::addAttribute);
        }
        return second.build();
    }

    /** Whether an attribute says how the kernel moves over the picture; others say what is done with the result. */
    private static boolean isOfKernel(AttributeProto attribute) {
        String name = attribute.getName();
        return MOVES.contains(name) || name.equals(PADS) || name.equals(AUTO_PAD);
    }

    /** The attribute's numbers for one of two axes, if it has any, and a number that does nothing for the other one. */
    private static AttributeProto onAxis(AttributeProto attribute, int axis) {
        boolean moves = MOVES.contains(attribute.getName());
        if (!moves && !attribute.getName().equals(PADS)) {
            return attribute;
        }
        Long nothing = moves ? 1L : 0L;
        return Attributes.of(
                attribute.getName(),
                IntStream.range(0, attribute.getIntsCount())
                        .mapToObj(i -> i % 2 == axis ? attribute.getInts(i) : nothing)
                        .toList());
    }
}

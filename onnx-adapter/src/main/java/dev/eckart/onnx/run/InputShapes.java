package dev.eckart.onnx.run;

import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The shapes that operators ask of a model's inputs which the graph declares without any: the rank that the first node that
 * cares about it asks for, and sizes that go with a constant weight. ONNX Runtime takes such an input for a scalar, does not
 * check what it is given, and may crash on it.
 *
 * <p>What ranks and sizes operators ask for is in their specifications:
 * <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>.
 */
final class InputShapes {
    /** No operator that is made for more is known. */
    private static final int MOST_AXES = 8;

    /** Operators whose output has the shape of their first input. */
    private static final Set<String> KEEPING_SHAPE = Set.of(
            "Identity",
            "Cast",
            "Abs",
            "Ceil",
            "Celu",
            "Clip",
            "Cos",
            "Dropout",
            "Elu",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "HardSigmoid",
            "HardSwish",
            "IsNaN",
            "LeakyRelu",
            "Log",
            "Mish",
            "Neg",
            "Not",
            "Reciprocal",
            "Relu",
            "Round",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Tanh",
            "ThresholdedRelu",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "QuantizeLinear");

    /** Operators whose output has the shape of one input where the other one is a single number. */
    private static final Set<String> BROADCASTING = Set.of("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max");

    private static final ModelInput.Dim ANY = new ModelInput.Dim(-1, "");

    private final Map<String, TensorProto> constants;

    private InputShapes(Map<String, TensorProto> constants) {
        this.constants = constants;
    }

    /** The inputs, those without a declared shape with the one that operators ask for, if any does. */
    static List<ModelInput> of(List<ModelInput> inputs, OnnxModel model) {
        Set<String> undeclared = model.message().getGraph().getInputList().stream()
                .filter(input -> !input.getType().getTensorType().hasShape())
                .map(ValueInfoProto::getName)
                .collect(Collectors.toSet());
        if (inputs.stream().noneMatch(input -> undeclared.contains(input.name()))) {
            return inputs;
        }
        Map<String, TensorProto> constants = new HashMap<>();
        new GraphIndex(model.message(), true).constants().forEach((value, tensor) -> {
            if (value.graph() == GraphIndex.MAIN) {
                constants.put(value.name(), tensor);
            }
        });
        InputShapes shapes = new InputShapes(constants);
        List<NodeProto> nodes = model.message().getGraph().getNodeList();
        return inputs.stream()
                .map(input -> undeclared.contains(input.name())
                        ? shapes.asked(input.name(), nodes)
                                .map(dims -> new ModelInput(input.name(), input.type(), dims))
                                .orElse(input)
                        : input)
                .toList();
    }

    /** What the first node asks of an input, or of a value of its shape. */
    private Optional<List<ModelInput.Dim>> asked(String input, List<NodeProto> nodes) {
        Set<String> alike = new HashSet<>(Set.of(input));
        for (NodeProto node : nodes) {
            for (int place = 0; place < node.getInputCount(); place++) {
                if (alike.contains(node.getInput(place))) {
                    Optional<List<ModelInput.Dim>> asked = asked(node, place);
                    if (asked.isPresent()) {
                        return asked;
                    }
                    if (node.getOutputCount() > 0 && keepsShape(node, place)) {
                        alike.add(node.getOutput(0));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean keepsShape(NodeProto node, int place) {
        boolean beside = BROADCASTING.contains(node.getOpType())
                && node.getInputList().stream()
                        .allMatch(other -> other.equals(node.getInput(place)) || isSingle(other));
        return beside || (place == 0 && KEEPING_SHAPE.contains(node.getOpType()));
    }

    private boolean isSingle(String value) {
        TensorProto constant = constants.get(value);
        return constant != null
                && constant.getDimsCount() <= 1
                && constant.getDimsList().stream().allMatch(size -> size == 1);
    }

    /** The shape that a node asks of its input at a place; empty if it takes any. */
    private Optional<List<ModelInput.Dim>> asked(NodeProto node, int place) {
        if (Attributes.isStandard(node)) {
            return standard(node, place);
        }
        return node.getDomain().equals(Attributes.MICROSOFT) ? microsoft(node, place) : Optional.empty();
    }

    private Optional<List<ModelInput.Dim>> standard(NodeProto node, int place) {
        return switch (node.getOpType()) {
            case "LSTM", "GRU", "RNN" -> recurrent(node, place);
            case "Conv", "ConvInteger" -> place == 0 ? Optional.of(channels(node, 1, 1)) : Optional.empty();
            case "QLinearConv" -> place == 0 ? Optional.of(channels(node, 3, 1)) : Optional.empty();
            case "ConvTranspose" -> place == 0 ? Optional.of(channels(node, 1, 0)) : Optional.empty();
            case "MaxPool", "AveragePool", "LpPool" ->
                Optional.of(any(2
                        + Attributes.integers(node, "kernel_shape")
                                .map(List::size)
                                .orElse(2)));
            case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "DepthToSpace", "SpaceToDepth" ->
                Optional.of(any(4));
            case "InstanceNormalization" ->
                place == 0 ? Optional.of(dims(-1, size(node, 1, 0), -1, -1)) : Optional.empty();
            case "BatchNormalization" -> place == 0 ? Optional.of(dims(-1, size(node, 1, 0))) : Optional.empty();
            case "LayerNormalization" -> place == 0 ? Optional.of(normalized(node)) : Optional.empty();
            case "Gemm" -> gemm(node, place);
            case "MatMul", "MatMulInteger" -> place < 2 ? Optional.of(product(node, place, 1)) : Optional.empty();
            case "QLinearMatMul" -> place == 0 || place == 3 ? Optional.of(product(node, place, 3)) : Optional.empty();
            case "Transpose" -> Attributes.integers(node, "perm").map(order -> any(order.size()));
            case "Gather", "GatherElements", "Softmax", "LogSoftmax", "Concat", "Split" ->
                place == 0 || node.getOpType().equals("Concat")
                        ? Optional.of(any(least(Attributes.integer(node, "axis", 0))))
                        : Optional.empty();
            case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "Squeeze" ->
                place == 0
                        ? Attributes.integers(node, "axes").stream()
                                .flatMap(List::stream)
                                .map(InputShapes::least)
                                .max(Integer::compare)
                                .map(InputShapes::any)
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<List<ModelInput.Dim>> microsoft(NodeProto node, int place) {
        return switch (node.getOpType()) {
            case "MatMulNBits" ->
                place == 0 ? Optional.of(dims(-1, Attributes.integer(node, "K", -1))) : Optional.empty();
            case "FusedMatMul", "DynamicQuantizeMatMul" ->
                place < 2 ? Optional.of(product(node, place, 1)) : Optional.empty();
            case "FusedConv" -> place == 0 ? Optional.of(channels(node, 1, 1)) : Optional.empty();
            case "FusedGemm" -> gemm(node, place);
            case "DynamicQuantizeLSTM" -> place == 0 ? Optional.of(any(3)) : Optional.empty();
            case "Attention", "SkipLayerNormalization" -> place == 0 ? Optional.of(any(3)) : Optional.empty();
            case "EmbedLayerNormalization" -> place < 2 ? Optional.of(any(2)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** X is sequence × batch × features, the lengths are a number for each sample, the states directions × batch × units. */
    private Optional<List<ModelInput.Dim>> recurrent(NodeProto node, int place) {
        boolean batchFirst = Attributes.isSet(node, "layout");
        long directions = size(node, 1, 0);
        long units = size(node, 2, 2);
        return switch (place) {
            case 0 -> Optional.of(dims(-1, -1, size(node, 1, 2)));
            case 1, 2 -> Optional.of(any(3));
            case 3, 7 -> Optional.of(any(2));
            case 4 -> Optional.of(any(1));
            default -> Optional.of(batchFirst ? dims(-1, directions, units) : dims(directions, -1, units));
        };
    }

    /** X of a convolution: samples, channels, and as many further axes as the kernel has. */
    private List<ModelInput.Dim> channels(NodeProto node, int weight, int axis) {
        TensorProto kernel = constants.get(node.getInput(weight));
        int rank = kernel == null ? 4 : kernel.getDimsCount();
        long groups = axis == 1 ? Attributes.integer(node, "group", 1) : 1;
        long channels = size(node, weight, axis);
        List<ModelInput.Dim> dims = new ArrayList<>(any(rank));
        if (rank > 1) {
            dims.set(1, dim(channels < 0 ? -1 : channels * groups));
        }
        return dims;
    }

    private Optional<List<ModelInput.Dim>> gemm(NodeProto node, int place) {
        if (place > 1) {
            return Optional.empty();
        }
        boolean turned = Attributes.isSet(node, place == 0 ? "transA" : "transB");
        boolean otherTurned = Attributes.isSet(node, place == 0 ? "transB" : "transA");
        long inner = size(node, 1 - place, (place == 0) == otherTurned ? 1 : 0);
        // The inner axis is A's second and B's first, or the reverse where they are turned.
        return Optional.of((place == 0) == turned ? dims(inner, -1) : dims(-1, inner));
    }

    /** A factor of a product: a matrix, or as many axes as the other one has. */
    private List<ModelInput.Dim> product(NodeProto node, int place, int second) {
        int other = place == 0 ? second : 0;
        TensorProto constant = constants.get(node.getInput(other));
        int rank = constant == null ? 2 : Math.max(2, constant.getDimsCount());
        List<ModelInput.Dim> dims = new ArrayList<>(any(rank));
        if (constant != null && constant.getDimsCount() > 0) {
            int count = constant.getDimsCount();
            int inner = place == 0 ? Math.max(0, count - 2) : count - 1;
            dims.set(place == 0 ? rank - 1 : rank - 2, dim(constant.getDims(inner)));
            for (int axis = 0; axis < count - 2; axis++) {
                dims.set(axis, dim(constant.getDims(axis)));
            }
        }
        return dims;
    }

    /** The last axes have the shape of the scale. */
    private List<ModelInput.Dim> normalized(NodeProto node) {
        TensorProto scale = constants.get(node.getInput(1));
        List<ModelInput.Dim> dims = new ArrayList<>(List.of(ANY));
        if (scale == null) {
            dims.add(ANY);
        } else {
            scale.getDimsList().forEach(size -> dims.add(dim(size)));
        }
        return dims;
    }

    /** How many axes there must be for one of that number, which counts from the end where it is negative. */
    private static int least(long axis) {
        return (int) Math.min(MOST_AXES, axis < 0 ? -axis : axis + 1);
    }

    /** The length of an axis of a constant that a node takes; −1 if it is none. */
    private long size(NodeProto node, int place, int axis) {
        TensorProto constant = place < node.getInputCount() ? constants.get(node.getInput(place)) : null;
        return constant == null || axis >= constant.getDimsCount() ? -1 : constant.getDims(axis);
    }

    private static List<ModelInput.Dim> any(int rank) {
        return Collections.nCopies(rank, ANY);
    }

    private static List<ModelInput.Dim> dims(long... sizes) {
        return Arrays.stream(sizes).mapToObj(InputShapes::dim).toList();
    }

    private static ModelInput.Dim dim(long size) {
        return size < 0 ? ANY : new ModelInput.Dim(size, "");
    }
}

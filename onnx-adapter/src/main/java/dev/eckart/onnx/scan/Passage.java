package dev.eckart.onnx.scan;

import static dev.eckart.onnx.graph.Attributes.find;
import static dev.eckart.onnx.graph.Attributes.integer;
import static dev.eckart.onnx.graph.Attributes.integers;
import static dev.eckart.onnx.graph.Attributes.isSet;

import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What nodes make of a constant without computing: the same numbers, in another shape, order or type.
 *
 * <p>{@code Identity}, {@code Cast}, {@code Transpose}, {@code Reshape}, {@code Flatten}, {@code Squeeze}, {@code
 * Unsqueeze} and {@code DequantizeLinear}, where all else that they take is constant.
 */
final class Passage {
    private static final Set<String> OPERATORS =
            Set.of("Identity", "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "DequantizeLinear");

    private final GraphIndex index;
    private final Payloads payloads;

    Passage(GraphIndex index, Payloads payloads) {
        this.index = index;
        this.payloads = payloads;
    }

    /** Whether a node hands its first input on. */
    static boolean isPassage(NodeProto node) {
        boolean microsoft = node.getDomain().equals(Attributes.MICROSOFT)
                && node.getOpType().equals("DequantizeLinear");
        return (Attributes.isStandard(node) || microsoft)
                && OPERATORS.contains(node.getOpType())
                && node.getOutputCount() == 1;
    }

    /**
     * What a node makes of an operand.
     *
     * @return empty if that is more than another view of its numbers
     */
    Optional<Operand> through(Operand operand, Use use) {
        NodeProto node = index.node(use.node());
        if (use.input() != 0 || !isPassage(node)) {
            return Optional.empty();
        }
        Value next = new Value(index.graphOf(use.node()), node.getOutput(0));
        return switch (node.getOpType()) {
            case "Identity" -> Optional.of(operand.as(next));
            case "Cast" -> cast(operand, next, (int) integer(node, "to", 0));
            case "Transpose" -> transpose(operand, next, node);
            case "Reshape" -> reshape(operand, next, use.node());
            case "Flatten" -> flatten(operand, next, node);
            case "Squeeze", "Unsqueeze" -> squeeze(operand, next, use.node());
            default -> dequantize(operand, next, use.node());
        };
    }

    private static Optional<Operand> cast(Operand operand, Value next, int to) {
        Optional<ElementType> storage = operand.storage().or(() -> TensorTypes.elementType(to));
        return TensorTypes.elementType(to).map(type -> operand.cast(next, to, storage));
    }

    private static Optional<Operand> transpose(Operand operand, Value next, NodeProto node) {
        int rank = operand.dims().size();
        List<Long> order = integers(node, "perm")
                .orElseGet(() -> LongStream.range(0, rank)
                        .mapToObj(axis -> rank - 1 - axis)
                        .toList());
        boolean permutation = order.stream()
                .sorted()
                .toList()
                .equals(LongStream.range(0, rank).boxed().toList());
        return permutation
                ? Optional.of(operand.permuted(
                        next, order.stream().map(Long::intValue).toList()))
                : Optional.empty();
    }

    private Optional<Operand> reshape(Operand operand, Value next, int node) {
        Optional<List<Long>> wanted = positions(new Use(node, 1)).or(() -> integers(index.node(node), "shape"));
        return wanted.flatMap(shape -> resolved(shape, operand.dims(), isSet(index.node(node), "allowzero")))
                .map(dims -> operand.reshaped(next, dims));
    }

    /** A shape in which 0 is the dimension that was there, and −1 the one that follows from the others. */
    private static Optional<List<Long>> resolved(List<Long> shape, List<Long> before, boolean zeroIsZero) {
        List<Long> dims = new ArrayList<>(shape);
        for (int axis = 0; axis < dims.size(); axis++) {
            if (dims.get(axis) == 0 && !zeroIsZero && axis < before.size()) {
                dims.set(axis, before.get(axis));
            }
        }
        long size = product(before);
        int open = dims.indexOf(-1L);
        if (open >= 0) {
            dims.set(open, 1L);
            long others = product(dims);
            dims.set(open, others > 0 ? size / others : 0);
        }
        boolean sound = dims.stream().allMatch(dim -> dim >= 0 && dim <= size) && product(dims) == size;
        return sound ? Optional.of(dims) : Optional.empty();
    }

    private static Optional<Operand> flatten(Operand operand, Value next, NodeProto node) {
        List<Long> dims = operand.dims();
        int axis = (int) integer(node, "axis", 1);
        int split = axis < 0 ? axis + dims.size() : axis;
        return split < 0 || split > dims.size()
                ? Optional.empty()
                : Optional.of(operand.reshaped(
                        next, List.of(product(dims.subList(0, split)), product(dims.subList(split, dims.size())))));
    }

    private Optional<Operand> squeeze(Operand operand, Value next, int node) {
        NodeProto proto = index.node(node);
        boolean inserting = proto.getOpType().equals("Unsqueeze");
        List<Long> dims = operand.dims();
        boolean given = proto.getInputCount() > 1 || find(proto, "axes").isPresent();
        Optional<List<Long>> axes = positions(new Use(node, 1)).or(() -> integers(proto, "axes"));
        // The runtime takes a list of no axes for none given.
        if (!inserting && (!given || axes.filter(List::isEmpty).isPresent())) {
            return Optional.of(
                    operand.reshaped(next, dims.stream().filter(dim -> dim != 1).toList()));
        }
        return axes.flatMap(wanted -> {
                    int rank = inserting ? dims.size() + wanted.size() : dims.size();
                    List<Integer> places = wanted.stream()
                            .map(axis -> (int) (axis < 0 ? axis + rank : axis))
                            .distinct()
                            .toList();
                    boolean sound = places.size() == wanted.size()
                            && places.stream()
                                    .allMatch(axis -> axis >= 0 && axis < rank && (inserting || dims.get(axis) == 1));
                    return sound ? Optional.of(places) : Optional.empty();
                })
                .map(places -> operand.reshaped(next, inserting ? inserted(dims, places) : removed(dims, places)));
    }

    private static List<Long> inserted(List<Long> dims, List<Integer> places) {
        List<Long> longer = new ArrayList<>(dims);
        places.stream().sorted().forEach(place -> longer.add(place, 1L));
        return longer;
    }

    private static List<Long> removed(List<Long> dims, List<Integer> places) {
        List<Long> shorter = new ArrayList<>(dims);
        places.stream().sorted(Comparator.reverseOrder()).forEach(place -> shorter.remove((int) place));
        return shorter;
    }

    private Optional<Operand> dequantize(Operand operand, Value next, int node) {
        NodeProto proto = index.node(node);
        Optional<TensorProto> scaleTensor = constant(new Use(node, 1));
        Optional<TensorView> scale = scaleTensor.flatMap(tensor -> Tensors.view(tensor, payloads));
        boolean given = index.value(new Use(node, 2)).isPresent();
        Optional<TensorView> zeroPoint =
                given ? constant(new Use(node, 2)).flatMap(tensor -> Tensors.view(tensor, payloads)) : scale;
        // What is a real number already is not an integer that stands for one.
        if (scale.isEmpty() || zeroPoint.isEmpty() || operand.storage().isPresent()) {
            return Optional.empty();
        }
        int declared = (int) integer(proto, "output_dtype", 0);
        int to = declared == 0 ? scaleTensor.orElseThrow().getDataType() : declared;
        return TensorTypes.elementType(to)
                .flatMap(type -> operand.view()
                        .dequantized(
                                scale.get(),
                                given ? zeroPoint : Optional.empty(),
                                (int) integer(proto, "axis", 1),
                                integer(proto, "block_size", 0))
                        .map(view -> Operand.of(next, view, to, Optional.of(type))));
    }

    private Optional<List<Long>> positions(Use use) {
        return constant(use).flatMap(Tensors::positions);
    }

    /** The tensor that a node's input is, if callers cannot give another. */
    private Optional<TensorProto> constant(Use use) {
        return index.value(use)
                .filter(value -> !index.isInput(value))
                .map(value -> index.constants().get(value));
    }

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.file.OnnxModel;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the constants of a model that can be stored in another form, in its main graph and in those inside of its nodes:
 * tensors of real numbers with two axes or more that neither callers nor a training may change.
 */
public final class ConstantScanner {
    /** So many numbers at least share a scale of a table's row; else those of a column do. */
    private static final long LEAST_ROW = 64;

    private final OnnxModel model;
    private final GraphIndex index;
    private final Map<Value, LinearSite> linear;
    private final Map<Value, String> names;

    private ConstantScanner(OnnxModel model, GraphIndex index, WeightScan scan) {
        this.model = model;
        this.index = index;
        this.linear = scan.linear().stream().collect(Collectors.toMap(LinearSite::root, Function.identity()));
        this.names = scan.names();
    }

    /**
     * The constants of a model, in the order in which its nodes first use them.
     *
     * @param index of the model
     * @param scan of the model
     */
    public static ConstantScan scan(OnnxModel model, GraphIndex index, WeightScan scan) {
        ConstantScanner scanner = new ConstantScanner(model, index, scan);
        List<ConstantSite> sites = new ArrayList<>();
        index.constants().keySet().stream()
                .sorted(Comparator.comparingInt(scanner::firstUse))
                .forEach(root -> scanner.site(root).ifPresent(sites::add));
        Set<String> found = sites.stream().map(site -> site.weight().name()).collect(Collectors.toSet());
        return new ConstantScan(
                sites,
                Stream.concat(
                                scan.linear().stream()
                                        .map(LinearSite::weight)
                                        .map(weight -> SkippedWeight.of(weight, SkipReason.ELEMENT_TYPE, "")),
                                scan.skipped().stream())
                        .filter(weight -> !found.contains(weight.name()))
                        .toList());
    }

    private int firstUse(Value root) {
        return index.uses(root).stream().mapToInt(Use::node).min().orElse(Integer.MAX_VALUE);
    }

    private Optional<ConstantSite> site(Value root) {
        TensorProto tensor = index.constants().getOrDefault(root, TensorProto.getDefaultInstance());
        Optional<ElementType> type = TensorTypes.elementType(tensor.getDataType());
        List<Long> dims = tensor.getDimsList();
        boolean suits = type.isPresent()
                && dims.stream().filter(dim -> dim > 1).count() >= 2
                && Tensors.elements(tensor) <= Integer.MAX_VALUE - Long.BYTES
                && !index.uses(root).isEmpty()
                && index.uses(root).stream().noneMatch(this::isScale)
                && !index.isInput(root)
                && !index.isOutput(root)
                && !index.isTrained(root);
        if (!suits) {
            return Optional.empty();
        }
        Optional<LinearSite> site = Optional.ofNullable(linear.get(root));
        Use first = index.uses(root).get(0);
        // The rows of a table are used one by one, whatever else it is to a product by it.
        Axes axes = site.filter(any -> !isTable(first))
                .map(LinearSite::outputs)
                .flatMap(Axes::of)
                .orElseGet(() -> axes(first, dims));
        TensorView view = Tensors.view(tensor, model.payloads()).orElseThrow();
        LinearWeight weight = new LinearWeight(
                names.getOrDefault(root, root.name()),
                index.uses(root).stream()
                        .map(use -> index.node(use.node()).getOpType())
                        .distinct()
                        .collect(Collectors.joining(", ")),
                "",
                type.get(),
                Tensors.storedBytes(tensor),
                view.matrix(
                        ConstantSite.rowAxes(dims.size(), axes.from, axes.to),
                        IntStream.range(axes.from, axes.to).boxed().toList()),
                Optional.empty(),
                List.of());
        return Optional.of(new ConstantSite(weight, root, dims, axes.from, axes.to));
    }

    /** Whether numbers are the scales of integers to a node: the runtime recognizes such nodes by constants at hand. */
    private boolean isScale(Use use) {
        String operator = index.node(use.node()).getOpType();
        return Stream.of("Quantize", "Dequantize", "QLinear", "Quantized", "NBits", "Integer")
                .anyMatch(operator::contains);
    }

    private boolean isTable(Use use) {
        NodeProto node = index.node(use.node());
        return node.getOpType().equals("Gather") && Attributes.isStandard(node) && use.input() == 0;
    }

    /** Neighbouring axes. */
    private record Axes(int from, int to) {

        static Axes of(int axis) {
            return new Axes(axis, axis + 1);
        }

        static Optional<Axes> of(List<Integer> axes) {
            boolean neighbours = !axes.isEmpty()
                    && IntStream.range(1, axes.size()).allMatch(i -> axes.get(i) == axes.get(i - 1) + 1);
            return neighbours ? Optional.of(new Axes(axes.get(0), axes.get(axes.size() - 1) + 1)) : Optional.empty();
        }
    }

    /** The axes along which numbers go to different outputs of a node, or, where that means nothing, the usual ones. */
    private Axes axes(Use use, List<Long> dims) {
        NodeProto node = index.node(use.node());
        int last = dims.size() - 1;
        return switch (Attributes.isStandard(node) ? node.getOpType() : "") {
            case "Gather" -> {
                long row = dims.stream().skip(1).reduce(1L, (a, b) -> a * b);
                yield Axes.of(isTable(use) && row >= LEAST_ROW ? 0 : last);
            }
            case "Conv" -> Axes.of(0);
            case "ConvTranspose" -> Axes.of(1);
            // [directions, gates · hidden, in]
            case "LSTM", "GRU", "RNN" -> last == 2 ? new Axes(0, 2) : Axes.of(last);
            case "Gemm" -> Axes.of(Attributes.isSet(node, "transB") && use.input() == 1 ? 0 : last);
            default -> Axes.of(last);
        };
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.tensor.Constants;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the linear weights of a model, and says of each other weight why it is none.
 *
 * <p>A weight is a constant of two or more dimensions and a type that weights come in, or one that a product
 * multiplies by. It is linear if every use of it is one of
 *
 * <ol>
 *   <li>{@code MatMul(x, W)}, x of any number of dimensions;
 *   <li>{@code Gemm(x, W, …)}, with {@code transB} or without, whatever {@code transA}, {@code alpha}, {@code beta} and
 *       the third input are;
 * </ol>
 *
 * <p>with W the same way round in all of them.
 */
public final class WeightScanner {
    /** Operators whose output, given a constant, is a constant too. */
    private static final Set<String> PASSING_CONSTANTS =
            Set.of("Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "DequantizeLinear");

    private final OnnxModel model;
    private final GraphProto graph;
    private final Uses uses;

    private WeightScanner(OnnxModel model) {
        this.model = model;
        this.graph = model.message().getGraph();
        this.uses = new Uses(model.message());
    }

    /**
     * The weights of a model's main graph, in the order in which its nodes first use them.
     *
     * @throws dev.eckart.core.InvalidInputException if a weight's data is not what its dimensions declare
     */
    public static WeightScan scan(OnnxModel model) {
        WeightScanner scanner = new WeightScanner(model);
        List<LinearSite> linear = new ArrayList<>();
        List<SkippedWeight> skipped = new ArrayList<>();
        Constants.of(scanner.graph).entrySet().stream()
                .sorted(Comparator.comparingInt(constant -> scanner.firstUse(constant.getKey())))
                .forEach(constant -> {
                    Finding finding = scanner.examine(constant.getKey(), constant.getValue());
                    finding.linear.ifPresent(linear::add);
                    finding.skipped.ifPresent(skipped::add);
                });
        return new WeightScan(linear, skipped);
    }

    private int firstUse(String name) {
        return uses.of(name).stream().mapToInt(Uses.Use::node).findFirst().orElse(Integer.MAX_VALUE);
    }

    /** What a constant turned out to be; nothing, if it is no weight. */
    private record Finding(Optional<LinearSite> linear, Optional<SkippedWeight> skipped) {}

    private static final Finding NO_WEIGHT = new Finding(Optional.empty(), Optional.empty());

    private Finding examine(String name, TensorProto tensor) {
        List<Uses.Use> all = uses.of(name);
        List<Uses.Use> asRight =
                all.stream().filter(use -> use.input() == 1 && isProduct(use)).toList();
        List<Uses.Use> asLeft =
                all.stream().filter(use -> use.input() == 0 && isProduct(use)).toList();
        boolean weight = TensorTypes.mayHoldWeights(tensor.getDataType())
                && (tensor.getDimsCount() >= 2 || !asRight.isEmpty() || !asLeft.isEmpty());
        if (!weight) {
            return NO_WEIGHT;
        }
        if (uses.isInput(name)) {
            return skip(name, tensor, SkipReason.INTERFACE, "callers may feed another value for this input");
        }
        if (uses.isOutput(name)) {
            return skip(name, tensor, SkipReason.INTERFACE, "it is given out as an output");
        }
        if (asRight.isEmpty()) {
            return asLeft.isEmpty() ? skipOther(name, tensor) : skip(name, tensor, SkipReason.LEFT_OPERAND, "");
        }
        if (uses.inSubgraph(name)) {
            return skip(name, tensor, SkipReason.SHARED, "a subgraph uses it");
        }
        if (asRight.size() < all.size()) {
            Uses.Use other = all.stream()
                    .filter(use -> !asRight.contains(use))
                    .findFirst()
                    .orElseThrow();
            return skip(
                    name, tensor, SkipReason.SHARED, "it is input %d of %s".formatted(other.input(), operator(other)));
        }
        return linear(name, tensor, asRight);
    }

    private Finding linear(String name, TensorProto tensor, List<Uses.Use> products) {
        if (tensor.getDimsCount() != 2) {
            return skip(name, tensor, SkipReason.NOT_A_MATRIX, Tensors.shape(tensor.getDimsList()));
        }
        if (Tensors.elements(tensor) == 0) {
            return skip(name, tensor, SkipReason.EMPTY, Tensors.shape(tensor.getDimsList()));
        }
        Optional<ElementType> type = TensorTypes.elementType(tensor.getDataType());
        if (type.isEmpty()) {
            return skip(name, tensor, SkipReason.ELEMENT_TYPE, TensorTypes.label(tensor.getDataType()));
        }
        Set<Boolean> ways = products.stream().map(this::isTransposed).collect(Collectors.toSet());
        if (ways.size() > 1) {
            return skip(name, tensor, SkipReason.SHARED, "as it is and transposed");
        }
        boolean transposed = ways.contains(true);
        MatrixSource values = Tensors.matrix(tensor, model.payloads(), transposed);
        return new Finding(
                Optional.of(new LinearSite(
                        new LinearWeight(name, operators(products), type.get(), values),
                        transposed,
                        products.stream().map(Uses.Use::node).toList())),
                Optional.empty());
    }

    /** A weight that no product takes as it is. */
    private Finding skipOther(String name, TensorProto tensor) {
        List<Uses.Use> all = uses.of(name);
        if (uses.inSubgraph(name)) {
            return skip(name, tensor, SkipReason.SHARED, "a subgraph uses it");
        }
        if (all.isEmpty()) {
            return skip(name, tensor, SkipReason.UNUSED, "");
        }
        for (Uses.Use use : all) {
            Optional<Uses.Use> product = productBehind(use);
            if (product.isPresent()) {
                return skip(
                        name,
                        tensor,
                        SkipReason.COMPUTED,
                        "%s takes it through %s".formatted(operator(product.get()), operator(use)));
            }
        }
        return skip(name, tensor, SkipReason.OPERATOR, operators(all));
    }

    /** The product that takes what a node makes of a constant, if one does, be it through further such nodes. */
    private Optional<Uses.Use> productBehind(Uses.Use first) {
        Deque<Uses.Use> waiting = new ArrayDeque<>(List.of(first));
        while (!waiting.isEmpty()) {
            Uses.Use use = waiting.remove();
            NodeProto node = graph.getNode(use.node());
            if (isProduct(use)) {
                return Optional.of(use);
            }
            if (PASSING_CONSTANTS.contains(node.getOpType()) && use.input() == 0 && node.getOutputCount() == 1) {
                // Only onwards, so that a graph with a cycle in it ends too.
                uses.of(node.getOutput(0)).stream()
                        .filter(next -> next.node() > use.node())
                        .forEach(waiting::add);
            }
        }
        return Optional.empty();
    }

    private Finding skip(String name, TensorProto tensor, SkipReason reason, String detail) {
        return new Finding(
                Optional.empty(),
                Optional.of(new SkippedWeight(
                        name,
                        operators(uses.of(name)),
                        TensorTypes.label(tensor.getDataType()),
                        tensor.getDimsList(),
                        reason,
                        detail)));
    }

    private boolean isProduct(Uses.Use use) {
        NodeProto node = graph.getNode(use.node());
        boolean standard = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
        return standard
                && (node.getOpType().equals("MatMul") || node.getOpType().equals("Gemm"));
    }

    private boolean isTransposed(Uses.Use use) {
        NodeProto node = graph.getNode(use.node());
        return node.getOpType().equals("Gemm")
                && node.getAttributeList().stream()
                        .filter(attribute -> attribute.getName().equals("transB"))
                        .mapToLong(AttributeProto::getI)
                        .anyMatch(flag -> flag != 0);
    }

    private String operator(Uses.Use use) {
        return graph.getNode(use.node()).getOpType();
    }

    private String operators(List<Uses.Use> of) {
        return of.stream().map(this::operator).distinct().collect(Collectors.joining(", "));
    }
}

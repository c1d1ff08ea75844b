package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TensorShapeProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The Gelu of a model, x·(1 + erf(x/√2))/2, and {@code FastGelu} of ONNX Runtime in its place, x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2.
 *
 * <pre>{@code
 * before                              after
 * d = Div(x, 1.4142135)               y = FastGelu(x)
 * e = Erf(d)
 * a = Add(e, 1)
 * m = Mul(x, a)
 * y = Mul(m, 0.5)
 *
 * y = Gelu(x)                         y = FastGelu(x)
 * }</pre>
 *
 * <p>The quotient may be a product by 0.70710677, products may be in any order, with their factors in any order, and {@code Gelu} that
 * of the standard operators or of ONNX Runtime. It is done for float32 in the main graph.
 */
public final class FastGelu {
    /** How many places of a model have {@code FastGelu} in the place of another Gelu. */
    private static final String KEY = "eckart.fast-gelu";

    private static final String OPERATOR = "FastGelu";

    /** The input of {@link #onGrid}. */
    public static final String GRID = "grid";

    /** What {@code FastGelu} makes of it. */
    public static final String FAST = "fast";

    /** A constant as float32 holds it, or as an exporter may have rounded it. */
    private static final double CONSTANT = 1e-6;

    private final OnnxModel model;
    private final GraphIndex index;

    private FastGelu(OnnxModel model, GraphIndex index) {
        this.model = model;
        this.index = index;
    }

    /**
     * A place where a Gelu is computed.
     *
     * @param x what it is computed of
     * @param nodes that compute it, by their numbers, in their order; the last one gives it
     */
    public record Place(String x, List<Integer> nodes) {
        public Place {
            nodes = List.copyOf(nodes);
        }

        int last() {
            return nodes.get(nodes.size() - 1);
        }
    }

    /** The places of a model. */
    public static List<Place> places(OnnxModel model, GraphIndex index) {
        return new FastGelu(model, index).places();
    }

    /** In how many places a model says that it has {@code FastGelu}; 0 where it says nothing that can be read. */
    public static int places(ModelProto model) {
        return model.getMetadataPropsList().stream()
                .filter(entry -> entry.getKey().equals(KEY))
                .map(StringStringEntryProto::getValue)
                .filter(value -> value.matches("\\d{1,9}"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    /** A model with {@code FastGelu} in all places, which says in how many; the same model where there are none. */
    public static OnnxModel in(OnnxModel model, GraphIndex index) {
        List<Place> places = places(model, index);
        if (places.isEmpty()) {
            return model;
        }
        GraphEdits edits = new GraphEdits(index);
        for (Place place : places) {
            NodeProto last = index.node(place.last());
            edits.replace(
                    place.last(),
                    List.of(NodeProto.newBuilder()
                            .setOpType(OPERATOR)
                            .setDomain(Attributes.MICROSOFT)
                            .setName(last.getName())
                            .addInput(place.x)
                            .addOutput(last.getOutput(0))
                            .build()));
        }
        places.forEach(place -> release(place, index, edits));
        ModelProto.Builder made = model.message().toBuilder().setGraph(edits.apply());
        requireOperators(made);
        int before = places(model.message());
        List<StringStringEntryProto> others = made.getMetadataPropsList().stream()
                .filter(entry -> !entry.getKey().equals(KEY))
                .toList();
        made.clearMetadataProps()
                .addAllMetadataProps(others)
                .addMetadataProps(StringStringEntryProto.newBuilder()
                        .setKey(KEY)
                        .setValue(String.valueOf(before + places.size())));
        return new OnnxModel(made.build(), model.payloads());
    }

    /**
     * A model of all places of another one, each on numbers of its own: of an input {@value #GRID} {@code [n]}, it gives {@value
     * #FAST}, what {@code FastGelu} makes of it, and what each place does.
     *
     * @return empty if there are no places
     */
    public static Optional<OnnxModel> onGrid(OnnxModel model, GraphIndex index) {
        List<Place> places = places(model, index);
        if (places.isEmpty()) {
            return Optional.empty();
        }
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("gelu")
                .addInput(floats(GRID))
                .addOutput(floats(FAST))
                .addNode(NodeProto.newBuilder()
                        .setOpType(OPERATOR)
                        .setDomain(Attributes.MICROSOFT)
                        .addInput(GRID)
                        .addOutput(FAST));
        for (int i = 0; i < places.size(); i++) {
            add(places.get(i), "place%d.".formatted(i), index, graph);
        }
        ModelProto.Builder made = model.message().toBuilder().setGraph(graph);
        requireOperators(made);
        return Optional.of(new OnnxModel(made.build(), model.payloads()));
    }

    private static void add(Place place, String prefix, GraphIndex index, GraphProto.Builder graph) {
        for (int node : place.nodes) {
            NodeProto.Builder copy = index.node(node).toBuilder().clearName();
            for (int input = 0; input < copy.getInputCount(); input++) {
                String name = copy.getInput(input);
                TensorProto constant = index.value(new Use(node, input))
                        .map(value -> index.constants().get(value))
                        .orElse(null);
                if (constant != null) {
                    String own = prefix + node + "." + input;
                    graph.addInitializer(constant.toBuilder().setName(own));
                    copy.setInput(input, own);
                } else {
                    copy.setInput(input, name.equals(place.x) ? GRID : prefix + name);
                }
            }
            graph.addNode(copy.setOutput(0, prefix + copy.getOutput(0)));
        }
        graph.addOutput(floats(prefix + index.node(place.last()).getOutput(0)));
    }

    private static ValueInfoProto floats(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(DataType.FLOAT_VALUE)
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("n")))))
                .build();
    }

    private static void requireOperators(ModelProto.Builder made) {
        if (made.getOpsetImportList().stream().noneMatch(set -> set.getDomain().equals(Attributes.MICROSOFT))) {
            made.addOpsetImport(OperatorSetIdProto.newBuilder()
                    .setDomain(Attributes.MICROSOFT)
                    .setVersion(1));
        }
    }

    /** Removes what computed Gelu but for the last node, and constants that nothing else takes. */
    private static void release(Place place, GraphIndex index, GraphEdits edits) {
        List<Value> constants = new ArrayList<>();
        for (int node : place.nodes) {
            if (node != place.last()) {
                edits.replace(node, List.of());
            }
            for (int input = 0; input < index.node(node).getInputCount(); input++) {
                Use use = new Use(node, input);
                index.value(use).filter(index.constants()::containsKey).ifPresent(constant -> {
                    edits.release(use);
                    constants.add(constant);
                });
            }
        }
        constants.forEach(edits::removeIfUnused);
    }

    private List<Place> places() {
        boolean float32 = computesInFloat32();
        List<Place> places = new ArrayList<>();
        for (int node = 0; node < index.nodes(); node++) {
            if (index.graphOf(node) != GraphIndex.MAIN) {
                continue;
            }
            NodeProto proto = index.node(node);
            if (float32 && isGelu(proto)) {
                places.add(new Place(proto.getInput(0), List.of(node)));
            } else if (proto.getOpType().equals("Erf") && Attributes.isStandard(proto)) {
                ofErf(node).ifPresent(places::add);
            }
        }
        return places;
    }

    private static boolean isGelu(NodeProto node) {
        boolean known = Attributes.isStandard(node) || node.getDomain().equals(Attributes.MICROSOFT);
        return known
                && node.getOpType().equals("Gelu")
                && Attributes.find(node, "approximate")
                        .map(how -> how.getS().toStringUtf8().equals("none"))
                        .orElse(true);
    }

    /** Whether no number of the model is of another floating-point type. */
    private boolean computesInFloat32() {
        return index.constants().values().stream().allMatch(tensor -> switch (tensor.getDataType()) {
            case DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE, DataType.DOUBLE_VALUE -> false;
            default -> true;
        });
    }

    /** Of y = x·(1 + erf(x/√2))·½, where only y is used of all that is computed on the way. */
    private Optional<Place> ofErf(int erf) {
        Optional<Integer> scaling = producer(erf, 0);
        if (scaling.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> x = scaled(scaling.get());
        OptionalInt adding = x.isEmpty() ? OptionalInt.empty() : onlyTaker(erf);
        if (adding.isEmpty()
                || otherThan(adding.getAsInt(), "Add", 1).isEmpty()
                || onlyTaker(scaling.get()).isEmpty()) {
            return Optional.empty();
        }
        List<Integer> nodes = new ArrayList<>(List.of(scaling.get(), erf, adding.getAsInt()));
        return ofSum(x.get(), adding.getAsInt(), nodes);
    }

    /** From 1 + erf on: x and ½ are multiplied by it in either order, or by each other first. */
    private Optional<Place> ofSum(String x, int sum, List<Integer> nodes) {
        OptionalInt first = onlyTaker(sum);
        if (first.isEmpty() || !is(first.getAsInt(), "Mul")) {
            return Optional.empty();
        }
        int product = first.getAsInt();
        nodes.add(product);
        boolean half = otherThan(product, "Mul", 0.5).isPresent();
        if (half || takes(product, x)) {
            OptionalInt second = onlyTaker(product);
            if (second.isEmpty() || !is(second.getAsInt(), "Mul")) {
                return Optional.empty();
            }
            boolean right = half
                    ? takes(second.getAsInt(), x)
                    : otherThan(second.getAsInt(), "Mul", 0.5).isPresent();
            nodes.add(second.getAsInt());
            return right ? Optional.of(new Place(x, nodes)) : Optional.empty();
        }
        for (int input = 0; input < 2; input++) {
            Optional<Integer> halving = producer(product, input);
            if (halving.isPresent()
                    && otherThan(halving.get(), "Mul", 0.5).filter(x::equals).isPresent()
                    && onlyTaker(halving.get()).isPresent()) {
                nodes.add(nodes.size() - 1, halving.get());
                return Optional.of(new Place(x, nodes));
            }
        }
        return Optional.empty();
    }

    /** x where a node gives x/√2 in float32. */
    private Optional<String> scaled(int node) {
        if (is(node, "Div") && isConstant(node, 1, Math.sqrt(2))) {
            return Optional.of(index.node(node).getInput(0));
        }
        return otherThan(node, "Mul", Math.sqrt(0.5));
    }

    /** The other input of a node of two that takes a constant. */
    private Optional<String> otherThan(int node, String operator, double constant) {
        if (!is(node, operator)) {
            return Optional.empty();
        }
        return isConstant(node, 1, constant)
                ? Optional.of(index.node(node).getInput(0))
                : isConstant(node, 0, constant) ? Optional.of(index.node(node).getInput(1)) : Optional.empty();
    }

    private boolean is(int node, String operator) {
        NodeProto proto = index.node(node);
        return proto.getOpType().equals(operator)
                && Attributes.isStandard(proto)
                && proto.getInputCount() == 2
                && index.graphOf(node) == GraphIndex.MAIN;
    }

    private boolean takes(int node, String value) {
        return index.node(node).getInputList().contains(value);
    }

    /** Whether an input is a number in float32; one of as many dimensions as x at most would do, but one alone is what is exported. */
    private boolean isConstant(int node, int input, double number) {
        Optional<TensorProto> tensor = index.value(new Use(node, input))
                .map(value -> index.constants().get(value))
                .filter(found -> found.getDataType() == DataType.FLOAT_VALUE
                        && found.getDimsCount() <= 1
                        && Tensors.elements(found) == 1);
        return tensor.flatMap(found -> Tensors.view(found, model.payloads()))
                .map(TensorView::toArray)
                .filter(values -> Math.abs(values[0] - number) <= CONSTANT)
                .isPresent();
    }

    private Optional<Integer> producer(int node, int input) {
        return index.value(new Use(node, input)).flatMap(index::producer);
    }

    /** The only node that takes what a node gives. */
    private OptionalInt onlyTaker(int node) {
        Value output = new Value(GraphIndex.MAIN, index.node(node).getOutput(0));
        List<Integer> takers =
                index.uses(output).stream().map(Use::node).distinct().toList();
        return takers.size() == 1 && !index.isOutput(output) && index.graphOf(takers.get(0)) == GraphIndex.MAIN
                ? OptionalInt.of(takers.get(0))
                : OptionalInt.empty();
    }
}

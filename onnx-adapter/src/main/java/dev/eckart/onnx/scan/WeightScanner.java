package dev.eckart.onnx.scan;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.Layout;
import dev.eckart.onnx.operator.OperatorRule;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.operator.Role;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the linear weights of a model, in its main graph and in those inside of its nodes, and says of each other
 * weight why it is none.
 *
 * <p>A weight is a stored tensor that some node multiplies by ({@link Roles}), be it through others that only hand it on
 * ({@link Passage}), or that compute a matrix from it and other constants. It is linear if every node that takes it
 * multiplies by it as it is, and all multiply by the same matrix, or by its transpose.
 */
public final class WeightScanner {
    private final OnnxModel model;
    private final GraphIndex index;
    private final Passage passage;
    private final Roles roles;
    private final Map<Value, String> names;
    private final FunctionBodies functions;
    private final ConstantNodes computing;

    private WeightScanner(OnnxModel model, GraphIndex index, FunctionBodies functions, Map<Value, String> known) {
        this.model = model;
        this.index = index;
        this.functions = functions;
        this.computing = new ConstantNodes(index);
        this.passage = new Passage(index, model.payloads());
        this.roles = new Roles(index);
        this.names = names(index);
        known.forEach(names::replace);
    }

    /**
     * A name for each stored tensor that no other has: its own, or one with the place of its graph before it, where
     * another graph has a tensor of that name.
     */
    private static Map<Value, String> names(GraphIndex index) {
        Map<Value, String> names = new HashMap<>();
        Map<String, Long> times =
                index.constants().keySet().stream().collect(Collectors.groupingBy(Value::name, Collectors.counting()));
        Set<String> taken = new HashSet<>(times.keySet());
        for (Value root : index.constants().keySet()) {
            boolean unique = times.getOrDefault(root.name(), 1L) == 1 || root.graph() == GraphIndex.MAIN;
            String wanted = unique ? root.name() : index.label(root.graph()) + root.name();
            String name = wanted;
            for (int i = 2; !unique && !taken.add(name); i++) {
                name = wanted + "." + i;
            }
            names.put(root, name);
        }
        return names;
    }

    /**
     * The weights of a model, in the order in which its nodes first use them.
     *
     * @param index of the same model
     * @param known names that tensors have in the model that this one was made of, and keep
     * @throws dev.eckart.core.InvalidInputException if a weight's data is not what its dimensions declare
     */
    public static WeightScan scan(OnnxModel model, GraphIndex index, Map<Value, String> known) {
        WeightScanner scanner = new WeightScanner(model, index, new FunctionBodies(model), known);
        List<LinearSite> linear = new ArrayList<>();
        List<SkippedWeight> skipped = new ArrayList<>();
        index.constants().keySet().stream()
                .sorted(Comparator.comparingInt(scanner::firstUse))
                .forEach(root -> {
                    Finding finding = scanner.examine(root);
                    finding.linear.ifPresent(linear::add);
                    finding.skipped.ifPresent(skipped::add);
                });
        skipped.addAll(scanner.sparse());
        skipped.addAll(scanner.functions.weights());
        return new WeightScan(linear, skipped, scanner.names);
    }

    private int firstUse(Value root) {
        return index.uses(root).stream().mapToInt(Use::node).min().orElse(Integer.MAX_VALUE);
    }

    /** What a stored tensor turned out to be; nothing, if it is no weight. */
    private record Finding(Optional<LinearSite> linear, Optional<SkippedWeight> skipped) {}

    private static final Finding NO_WEIGHT = new Finding(Optional.empty(), Optional.empty());

    /** A use of a stored tensor that is not just another view of it. */
    private record End(Use use, Operand operand, Role role) {}

    private Finding examine(Value root) {
        TensorProto tensor = tensor(root);
        if (!TensorTypes.mayHoldWeights(tensor.getDataType())) {
            return NO_WEIGHT;
        }
        Optional<TensorView> view = Tensors.view(tensor, model.payloads());
        Operand stored = Operand.of(
                root,
                view.orElseGet(() -> TensorView.unreadable(tensor.getDimsList())),
                tensor.getDataType(),
                TensorTypes.elementType(tensor.getDataType()));
        List<End> ends = new ArrayList<>();
        boolean givenOut = follow(stored, ends);
        if (!isMultiplied(ends)) {
            return NO_WEIGHT;
        }
        if (index.isInput(root)) {
            return skip(
                    root,
                    SkipReason.INTERFACE,
                    "callers may feed another value; --freeze-defaults makes its default value a constant");
        }
        if (givenOut) {
            return skip(root, SkipReason.INTERFACE, "the model returns it as an output");
        }
        if (index.isTrained(root)) {
            return skip(root, SkipReason.SHARED, "the training graph uses it");
        }
        return ends.stream().anyMatch(end -> end.role instanceof Role.Weight)
                ? examine(root, tensor, ends)
                : skip(root, ends);
    }

    private static boolean isMultiplied(List<End> ends) {
        return ends.stream().anyMatch(end -> !(end.role instanceof Role.Other));
    }

    /** A weight that no product takes in a way that a pair could serve. */
    private Finding skip(Value root, List<End> ends) {
        Role.Unsplit first = ends.stream()
                .map(End::role)
                .filter(Role.Unsplit.class::isInstance)
                .map(Role.Unsplit.class::cast)
                .findFirst()
                .orElseThrow();
        return skip(root, first.reason(), first.detail());
    }

    /** A weight that some product takes in such a way. */
    private Finding examine(Value root, TensorProto tensor, List<End> ends) {
        for (End end : ends) {
            if (end.role instanceof Role.Other) {
                return skip(root, SkipReason.SHARED, "input %d of %s".formatted(end.use.input(), operator(end.use)));
            }
            if (end.role instanceof Role.Unsplit unsplit) {
                return skip(
                        root,
                        SkipReason.SHARED,
                        "%s uses it (%s)"
                                .formatted(operator(end.use), unsplit.reason().sentence()));
            }
        }
        if (Tensors.elements(tensor) == 0) {
            return skip(root, SkipReason.EMPTY, Tensors.shape(tensor.getDimsList()));
        }
        Optional<ElementType> storage = ends.get(0).operand.storage();
        if (storage.isEmpty() || !Tensors.isReadable(tensor)) {
            return skip(root, SkipReason.ELEMENT_TYPE, TensorTypes.label(tensor.getDataType()));
        }
        List<LinearSite.Reading> readings = readings(root, tensor, storage.get(), ends);
        if (readings.isEmpty()) {
            return skip(root, SkipReason.SHARED, "its products use it in different shapes");
        }
        LinearWeight first = readings.get(0).weight();
        LinearWeight weight = new LinearWeight(
                first.name(),
                first.operator(),
                first.reading(),
                first.type(),
                first.bytes(),
                first.values(),
                first.input(),
                readings.stream().skip(1).map(LinearSite.Reading::weight).toList());
        return new Finding(Optional.of(new LinearSite(weight, root, readings, outputs(root, ends))), Optional.empty());
    }

    /** The axes of the tensor that make up the first reading's outputs, if nodes see the tensor with its own axes. */
    private static List<Integer> outputs(Value root, List<End> ends) {
        Operand first = ends.get(0).operand;
        return first.base().equals(root)
                ? first.inBase(layouts(ends.get(0)).get(0).out())
                : List.of();
    }

    /** Each way in which all ends can read the tensor as one and the same matrix. */
    private List<LinearSite.Reading> readings(Value root, TensorProto tensor, ElementType type, List<End> ends) {
        List<LinearSite.Reading> readings = new ArrayList<>();
        int layouts = ends.stream().mapToInt(end -> layouts(end).size()).min().orElse(0);
        for (int layout = 0; layout < layouts; layout++) {
            reading(root, tensor, type, ends, layout).ifPresent(readings::add);
        }
        return readings;
    }

    private static List<Layout> layouts(End end) {
        return end.role instanceof Role.Weight weight ? weight.layouts() : List.of();
    }

    private Optional<LinearSite.Reading> reading(
            Value root, TensorProto tensor, ElementType type, List<End> ends, int choice) {
        Operand first = ends.get(0).operand;
        Layout layout = layouts(ends.get(0)).get(choice);
        List<Integer> in = first.inBase(layout.in());
        List<Integer> out = first.inBase(layout.out());
        List<LinearSite.Multiplication> uses = new ArrayList<>();
        for (End end : ends) {
            Layout other = layouts(end).get(choice);
            List<Integer> otherIn = end.operand.inBase(other.in());
            List<Integer> otherOut = end.operand.inBase(other.out());
            boolean same = otherIn.equals(in) && otherOut.equals(out);
            boolean mirrored = !same && otherIn.equals(out) && otherOut.equals(in) && in.size() == 1 && out.size() == 1;
            boolean fits = end.operand.base().equals(first.base())
                    && end.operand.storage().equals(first.storage())
                    && (same || mirrored)
                    && layout.form().canServe(other.form());
            if (!fits) {
                return Optional.empty();
            }
            uses.add(new LinearSite.Multiplication(
                    end.use, end.operand.value(), other, mirrored, end.operand.type(), end.operand.dims()));
        }
        LinearWeight weight = new LinearWeight(
                name(root),
                operators(ends),
                layout.form().label(),
                type,
                Tensors.storedBytes(tensor),
                first.view().matrix(layout.in(), layout.out()),
                jointInput(uses),
                List.of());
        Function<List<Integer>, List<Long>> dims =
                axes -> axes.stream().map(first.dims()::get).toList();
        return Optional.of(
                new LinearSite.Reading(weight, layout.form(), dims.apply(layout.in()), dims.apply(layout.out()), uses));
    }

    /** What names the input of a plain product on the right, if it is the only one that takes the weight. */
    private Optional<String> jointInput(List<LinearSite.Multiplication> uses) {
        LinearSite.Multiplication only = uses.get(0);
        NodeProto node = index.node(only.use().node());
        boolean plain = uses.size() == 1
                && only.layout().form() == Form.RIGHT
                && only.dims().size() == 2
                && Operators.linear(node).sharesFirst(node);
        return plain
                ? index.value(new Use(only.use().node(), 0))
                        .map(x -> "%d %d %s".formatted(index.graphOf(only.use().node()), x.graph(), x.name()))
                : Optional.empty();
    }

    /**
     * Collects what takes an operand, through nodes that hand it on.
     *
     * @return whether a graph gives it out on the way
     */
    private boolean follow(Operand stored, List<End> ends) {
        boolean givenOut = false;
        Deque<Operand> waiting = new ArrayDeque<>(List.of(stored));
        // So that it ends in a graph that goes round in a circle, too.
        Set<Value> seen = new HashSet<>();
        while (!waiting.isEmpty()) {
            Operand operand = waiting.remove();
            if (!seen.add(operand.value())) {
                continue;
            }
            givenOut |= index.isOutput(operand.value());
            for (Use use : index.uses(operand.value())) {
                Optional<Operand> next = passage.through(operand, use);
                if (next.isPresent()) {
                    waiting.add(next.get());
                } else {
                    ends.add(new End(use, operand, role(use, operand)));
                }
            }
        }
        ends.sort(Comparator.comparingInt(end -> end.use.node()));
        return givenOut;
    }

    /** What a node does with an operand, also where it is a function's call, or computes a matrix to multiply by from it. */
    private Role role(Use use, Operand operand) {
        Optional<Boolean> called = functions.multiplies(index.node(use.node()), use.input(), operand);
        if (called.isPresent()) {
            return called.get() ? new Role.Unsplit(SkipReason.OPERATOR, operator(use)) : new Role.Other();
        }
        Role role = roles.of(use, operand);
        return role instanceof Role.Other && OperatorRule.isMatrix(operand.dims()) && leadsToProduct(use)
                ? new Role.Unsplit(SkipReason.COMPUTED, "%s uses it".formatted(operator(use)))
                : role;
    }

    /** Whether a matrix that some node multiplies by is computed from what a node takes, and from other constants. */
    private boolean leadsToProduct(Use from) {
        Deque<Use> waiting = new ArrayDeque<>(List.of(from));
        Set<Integer> seen = new HashSet<>();
        while (!waiting.isEmpty()) {
            Use use = waiting.remove();
            if (!computing.handsOn(use) || !seen.add(use.node())) {
                continue;
            }
            for (Value output : index.outputs(use.node())) {
                for (Use next : index.uses(output)) {
                    if (roles.multiplies(next)) {
                        return true;
                    }
                    waiting.add(next);
                }
            }
        }
        return false;
    }

    /**
     * The bodies of a model's functions, each as a graph of its own.
     *
     * <p>A call names one by its domain and name. One that calls itself is no valid model; it is not followed further.
     */
    private static final class FunctionBodies {
        private record Body(FunctionProto function, WeightScanner scanner) {}

        private final Map<List<String>, Body> bodies = new LinkedHashMap<>();
        private final Set<List<String>> under = new HashSet<>();

        FunctionBodies(OnnxModel model) {
            for (FunctionProto function : model.message().getFunctionsList()) {
                GraphProto.Builder graph = GraphProto.newBuilder().addAllNode(function.getNodeList());
                function.getInputList()
                        .forEach(name ->
                                graph.addInput(ValueInfoProto.newBuilder().setName(name)));
                function.getOutputList()
                        .forEach(name ->
                                graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
                ModelProto body = ModelProto.newBuilder().setGraph(graph).build();
                bodies.put(
                        List.of(function.getDomain(), function.getName()),
                        new Body(
                                function,
                                new WeightScanner(
                                        new OnnxModel(body, model.payloads()),
                                        new GraphIndex(body, false),
                                        this,
                                        Map.of())));
            }
        }

        /** Whether a call multiplies by what it takes there; empty for a node that calls no function. */
        Optional<Boolean> multiplies(NodeProto call, int input, Operand operand) {
            List<String> key = List.of(call.getDomain(), call.getOpType());
            Body body = bodies.get(key);
            if (body == null) {
                return Optional.empty();
            }
            if (input >= body.function.getInputCount() || !under.add(key)) {
                return Optional.of(false);
            }
            List<End> ends = new ArrayList<>();
            body.scanner.follow(operand.as(new Value(GraphIndex.MAIN, body.function.getInput(input))), ends);
            under.remove(key);
            return Optional.of(isMultiplied(ends));
        }

        /** Constants in them that are multiplied by. */
        List<SkippedWeight> weights() {
            List<SkippedWeight> weights = new ArrayList<>();
            for (Body body : bodies.values()) {
                WeightScanner scanner = body.scanner;
                for (Value root : scanner.index.constants().keySet()) {
                    if (!scanner.examine(root).equals(NO_WEIGHT)) {
                        TensorProto tensor = scanner.tensor(root);
                        weights.add(new SkippedWeight(
                                body.function.getName() + "/" + scanner.name(root),
                                body.function.getName(),
                                TensorTypes.label(tensor.getDataType()),
                                tensor.getDimsList(),
                                SkipReason.FUNCTION,
                                ""));
                    }
                }
            }
            return weights;
        }
    }

    private List<SkippedWeight> sparse() {
        List<SkippedWeight> skipped = new ArrayList<>();
        for (int graph = 0; graph < index.graphs(); graph++) {
            for (SparseTensorProto tensor : index.graph(graph).getSparseInitializerList()) {
                Value value = new Value(graph, tensor.getValues().getName());
                int type = tensor.getValues().getDataType();
                List<End> ends = new ArrayList<>();
                follow(
                        Operand.of(
                                value,
                                TensorView.unreadable(tensor.getDimsList()),
                                type,
                                TensorTypes.elementType(type)),
                        ends);
                if (!isMultiplied(ends)) {
                    continue;
                }
                skipped.add(new SkippedWeight(
                        name(value),
                        index.uses(value).stream()
                                .map(this::operator)
                                .distinct()
                                .collect(Collectors.joining(", ")),
                        TensorTypes.label(type),
                        tensor.getDimsList(),
                        SkipReason.SPARSE,
                        ""));
            }
        }
        return skipped;
    }

    private Finding skip(Value root, SkipReason reason, String detail) {
        TensorProto tensor = tensor(root);
        return new Finding(
                Optional.empty(),
                Optional.of(new SkippedWeight(
                        name(root),
                        index.uses(root).stream().map(this::operator).distinct().collect(Collectors.joining(", ")),
                        TensorTypes.label(tensor.getDataType()),
                        tensor.getDimsList(),
                        reason,
                        detail)));
    }

    private TensorProto tensor(Value root) {
        return index.constants().getOrDefault(root, TensorProto.getDefaultInstance());
    }

    private String name(Value root) {
        return names.getOrDefault(root, root.name());
    }

    private String operator(Use use) {
        return index.node(use.node()).getOpType();
    }

    private String operators(List<End> of) {
        return of.stream().map(end -> operator(end.use)).distinct().collect(Collectors.joining(", "));
    }
}

package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Inputs for a model that nobody gave any for: valid for its graph, but like no data it was made for.
 *
 * <ul>
 *   <li>Floating-point inputs are standard normal numbers, or positive ones where those give NaN or infinity.
 *   <li>Integers that end up as the indices of a {@code Gather} from a constant table stay inside that table.
 *   <li>Masks, told by their names, are ones, and so is every other integer.
 *   <li>Inputs that the graph declares without a shape have the rank that operators ask for, and the sizes that their weights
 *       ask for.
 *   <li>Symbolic dimensions of the same name get the same size, and the model is run at two sizes.
 * </ul>
 */
public final class MadeUpInputs {

    /** Sizes for symbolic dimensions: those that count samples, or else are the first axis of an input, and the others. */
    private record Sizes(long samples, long other) {}

    /** Tried in this order: small first; images need more. */
    private static final List<List<Sizes>> SIZES = List.of(
            List.of(new Sizes(2, 16), new Sizes(3, 7)),
            List.of(new Sizes(2, 64), new Sizes(1, 96)),
            List.of(new Sizes(1, 224), new Sizes(2, 256)),
            List.of(new Sizes(1, 1)));

    /** What floating-point numbers are drawn from, in the order in which it is tried. */
    private enum Range {
        NORMAL,
        /** For models that take roots or logarithms of their inputs. */
        POSITIVE;

        float number(Random random) {
            double normal = random.nextGaussian();
            // A short fraction, so that it is the same number in every floating-point type.
            return Math.round((this == NORMAL ? normal : 1 + Math.abs(normal)) * 64) / 64f;
        }
    }

    private static final long MOST_NUMBERS = 1L << 26;

    /** Operators that hand the values of their first input on, each value as it is. */
    private static final Set<String> PASSING_VALUES = Set.of(
            "Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape", "Flatten", "Transpose", "Expand", "Slice", "Concat");

    private final List<ModelInput> inputs;
    private final Map<String, Long> tableSizes;
    private final BatchAxes axes;
    private final long seed;
    private final Range range;

    private MadeUpInputs(
            List<ModelInput> inputs, Map<String, Long> tableSizes, BatchAxes axes, long seed, Range range) {
        this.inputs = inputs;
        this.tableSizes = tableSizes;
        this.axes = axes;
        this.seed = seed;
        this.range = range;
    }

    /**
     * Inputs on which a model runs.
     *
     * @param session the model, loaded
     * @param model the same model
     * @param seed the same seed gives the same inputs
     * @throws InvalidInputException if none of those tried are accepted by the model
     */
    public static List<InputSet> forModel(RunnableModel session, OnnxModel model, long seed) {
        List<ModelInput> inputs = InputShapes.of(session.inputs(), model);
        Map<String, Long> tables = tableSizes(model, inputs);
        BatchAxesFinder finder = BatchAxesFinder.of(inputs, model);
        List<InvalidInputException> refusals = new ArrayList<>();
        List<List<InputSet>> accepted = new ArrayList<>();
        for (Range range : Range.values()) {
            MadeUpInputs maker = new MadeUpInputs(inputs, tables, finder.declared(), seed, range);
            for (List<Sizes> sizes : SIZES) {
                try {
                    List<InputSet> sets = sizes.stream()
                            .map(each -> maker.make(each, Map.of()))
                            .toList();
                    if (sets.stream().allMatch(set -> isFinite(session.run(set.batch(0, set.samples()))))) {
                        return settled(sets, finder, session);
                    }
                    accepted.add(sets);
                } catch (InvalidInputException e) {
                    refusals.add(e);
                }
            }
        }
        if (!accepted.isEmpty()) {
            return settled(accepted.get(0), finder, session);
        }
        throw new InvalidInputException(
                "no inputs could be made up that the model accepts; give some with --inputs, or skip the check with"
                        + " --no-verify (" + refusals.get(0).getMessage() + ")",
                refusals.get(0));
    }

    private static List<InputSet> settled(List<InputSet> sets, BatchAxesFinder finder, RunnableModel session) {
        BatchAxes axes = finder.settled(
                session, sets.stream().map(set -> set.batch(0, set.samples())).toList());
        return sets.stream().map(set -> set.along(axes)).toList();
    }

    private static boolean isFinite(Map<String, Output> outputs) {
        return outputs.values().stream()
                .allMatch(output -> IntStream.range(0, output.size()).allMatch(i -> Double.isFinite(output.at(i))));
    }

    /** Inputs at sizes of dynamic axes that a user asked for, to be run as a whole. */
    public record Bound(Map<String, Long> axes, InputSet inputs) {
        public Bound {
            axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
        }
    }

    /**
     * Inputs at each of some bindings. Axes that a binding leaves out get the first sizes that the model accepts.
     *
     * @param session the model, loaded
     * @param model the same model
     * @param seed the same seed gives the same inputs
     * @throws InvalidInputException if a binding is not of this model's axes, comes a second time, or is of sizes that
     *     the model refuses
     */
    public static List<Bound> at(List<ShapeBinding> bindings, RunnableModel session, OnnxModel model, long seed) {
        List<ModelInput> inputs = InputShapes.of(session.inputs(), model);
        Map<String, Long> tables = bindings.isEmpty() ? Map.of() : tableSizes(model, inputs);
        BatchAxesFinder finder = BatchAxesFinder.of(inputs, model);
        Set<Map<String, Long>> given = new HashSet<>();
        List<Bound> all = new ArrayList<>();
        for (ShapeBinding binding : bindings) {
            Map<String, Long> sizes = binding.among(inputs);
            if (!given.add(sizes)) {
                throw binding.refuse("these sizes are given twice; leave one of them out");
            }
            all.add(at(binding, sizes, session, inputs, finder, tables, seed));
        }
        return all;
    }

    private static Bound at(
            ShapeBinding binding,
            Map<String, Long> given,
            RunnableModel session,
            List<ModelInput> inputs,
            BatchAxesFinder finder,
            Map<String, Long> tables,
            long seed) {
        List<InvalidInputException> refusals = new ArrayList<>();
        List<Bound> accepted = new ArrayList<>();
        for (Range range : Range.values()) {
            MadeUpInputs maker = new MadeUpInputs(inputs, tables, finder.declared(), seed, range);
            Set<Map<String, Long>> tried = new HashSet<>();
            for (Sizes sizes : SIZES.stream().flatMap(List::stream).toList()) {
                Map<String, Long> axes = maker.axes(maker.bound(sizes, given), sizes);
                if (!tried.add(axes)) {
                    continue;
                }
                try {
                    InputSet set = maker.make(sizes, given);
                    boolean finite = isFinite(session.run(set.batch(0, set.samples())));
                    Bound bound = new Bound(
                            axes, settled(List.of(set), finder, session).get(0));
                    if (finite) {
                        return bound;
                    }
                    accepted.add(bound);
                } catch (InvalidInputException e) {
                    refusals.add(e);
                }
            }
        }
        return accepted.stream()
                .findFirst()
                .orElseThrow(() -> binding.refuse(String.valueOf(refusals.get(0).getMessage())));
    }

    /** Names of the dynamic axes, each once, in the order of the inputs; those that are sums of others are none. */
    static List<String> axes(List<ModelInput> inputs) {
        return List.copyOf(new MadeUpInputs(inputs, Map.of(), new BatchAxes(), 0, Range.NORMAL)
                .axes(Map.of(), SIZES.get(0).get(0))
                .keySet());
    }

    private Map<String, Long> axes(Map<String, Long> bound, Sizes sizes) {
        Map<String, Long> axes = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            for (int axis = 0; axis < input.dims().size(); axis++) {
                if (input.dims().get(axis).isSymbolic()) {
                    String name = input.axis(axis);
                    List<String> terms = input.dims().get(axis).symbol().isEmpty() ? List.of(name) : terms(name);
                    terms.stream()
                            .filter(term -> !isNumber(term))
                            .forEach(term -> axes.put(term, bound.getOrDefault(term, sizes.other)));
                }
            }
        }
        return axes;
    }

    private Map<String, Long> bound(Sizes sizes, Map<String, Long> given) {
        Map<String, Long> bound = new HashMap<>();
        for (ModelInput input : inputs) {
            OptionalInt axis = axes.inputs().isEmpty() ? OptionalInt.of(0) : axes.ofInput(input.name());
            if (!input.dims().isEmpty() && axis.isPresent()) {
                bound.put(input.axis(axis.getAsInt()), sizes.samples);
            }
        }
        bound.putAll(given);
        return bound;
    }

    private InputSet make(Sizes sizes, Map<String, Long> given) {
        Map<String, Long> bound = bound(sizes, given);
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            List<Long> shape = new ArrayList<>();
            for (int axis = 0; axis < input.dims().size(); axis++) {
                ModelInput.Dim dim = input.dims().get(axis);
                long symbolic = dim.symbol().isEmpty()
                        ? bound.getOrDefault(input.axis(axis), sizes.other)
                        : size(dim.symbol(), bound, sizes.other);
                shape.add(dim.isSymbolic() ? symbolic : dim.size());
            }
            arrays.put(input.name(), array(input, shape));
        }
        return InputSet.of(inputs, axes, arrays, "made-up inputs");
    }

    /** The size of a symbolic dimension, which may be a sum of others, such as {@code past + 1}. */
    private static long size(String symbol, Map<String, Long> bound, long otherwise) {
        return terms(symbol).stream()
                .mapToLong(term -> isNumber(term) ? Long.parseLong(term) : bound.getOrDefault(term, otherwise))
                .sum();
    }

    private static List<String> terms(String symbol) {
        return Arrays.stream(symbol.split("\\+", -1)).map(String::strip).toList();
    }

    private static boolean isNumber(String term) {
        return term.matches("\\d{1,9}");
    }

    private NpyArray array(ModelInput input, List<Long> shape) {
        long numbers = 1;
        for (long size : shape) {
            if (size > MOST_NUMBERS || numbers * size > MOST_NUMBERS) {
                throw new InvalidInputException("input `%s` would have %s numbers, more than the %d that are made up"
                        .formatted(input.name(), Tensors.shape(shape), MOST_NUMBERS));
            }
            numbers *= size;
        }
        Random random = new Random(seed ^ input.name().hashCode());
        Optional<Long> table = Optional.ofNullable(tableSizes.get(input.name()));
        boolean mask = input.name().toLowerCase(Locale.ROOT).contains("mask");
        NpyType type = input.isFloating() ? NpyType.FLOAT32 : NpyType.INT64;
        ByteBuffer bytes = ByteBuffer.allocate((int) numbers * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < numbers; i++) {
            if (type == NpyType.FLOAT32) {
                bytes.putFloat(mask ? 1 : range.number(random));
            } else {
                bytes.putLong(
                        table.map(rows -> random.nextLong(0, Math.max(1, rows))).orElse(1L));
            }
        }
        return NpyArray.of(type, shape.stream().map(Math::toIntExact).toList(), bytes.flip());
    }

    /** For each input whose values end up as indices into constant tables: the rows of the smallest. */
    private static Map<String, Long> tableSizes(OnnxModel model, List<ModelInput> inputs) {
        Map<String, TensorProto> constants = new HashMap<>();
        new GraphIndex(model.message(), true).constants().forEach((value, tensor) -> {
            if (value.graph() == GraphIndex.MAIN) {
                constants.put(value.name(), tensor);
            }
        });
        Map<String, Long> sizes = new HashMap<>();
        for (ModelInput input : inputs) {
            Set<String> carriers = new HashSet<>(Set.of(input.name()));
            for (NodeProto node : model.message().getGraph().getNodeList()) {
                if (node.getInputCount() > 0
                        && PASSING_VALUES.contains(node.getOpType())
                        && node.getInputList().stream().anyMatch(carriers::contains)) {
                    carriers.addAll(node.getOutputList());
                }
                OptionalLong rows = tableRows(node, constants);
                if (rows.isPresent() && carriers.contains(node.getInput(1))) {
                    sizes.merge(input.name(), rows.getAsLong(), Math::min);
                }
            }
        }
        return sizes;
    }

    private static OptionalLong tableRows(NodeProto node, Map<String, TensorProto> constants) {
        if (!node.getOpType().equals("Gather") || node.getInputCount() != 2) {
            return OptionalLong.empty();
        }
        TensorProto table = constants.get(node.getInput(0));
        long axis = node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("axis"))
                .mapToLong(attribute -> attribute.getI())
                .findFirst()
                .orElse(0);
        return table == null || axis != 0 || table.getDimsCount() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(table.getDims(0));
    }
}

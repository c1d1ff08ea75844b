package dev.eckart.onnx.run;

import static java.util.Objects.requireNonNull;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.file.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Values for all inputs of a model, to be run in batches along the axes that count samples.
 *
 * <p>These are found by {@link BatchAxesFinder}. Where arrays agree in their length along them, and all are symbolic or of
 * one fixed size, that length is the number of samples; symbolic ones and some of size 1 go together too. A model exported
 * with a fixed batch of b is run on b samples at a time. Otherwise the whole is one sample.
 */
public final class InputSet {
    private final List<ModelInput> inputs;
    private final Map<String, NpyArray> arrays;
    /** None where the whole is one sample. */
    private final BatchAxes axes;

    private final int samples;
    private final int step;
    private final boolean fixed;
    private final List<String> notes;

    private InputSet(List<ModelInput> inputs, Map<String, NpyArray> arrays, BatchAxes axes, List<String> notes) {
        Set<Integer> lengths = new LinkedHashSet<>();
        Set<Integer> steps = new LinkedHashSet<>();
        boolean anyFixed = false;
        for (ModelInput input : inputs) {
            OptionalInt axis = axes.ofInput(input.name());
            if (axis.isPresent()) {
                ModelInput.Dim dim = input.dims().get(axis.getAsInt());
                lengths.add(requireNonNull(arrays.get(input.name())).shape().get(axis.getAsInt()));
                steps.add((int) Math.max(1, dim.size()));
                anyFixed |= !dim.isSymbolic();
            }
        }
        boolean sliceable = lengths.size() == 1 && steps.size() == 1;
        this.inputs = List.copyOf(inputs);
        this.arrays = arrays;
        this.axes = sliceable ? axes : new BatchAxes();
        this.samples = sliceable ? lengths.iterator().next() : 1;
        this.step = sliceable ? steps.iterator().next() : 1;
        this.fixed = anyFixed;
        this.notes = List.copyOf(notes);
    }

    /**
     * Fits arrays to the inputs of a model; arrays that are no inputs of it are left aside.
     *
     * @param running the model, or a part of it or another form of it, that is to be run on them: on two samples, where the
     *     graph does not tell which axes count samples
     * @param model the model that declares inputs and outputs
     * @param arrays by the names of the inputs
     * @param origin where the arrays are from, for messages
     * @throws InvalidInputException if an input has no array, or one of another shape, of a type that cannot be converted,
     *     or with numbers that are not finite, or there are no samples
     */
    public static InputSet of(RunnableModel running, OnnxModel model, Map<String, NpyArray> arrays, String origin) {
        List<ModelInput> inputs = InputShapes.of(running.inputs(), model);
        requireAll(inputs, arrays, origin);
        BatchAxesFinder finder = BatchAxesFinder.of(inputs, model);
        InputSet set = of(inputs, finder.declared(arrays), arrays, origin);
        return set.along(finder.settled(running, List.of(set.arrays)));
    }

    /**
     * As {@link #of(RunnableModel, OnnxModel, Map, String)}, where it is known which axes count samples.
     *
     * @throws InvalidInputException as that does
     */
    public static InputSet of(List<ModelInput> inputs, BatchAxes axes, Map<String, NpyArray> arrays, String origin) {
        requireAll(inputs, arrays, origin);
        Map<String, NpyArray> fitted = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        for (ModelInput input : inputs) {
            NpyArray array = requireNonNull(arrays.get(input.name()));
            if (!fits(input, array, axes)) {
                throw new InvalidInputException("%s: array `%s` is %s; expected %s"
                        .formatted(origin, input.name(), array.describe(), input.describe()));
            }
            requireSamples(input, array, axes.ofInput(input.name()).orElse(0), origin);
            NonFinite.refuse(input, array, axes.ofInput(input.name()), origin);
            ElementConversion.Converted converted = ElementConversion.to(array, input, origin);
            fitted.put(input.name(), converted.array());
            converted.note().ifPresent(notes::add);
        }
        return new InputSet(inputs, fitted, axes, notes);
    }

    private static void requireAll(List<ModelInput> inputs, Map<String, NpyArray> arrays, String origin) {
        for (ModelInput input : inputs) {
            if (!arrays.containsKey(input.name())) {
                throw new InvalidInputException("%s has no array for input `%s` (%s); it has: %s"
                        .formatted(
                                origin,
                                input.name(),
                                input.describe(),
                                arrays.isEmpty() ? "nothing" : String.join(", ", arrays.keySet())));
            }
        }
    }

    private static void requireSamples(ModelInput input, NpyArray array, int axis, String origin) {
        if (axis < array.shape().size() && array.shape().get(axis) == 0) {
            throw new InvalidInputException(
                    "%s holds no samples: axis %d of array `%s` is 0 long".formatted(origin, axis, input.name()));
        }
    }

    /** Whether an array has an input's shape; along a fixed axis that counts samples, there may be several times as many. */
    static boolean fits(ModelInput input, NpyArray array, BatchAxes axes) {
        OptionalInt batch = axes.ofInput(input.name());
        return array.shape().size() == input.dims().size()
                && IntStream.range(0, input.dims().size()).allMatch(axis -> {
                    long size = input.dims().get(axis).size();
                    int length = array.shape().get(axis);
                    boolean counts = batch.isPresent() && batch.getAsInt() == axis;
                    return input.dims().get(axis).isSymbolic()
                            || length == size
                            || (counts && size > 0 && length % size == 0);
                });
    }

    /**
     * Other values in these shapes.
     *
     * @param takers the inputs of a form of the model, which may take other types
     * @throws InvalidInputException if they do not fit
     */
    public InputSet with(List<ModelInput> takers, Map<String, NpyArray> others, String origin) {
        Map<String, ModelInput> known = new LinkedHashMap<>();
        inputs.forEach(input -> known.put(input.name(), input));
        List<ModelInput> shaped = takers.stream()
                .map(taker -> new ModelInput(
                        taker.name(),
                        taker.type(),
                        known.getOrDefault(taker.name(), taker).dims()))
                .toList();
        return of(shaped, axes, others, origin);
    }

    /** The same, with samples along other axes. */
    InputSet along(BatchAxes others) {
        return new InputSet(inputs, arrays, others, notes);
    }

    /** Which axes count samples: none of the inputs' where the whole is one sample. */
    public BatchAxes axes() {
        return axes;
    }

    /** What was changed in the arrays to fit the inputs: sentences for the user, without a capital or a full stop. */
    public List<String> notes() {
        return notes;
    }

    /**
     * So many samples, taken from the whole set at even distances, or all of them if they are fewer. Where a run takes
     * several, these stay together.
     */
    public InputSet spread(int most) {
        int runs = samples / step;
        int wanted = Math.max(1, most / step);
        if (axes.inputs().isEmpty() || runs <= wanted) {
            return this;
        }
        return takeRuns(IntStream.range(0, wanted).map(run -> (int) ((long) run * runs / wanted)));
    }

    /**
     * Every third sample, from the third one on, for a comparison on samples that nothing was fitted to:
     * {@link #withoutHeldBack} has the others. Where a run takes several, these stay together.
     *
     * @param origin where the calibration's inputs are from, for messages
     * @throws InvalidInputException if there are fewer samples than three runs take
     */
    public InputSet heldBack(Path origin) {
        return third(origin, true);
    }

    /**
     * The samples that {@link #heldBack} leaves.
     *
     * @throws InvalidInputException as that does
     */
    public InputSet withoutHeldBack(Path origin) {
        return third(origin, false);
    }

    private InputSet third(Path origin, boolean heldBack) {
        int runs = samples / step;
        if (runs < 3) {
            throw new InvalidInputException(
                    "--calibration %s: a third cannot be held back of %d sample%s; give %d or more, or other inputs to judge what is lost with --inputs"
                            .formatted(origin, samples, samples == 1 ? "" : "s", 3 * step));
        }
        return takeRuns(IntStream.range(0, runs).filter(run -> (run % 3 == 2) == heldBack));
    }

    /** The samples of some runs. */
    private InputSet takeRuns(IntStream runs) {
        return take(runs.flatMap(run -> IntStream.range(run * step, (run + 1) * step))
                .toArray());
    }

    /** Some samples, by their numbers; there must be axes that count them. */
    private InputSet take(int... numbers) {
        Map<String, NpyArray> taken = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            OptionalInt axis = axes.ofInput(name);
            taken.put(name, axis.isPresent() ? array.take(axis.getAsInt(), numbers) : array);
        });
        return new InputSet(inputs, taken, axes, notes);
    }

    /** How many samples there are. */
    public int samples() {
        return samples;
    }

    /** How many samples a run takes at least; {@link #samples} is a multiple of it. */
    public int step() {
        return step;
    }

    /** How many samples to run at a time where {@code wanted} would be best: a fixed batch takes just its step. */
    public int batchSize(int wanted) {
        return fixed ? step : Math.max(1, Math.min(samples, wanted));
    }

    /** The inputs of samples {@code from} to {@code to}, exclusive. */
    public Map<String, NpyArray> batch(int from, int to) {
        return axes.samples(arrays, from, to);
    }
}

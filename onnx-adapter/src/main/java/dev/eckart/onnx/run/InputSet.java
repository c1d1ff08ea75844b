package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Values for all inputs of a model, to be run in batches along the first axis.
 *
 * <p>Where every input's first axis is symbolic, or all are of the same fixed size, and their arrays agree in its length,
 * that axis counts samples; symbolic ones and some of size 1 go together too. A model exported with a fixed first axis
 * of b is run on b samples at a time. Otherwise, and where the name of a first axis is also that of a later one, the
 * whole is one sample.
 */
public final class InputSet {
    private final Map<String, NpyArray> arrays;
    private final boolean sliceable;
    private final int samples;
    private final int step;
    private final boolean fixed;

    private InputSet(Map<String, NpyArray> arrays, boolean sliceable, int samples, int step, boolean fixed) {
        this.arrays = arrays;
        this.sliceable = sliceable;
        this.samples = samples;
        this.step = step;
        this.fixed = fixed;
    }

    /**
     * Fits arrays to the inputs of a model; arrays that are no inputs of it are left aside.
     *
     * @param arrays by the names of the inputs
     * @param origin where the arrays are from, for messages
     * @throws InvalidInputException if an input has no array, or one of another shape or of a type that cannot be
     *     converted without loss, or there are no samples
     */
    public static InputSet of(List<ModelInput> inputs, Map<String, NpyArray> arrays, String origin) {
        Map<String, NpyArray> fitted = new LinkedHashMap<>();
        Set<Integer> lengths = new LinkedHashSet<>();
        Set<Integer> steps = new LinkedHashSet<>();
        for (ModelInput input : inputs) {
            NpyArray array = arrays.get(input.name());
            if (array == null) {
                throw new InvalidInputException("%s has no array for input `%s` (%s); it has: %s"
                        .formatted(
                                origin,
                                input.name(),
                                input.describe(),
                                arrays.isEmpty() ? "nothing" : String.join(", ", arrays.keySet())));
            }
            requireShape(input, array, origin);
            fitted.put(input.name(), ElementConversion.to(array, input, origin));
            if (!input.dims().isEmpty()) {
                lengths.add(array.shape().get(0));
                steps.add((int) Math.max(1, input.dims().get(0).size()));
            }
        }
        if (lengths.contains(0)) {
            throw new InvalidInputException("%s holds no samples: an array's first axis is 0 long".formatted(origin));
        }
        boolean sliceable = lengths.size() == 1 && steps.size() == 1 && firstAxesStandApart(inputs);
        boolean fixed = inputs.stream()
                .anyMatch(
                        input -> !input.dims().isEmpty() && !input.dims().get(0).isSymbolic());
        int samples = sliceable ? lengths.iterator().next() : 1;
        return new InputSet(
                fitted, sliceable, samples, sliceable ? steps.iterator().next() : 1, fixed);
    }

    private static boolean firstAxesStandApart(List<ModelInput> inputs) {
        Set<String> later = new HashSet<>();
        inputs.forEach(input ->
                input.dims().stream().skip(1).map(ModelInput.Dim::symbol).forEach(later::add));
        later.remove("");
        return inputs.stream()
                .filter(input -> !input.dims().isEmpty())
                .noneMatch(input -> later.contains(input.dims().get(0).symbol()));
    }

    private static void requireShape(ModelInput input, NpyArray array, String origin) {
        boolean fits = array.shape().size() == input.dims().size();
        for (int axis = 0; fits && axis < input.dims().size(); axis++) {
            long size = input.dims().get(axis).size();
            int length = array.shape().get(axis);
            fits = input.dims().get(axis).isSymbolic()
                    || length == size
                    || (axis == 0 && size > 0 && length % size == 0);
        }
        if (!fits) {
            throw new InvalidInputException("%s: array `%s` is %s; expected %s"
                    .formatted(origin, input.name(), array.describe(), input.describe()));
        }
    }

    /**
     * So many samples, taken from the whole set at even distances, or all of them if they are fewer. Where a run takes
     * several, these stay together.
     */
    public InputSet spread(int most) {
        int runs = samples / step;
        int wanted = Math.max(1, most / step);
        if (!sliceable || runs <= wanted) {
            return this;
        }
        int[] entries = IntStream.range(0, wanted)
                .map(run -> (int) ((long) run * runs / wanted) * step)
                .flatMap(from -> IntStream.range(from, from + step))
                .toArray();
        Map<String, NpyArray> taken = new LinkedHashMap<>();
        arrays.forEach((name, array) -> taken.put(name, array.shape().isEmpty() ? array : array.take(entries)));
        return new InputSet(taken, true, entries.length, step, fixed);
    }

    /** How many samples there are. */
    public int samples() {
        return samples;
    }

    /** How many samples a run takes at least; {@link #samples} is a multiple of it. */
    public int step() {
        return step;
    }

    /** How many samples to run at a time where {@code wanted} would be best: a fixed first axis takes just its step. */
    public int batchSize(int wanted) {
        return fixed ? step : Math.max(1, Math.min(samples, wanted));
    }

    /** The inputs of samples {@code from} to {@code to}, exclusive. */
    public Map<String, NpyArray> batch(int from, int to) {
        if (!sliceable) {
            return arrays;
        }
        Map<String, NpyArray> batch = new LinkedHashMap<>();
        arrays.forEach((name, array) -> batch.put(name, array.shape().isEmpty() ? array : array.slice(from, to)));
        return batch;
    }
}

package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which axis of each input and of each output counts samples.
 *
 * @param inputs axes, from 0, by the names of inputs; an input that has none goes with every batch as a whole
 * @param outputs axes, from 0, by the names of outputs, as far as they are known
 * @param notFirst outputs whose first axis is known to count something else
 */
public record BatchAxes(Map<String, Integer> inputs, Map<String, Integer> outputs, Set<String> notFirst) {
    public BatchAxes {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = Map.copyOf(outputs);
        notFirst = Set.copyOf(notFirst);
    }

    /** Nothing is known: the inputs are one sample, and an output counts samples along its first axis if any. */
    public BatchAxes() {
        this(Map.of(), Map.of(), Set.of());
    }

    /** Of an input of that name; empty where it goes with every batch as a whole. */
    OptionalInt ofInput(String name) {
        Integer axis = inputs.get(name);
        return axis == null ? OptionalInt.empty() : OptionalInt.of(axis);
    }

    /**
     * The axis of an output of that name and shape, from 0; empty where the output has none, and is of the batch as a whole.
     *
     * @param batch how many samples there are
     */
    public OptionalInt ofOutput(String name, List<Long> shape, int batch) {
        Integer known = outputs.get(name);
        if (known == null && notFirst.contains(name)) {
            return OptionalInt.empty();
        }
        int axis = known == null ? 0 : known;
        return axis < shape.size() && shape.get(axis) == batch ? OptionalInt.of(axis) : OptionalInt.empty();
    }

    /** Samples {@code from} to {@code to}, exclusive, of arrays for the inputs; those without such an axis as a whole. */
    Map<String, NpyArray> samples(Map<String, NpyArray> of, int from, int to) {
        Map<String, NpyArray> samples = new LinkedHashMap<>();
        of.forEach((name, array) -> {
            OptionalInt axis = ofInput(name);
            samples.put(name, axis.isPresent() ? array.slice(axis.getAsInt(), from, to) : array);
        });
        return samples;
    }

    /** The outputs of a batch with their samples along the first axis; those of the batch as a whole stay as they are. */
    public Map<String, Output> samplesFirst(Map<String, Output> of, int batch) {
        Map<String, Output> first = new LinkedHashMap<>();
        of.forEach((name, output) -> {
            OptionalInt axis = ofOutput(name, output.shape(), batch);
            first.put(name, axis.isPresent() ? output.withFirst(axis.getAsInt()) : output);
        });
        return first;
    }

    /** The inputs of a batch with their samples along the first axis. */
    public Map<String, NpyArray> inputsSamplesFirst(Map<String, NpyArray> of) {
        Map<String, NpyArray> first = new LinkedHashMap<>();
        of.forEach((name, array) -> {
            OptionalInt axis = ofInput(name);
            first.put(name, axis.isPresent() ? array.withFirst(axis.getAsInt()) : array);
        });
        return first;
    }

    /** These, with axes of further outputs; what is known of an output stays. */
    BatchAxes with(Map<String, Integer> further) {
        Map<String, Integer> all = new HashMap<>(further);
        all.putAll(outputs);
        return new BatchAxes(inputs, all, notFirst);
    }
}

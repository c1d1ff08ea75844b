package dev.eckart.onnx.verify;

import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the axes of a model's outputs mean, as far as its graph says.
 *
 * @param batches which of them count samples
 * @param declared by the outputs' names; those of an output that is missing, or of another rank, are {@link Axis#OPEN}
 */
record OutputAxes(BatchAxes batches, Map<String, List<Axis>> declared) {
    /** Of a model of whose graph nothing is known. */
    static final OutputAxes UNKNOWN = new OutputAxes(new BatchAxes(), Map.of());

    OutputAxes {
        declared = Map.copyOf(declared);
    }

    /** What the graph says of the length of an axis. */
    enum Axis {
        /** A number: an index along the axis means the same in every sample. */
        FIXED,
        /** Symbolic, under the name of an axis of an input: an index counts what is fed, such as positions in a text. */
        FED,
        /** Symbolic otherwise. */
        OPEN
    }

    static OutputAxes of(Session session, BatchAxes batches) {
        Set<String> fed = new HashSet<>();
        for (ModelInput input : session.inputs()) {
            input.dims().stream()
                    .filter(ModelInput.Dim::isSymbolic)
                    .map(ModelInput.Dim::symbol)
                    .filter(symbol -> !symbol.isEmpty())
                    .forEach(fed::add);
        }
        Map<String, List<Axis>> declared = new HashMap<>();
        session.outputDims()
                .forEach((name, dims) -> declared.put(
                        name, dims.stream().map(dim -> axis(dim, fed)).toList()));
        return new OutputAxes(batches, declared);
    }

    /** The same, of inputs whose samples stand along other axes. */
    OutputAxes with(BatchAxes others) {
        return new OutputAxes(others, declared);
    }

    private static Axis axis(ModelInput.Dim dim, Set<String> fed) {
        if (!dim.isSymbolic()) {
            return Axis.FIXED;
        }
        return fed.contains(dim.symbol()) ? Axis.FED : Axis.OPEN;
    }

    /** The axis of an output that counts samples, if there is one. */
    OptionalInt batch(Output output, int batch) {
        return batches.ofOutput(output.name(), output.shape(), batch);
    }

    /** Whether each index along an axis is a part of the output by itself. An axis of samples is none of these. */
    boolean hasParts(Output output, int axis) {
        return output.floating() && of(output, axis) != Axis.FED;
    }

    /**
     * Whether the last axis is one of classes or tokens, as far as can be known: of scores {@code [batch, classes]}, or
     * {@code [batch, positions, classes]} with as many positions as the inputs have. That the classes are as many in every
     * sample is for the graph to say. Of three fixed axes the last may as well be one of places or of coordinates.
     */
    boolean hasClasses(Output output, int batch) {
        int rank = output.shape().size();
        int last = rank - 1;
        OptionalInt samples = batch(output, batch);
        return output.floating()
                && (rank == 2 || rank == 3)
                && samples.isPresent()
                && samples.getAsInt() != last
                && output.lastAxis() >= 2
                && of(output, last) == Axis.FIXED
                && (rank == 2 || of(output, 1 - samples.getAsInt()) == Axis.FED);
    }

    private Axis of(Output output, int axis) {
        List<Axis> axes = declared.getOrDefault(output.name(), List.of());
        return axes.size() == output.shape().size() ? axes.get(axis) : Axis.OPEN;
    }
}

package dev.eckart.onnx.verify;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputTypes;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What a model gives on some samples, small enough to be kept until another model has run on the same ones: a sketch for
 * each floating-point output.
 */
final class OutputSketches {
    private final Map<String, Sketch> sketches = new LinkedHashMap<>();

    /**
     * What a model is run on.
     *
     * @param given inputs that no sample has
     */
    record Feed(Batch batch, Map<String, NpyArray> given) {

        /** With nothing further. */
        Feed(Batch batch) {
            this(batch, Map.of());
        }

        Map<String, NpyArray> inputs() {
            Map<String, NpyArray> all = new LinkedHashMap<>(batch.inputs());
            all.putAll(given);
            return all;
        }
    }

    /** Of some outputs of a loaded model, each of which is on the heap alone. */
    static OutputSketches of(Session session, List<Feed> feeds, Collection<String> outputs) {
        return of(session, feeds, outputs, UnaryOperator.identity());
    }

    /** As {@link #of(Session, List, Collection)}, on inputs that are a little different. */
    static OutputSketches nudged(Session session, List<Feed> feeds, Collection<String> outputs) {
        return of(session, feeds, outputs, InputTypes::nudge);
    }

    private static OutputSketches of(
            Session session,
            List<Feed> feeds,
            Collection<String> outputs,
            UnaryOperator<Map<String, NpyArray>> change) {
        OutputSketches sketches = new OutputSketches();
        if (outputs.isEmpty()) {
            return sketches;
        }
        Session asked = session.giving(outputs);
        List<ModelInput> inputs = session.inputs();
        for (Feed feed : feeds) {
            try (Session.Outputs given = asked.outputs(change.apply(InputTypes.fit(inputs, feed.inputs())))) {
                outputs.forEach(name -> given.get(name).ifPresent(sketches::add));
            }
        }
        return sketches;
    }

    private void add(Output output) {
        if (output.floating()) {
            sketches.computeIfAbsent(output.name(), name -> new Sketch()).add(output);
        }
    }

    Set<String> names() {
        return sketches.keySet();
    }

    /** What an error of so large a step in each number of an output comes to, relative to it; 0 if there is no such output. */
    double relative(String name, double step) {
        Sketch sketch = sketches.get(name);
        return sketch == null ? 0 : sketch.relative(step);
    }

    /**
     * How far an output is from what another model gave, relative to that; not a number if the other has none of that shape,
     * or their values that are not finite differ.
     */
    double relativeError(String name, OutputSketches reference) {
        Sketch other = reference.sketches.get(name);
        return other == null
                ? Double.NaN
                : Objects.requireNonNull(sketches.get(name)).relativeError(other);
    }
}

package dev.eckart.onnx.run;

import java.util.List;
import java.util.OptionalInt;

/**
 * Which axis of each output counts samples.
 *
 * <p>An axis that is as long as the batch, the first one: what the graph says of its symbolic axes is not looked at.
 */
public record BatchAxes() {

    /** The axis of an output of that name and shape, from 0; empty where the output has none, and is of the batch as a whole. */
    public OptionalInt ofOutput(String name, List<Long> shape, int batch) {
        return !shape.isEmpty() && shape.get(0) == batch ? OptionalInt.of(0) : OptionalInt.empty();
    }
}

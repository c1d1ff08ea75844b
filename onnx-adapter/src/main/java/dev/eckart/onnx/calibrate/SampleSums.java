package dev.eckart.onnx.calibrate;

import dev.eckart.onnx.run.Output;
import java.util.List;
import java.util.function.IntPredicate;

/** Sums over the vectors that some values hold, over all samples. For one thread at a time. */
interface SampleSums {

    /** Where the vectors are. */
    List<LayerInput> inputs();

    /**
     * Adds the vectors that a value holds.
     *
     * @param counted says of each by its number whether to; the others are not looked at
     * @param where the value is from, for messages
     */
    void add(LayerInput input, Output value, IntPredicate counted, String where);
}

package dev.eckart.onnx.verify;

import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.Output;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Which outputs of the original are not finite, and for which samples, batch after batch: no loss can be told from them. */
final class NonFiniteOutputs {
    private final BatchAxes axes;
    private final Map<String, Found> byOutput = new LinkedHashMap<>();
    private int samples;

    NonFiniteOutputs(BatchAxes axes) {
        this.axes = axes;
    }

    /** Of one output. */
    private static final class Found {
        private final double first;
        private final BitSet samples = new BitSet();

        Found(double first) {
            this.first = first;
        }
    }

    /** Adds what the original gave for the samples that come next. */
    void add(Map<String, Output> original, int batch) {
        for (Output output : original.values()) {
            OptionalInt axis = axes.ofOutput(output.name(), output.shape(), batch);
            if (output.floating()) {
                add(output.withFirst(axis.orElse(0)), axis.isPresent() ? output.size() / batch : output.size());
            }
        }
        samples += batch;
    }

    /**
     * Adds an output.
     *
     * @param size numbers of a sample, which follow each other
     */
    private void add(Output output, int size) {
        for (int i = 0; i < output.size(); i++) {
            double number = output.at(i);
            if (!Double.isFinite(number)) {
                byOutput.computeIfAbsent(output.name(), unused -> new Found(number))
                        .samples
                        .set(samples + i / size);
            }
        }
    }

    /** Sentences without a capital or a full stop. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        byOutput.forEach((name, found) -> sentences.add(
                "the original model itself gives numbers that are not finite in output `%s`, for %d of %d samples, the first of them %s in sample %d: the comparison of this output says nothing of the compressed model"
                        .formatted(
                                name, found.samples.cardinality(), samples, found.first, found.samples.nextSetBit(0))));
        return sentences;
    }
}

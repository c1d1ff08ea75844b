package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Samples {@code from} to {@code to}, exclusive, of a set. */
public record Batch(InputSet set, int from, int to) {
    /** Numbers of all outputs together that a batch should have. */
    private static final int OUTPUT_NUMBERS = 1 << 21;

    private static final int LARGEST = 256;

    /** The first {@code samples} of a set, {@code size} at a time. */
    public static List<Batch> of(InputSet set, int samples, int size) {
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < samples; from += size) {
            batches.add(new Batch(set, from, Math.min(samples, from + size)));
        }
        return batches;
    }

    /** How many samples to run at a time: as many as the outputs of the first one allow. */
    public static int size(InputSet set, Function<Batch, Map<String, Output>> model) {
        int least = set.batchSize(1);
        if (set.batchSize(LARGEST) <= least) {
            return least;
        }
        long numbers = model.apply(new Batch(set, 0, least)).values().stream()
                .mapToLong(Output::size)
                .sum();
        return set.batchSize((int) Math.min(LARGEST, OUTPUT_NUMBERS / Math.max(1, numbers)));
    }

    public int size() {
        return to - from;
    }

    public Map<String, NpyArray> inputs() {
        return set.batch(from, to);
    }
}

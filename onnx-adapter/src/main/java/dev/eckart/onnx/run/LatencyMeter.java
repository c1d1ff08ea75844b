package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Latency;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Times two models on the same inputs, taking turns, so that what else the machine does falls on both alike. */
public final class LatencyMeter {
    private static final int WARM_UP_TURNS = 2;
    private static final int LEAST_TURNS = 5;
    private static final int MOST_TURNS = 50;

    /** No further turns are begun after this long. */
    private static final long NANOSECONDS = 1_000_000_000L;

    private LatencyMeter() {}

    /** The medians over some turns, after a warm-up. */
    public static Latency measure(Session original, Session compressed, Map<String, NpyArray> inputs, int samples) {
        List<Double> before = new ArrayList<>();
        List<Double> after = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
            original.nanoseconds(inputs);
            compressed.nanoseconds(inputs);
        }
        long start = System.nanoTime();
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            if (turn >= LEAST_TURNS && System.nanoTime() - start > NANOSECONDS) {
                break;
            }
            double one = original.nanoseconds(inputs) / 1e6;
            double other = compressed.nanoseconds(inputs) / 1e6;
            before.add(one);
            after.add(other);
            ratios.add(other / one);
        }
        return new Latency(median(before), median(after), median(ratios), samples);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}

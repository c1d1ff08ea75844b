package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Latency;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Times two models on the same inputs, taking turns, so that what else the machine does falls on both alike. */
public final class LatencyMeter {
    private static final int WARM_UP_TURNS = 3;
    private static final int LEAST_TURNS = 7;
    private static final int MOST_TURNS = 100;

    /** No further turns are begun after this long. */
    private static final long NANOSECONDS = 1_000_000_000L;

    private LatencyMeter() {}

    /** The medians and quartiles over some turns, after a warm-up. */
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
            // Who goes first changes, so that what one leaves in the caches is to nobody's advantage.
            boolean compressedFirst = turn % 2 == 1;
            double first = (compressedFirst ? compressed : original).nanoseconds(inputs) / 1e6;
            double second = (compressedFirst ? original : compressed).nanoseconds(inputs) / 1e6;
            double one = compressedFirst ? second : first;
            double other = compressedFirst ? first : second;
            before.add(one);
            after.add(other);
            ratios.add(other / one);
        }
        return new Latency(
                quantile(before, 0.5),
                quantile(after, 0.5),
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75),
                samples);
    }

    /** Between the two values that are nearest to it in order, in proportion. */
    static double quantile(List<Double> values, double share) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        double place = share * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }
}

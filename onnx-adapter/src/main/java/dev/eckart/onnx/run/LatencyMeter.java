package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Latency;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Times two models or more on the same inputs, taking turns, so that what else the machine does falls on both alike. */
public final class LatencyMeter {
    /** Samples of a run that is timed, where there are as many and the model takes as many at a time. */
    public static final int SAMPLES = 32;

    private static final int WARM_UP_TURNS = 3;
    private static final int LEAST_TURNS = 7;
    /** Odd, as the least number is: one of the turns has the median ratio. */
    private static final int MOST_TURNS = 101;

    /** No further turns are begun after this long. */
    private static final long NANOSECONDS = 1_000_000_000L;

    /** Something that takes time. */
    public interface Timed {

        /** Does it once, and says how long that took. */
        long nanoseconds();
    }

    private LatencyMeter() {}

    /** The median and the quartiles of some turns, after a warm-up. */
    public static Latency measure(Session original, Session compressed, Map<String, NpyArray> inputs, int samples) {
        return measure(original, inputs, compressed, inputs, samples);
    }

    /** As {@link #measure(Session, Session, Map, int)}, where the second one takes the same inputs in other types. */
    public static Latency measure(
            Session original,
            Map<String, NpyArray> inputs,
            Session compressed,
            Map<String, NpyArray> inputsOfCompressed,
            int samples) {
        return measure(
                () -> original.nanoseconds(inputs),
                () -> compressed.nanoseconds(inputsOfCompressed),
                samples,
                NANOSECONDS);
    }

    /**
     * As {@link #measure(Session, Session, Map, int)}, of whatever takes time.
     *
     * @param limit nanoseconds after which no further turns are begun, but for the least number
     */
    public static Latency measure(Timed original, Timed compressed, int samples, long limit) {
        return turns(List.of(original, compressed), limit).besideFirst(1, samples);
    }

    /**
     * Several models' times, after a warm-up.
     *
     * @param inputs of each, in the same order: the same ones, in the types that it takes
     */
    public static TurnTimes measure(List<Session> models, List<Map<String, NpyArray>> inputs) {
        List<Timed> timed = IntStream.range(0, models.size())
                .<Timed>mapToObj(i -> () -> models.get(i).nanoseconds(inputs.get(i)))
                .toList();
        return turns(timed, NANOSECONDS * Math.max(1, models.size() / 2));
    }

    /** @param limit nanoseconds after which no further turns are begun, but for the least number */
    static TurnTimes turns(List<Timed> models, long limit) {
        List<List<Double>> turns = new ArrayList<>();
        for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
            models.forEach(Timed::nanoseconds);
        }
        long start = System.nanoTime();
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            if (turn >= LEAST_TURNS && turn % 2 == 1 && System.nanoTime() - start > limit) {
                break;
            }
            Double[] times = new Double[models.size()];
            for (int model : order(turn, models.size())) {
                times[model] = models.get(model).nanoseconds() / 1e6;
            }
            turns.add(List.of(times));
        }
        return new TurnTimes(turns);
    }

    /**
     * Who goes first changes from turn to turn, and after each has, the direction does, so that what one leaves in the caches
     * is to nobody's advantage.
     */
    private static int[] order(int turn, int models) {
        boolean backwards = turn / models % 2 == 1;
        return IntStream.range(0, models)
                .map(place -> Math.floorMod(turn + (backwards ? -place : place), models))
                .toArray();
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

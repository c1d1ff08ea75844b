package dev.eckart.onnx.run;

import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.RunTime;
import java.util.Comparator;
import java.util.List;

/** How long each of several models took, turn by turn: in each turn all of them ran once. */
public final class TurnTimes {
    /** Of each turn, in milliseconds: those of all models, in their order. */
    private final List<List<Double>> turns;

    TurnTimes(List<List<Double>> turns) {
        this.turns = turns.stream().map(List::copyOf).toList();
    }

    /** The median and the quartiles of one model's times. */
    public RunTime of(int model) {
        List<Double> times = turns.stream().map(turn -> turn.get(model)).toList();
        return new RunTime(
                LatencyMeter.quantile(times, 0.5),
                LatencyMeter.quantile(times, 0.25),
                LatencyMeter.quantile(times, 0.75));
    }

    /** One model beside the first one. */
    public Latency besideFirst(int model, int samples) {
        List<Turn> pairs = turns.stream()
                .map(turn -> new Turn(turn.get(0), turn.get(model)))
                .sorted(Comparator.comparingDouble(Turn::ratio))
                .toList();
        Turn median = pairs.get(pairs.size() / 2);
        List<Double> ratios = pairs.stream().map(Turn::ratio).toList();
        return new Latency(
                median.originalMs,
                median.compressedMs,
                median.ratio(),
                LatencyMeter.quantile(ratios, 0.25),
                LatencyMeter.quantile(ratios, 0.75),
                samples);
    }

    /** One run of each of two models. */
    private record Turn(double originalMs, double compressedMs) {
        double ratio() {
            return compressedMs / originalMs;
        }
    }
}

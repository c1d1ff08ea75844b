package dev.eckart.onnx.run;

import dev.eckart.onnx.run.Session.Optimization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Times the loading of several models, in turns, each alone: of files that the system has read before. */
public final class LoadMeter {
    /** Odd, so that one of the times is the median. */
    private static final int TURNS = 3;

    /** No further turn is begun after this long. */
    private static final long NANOSECONDS = 10_000_000_000L;

    private LoadMeter() {}

    /**
     * The median time of loading each of the models, in milliseconds, of three turns; of one or two where these take long.
     *
     * @throws dev.eckart.core.InvalidInputException if ONNX Runtime refuses one
     */
    public static List<Double> measure(List<Path> models, int threads) {
        List<List<Double>> turns = new ArrayList<>();
        long start = System.nanoTime();
        while (turns.size() < TURNS && (turns.isEmpty() || System.nanoTime() - start < NANOSECONDS)) {
            turns.add(models.stream().map(model -> milliseconds(model, threads)).toList());
        }
        List<Double> medians = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            int model = i;
            medians.add(LatencyMeter.quantile(
                    turns.stream().map(turn -> turn.get(model)).toList(), 0.5));
        }
        return medians;
    }

    private static double milliseconds(Path model, int threads) {
        long start = System.nanoTime();
        Session session = Session.open(model, Optimization.ALL, threads);
        double taken = (System.nanoTime() - start) / 1e6;
        session.close();
        return taken;
    }
}

package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what many compressed models lose against one original, which is loaded once, and run once where its outputs
 * are few enough to be kept. Proves no rewrite: that is for {@link ModelVerifier}, on the model that is kept of them.
 */
public final class LossMeter implements AutoCloseable {
    /** Numbers of all outputs together that a batch should have. */
    private static final int BATCH_NUMBERS = 1 << 21;

    private static final int LARGEST_BATCH = 256;

    /** Numbers of the original's outputs that are kept: 64 MB of float32. */
    private static final long KEPT_NUMBERS = 1 << 24;

    private final Session original;
    private final OutputAxes axes;
    private final List<InputSet> inputs;
    private final EvaluationInputs description;
    private final Padding padding;
    private final Optional<Labels> labels;
    private final List<RequestedMetric> metrics;
    private final int threads;
    private final List<Run> runs = new ArrayList<>();

    private LossMeter(
            Session original,
            List<InputSet> inputs,
            EvaluationInputs description,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            int threads) {
        this.original = original;
        this.axes = OutputAxes.of(original, inputs.get(0).axes());
        this.inputs = inputs;
        this.padding = Padding.of(original, inputs);
        this.description = padding.of(description);
        this.labels = labels;
        this.metrics = List.copyOf(metrics);
        this.threads = threads;
    }

    /** Samples {@code from} to {@code to} of a set, and what the original gives for them, if it is kept. */
    private record Run(InputSet set, int from, int to, Optional<Map<String, Output>> before) {}

    /** As {@link #open(Path, OnnxNetwork, InputSource, Optional, List, long, int)}, without metrics of the task. */
    public static LossMeter open(
            Path path, OnnxNetwork network, InputSource inputs, Optional<Labels> labels, long seed, int threads) {
        return open(path, network, inputs, labels, List.of(), seed, threads);
    }

    /**
     * Loads an original and the inputs to compare on.
     *
     * @param network the original, read
     * @param inputs where they come from
     * @param metrics of the task, to be measured of each model
     * @param seed for made-up inputs
     * @throws InvalidInputException if ONNX Runtime refuses the original, or inputs, labels or metrics do not fit it
     */
    public static LossMeter open(
            Path path,
            OnnxNetwork network,
            InputSource inputs,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            long seed,
            int threads) {
        Session session = Session.open(path, Optimization.ALL, threads);
        try {
            InputSource.Inputs read = inputs.read(session, network.model(), seed);
            ModelVerifier.requireAsMany(labels, inputs, read.sets());
            MetricMeter.rehearse(metrics, labels, session, read.sets().get(0));
            return new LossMeter(session, read.sets(), read.description(), labels, metrics, threads);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** What is compared on. */
    public EvaluationInputs inputs() {
        return description;
    }

    public long samples() {
        return inputs.stream().mapToLong(InputSet::samples).sum();
    }

    /** What {@link #measure} will have numbers of, as the loss of the original beside itself on its first sample. */
    public Loss rehearsal() {
        InputSet set = inputs.get(0);
        return LossComparison.rehearsal(axes, original.run(set.batch(0, set.step())), set.step(), samples());
    }

    /** What is to be known of the inputs: sentences without a capital or a full stop. */
    public List<String> warnings() {
        return inputs.stream().flatMap(set -> set.notes().stream()).distinct().toList();
    }

    /** What was measured of a model. */
    public record Measured(Loss loss, List<MetricResult> metrics, Optional<Latency> latency) {
        public Measured {
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * Measures a model that was made from the original.
     *
     * @param timed whether to measure its latency too, the two models taking turns
     */
    public Measured measure(Path compressed, boolean timed) {
        try (Session session = openOwn(compressed)) {
            if (runs.isEmpty()) {
                runOriginal();
            }
            LossComparison loss = new LossComparison(labels, axes);
            MetricMeter meter = MetricMeter.begin(metrics, labels, samples());
            for (Run run : runs) {
                Batch batch = new Batch(run.set, run.from, run.to);
                Map<String, Output> before = run.before.orElseGet(() -> original.run(batch.inputs()));
                Map<String, Output> after = session.run(batch.inputs());
                loss.add(before, after, run.from, batch.size(), padding.of(batch.inputs(), run.set.axes()));
                meter.add(batch, before, after);
            }
            return new Measured(
                    loss.loss(samples()), meter.results(), timed ? Optional.of(latency(session)) : Optional.empty());
        }
    }

    private Session openOwn(Path path) {
        try {
            return Session.open(path, Optimization.ALL, threads);
        } catch (InvalidInputException e) {
            throw new IllegalStateException("The compressed model cannot be loaded: " + e.getMessage(), e);
        }
    }

    private Latency latency(Session session) {
        InputSet timed = inputs.get(0);
        int batch = timed.batchSize(LatencyMeter.SAMPLES);
        return LatencyMeter.measure(original, session, timed.batch(0, batch), batch);
    }

    private void runOriginal() {
        long room = KEPT_NUMBERS;
        for (InputSet set : inputs) {
            int batch = batchSize(set);
            for (int from = 0; from < set.samples(); from += batch) {
                int to = Math.min(set.samples(), from + batch);
                Optional<Map<String, Output>> before =
                        room > 0 ? Optional.of(original.run(set.batch(from, to))) : Optional.empty();
                room -= before.map(LossMeter::numbers).orElse(0L);
                runs.add(new Run(set, from, to, before));
            }
        }
    }

    /** As large as the outputs of the first sample allow. */
    private int batchSize(InputSet set) {
        int least = set.batchSize(1);
        if (set.batchSize(LARGEST_BATCH) <= least) {
            return least;
        }
        long numbers = numbers(original.run(set.batch(0, least)));
        return set.batchSize((int) Math.min(LARGEST_BATCH, BATCH_NUMBERS / Math.max(1, numbers)));
    }

    private static long numbers(Map<String, Output> outputs) {
        return outputs.values().stream().mapToLong(Output::size).sum();
    }

    @Override
    public void close() {
        original.close();
    }
}

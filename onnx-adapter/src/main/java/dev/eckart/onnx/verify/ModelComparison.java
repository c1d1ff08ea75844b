package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.RunTime;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.InputTypes;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import dev.eckart.onnx.run.TurnTimes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Several models beside the one that they stand for, whoever made them: all are loaded at a time, run on the same inputs, and
 * timed in turns. Proves nothing of how they were made: that is for {@link ModelVerifier}.
 */
public final class ModelComparison implements AutoCloseable {
    private final Session original;
    private final List<InputSet> inputs;
    private final EvaluationInputs description;
    private final Padding padding;
    private final OutputAxes axes;
    private final Optional<Labels> labels;
    private final List<RequestedMetric> metrics;
    private final List<Session> others = new ArrayList<>();

    private ModelComparison(
            Session original, InputSource.Inputs inputs, Optional<Labels> labels, List<RequestedMetric> metrics) {
        this.original = original;
        this.inputs = inputs.sets();
        this.padding = Padding.of(original, this.inputs);
        this.description = padding.of(inputs.description());
        this.axes = OutputAxes.of(original, this.inputs.get(0).axes());
        this.labels = labels;
        this.metrics = metrics;
    }

    /**
     * Loads the original and the inputs to compare on.
     *
     * @param network the original, read
     * @param inputs where they come from
     * @param seed for made-up inputs
     * @throws InvalidInputException if ONNX Runtime refuses the original, or inputs, labels or metrics do not fit it
     */
    public static ModelComparison open(
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
            return new ModelComparison(session, read, labels, metrics);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Loads models to compare with the original, and runs each once.
     *
     * @throws InvalidInputException if ONNX Runtime refuses one, or it takes or gives something else than the original
     */
    public void add(List<Path> models, Path originalPath, int threads) {
        Map<String, Output> expected = original.run(first());
        if (expected.isEmpty()) {
            throw new InvalidInputException(
                    "`%s` has no output of numbers to compare; compare takes models that have one"
                            .formatted(originalPath));
        }
        ModelInterface wanted = new ModelInterface(originalPath, original);
        for (Path path : models) {
            Session session = Session.open(path, Optimization.ALL, threads);
            others.add(session);
            wanted.requireSame(path, session);
            wanted.requireSameShapes(path, expected, session.run(fit(session, first())));
        }
    }

    /** What is compared on. */
    public EvaluationInputs inputs() {
        return description;
    }

    public long samples() {
        return inputs.stream().mapToLong(InputSet::samples).sum();
    }

    /** What {@link #losses} will have numbers of, as the loss of the original beside itself on its first sample. */
    public Loss rehearsal() {
        return LossComparison.rehearsal(
                axes, original.run(first()), inputs.get(0).step(), samples());
    }

    /** What one model lost. */
    public record Lost(Loss loss, List<MetricResult> metrics) {
        public Lost {
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * What each of the models lost.
     *
     * @param lost in the order in which the models were added
     * @param warnings of the inputs, and of what the original gives for them: sentences without a capital or a full stop
     */
    public record Losses(List<Lost> lost, List<String> warnings) {
        public Losses {
            lost = List.copyOf(lost);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Runs all models on all samples.
     *
     * @throws InvalidInputException if one fails on them
     */
    public Losses losses(Progress progress) {
        List<LossComparison> comparisons =
                others.stream().map(other -> new LossComparison(labels, axes)).toList();
        List<MetricMeter> meters = others.stream()
                .map(other -> MetricMeter.begin(metrics, labels, samples()))
                .toList();
        NonFiniteOutputs nonFinite = new NonFiniteOutputs(inputs.get(0).axes());
        try (Progress.Task task = progress.start("Comparing", samples())) {
            for (InputSet set : inputs) {
                int size = Batch.size(set, batch -> original.run(batch.inputs()));
                for (Batch batch : Batch.of(set, set.samples(), size)) {
                    Map<String, Output> expected = original.run(batch.inputs());
                    nonFinite.add(expected, batch.size());
                    for (int i = 0; i < others.size(); i++) {
                        Map<String, Output> found = others.get(i).run(fit(others.get(i), batch.inputs()));
                        comparisons
                                .get(i)
                                .add(
                                        expected,
                                        found,
                                        batch.from(),
                                        batch.size(),
                                        padding.of(batch.inputs(), batch.set().axes()));
                        meters.get(i).add(batch, expected, found);
                    }
                    task.step(batch.size());
                }
            }
        }
        return new Losses(
                IntStream.range(0, others.size())
                        .mapToObj(i -> new Lost(
                                comparisons.get(i).loss(samples()),
                                meters.get(i).results()))
                        .toList(),
                Stream.concat(inputs.stream().flatMap(set -> set.notes().stream()), nonFinite.sentences().stream())
                        .distinct()
                        .toList());
    }

    /**
     * Times of all models.
     *
     * @param original the original's
     * @param models those of the models, in the order in which they were added
     */
    public record Times(RunTime original, List<Timed> models) {
        public Times {
            models = List.copyOf(models);
        }
    }

    /** A model's time, and beside the original's. */
    public record Timed(RunTime run, Latency latency) {}

    /** Times all models in turns, on one batch of the first inputs. */
    public Times times() {
        Batch batch = timed();
        List<Session> all = Stream.concat(Stream.of(original), others.stream()).toList();
        TurnTimes turns = LatencyMeter.measure(
                all, all.stream().map(session -> fit(session, batch.inputs())).toList());
        return new Times(
                turns.of(0),
                IntStream.rangeClosed(1, others.size())
                        .mapToObj(i -> new Timed(turns.of(i), turns.besideFirst(i, batch.size())))
                        .toList());
    }

    /** The inputs of a run that is timed, or whose memory is measured, as each model takes them: the original's first. */
    public List<Map<String, NpyArray>> runs() {
        Batch batch = timed();
        return Stream.concat(Stream.of(original), others.stream())
                .map(session -> fit(session, batch.inputs()))
                .toList();
    }

    private Batch timed() {
        InputSet set = inputs.get(0);
        return new Batch(set, 0, set.batchSize(LatencyMeter.SAMPLES));
    }

    private Map<String, NpyArray> first() {
        InputSet set = inputs.get(0);
        return set.batch(0, set.step());
    }

    private static Map<String, NpyArray> fit(Session session, Map<String, NpyArray> arrays) {
        return InputTypes.fit(session.inputs(), arrays);
    }

    @Override
    public void close() {
        others.forEach(Session::close);
        original.close();
    }
}

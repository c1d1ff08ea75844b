package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.LostFusion;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.RewriteCheck;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.InputTypes;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import dev.eckart.onnx.run.ShapeBinding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares compressed models with their original, asking two questions.
 *
 * <ol>
 *   <li>Is the rewrite right? The compressed model against the original with each replaced W set to its B·A: they must
 *       agree to within rounding.
 *   <li>How much was lost? The compressed model against the original.
 * </ol>
 */
public final class ModelVerifier implements AutoCloseable {
    /** Samples of each set of inputs on which the rewrite is proved; rounding shows on a few as on many. */
    private static final int PROOF_SAMPLES = 32;

    /** Those of them on which the models' products are compared, too, one at a time: there are many numbers of these. */
    private static final int DETAILED_SAMPLES = 4;

    private final Path path;
    private final OnnxNetwork network;
    /** How many nodes of each the runtime runs of the original. */
    private final Map<String, Integer> operators;

    private final OutputAxes axes;
    private final List<InputSet> inputs;
    private final EvaluationInputs description;
    private final Padding padding;
    private final Optional<Labels> labels;
    private final List<RequestedMetric> metrics;
    private final int threads;
    private final Path temporary;
    private final Supplier<Decomposer> backend;

    /** Empty while it need not be loaded: a large model takes much memory. */
    private Optional<Session> loaded;

    private List<MadeUpInputs.Bound> bound = List.of();

    /** What the last comparison showed of the original itself. */
    private List<String> ofOriginal = List.of();

    private ModelVerifier(
            Path path,
            OnnxNetwork network,
            Session original,
            Map<String, Integer> operators,
            List<InputSet> inputs,
            EvaluationInputs description,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            int threads,
            Path temporary,
            Supplier<Decomposer> backend) {
        this.path = path;
        this.network = network;
        this.loaded = Optional.of(original);
        this.operators = operators;
        this.axes = OutputAxes.of(original, inputs.get(0).axes());
        this.inputs = inputs;
        this.padding = Padding.of(original, inputs);
        this.description = padding.of(description);
        this.labels = labels;
        this.metrics = metrics;
        this.threads = threads;
        this.temporary = temporary;
        this.backend = backend;
    }

    /**
     * Loads an original and the inputs to compare on, so that what is wrong with them shows before any work is done.
     *
     * @param path the original's file
     * @param network the same, read
     * @param inputs where they come from
     * @param metrics of the task, to be measured beside the comparisons of every output
     * @param seed for made-up inputs
     * @param temporary a folder for the model to prove a rewrite against
     * @param backend asked for where factors are multiplied
     * @throws InvalidInputException if ONNX Runtime refuses the original, or inputs, labels or metrics do not fit it
     */
    public static ModelVerifier open(
            Path path,
            OnnxNetwork network,
            InputSource inputs,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            long seed,
            int threads,
            Path temporary,
            Supplier<Decomposer> backend) {
        Session session = Session.openLogged(path, threads, temporary);
        try {
            InputSource.Inputs read = inputs.read(session, network.model(), seed);
            List<InputSet> sets = read.sets();
            requireAsMany(labels, inputs, sets);
            MetricMeter.rehearse(metrics, labels, session, sets.get(0));
            session.run(firstOf(sets));
            return new ModelVerifier(
                    path,
                    network,
                    session,
                    session.operators(),
                    sets,
                    read.description(),
                    labels,
                    metrics,
                    threads,
                    temporary,
                    backend);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** What {@link #verify} will have numbers of, as the loss of the original beside itself on its first sample. */
    public Loss rehearsal() {
        return LossComparison.rehearsal(
                axes, original().run(firstOf(inputs)), inputs.get(0).step(), samples());
    }

    private long samples() {
        return inputs.stream().mapToLong(InputSet::samples).sum();
    }

    private static Map<String, NpyArray> firstOf(List<InputSet> sets) {
        InputSet set = sets.get(0);
        return set.batch(0, set.step());
    }

    /**
     * Has models compared at further sizes of dynamic axes, too.
     *
     * @param seed for made-up inputs
     * @throws InvalidInputException if a binding is not of the original's axes, or it refuses the sizes
     */
    public ModelVerifier at(List<ShapeBinding> bindings, long seed) {
        try {
            bound = MadeUpInputs.at(bindings, original(), network.model(), seed);
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static void requireAsMany(Optional<Labels> labels, InputSource inputs, List<InputSet> sets) {
        if (labels.isEmpty()) {
            return;
        }
        if (!(inputs instanceof InputSource.Given)) {
            throw new InvalidInputException("--labels needs the inputs that they belong to: give --inputs");
        }
        int samples = sets.get(0).samples();
        if (labels.get().count() != samples) {
            throw new InvalidInputException("there are %d labels for %d samples; expected one for each"
                    .formatted(labels.get().count(), samples));
        }
    }

    /**
     * Compares a compressed model with the original.
     *
     * @param session the compressed model, loaded by {@link Session#openLogged}, and not asked yet
     * @param compressed the same model
     * @throws InvalidInputException if it is not made from this original
     */
    public Verification verify(Session session, OnnxNetwork compressed, Progress progress) {
        requireSameInterface(session);
        session.run(InputTypes.fit(session.inputs(), firstOf(inputs)));
        List<LostFusion> fusions = Fusions.lost(network.index(), operators, session.operators());
        long samples = samples();
        try (Progress.Task task = progress.start("Verifying", samples)) {
            LossComparison loss = new LossComparison(labels, axes);
            NonFiniteOutputs nonFinite = new NonFiniteOutputs(inputs.get(0).axes());
            MetricMeter meter = MetricMeter.begin(metrics, labels, samples);
            List<ModelInput> taken = session.inputs();
            for (InputSet set : inputs) {
                int size = Batch.size(set, batch -> original().run(batch.inputs()));
                for (Batch batch : Batch.of(set, set.samples(), size)) {
                    Map<String, Output> one = original().run(batch.inputs());
                    Map<String, Output> other = session.run(InputTypes.fit(taken, batch.inputs()));
                    loss.add(
                            one,
                            other,
                            batch.from(),
                            batch.size(),
                            padding.of(batch.inputs(), batch.set().axes()));
                    nonFinite.add(one, batch.size());
                    meter.add(batch, one, other);
                    task.step(batch.size());
                }
            }
            ofOriginal = nonFinite.sentences();
            boolean changed = !network.runsTheSameNodesAs(compressed);
            Optional<Latency> latency = changed ? Optional.of(latency(session, timed())) : Optional.empty();
            List<BindingCheck> bindings = new ArrayList<>();
            for (MadeUpInputs.Bound each : bound) {
                Batch whole = whole(each.inputs());
                Map<String, Output> other = session.run(InputTypes.fit(taken, whole.inputs()));
                LossComparison lost = new LossComparison(
                        Optional.empty(), axes.with(each.inputs().axes()));
                lost.add(original().run(whole.inputs()), other, 0, whole.size(), Optional.empty());
                bindings.add(new BindingCheck(
                        each.axes(),
                        Optional.empty(),
                        lost.comparisons(),
                        changed ? Optional.of(latency(session, whole)) : Optional.empty()));
            }
            List<RewriteCheck> answers = prove(session, compressed);
            return new Verification(
                            description,
                            samples,
                            Optional.empty(),
                            loss.comparisons(),
                            loss.accuracy(samples),
                            latency,
                            meter.results(),
                            fusions,
                            IntStream.range(0, bindings.size())
                                    .mapToObj(i -> bindings.get(i).with(answers.get(i + 1)))
                                    .toList(),
                            Optional.empty())
                    .with(answers.get(0));
        }
    }

    /**
     * Answers the first question alone.
     *
     * @param session the compressed model, loaded
     * @param compressed the same model
     * @return what was found on the inputs, and on those at each of the further sizes
     */
    public List<RewriteCheck> prove(Session session, OnnxNetwork compressed) {
        // The original is not needed beside the models that are made for this.
        unload();
        List<ModelInput> taken = session.inputs();
        List<Batch> batches = new ArrayList<>();
        List<Batch> few = new ArrayList<>();
        for (InputSet set : inputs) {
            int size = Batch.size(set, batch -> session.run(InputTypes.fit(taken, batch.inputs())));
            batches.addAll(Batch.of(set, samples(set, PROOF_SAMPLES), size));
            few.addAll(Batch.of(set, samples(set, DETAILED_SAMPLES), set.batchSize(1)));
        }
        List<RewriteProver.Samples> groups = new ArrayList<>();
        groups.add(RewriteProver.Samples.of(session, batches, few));
        for (MadeUpInputs.Bound each : bound) {
            List<Batch> whole = List.of(whole(each.inputs()));
            groups.add(RewriteProver.Samples.of(session, whole, whole));
        }
        return new RewriteProver(network, threads, temporary, backend).prove(compressed, groups);
    }

    /**
     * Measures, in processes of their own, how much memory the two models take for a run on one batch of the inputs.
     *
     * @param taken the compressed model's inputs
     * @throws InvalidInputException if such a process fails
     */
    public Memory memory(Path compressed, List<ModelInput> taken) {
        // A model that is loaded here is memory that those processes do not have.
        Map<String, NpyArray> batch = timed().inputs();
        unload();
        return new Memory(
                MemoryMeter.measure(path, batch, threads),
                MemoryMeter.measure(compressed, InputTypes.fit(taken, batch), threads));
    }

    /**
     * What is to be known of the inputs, and of what the original gave for them in the last comparison: sentences without a
     * capital or a full stop.
     */
    public List<String> warnings() {
        return Stream.concat(inputs.stream().flatMap(set -> set.notes().stream()), ofOriginal.stream())
                .distinct()
                .toList();
    }

    /** The samples of a run that is measured. */
    private Batch timed() {
        InputSet set = inputs.get(0);
        return new Batch(set, 0, set.batchSize(LatencyMeter.SAMPLES));
    }

    private static Batch whole(InputSet set) {
        return new Batch(set, 0, set.samples());
    }

    private Latency latency(Session session, Batch batch) {
        Map<String, NpyArray> arrays = batch.inputs();
        return LatencyMeter.measure(
                original(), arrays, session, InputTypes.fit(session.inputs(), arrays), batch.size());
    }

    private Session original() {
        Session session = loaded.orElseGet(() -> Session.open(path, Optimization.ALL, threads));
        loaded = Optional.of(session);
        return session;
    }

    private void unload() {
        loaded.ifPresent(Session::close);
        loaded = Optional.empty();
    }

    private void requireSameInterface(Session compressed) {
        Map<String, ModelInput> expected = byName(original());
        Map<String, ModelInput> found = byName(compressed);
        boolean same = expected.keySet().equals(found.keySet())
                && expected.values().stream().allMatch(input -> {
                    ModelInput other = Objects.requireNonNull(found.get(input.name()));
                    return InputTypes.areAlike(input.type(), other.type())
                            && input.dims().size() == other.dims().size();
                });
        if (!same) {
            throw new InvalidInputException(
                    "the compressed model is not made from `%s`, which takes other inputs: expected %s but was: %s"
                            .formatted(path, describe(original()), describe(compressed)));
        }
    }

    private static Map<String, ModelInput> byName(Session session) {
        return session.inputs().stream().collect(Collectors.toMap(ModelInput::name, Function.identity()));
    }

    private static String describe(Session session) {
        return session.inputs().stream()
                .map(input -> input.name() + " " + input.describe())
                .collect(Collectors.joining(", "));
    }

    /** So many samples of a set, in whole runs, of which there is one at least. */
    private static int samples(InputSet set, int wanted) {
        return Math.min(set.samples(), Math.max(1, wanted / set.step()) * set.step());
    }

    @Override
    public void close() {
        unload();
    }
}

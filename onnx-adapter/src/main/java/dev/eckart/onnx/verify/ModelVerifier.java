package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.LostFusion;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import dev.eckart.onnx.run.ShapeBinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

    /** Numbers of a model's outputs that are kept: 64 MB of float32. */
    private static final long KEPT_NUMBERS = 1 << 24;

    /** Different orders of summation differ from each other as much as optimization levels do; this many times. */
    private static final double NOISE_MARGIN = 10;

    private final Path path;
    private final OnnxNetwork network;
    /** How many nodes of each the runtime runs of the original. */
    private final Map<String, Integer> operators;

    private final OutputAxes axes;
    private final List<InputSet> inputs;
    private final String description;
    private final Optional<Labels> labels;
    private final List<RequestedMetric> metrics;
    private final int threads;
    private final Path temporary;
    private final Supplier<Decomposer> backend;

    /** Empty while it need not be loaded: a large model takes much memory. */
    private Optional<Session> loaded;

    private List<MadeUpInputs.Bound> bound = List.of();

    private ModelVerifier(
            Path path,
            OnnxNetwork network,
            Session original,
            Map<String, Integer> operators,
            List<InputSet> inputs,
            String description,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            int threads,
            Path temporary,
            Supplier<Decomposer> backend) {
        this.path = path;
        this.network = network;
        this.loaded = Optional.of(original);
        this.operators = operators;
        this.axes = OutputAxes.of(original, new BatchAxes());
        this.inputs = inputs;
        this.description = description;
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
     * @param inputs where to read inputs from; if empty, they are made up
     * @param metrics of the task, to be measured beside the comparisons of every output
     * @param seed for made-up inputs
     * @param temporary a folder for the model to prove a rewrite against
     * @param backend asked for where factors are multiplied
     * @throws InvalidInputException if ONNX Runtime refuses the original, or inputs, labels or metrics do not fit it
     */
    public static ModelVerifier open(
            Path path,
            OnnxNetwork network,
            Optional<Path> inputs,
            Optional<Labels> labels,
            List<RequestedMetric> metrics,
            long seed,
            int threads,
            Path temporary,
            Supplier<Decomposer> backend) {
        Session session = Session.openLogged(path, threads, temporary);
        try {
            List<InputSet> sets = inputs.isPresent()
                    ? List.of(InputFiles.read(inputs.get(), session.inputs()))
                    : MadeUpInputs.forModel(session, network.model(), seed);
            requireAsMany(labels, inputs, sets);
            MetricMeter.rehearse(metrics, labels, session, sets.get(0));
            String description = inputs.map(Path::toString).orElse("made up");
            session.run(firstOf(sets));
            return new ModelVerifier(
                    path,
                    network,
                    session,
                    session.operators(),
                    sets,
                    description,
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

    static void requireAsMany(Optional<Labels> labels, Optional<Path> inputs, List<InputSet> sets) {
        if (labels.isEmpty()) {
            return;
        }
        if (inputs.isEmpty()) {
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
        session.run(firstOf(inputs));
        List<LostFusion> fusions = Fusions.lost(network.index(), operators, session.operators());
        long samples = samples();
        try (Progress.Task task = progress.start("Verifying", samples)) {
            LossComparison loss = new LossComparison(labels, axes);
            MetricMeter meter = MetricMeter.begin(metrics, labels, samples);
            List<Batch> proofBatches = new ArrayList<>();
            KeptOutputs before = new KeptOutputs(batch -> original().run(batch.inputs()));
            KeptOutputs after = new KeptOutputs(batch -> session.run(batch.inputs()));
            for (InputSet set : inputs) {
                int size = Batch.size(set, batch -> original().run(batch.inputs()));
                List<Batch> proving = Batch.of(set, proofSamples(set), size);
                proofBatches.addAll(proving);
                for (Batch batch : Batch.of(set, set.samples(), size)) {
                    boolean proves = proving.contains(batch);
                    Map<String, Output> one = proves ? before.keep(batch) : before.of(batch);
                    Map<String, Output> other = proves ? after.keep(batch) : after.of(batch);
                    loss.add(one, other, batch.from(), batch.size());
                    meter.add(batch, one, other);
                    task.step(batch.size());
                }
            }
            Latency latency = latency(session, timed());
            List<List<Batch>> proved = new ArrayList<>(List.of(proofBatches));
            List<BindingCheck> bindings = new ArrayList<>();
            for (MadeUpInputs.Bound each : bound) {
                Batch whole = whole(each.inputs());
                proved.add(List.of(whole));
                LossComparison lost = new LossComparison(Optional.empty(), axes);
                lost.add(before.keep(whole), after.keep(whole), 0, whole.size());
                bindings.add(
                        new BindingCheck(each.axes(), Optional.empty(), lost.comparisons(), latency(session, whole)));
            }
            List<Optional<RewriteProof>> proofs = proofs(compressed, before, after, proved);
            return new Verification(
                    description,
                    samples,
                    proofs.get(0),
                    loss.comparisons(),
                    loss.accuracy(samples),
                    latency,
                    meter.results(),
                    fusions,
                    IntStream.range(0, bindings.size())
                            .mapToObj(i -> bindings.get(i).with(proofs.get(i + 1)))
                            .toList(),
                    Optional.empty());
        }
    }

    /**
     * Measures, in processes of their own, how much memory the two models take for a run on one batch of the inputs.
     *
     * @throws InvalidInputException if such a process fails
     */
    public Memory memory(Path compressed) {
        // A model that is loaded here is memory that those processes do not have.
        Map<String, NpyArray> batch = timed().inputs();
        unload();
        return new Memory(MemoryMeter.measure(path, batch, threads), MemoryMeter.measure(compressed, batch, threads));
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
        return LatencyMeter.measure(original(), session, batch.inputs(), batch.size());
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
        if (!types(compressed).equals(types(original()))) {
            throw new InvalidInputException(
                    "the compressed model is not made from `%s`, which takes other inputs: expected %s but was: %s"
                            .formatted(path, describe(original()), describe(compressed)));
        }
    }

    /** Element type and number of dimensions of each input; another exporter may name symbolic dimensions otherwise. */
    private static Map<String, List<Object>> types(Session session) {
        return session.inputs().stream()
                .collect(Collectors.toMap(
                        ModelInput::name,
                        input -> List.of(input.type(), input.dims().size())));
    }

    private static String describe(Session session) {
        return session.inputs().stream()
                .map(input -> input.name() + " " + input.describe())
                .collect(Collectors.joining(", "));
    }

    /** The first question, asked of each of some groups of batches. */
    private List<Optional<RewriteProof>> proofs(
            OnnxNetwork compressed, KeptOutputs before, KeptOutputs after, List<List<Batch>> groups) {
        List<Batch> batches = groups.stream().flatMap(List::stream).toList();
        List<OptionalDouble> errors;
        // Never put in place; but what a killed run leaves of it, the next one removes.
        try (PendingFile file = PendingFile.beside(temporary.resolve("eckart-reference.onnx"));
                Scratch scratch = Scratch.in(file.directory())) {
            Optional<OnnxModel> reference = network.withScratch(scratch).reference(compressed, backend);
            if (reference.isEmpty()) {
                return groups.stream()
                        .map(group -> Optional.<RewriteProof>empty())
                        .toList();
            }
            before.keep(batches);
            after.keep(batches);
            if (before.has(batches)) {
                // Not needed beside the next ones.
                unload();
            }
            OnnxWriter.write(reference.get(), file.path());
            try (Session products = Session.open(file.path(), Optimization.ALL, threads)) {
                errors = groups.stream()
                        .map(group -> largestError(batch -> products.run(batch.inputs()), after, group))
                        .toList();
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidInputException(
                    "the model to prove the rewrite against cannot be written to the temporary folder: "
                            + Unwritable.reason(e),
                    e);
        }
        if (errors.stream().allMatch(OptionalDouble::isEmpty)) {
            return groups.stream().map(group -> Optional.<RewriteProof>empty()).toList();
        }
        double[] noise = new double[groups.size()];
        for (Optimization other : List.of(Optimization.NONE, Optimization.BASIC)) {
            try (Session differently = Session.open(path, other, threads)) {
                Arrays.setAll(
                        noise,
                        i -> Math.max(
                                noise[i],
                                largestError(before, batch -> differently.run(batch.inputs()), groups.get(i))
                                        .orElse(0)));
            }
        }
        return IntStream.range(0, groups.size())
                .mapToObj(i -> proof(errors.get(i), noise[i]))
                .toList();
    }

    private Optional<RewriteProof> proof(OptionalDouble error, double noise) {
        // Whole numbers do not tell rounding from a mistake: a near tie may fall either way.
        return error.isEmpty()
                ? Optional.empty()
                : Optional.of(new RewriteProof(
                        error.getAsDouble(), noise, NOISE_MARGIN * Math.max(noise, network.rounding())));
    }

    /** The largest relative error of a floating-point output; empty where there is no such output. */
    private static OptionalDouble largestError(Runs one, Runs other, List<Batch> batches) {
        Map<String, OutputTally> tallies = new LinkedHashMap<>();
        for (Batch batch : batches) {
            Map<String, Output> after = other.of(batch);
            for (Output output : one.of(batch).values()) {
                Output counterpart = after.get(output.name());
                if (output.floating() && counterpart != null) {
                    tallies.computeIfAbsent(output.name(), OutputTally::new).add(output, counterpart, batch.size());
                }
            }
        }
        return tallies.values().stream()
                .mapToDouble(tally -> tally.result().relativeError())
                .max();
    }

    /** What a model gives. */
    private interface Runs {
        Map<String, Output> of(Batch batch);
    }

    /** A model's outputs, some of which are kept, so that it is not run on the same samples again. */
    private static final class KeptOutputs implements Runs {
        private final Runs runs;
        private final Map<Batch, Map<String, Output>> kept = new HashMap<>();
        private long numbers;

        KeptOutputs(Runs runs) {
            this.runs = runs;
        }

        @Override
        public Map<String, Output> of(Batch batch) {
            Map<String, Output> known = kept.get(batch);
            return known == null ? runs.of(batch) : known;
        }

        /** The same, kept where there is room. */
        Map<String, Output> keep(Batch batch) {
            Map<String, Output> outputs = of(batch);
            long size = outputs.values().stream().mapToLong(Output::size).sum();
            if (!kept.containsKey(batch) && numbers + size <= KEPT_NUMBERS) {
                numbers += size;
                kept.put(batch, outputs);
            }
            return outputs;
        }

        void keep(List<Batch> batches) {
            batches.forEach(batch -> keep(batch));
        }

        boolean has(List<Batch> batches) {
            return kept.keySet().containsAll(batches);
        }
    }

    private static int proofSamples(InputSet set) {
        return Math.min(set.samples(), Math.max(1, PROOF_SAMPLES / set.step()) * set.step());
    }

    @Override
    public void close() {
        unload();
    }
}

package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

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

    /** Numbers of all outputs together that a batch should have. */
    private static final int BATCH_NUMBERS = 1 << 21;

    private static final int LARGEST_BATCH = 256;

    /** Different orders of summation differ from each other as much as optimization levels do; this many times. */
    private static final double NOISE_MARGIN = 10;

    private final Path path;
    private final OnnxNetwork network;
    private final Session original;
    private final List<InputSet> inputs;
    private final String description;
    private final Optional<Labels> labels;
    private final int threads;
    private final Path temporary;

    private ModelVerifier(
            Path path,
            OnnxNetwork network,
            Session original,
            List<InputSet> inputs,
            String description,
            Optional<Labels> labels,
            int threads,
            Path temporary) {
        this.path = path;
        this.network = network;
        this.original = original;
        this.inputs = inputs;
        this.description = description;
        this.labels = labels;
        this.threads = threads;
        this.temporary = temporary;
    }

    /**
     * Loads an original and the inputs to compare on, so that what is wrong with them shows before any work is done.
     *
     * @param path the original's file
     * @param network the same, read
     * @param inputs where to read inputs from; if empty, they are made up
     * @param seed for made-up inputs
     * @param temporary a folder for the model to prove a rewrite against
     * @throws InvalidInputException if ONNX Runtime refuses the original, or inputs or labels do not fit it
     */
    public static ModelVerifier open(
            Path path,
            OnnxNetwork network,
            Optional<Path> inputs,
            Optional<Labels> labels,
            long seed,
            int threads,
            Path temporary) {
        Session session = Session.open(path, Optimization.ALL, threads);
        try {
            List<InputSet> sets = inputs.isPresent()
                    ? List.of(InputFiles.read(inputs.get(), session.inputs()))
                    : MadeUpInputs.forModel(session, network.model(), seed);
            requireAsMany(labels, inputs, sets);
            String description = inputs.map(Path::toString).orElse("made up");
            return new ModelVerifier(path, network, session, sets, description, labels, threads, temporary);
        } catch (RuntimeException e) {
            session.close();
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
     * @param session the compressed model, loaded
     * @param compressed the same model
     * @throws InvalidInputException if it is not made from this original
     */
    public Verification verify(Session session, OnnxNetwork compressed, Progress progress) {
        requireSameInterface(session);
        long samples = inputs.stream().mapToLong(InputSet::samples).sum();
        try (Progress.Task task = progress.start("Verifying", samples)) {
            LossComparison loss = new LossComparison(labels);
            for (InputSet set : inputs) {
                forEachBatch(set, set.samples(), (from, to) -> {
                    loss.add(original.run(set.batch(from, to)), session.run(set.batch(from, to)), from, to - from);
                    task.step(to - from);
                });
            }
            InputSet timed = inputs.get(0);
            int batch = timed.batchSize(PROOF_SAMPLES);
            return new Verification(
                    description,
                    samples,
                    proof(compressed, session),
                    loss.comparisons(),
                    loss.accuracy(samples),
                    LatencyMeter.measure(original, session, timed.batch(0, batch), batch));
        }
    }

    private void requireSameInterface(Session compressed) {
        if (!types(compressed).equals(types(original))) {
            throw new InvalidInputException(
                    "the compressed model is not made from `%s`, which takes other inputs: expected %s but was: %s"
                            .formatted(path, describe(original), describe(compressed)));
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

    /** The first question. */
    private Optional<RewriteProof> proof(OnnxNetwork compressed, Session session) {
        OptionalDouble error;
        // Never put in place; but what a killed run leaves of it, the next one removes.
        try (PendingFile file = PendingFile.beside(temporary.resolve("eckart-reference.onnx"));
                Scratch scratch = Scratch.in(file.directory())) {
            Optional<OnnxModel> reference = network.withScratch(scratch).reference(compressed);
            if (reference.isEmpty()) {
                return Optional.empty();
            }
            OnnxWriter.write(reference.get(), file.path());
            try (Session products = Session.open(file.path(), Optimization.ALL, threads)) {
                error = largestError(products, session);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidInputException(
                    "the model to prove the rewrite against cannot be written to the temporary folder: "
                            + Unwritable.reason(e),
                    e);
        }
        if (error.isEmpty()) {
            // Whole numbers do not tell rounding from a mistake: a near tie may fall either way.
            return Optional.empty();
        }
        double noise = 0;
        for (Optimization other : List.of(Optimization.NONE, Optimization.BASIC)) {
            try (Session differently = Session.open(path, other, threads)) {
                noise = Math.max(noise, largestError(original, differently).orElse(0));
            }
        }
        double tolerance = NOISE_MARGIN * Math.max(noise, network.rounding());
        return Optional.of(new RewriteProof(error.getAsDouble(), noise, tolerance));
    }

    /** The largest relative error of a floating-point output; empty where there is no such output. */
    private OptionalDouble largestError(Session one, Session other) {
        Map<String, OutputTally> tallies = new LinkedHashMap<>();
        for (InputSet set : inputs) {
            int samples = Math.min(set.samples(), Math.max(1, PROOF_SAMPLES / set.step()) * set.step());
            forEachBatch(set, samples, (from, to) -> {
                Map<String, Output> after = other.run(set.batch(from, to));
                for (Output output : one.run(set.batch(from, to)).values()) {
                    Output counterpart = after.get(output.name());
                    if (output.floating() && counterpart != null) {
                        tallies.computeIfAbsent(output.name(), OutputTally::new).add(output, counterpart, to - from);
                    }
                }
            });
        }
        return tallies.values().stream()
                .mapToDouble(tally -> tally.result().relativeError())
                .max();
    }

    private interface BatchWork {
        void accept(int from, int to);
    }

    /** In batches as large as the outputs of the first sample allow. */
    private void forEachBatch(InputSet set, int samples, BatchWork work) {
        int batch = set.batchSize(1);
        if (Math.min(samples, set.batchSize(LARGEST_BATCH)) > batch) {
            Map<String, NpyArray> first = set.batch(0, batch);
            long numbers = original.run(first).values().stream()
                    .mapToLong(Output::size)
                    .sum();
            batch = set.batchSize((int) Math.min(LARGEST_BATCH, BATCH_NUMBERS / Math.max(1, numbers)));
        }
        for (int from = 0; from < samples; from += batch) {
            work.accept(from, Math.min(samples, from + batch));
        }
    }

    @Override
    public void close() {
        original.close();
    }
}

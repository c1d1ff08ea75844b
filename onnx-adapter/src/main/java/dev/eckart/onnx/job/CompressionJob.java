package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.calibrate.UnrefittedWeight;
import dev.eckart.core.compress.Compression;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.NetworkSummary;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.report.ThinEvidence;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.calibrate.CostMeter;
import dev.eckart.onnx.calibrate.LayerComparison;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.rewrite.StoredCodes;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.timing.LayerTimer;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The jobs that are done on files, each ending in a report. */
public final class CompressionJob {
    /** What to give a compression that is to judge what is lost. */
    static final String GIVE_INPUTS =
            "give --inputs INPUTS, or --calibration INPUTS, of which a third is held back to judge on";

    private final Engine engine;

    public CompressionJob(Engine engine) {
        this.engine = engine;
    }

    /**
     * Says what {@link #compress} would do, and does none of it.
     *
     * @throws InvalidInputException if the model cannot be worked with
     */
    public Report plan(Path model, Selection selection) {
        return plan("compress", model, selection, Compressor::plan);
    }

    /**
     * As {@link #plan}, with the spectrum of every weight, for people to look at.
     *
     * @throws InvalidInputException if the model cannot be worked with
     */
    public Report scan(Path model, Selection selection) {
        return plan("scan", model, selection, Compressor::survey);
    }

    private interface Planning {
        CompressionPlan plan(Compressor compressor, OnnxNetwork network, Offering offering);
    }

    private Report plan(String command, Path model, Selection selection, Planning planning) {
        Stopwatch stopwatch = new Stopwatch();
        OnnxNetwork original = OnnxNetwork.read(model, selection.scope().freezeDefaults());
        OnnxNetwork network = selection.base(original);
        double read = stopwatch.lap();
        Inventory inventory = selection.inventory(network);
        Calibrated calibrated = Calibrated.of(engine, model, network, inventory, selection);
        Compressor compressor = compressor(calibrated, model, network, selection);
        Offering offering = selection.offering(network);
        AimedPlan.Found found = selection
                .aim()
                .map(aim -> aimed(
                                model,
                                network,
                                selection,
                                compressor,
                                String.valueOf(model.getFileName()),
                                ExternalData.AUTO)
                        .find(aim, Limits.NONE, selection.calibration().isPresent()))
                .orElseGet(() -> AimedPlan.Found.of(planning.plan(compressor, network, offering), List.of()));
        CompressionPlan plan = found.plan();
        Report report = new Report(
                        new Report.Run(
                                engine.version(),
                                command,
                                new Report.Seconds(read, stopwatch.lap(), 0, 0, stopwatch.total())),
                        new Report.Networks(entry(model, original), Optional.empty()),
                        settings(selection, 0),
                        Report.Basis.of(calibrated.entry()),
                        WeightEntry.of(plan),
                        Report.Checks.NONE,
                        Report.Remarks.NONE)
                .withWarnings(found.warnings())
                .withWarnings(calibrated.warnings());
        network.requireUnchanged();
        return explained(report, plan, calibrated);
    }

    /** The report, with the reason if nothing is replaced. */
    private static Report explained(Report report, CompressionPlan plan, Calibrated calibrated) {
        return NothingToGain.of(plan, calibrated.worthwhile(), report.settings().rank())
                .map(report::with)
                .orElse(report);
    }

    /**
     * Compresses a model: reads, decides, rewrites, writes beside the target, verifies what was written, and only then
     * puts it in place.
     *
     * @param wanted calibrated on what the evaluation does not hold back
     * @param evaluation empty to write without running either model
     * @return the report; the target was written if {@link Report#passed()}, or the target wants failures kept, but not
     *     where there is {@linkplain Report.Remarks#nothingToGain() nothing to gain}, unless the target wants that written
     * @throws InvalidInputException if something of what the user gave cannot be worked with; then nothing was written
     */
    public Report compress(
            Path model, Target target, Selection wanted, Optional<Evaluation> evaluation, Limits limits) {
        limits.requireMeasurable(evaluation, GIVE_INPUTS);
        Selection selection = wanted.apartFrom(evaluation);
        Stopwatch stopwatch = new Stopwatch();
        OnnxNetwork original = readFor(target, model, selection);
        OnnxNetwork base = selection.base(original);
        double read = stopwatch.lap();
        try (Verifying verifying = openVerifying(evaluation, limits, model, original, selection);
                PendingFile pending = PendingFile.onlyOneBeside(target.path());
                Scratch scratch = Scratch.in(pending.directory())) {
            double load = stopwatch.lap();
            OnnxNetwork network = base.withScratch(scratch);
            Inventory inventory = selection.inventory(network);
            Calibrated calibrated = Calibrated.of(engine, model, network, inventory, selection);
            Optional<LayerComparison> layers =
                    selection.calibration().map(inputs -> engine.calibrator().beside(model, network, inputs));
            boolean runs = evaluation.isPresent() || selection.calibration().isPresent();
            Made made = selection
                    .aim()
                    .map(aim -> aimed(
                            calibrated, entry(model, original), model, network, selection, target, aim, limits, runs))
                    .orElseGet(() -> make(calibrated, model, network, selection, layers, runs));
            double decompose = stopwatch.lap();
            OnnxNetwork compressed = made.network().recorded(network, engine.backend());
            Optional<Path> dataFile = compressed.write(pending.path(), target.externalData());
            double rewrite = stopwatch.lap();
            OnnxNetwork written =
                    OnnxNetwork.read(pending.path(), selection.scope().freezeDefaults());
            Optional<Verification> verification = verifying.verifyOwn(pending.path(), written);
            requireAsDecided(made.plan(), network, written, verification.isEmpty());
            Map<String, Double> errors = layers.filter(any -> evaluation.isPresent())
                    .map(comparison -> comparison.errors(written, made.plan()))
                    .orElse(Map.of());
            Report.ModelEntry before = entry(model, original);
            Report.ModelEntry after = entry(
                    target.path(),
                    written,
                    linear(network, written),
                    bytes(pending.path(), written),
                    dataFile.map(target::placeOf).stream().toList());
            selection
                    .aim()
                    .filter(Aim.Size.class::isInstance)
                    .map(aim -> ((Aim.Size) aim).size())
                    .ifPresent(size -> requireSize(made.plan(), after.bytes(), size.of(before.bytes())));
            List<Limit.Outcome> outcomes = limits.judge((double) after.bytes() / before.bytes(), verification);
            Report measured = new Report(
                            new Report.Run(
                                    engine.version(),
                                    "compress",
                                    new Report.Seconds(
                                            read, decompose, rewrite, load + stopwatch.lap(), stopwatch.total())),
                            new Report.Networks(before, Optional.of(after)),
                            settings(selection, seed(evaluation)),
                            Report.Basis.of(calibrated.entry().map(entry -> entry.with(made.notes()))),
                            WeightEntry.of(made.plan(), errors),
                            Report.Checks.of(verification, outcomes),
                            Report.Remarks.NONE)
                    .withWarnings(made.warnings())
                    .withWarnings(verifying.warnings())
                    .withWarnings(calibrated.warnings())
                    .withWarnings(thinEvidence(verification, outcomes));
            Report report = made.search()
                    .map(explained(measured, made.plan(), calibrated)::with)
                    .orElseGet(() -> explained(measured, made.plan(), calibrated));
            original.requireUnchanged();
            return target.wants(report)
                    ? report.withWarnings(commit(pending, dataFile, target, model, network))
                    : report;
        } catch (IOException | UncheckedIOException e) {
            throw Unwritable.because(target.path(), e);
        }
    }

    /**
     * Holds a model that was just written to what was decided: anything else is a bug.
     *
     * @param unverified whether no verification has compared its stored forms with their records
     */
    private void requireAsDecided(CompressionPlan plan, OnnxNetwork original, OnnxNetwork written, boolean unverified) {
        Optional<String> fault = (unverified
                        ? original.storedFormFault(written, engine.backend())
                        : Optional.<String>empty())
                .or(() -> DecidedError.fault(plan, written.recordedErrors()));
        if (fault.isPresent()) {
            throw new IllegalStateException("The compressed model is not what was to be written: " + fault.get());
        }
    }

    /** Holds a model to the size that it was planned for. */
    private static void requireSize(CompressionPlan plan, long bytes, long most) {
        if (bytes > most && !plan.replaced().isEmpty()) {
            throw new IllegalStateException("The compressed model has %d bytes, where it was planned to have %d at most"
                    .formatted(bytes, most));
        }
    }

    /** What no part of the run but the verification needs to run, can be compressed without it. */
    private Verifying openVerifying(
            Optional<Evaluation> evaluation, Limits limits, Path model, OnnxNetwork original, Selection selection) {
        try {
            return Verifying.open(engine, evaluation, limits, model, original);
        } catch (InvalidInputException e) {
            boolean runs = selection.calibration().isPresent()
                    || selection.pairs().timed().isPresent();
            if (runs || !Session.isUnsupported(e)) {
                throw e;
            }
            throw new InvalidInputException(
                    "%s; `eckart compress --no-verify` compresses the model without running it"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /**
     * A compressed network.
     *
     * @param search the account of a search, where there was one
     * @param notes for people, on what was not fitted as wanted
     * @param warnings for people, on what was not measured
     */
    private record Made(
            CompressionPlan plan,
            OnnxNetwork network,
            Optional<SearchEntry> search,
            List<String> notes,
            List<String> warnings) {}

    /** The engine for a selection, which holds pairs to their times where that is wanted. */
    private Compressor compressor(Calibrated calibrated, Path model, OnnxNetwork network, Selection selection) {
        Compressor compressor = calibrated.compressor(engine, selection);
        return selection
                .pairs()
                .timed()
                .map(wanted -> compressor.timing(
                        plan -> LayerTimer.open(
                                model,
                                network,
                                plan,
                                wanted.inputs().or(() -> selection.calibration().map(CalibrationInputs::inputs)),
                                wanted.seed(),
                                engine.threads(),
                                engine.temporary()),
                        wanted.ifSlower()))
                .orElse(compressor);
    }

    private AimedPlan aimed(
            Path model,
            OnnxNetwork network,
            Selection selection,
            Compressor compressor,
            String name,
            ExternalData externalData) {
        return new AimedPlan(engine, model, network, selection, compressor, provenance(selection), name, externalData);
    }

    /**
     * The model that comes to an aim.
     *
     * @throws UnreachableTargetException if none does
     */
    private Made aimed(
            Calibrated calibrated,
            Report.ModelEntry before,
            Path model,
            OnnxNetwork network,
            Selection selection,
            Target target,
            Aim aim,
            Limits limits,
            boolean runs) {
        Stopwatch stopwatch = new Stopwatch();
        Compressor compressor = compressor(calibrated, model, network, selection);
        AimedPlan.Found found = aimed(
                        model,
                        network,
                        selection,
                        compressor,
                        String.valueOf(target.path().getFileName()),
                        target.externalData())
                .find(aim, limits, runs);
        if (found.unmet().isPresent()) {
            throw new UnreachableTargetException(new Report(
                            new Report.Run(
                                    engine.version(), "compress", new Report.Seconds(0, 0, 0, 0, stopwatch.total())),
                            new Report.Networks(before, Optional.empty()),
                            settings(selection, 0),
                            Report.Basis.of(calibrated.entry()),
                            WeightEntry.of(found.plan()),
                            Report.Checks.of(Optional.empty(), found.unmet().get()),
                            Report.Remarks.NONE)
                    .withWarnings(found.warnings())
                    .withWarnings(calibrated.warnings())
                    .with(found.search().orElseThrow()));
        }
        return new Made(
                found.plan(),
                found.made()
                        .orElseGet(() -> compressor.apply(
                                found.plan(), network, selection.offering(network), provenance(selection))),
                found.search(),
                List.of(),
                found.warnings());
    }

    /** @param runs whether the model may be run to find what each constant costs the outputs */
    private Made make(
            Calibrated calibrated,
            Path model,
            OnnxNetwork network,
            Selection selection,
            Optional<LayerComparison> layers,
            boolean runs) {
        Compressor compressor = compressor(calibrated, model, network, selection);
        Provenance provenance = provenance(selection);
        Offering offering = selection.offering(network);
        Compression<OnnxNetwork> made = compressor.compress(
                network,
                offering,
                layers.filter(any -> selection.pairs().refit()).map(Function.identity()),
                provenance);
        List<String> notes =
                made.unrefitted().stream().map(UnrefittedWeight::sentence).toList();
        if (!runs || selection.isOfPairsAlone()) {
            return new Made(made.plan(), made.network(), Optional.empty(), notes, List.of());
        }
        CostMeter.Found found = engine.costMeter()
                .find(network, made.network(), made.plan(), offering.encodings(), selection.calibration());
        if (found.costly().isEmpty()) {
            return new Made(made.plan(), made.network(), Optional.empty(), notes, found.warnings());
        }
        Compression<OnnxNetwork> sparing = compressor.compress(
                network,
                offering.with(
                        offering.encodings().sparing(found.costly()),
                        made.plan().without(found.costly())),
                provenance);
        return new Made(sparing.plan(), sparing.network(), Optional.empty(), notes, found.warnings());
    }

    /**
     * Reads a model that is to be compressed.
     *
     * @throws InvalidInputException if it cannot be worked with, or the target not be written
     */
    static OnnxNetwork readFor(Target target, Path model, Selection selection) {
        OnnxNetwork original = OnnxNetwork.read(model, selection.scope().freezeDefaults());
        target.require(model, original.dataFiles());
        original.requireWritable(
                target.externalData(),
                original.inventory().linear().stream()
                        .mapToLong(LinearWeight::bytes)
                        .sum());
        return original;
    }

    private static List<String> commit(
            PendingFile pending, Optional<Path> dataFile, Target target, Path model, OnnxNetwork original)
            throws IOException {
        // Again, now that it is known what there is to write, and some time has passed.
        target.require(model, original.dataFiles());
        return pending.commit(dataFile.stream().toList(), target.outdated(model, original.dataFiles()));
    }

    /**
     * Compares a compressed model with its original.
     *
     * @throws InvalidInputException if one of them, or the inputs, cannot be worked with
     */
    public Report verify(Path model, Path compressed, Evaluation evaluation, Limits limits) {
        limits.requireMeasurable(Optional.of(evaluation), "give --inputs INPUTS");
        Stopwatch stopwatch = new Stopwatch();
        // What was taken for a constant when the other model was made, is one here.
        OnnxNetwork network = OnnxNetwork.read(model, true);
        OnnxNetwork other = OnnxNetwork.read(compressed);
        double read = stopwatch.lap();
        try (Verifying verifying = Verifying.open(engine, Optional.of(evaluation), limits, model, network)) {
            Optional<Verification> verification = verifying.verify(compressed, other);
            Report.ModelEntry before = entry(model, network);
            Report.ModelEntry after =
                    entry(compressed, other, linear(network, other), bytes(compressed, other), other.dataFiles());
            List<Limit.Outcome> outcomes = limits.judge((double) after.bytes() / before.bytes(), verification);
            network.requireUnchanged();
            other.requireUnchanged();
            return new Report(
                            new Report.Run(
                                    engine.version(),
                                    "verify",
                                    new Report.Seconds(read, 0, 0, stopwatch.lap(), stopwatch.total())),
                            new Report.Networks(before, Optional.of(after)),
                            Report.Settings.ofComparison(evaluation.seed()),
                            Report.Basis.NONE,
                            List.of(),
                            Report.Checks.of(verification, outcomes),
                            Report.Remarks.NONE)
                    .withWarnings(verifying.warnings())
                    .withWarnings(thinEvidence(verification, outcomes));
        }
    }

    private static List<String> thinEvidence(Optional<Verification> verification, List<Limit.Outcome> outcomes) {
        return verification.map(measured -> ThinEvidence.of(measured, outcomes)).orElse(List.of());
    }

    /** A verifier, or none where none is wanted. */
    private record Verifying(Engine engine, boolean memory, Optional<ModelVerifier> verifier) implements AutoCloseable {

        static Verifying open(
                Engine engine, Optional<Evaluation> evaluation, Limits limits, Path model, OnnxNetwork network) {
            return new Verifying(
                    engine,
                    limits.values().containsKey(Limit.MAX_MEMORY_RATIO)
                            || evaluation.map(Evaluation::memory).orElse(false),
                    evaluation.map(wanted -> requiring(
                            limits,
                            ModelVerifier.open(
                                            model,
                                            network,
                                            wanted.inputs(),
                                            wanted.labels(),
                                            wanted.metrics(),
                                            wanted.seed(),
                                            engine.threads(),
                                            engine.temporary(),
                                            engine.backend())
                                    .at(wanted.shapes(), wanted.seed()))));
        }

        /** The verifier, if the model has what the limits are on. */
        private static ModelVerifier requiring(Limits limits, ModelVerifier verifier) {
            try {
                if (limits.dependOnOutputs()) {
                    limits.requireIn(verifier.rehearsal());
                }
                return verifier;
            } catch (RuntimeException e) {
                verifier.close();
                throw e;
            }
        }

        Optional<Verification> verify(Path path, OnnxNetwork compressed) {
            return verify(() -> open(path), path, compressed);
        }

        /** As {@link #verify}, for a model of our own making: that it cannot be loaded is no fault of the user's. */
        Optional<Verification> verifyOwn(Path path, OnnxNetwork compressed) {
            Optional<Verification> verification = verify(() -> openOwn(path), path, compressed);
            verification.flatMap(Verification::noProof).filter(NoProof::denies).ifPresent(none -> {
                throw new IllegalStateException(
                        "The compressed model is not what was to be written: " + none.sentence());
            });
            return verification;
        }

        private Optional<Verification> verify(Supplier<Session> opener, Path path, OnnxNetwork compressed) {
            return verifier.map(original -> {
                Verification verification;
                List<ModelInput> taken;
                try (Session session = opener.get()) {
                    taken = session.inputs();
                    verification = original.verify(session, compressed, engine.progress());
                }
                return memory ? verification.with(original.memory(path, taken)) : verification;
            });
        }

        List<String> warnings() {
            return verifier.map(ModelVerifier::warnings).orElse(List.of());
        }

        private Session open(Path path) {
            return Session.openLogged(path, engine.threads(), engine.temporary());
        }

        private Session openOwn(Path path) {
            try {
                return open(path);
            } catch (InvalidInputException e) {
                throw new IllegalStateException("The compressed model cannot be loaded: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            verifier.ifPresent(ModelVerifier::close);
        }
    }

    private static long seed(Optional<Evaluation> evaluation) {
        return evaluation.map(Evaluation::seed).orElse(0L);
    }

    private Report.Settings settings(Selection selection, long seed) {
        return new Report.Settings(
                selection.factoredBy(),
                selection.encoding(),
                selection.calibration().isPresent(),
                selection.pairs().refit(),
                seed,
                selection.decomposes() ? engine.backend().get().name() : "none");
    }

    private Provenance provenance(Selection selection) {
        return new Provenance(
                engine.version(), selection.factoredBy(), selection.isOfPairsAlone() ? "" : selection.encoding());
    }

    static Report.ModelEntry entry(Path path, OnnxNetwork network) {
        return entry(path, network, linear(network), bytes(path, network), network.dataFiles());
    }

    /**
     * What linear weights are stored in.
     *
     * @param parameters numbers in them, in their pairs, or as codes
     * @param bytes that store these, scales counted
     */
    private record Linear(long parameters, long bytes) {}

    private static Linear linear(OnnxNetwork network) {
        List<LinearWeight> weights = network.inventory().linear();
        return new Linear(
                weights.stream().mapToLong(LinearWeight::parameters).sum(),
                weights.stream().mapToLong(LinearWeight::bytes).sum());
    }

    /** Of a network that was made of another: codes are no linear weights of it, but stand for such of the other. */
    private static Linear linear(OnnxNetwork original, OnnxNetwork made) {
        Linear plain = linear(made);
        long parameters = plain.parameters;
        long bytes = plain.bytes;
        Map<String, StoredCodes.Coded> coded = made.coded();
        for (LinearWeight weight : original.inventory().linear()) {
            StoredCodes.Coded as = coded.get(weight.name());
            if (as != null) {
                parameters += as.rank().isPresent()
                        ? BreakEven.pairParameters(
                                weight.rows(), weight.columns(), as.rank().getAsInt())
                        : weight.parameters();
                bytes += as.bytes();
            }
        }
        return new Linear(parameters, bytes);
    }

    /** Of a model's file and its data files. */
    static long bytes(Path path, OnnxNetwork network) {
        try {
            long bytes = Files.size(path);
            for (Path dataFile : network.dataFiles()) {
                bytes += Files.size(dataFile);
            }
            return bytes;
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be looked at: %s".formatted(path, e), e);
        }
    }

    private static Report.ModelEntry entry(
            Path path, OnnxNetwork network, Linear linear, long bytes, List<Path> dataFiles) {
        NetworkSummary summary = network.summary(bytes);
        return new Report.ModelEntry(
                path.toString(),
                summary.bytes(),
                summary.parameters(),
                linear.parameters,
                linear.bytes,
                summary.opset(),
                network.fastGeluPlaces(),
                dataFiles.stream().map(Path::toString).toList());
    }
}

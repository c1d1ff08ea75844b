package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.cache.CachingDecomposer;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.verify.LossMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One model, compressed at one setting after the other, each time as {@code compress} would, and measured.
 *
 * <p>Each weight is decomposed once, however many settings there are: what was found is kept in a temporary folder, unless
 * the engine's backend keeps it anyway. Settings that come to the same ranks are measured once. The compressed models are
 * in the temporary folder too, one at a time.
 */
final class Trials implements AutoCloseable {
    private final TrialFolder folder;
    private final Engine engine;
    private final OnnxNetwork network;
    private final ExternalData externalData;
    private final LossMeter meter;
    private Calibrated calibrated;
    private boolean measuring = true;
    private final Set<Accuracy> decomposed = EnumSet.noneOf(Accuracy.class);
    private final Map<String, Trial> byRanks = new HashMap<>();

    private Trials(
            TrialFolder folder,
            Engine engine,
            OnnxNetwork network,
            ExternalData externalData,
            LossMeter meter,
            Calibrated calibrated) {
        this.folder = folder;
        this.engine = engine;
        this.network = network;
        this.externalData = externalData;
        this.meter = meter;
        this.calibrated = calibrated;
    }

    /**
     * Loads a model and the inputs to measure on.
     *
     * @param any of the settings to come, which differ in their ranks only
     * @param warnings told of what cannot be kept in the temporary folder
     * @throws InvalidInputException if they cannot be worked with
     */
    static Trials open(
            Engine engine,
            Path model,
            OnnxNetwork network,
            ExternalData externalData,
            Evaluation evaluation,
            Selection any,
            Consumer<String> warnings) {
        LossMeter meter = LossMeter.open(
                model, network, evaluation.inputs(), evaluation.labels(), evaluation.seed(), engine.threads());
        try {
            TrialFolder folder = TrialFolder.in(engine.temporary());
            try {
                Engine keeping = keeping(engine, folder, warnings);
                Calibrated calibrated = Calibrated.ofInputs(keeping, model, network, any.inventory(network), any);
                return new Trials(folder, keeping, network, externalData, meter, calibrated);
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (RuntimeException e) {
            meter.close();
            throw e;
        }
    }

    private static Engine keeping(Engine engine, TrialFolder folder, Consumer<String> warnings) {
        Decomposer backend = engine.backend().get();
        boolean kept = backend instanceof CachingDecomposer caching && caching.keepsVectors();
        return kept ? engine : engine.with(CachingDecomposer.in(folder.path(), true, backend, warnings));
    }

    /** With what was decomposed. */
    Engine engine() {
        return engine;
    }

    LossMeter meter() {
        return meter;
    }

    /** What is to be known of the inputs that are measured on, and of those of the calibration. */
    List<String> warnings() {
        return Stream.concat(meter.warnings().stream(), calibrated.warnings().stream())
                .distinct()
                .toList();
    }

    /** Takes a trial of an earlier run for measured. */
    void know(Trial trial) {
        byRanks.putIfAbsent(Trial.call(trial.weights()), trial);
    }

    /** What was measured, if settings that come to the same ranks were, of the one before. */
    Optional<Trial> sameAs(CompressionPlan plan) {
        return Optional.ofNullable(byRanks.get(Trial.call(Trial.weights(plan))));
    }

    /** Whether a setting has ranks for the weights. */
    boolean isFeasible(Selection selection) {
        try {
            RankStrategies.require(
                    selection.pairs().selector(), selection.inventory(network).linear());
            return true;
        } catch (InvalidInputException e) {
            return false;
        }
    }

    /** What a setting comes to. */
    CompressionPlan plan(Selection selection) {
        Inventory inventory = selection.inventory(network);
        RankStrategies.require(selection.pairs().selector(), inventory.linear());
        decompose(selection);
        calibrated = calibrated.measured(engine, network, inventory, selection);
        return calibrated
                .measuredAgain(engine, network, inventory, selection)
                .compressor(engine.quietly())
                .plan(network, selection.offering(network));
    }

    /**
     * Decomposes every weight as a setting needs it, if that is not done yet: a pair of rank 1 needs the values and
     * vectors that all other pairs are made of.
     */
    void decompose(Selection selection) {
        if (!decomposed.add(selection.pairs().selector().accuracy())) {
            return;
        }
        try (Scratch scratch = Scratch.in(folder.path())) {
            calibrated
                    .compressor(engine)
                    .compress(
                            network.withScratch(scratch),
                            Offering.ofPairs(
                                    selection.inventory(network),
                                    new FirstRank(selection.pairs().selector().accuracy()),
                                    selection.pairs().balance()),
                            new Provenance(engine.version(), ""));
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(e);
        }
    }

    private record FirstRank(Accuracy accuracy) implements WeightRankSelector {

        @Override
        public RankChoice choose(WeightSpectrum weight) {
            return new RankChoice.Truncate(1);
        }
    }

    /** Measures a plan of this model. */
    Trial measure(CompressionPlan plan, Selection selection, boolean timed) {
        List<Trial.Weight> weights = Trial.weights(plan);
        try {
            Trial trial = folder.withModel(
                    scratch -> calibrated
                            .compressor(engine.quietly())
                            .apply(
                                    plan,
                                    network.withScratch(scratch),
                                    selection.offering(network),
                                    new Provenance(
                                            engine.version(), selection.pairs().rank()))
                            .recorded(network, engine.backend()),
                    externalData,
                    path -> {
                        Report.ModelEntry entry = CompressionJob.entry(
                                path, OnnxNetwork.read(path, selection.scope().freezeDefaults()));
                        LossMeter.Measured measured =
                                meter.measure(path, timed && !plan.factored().isEmpty());
                        return new Trial(
                                selection.pairs().rank(),
                                weights,
                                entry.bytes(),
                                entry.parameters(),
                                entry.linearParameters(),
                                Fingerprint.of(path),
                                measured.loss(),
                                measured.latency(),
                                new TreeMap<>());
                    });
            know(trial);
            return trial;
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(e);
        }
    }

    /**
     * The account of settings of which none was good enough.
     *
     * @param original the model
     * @param closest the one that is shown, if one was tried
     * @param outcomes of it
     */
    Report report(
            Report.ModelEntry original, Optional<Selection> closest, List<Limit.Outcome> outcomes, double seconds) {
        return new Report(
                        new Report.Run(engine.version(), "compress", new Report.Seconds(0, 0, 0, 0, seconds)),
                        new Report.Networks(original, Optional.empty()),
                        new Report.Settings(
                                closest.map(selection -> selection.pairs().rank())
                                        .orElse(""),
                                closest.map(Selection::encoding).orElse(""),
                                calibrated.found().isPresent(),
                                false,
                                0,
                                engine.backend().get().name()),
                        Report.Basis.of(calibrated.entry()),
                        closest.map(selection -> WeightEntry.of(plan(selection)))
                                .orElse(List.of()),
                        Report.Checks.of(Optional.empty(), outcomes),
                        Report.Remarks.NONE)
                .withWarnings(warnings());
    }

    private InvalidInputException unwritable(Exception e) {
        return Unwritable.temporary("a model to measure", engine.temporary(), e);
    }

    /** Lets go of the original, which takes memory; what was decomposed stays at hand. */
    void endMeasuring() {
        if (measuring) {
            measuring = false;
            meter.close();
        }
    }

    @Override
    public void close() {
        try {
            endMeasuring();
        } finally {
            folder.close();
        }
    }
}

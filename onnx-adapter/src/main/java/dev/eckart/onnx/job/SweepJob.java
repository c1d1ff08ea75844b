package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SweepReport;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.ExternalData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures a model at many settings, from one decomposition of each weight. Leaves no model. */
public final class SweepJob {
    private final Engine engine;
    private final Consumer<String> warnings;

    /** @param warnings told, in sentences, of inputs that were changed, and of what cannot be kept in the temporary folder */
    public SweepJob(Engine engine, Consumer<String> warnings) {
        this.engine = engine;
        this.warnings = warnings;
    }

    /**
     * A setting to measure.
     *
     * @param ofRange whether it may be left out if the model has nothing for it to do
     */
    public record Setting(Selection selection, boolean ofRange) {}

    /**
     * Compresses a model at each setting, as {@code compress} would, and measures what comes of it.
     *
     * @param settings one or more, which differ in their ranks only
     * @param timed whether to measure latency too
     * @throws InvalidInputException if something of what the user gave cannot be worked with
     */
    public SweepReport sweep(Path model, List<Setting> settings, Evaluation evaluation, boolean timed) {
        Stopwatch stopwatch = new Stopwatch();
        OnnxNetwork network =
                OnnxNetwork.read(model, settings.get(0).selection().scope().freezeDefaults());
        List<SweepReport.Skipped> skipped = new ArrayList<>();
        List<Selection> feasible = feasible(network, settings, skipped);
        List<SweepReport.Setting> measured = new ArrayList<>();
        try (Trials trials = Trials.open(
                engine,
                model,
                network,
                ExternalData.AUTO,
                evaluation,
                settings.get(0).selection(),
                warnings)) {
            trials.warnings().forEach(warnings);
            feasible.forEach(trials::decompose);
            try (Progress.Task task = engine.progress().start("Measuring settings", feasible.size())) {
                for (Selection selection : feasible) {
                    measured.add(measure(trials, selection, timed));
                    task.step(1);
                }
            }
            Report.ModelEntry entry = CompressionJob.entry(model, network);
            network.requireUnchanged();
            return new SweepReport(
                    engine.version(),
                    entry,
                    engine.backend().get().name(),
                    evaluation.seed(),
                    trials.meter().inputs(),
                    trials.meter().samples(),
                    measured,
                    skipped,
                    stopwatch.total());
        }
    }

    private static List<Selection> feasible(
            OnnxNetwork network, List<Setting> settings, List<SweepReport.Skipped> skipped) {
        List<LinearWeight> weights =
                settings.get(0).selection().inventory(network).linear();
        List<Selection> feasible = new ArrayList<>();
        for (Setting setting : settings) {
            Selection selection = setting.selection();
            try {
                RankStrategies.require(selection.pairs().selector(), weights);
                feasible.add(selection);
            } catch (InvalidInputException e) {
                if (!setting.ofRange()) {
                    throw e;
                }
                skipped.add(new SweepReport.Skipped(selection.pairs().rank(), String.valueOf(e.getMessage())));
            }
        }
        if (feasible.isEmpty()) {
            throw new InvalidInputException(
                    "no setting can be measured: " + skipped.get(0).reason());
        }
        return feasible;
    }

    private static SweepReport.Setting measure(Trials trials, Selection selection, boolean timed) {
        Stopwatch stopwatch = new Stopwatch();
        CompressionPlan plan = trials.plan(selection);
        Optional<Trial> same = trials.sameAs(plan);
        Trial trial = same.orElseGet(() -> trials.measure(plan, selection, timed));
        return new SweepReport.Setting(
                selection.pairs().rank(),
                same.map(Trial::rank),
                Trial.ranks(trial.weights()),
                (int) trial.weights().stream()
                        .filter(weight -> !weight.factored())
                        .count(),
                trial.bytes(),
                trial.parameters(),
                trial.linearParameters(),
                trial.sha256(),
                trial.loss(),
                trial.latency(),
                stopwatch.total());
    }
}

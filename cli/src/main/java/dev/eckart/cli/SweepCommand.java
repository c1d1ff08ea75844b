package dev.eckart.cli;

import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.StrategyRange;
import dev.eckart.core.report.SweepReport;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.SettingFamily;
import dev.eckart.onnx.job.SweepJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart sweep MODEL}. */
@Command(
        name = "sweep",
        description = "Shows size against error, accuracy and latency at many settings, from one decomposition of each"
                + " weight. Writes no model.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class SweepCommand implements Callable<Integer> {
    private static final int DEFAULT_STEPS = 8;

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "The original model, an .onnx file; never changed.")
    private Path model = Path.of("");

    @Option(
            names = "--rank",
            paramLabel = "STRATEGY",
            description =
                    "A setting, such as fixed:16, or a range of settings, such as energy:0.5..0.99 or fixed:4..128; may be"
                            + " repeated (default: energy:0.5..0.99, fixed:4..128, and shares of the parameters from 0.1"
                            + " to 0.8).")
    private List<String> ranks = new ArrayList<>();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Number of settings in a range: whole numbers at equal ratios, others at equal distances"
                    + " (default: " + DEFAULT_STEPS + ").")
    private int steps = DEFAULT_STEPS;

    @Mixin
    private WeightOptions weights = new WeightOptions();

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Option(
            names = "--no-latency",
            description = "Do not measure latency, which takes up to a second for each setting.")
    private boolean noLatency;

    @Mixin
    private SweepReportOptions reports = new SweepReportOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private CacheOptions cache = new CacheOptions();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    SweepCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return supervision.over(this::run, console, options);
    }

    private int run() {
        reports.require(weights.addTo(evaluation.addTo(new RunFiles().readsModel("the original model", model))));
        cache.require();
        RankStrategies strategies = weights.strategies();
        SweepJob job =
                new SweepJob(engine.engine(console, options.progress(console), cache.withVectors()), console::warn);
        SweepReport report = job.sweep(model, settings(strategies), evaluation.evaluation(), !noLatency);
        reports.deliver(report, console, options.quiet());
        return ExitCode.DONE;
    }

    private List<SweepJob.Setting> settings(RankStrategies strategies) {
        Function<String, Selection> selections = weights.selections(strategies);
        List<String> texts = ranks.isEmpty() ? usual(strategies) : ranks;
        // What two ranges have in common is measured once; what is also named by itself may not be left out.
        Map<String, Boolean> ofRange = new LinkedHashMap<>();
        for (String text : texts) {
            boolean range = StrategyRange.isRange(text);
            StrategyRange.calls(text, steps).forEach(call -> ofRange.merge(call, range, Boolean::logicalAnd));
        }
        return ofRange.entrySet().stream()
                .map(entry -> new SweepJob.Setting(selections.apply(entry.getKey()), entry.getValue()))
                .toList();
    }

    private List<String> usual(RankStrategies strategies) {
        Stream<String> families = SettingFamily.among(strategies, weights.calibrated()).stream()
                .map(family -> family.range("0.1", "0.8"));
        return Stream.of(Stream.of("energy:0.5..0.99"), families, Stream.of("fixed:4..128"))
                .flatMap(texts -> texts)
                .toList();
    }
}

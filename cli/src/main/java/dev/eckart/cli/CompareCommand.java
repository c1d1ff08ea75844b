package dev.eckart.cli;

import dev.eckart.cli.ReportFiles.Form;
import dev.eckart.cli.render.ComparisonRendering;
import dev.eckart.cli.render.HtmlComparison;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.Verdict;
import dev.eckart.onnx.job.ComparisonJob;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.run.MemoryMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart compare ORIGINAL MODEL…}. */
@Command(
        name = "compare",
        description =
                "Shows models of anybody's making beside the one that they stand for: bytes, loss, time and memory, all"
                        + " measured in one run. Writes no model.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {
    private static final ReportFiles<ComparisonReport> FILES = new ReportFiles<>(
            List.of(new Form<>(".html", HtmlComparison::render), new Form<>(".json", ComparisonRendering::json)));

    private final Console console;

    @Parameters(index = "0", paramLabel = "ORIGINAL", description = "The model that the others stand for.")
    private Path original = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "MODEL",
            description = "A model to compare with ORIGINAL, of the same inputs and outputs, whoever made it.")
    private List<Path> models = new ArrayList<>();

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Option(names = "--no-latency", description = "Do not measure the time of a run.")
    private boolean noLatency;

    @Option(
            names = "--no-memory",
            description = "Do not measure the memory of a session, which takes a process of its own for each model.")
    private boolean noMemory;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private MetricOptions metrics = new MetricOptions();

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write the report to a file, in the format of its ending: .html (a page with charts) or .json. May be"
                            + " repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON, and nothing else, on standard output.")
    private boolean json;

    @Option(names = "--threads", paramLabel = "N", description = "Number of threads of a run (default: one per core).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return supervision.over(this::run, console, options);
    }

    private int run() {
        if (threads < 1) {
            throw new InvalidInputException("--threads: expected a whole number from 1 but was: " + threads);
        }
        RunFiles run = evaluation.addTo(new RunFiles().readsModel("the original model", original));
        models.forEach(model -> run.readsModel("a model to compare", model));
        FILES.require(files, run);
        Limits wanted = metrics.limits(limits.limits());
        ComparisonReport report = new ComparisonJob(Version.current(), threads, options.progress(console))
                .compare(
                        original,
                        models,
                        measured(evaluation.evaluation(metrics.metrics(plugins))),
                        wanted,
                        !noLatency);
        FILES.deliver(report, files, console, () -> {
            if (json) {
                console.println(ComparisonRendering.json(report));
            } else if (!options.quiet()) {
                console.print(ComparisonRendering.text(report));
            }
        });
        if (report.verdict() == Verdict.FAIL) {
            console.warn(ComparisonRendering.failure(report));
            return ExitCode.LIMIT_NOT_KEPT;
        }
        return ExitCode.DONE;
    }

    /** With memory, where the system tells it. */
    private Evaluation measured(Evaluation plain) {
        if (!noMemory && !MemoryMeter.isAvailable()) {
            console.warn("memory is not measured: " + MemoryMeter.UNAVAILABLE);
        }
        return plain.with(List.of(), !noMemory && MemoryMeter.isAvailable());
    }
}

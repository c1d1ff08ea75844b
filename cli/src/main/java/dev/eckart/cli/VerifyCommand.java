package dev.eckart.cli;

import dev.eckart.cli.render.Failure;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.job.CompressionJob;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code eckart verify ORIGINAL COMPRESSED}. */
@Command(
        name = "verify",
        description =
                "Compares the outputs of two models; for a model that eckart compressed, also proves the rewrite.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "ORIGINAL", description = "The original model.")
    private Path original = Path.of("");

    @Parameters(paramLabel = "COMPRESSED", description = "The model to compare with ORIGINAL.")
    private Path compressed = Path.of("");

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private MetricOptions metrics = new MetricOptions();

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private ReportOptions reports = new ReportOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return supervision.over(this::run, console, options);
    }

    private int run() {
        reports.require(evaluation.addTo(new RunFiles()
                .readsModel("the original model", original)
                .readsModel("the compressed model", compressed)));
        Report report = verify();
        reports.deliver(report, console, options.quiet());
        if (report.passed()) {
            return ExitCode.DONE;
        }
        console.warn(Failure.of(report));
        return ExitCode.LIMIT_NOT_KEPT;
    }

    /** Does what the options say, but for saying what came of it. */
    Report verify() {
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console)));
        return job.verify(
                original,
                compressed,
                runs.of(evaluation.evaluation(metrics.metrics(plugins)), console),
                metrics.limits(limits.limits()));
    }
}

package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart compress MODEL -o OUT}. */
@Command(
        name = "compress",
        description = "Makes a model smaller, verifies what that did, and writes it.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class CompressCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "The original, an .onnx file; never touched.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The file to write.")
    private @Nullable Path output;

    @Mixin
    private SelectionOptions selection = new SelectionOptions();

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(names = "--dry-run", description = "Say what would be done, and do not.")
    private boolean dryRun;

    @Option(names = "--force", description = "Overwrite an existing OUT (never MODEL).")
    private boolean force;

    @Option(names = "--no-verify", description = "Write without running either model.")
    private boolean noVerify;

    @Option(names = "--keep-failed", description = "Write OUT even if its verification or a limit fails.")
    private boolean keepFailed;

    @Option(
            names = "--external-data",
            paramLabel = "auto|always|never",
            description =
                    "Whether tensors go to a file beside OUT, OUT.data: auto (as MODEL keeps them, and in any case"
                            + " where OUT would have more than 2 GB), always or never.")
    private ExternalData externalData = ExternalData.AUTO;

    @Mixin
    private ReportOptions reports = new ReportOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private CacheOptions cache = new CacheOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    CompressCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        reports.require();
        Limits wanted = limits.limits();
        if (limits.limitLoss() && selection.rank().isEmpty()) {
            throw new InvalidInputException(
                    "a limit on the loss judges a strategy's result; say with --rank which strategy, such as --rank %s"
                            .formatted(SelectionOptions.DEFAULT_RANK));
        }
        Selection ranks = selection.selection();
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console), cache));
        Report report = dryRun ? job.plan(model, ranks) : compress(job, ranks, wanted);
        reports.deliver(report, console, options.quiet());
        if (report.passed()) {
            return ExitCode.DONE;
        }
        console.err()
                .printf(
                        "eckart: %s; `%s` was %s%n",
                        Failure.of(report), output, keepFailed ? "written all the same" : "not written");
        return ExitCode.LIMIT_NOT_KEPT;
    }

    private Report compress(CompressionJob job, Selection ranks, Limits wanted) {
        if (output == null) {
            throw new InvalidInputException(
                    "there is no output; name the file to write with -o OUT, or only look with --dry-run");
        }
        Optional<Evaluation> compared = noVerify ? Optional.empty() : Optional.of(evaluation.evaluation());
        return job.compress(model, new Target(output, force, keepFailed, externalData), ranks, compared, wanted);
    }
}

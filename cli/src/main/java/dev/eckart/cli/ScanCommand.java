package dev.eckart.cli;

import dev.eckart.cli.ReportFiles.Form;
import dev.eckart.cli.render.HtmlReport;
import dev.eckart.cli.render.JsonReport;
import dev.eckart.cli.render.TextReport;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.job.CompressionJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart scan MODEL}. */
@Command(
        name = "scan",
        description = "Shows each weight of a model: its spectrum and the strategy's decision, or the reason why it is"
                + " skipped.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class ScanCommand implements Callable<Integer> {
    private static final ReportFiles<Report> FILES = new ReportFiles<>(
            List.of(new Form<>(".html", HtmlReport::renderScan), new Form<>(".json", JsonReport::renderScan)));

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An .onnx file; never changed.")
    private Path model = Path.of("");

    @Mixin
    private SelectionOptions selection = new SelectionOptions();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write the report to a file, in the format of its ending: .html (a page with charts) or .json. May be"
                            + " repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON, and nothing else, on standard output.")
    private boolean json;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private CacheOptions cache = new CacheOptions();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    ScanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return supervision.over(this::run, console, options);
    }

    private int run() {
        FILES.require(files, selection.weights().addTo(new RunFiles().readsModel("the original model", model)));
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console), cache));
        Report report = job.scan(model, selection.selection());
        FILES.deliver(report, files, console, () -> {
            if (json) {
                console.println(JsonReport.renderScan(report));
            } else if (!options.quiet()) {
                console.print(TextReport.renderScan(report));
            }
        });
        return ExitCode.DONE;
    }
}

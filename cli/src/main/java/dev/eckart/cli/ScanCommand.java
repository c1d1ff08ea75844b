package dev.eckart.cli;

import dev.eckart.cli.ReportFiles.Form;
import dev.eckart.cli.render.ScanRendering;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.ScanReport;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.OfferScan;
import dev.eckart.onnx.job.Selection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart scan MODEL}. */
@Command(
        name = "scan",
        description = "Shows each weight of a model: its spectrum and the strategy's decision, or the reason why it is"
                + " skipped; with --calibration, what each encoding would cost and lose, and which weight hurts most.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class ScanCommand implements Callable<Integer> {
    private static final ReportFiles<ScanReport> FILES = new ReportFiles<>(
            List.of(new Form<>(".html", ScanRendering::html), new Form<>(".json", ScanRendering::json)));

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An .onnx file; never changed.")
    private Path model = Path.of("");

    @Mixin
    private SelectionOptions selection = new SelectionOptions();

    @Mixin
    private ScanEncodings encodings = new ScanEncodings();

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
        Engine working = engine.engine(console, options.progress(console), cache);
        Selection chosen = selection.selection();
        boolean wanted = encodings.areWanted(selection.weights().calibrated());
        List<Encoding> looked = wanted ? encodings.encodings(selection.weights().plugins()) : List.of();
        Report report = new CompressionJob(working).scan(model, chosen);
        ScanReport scan = new ScanReport(
                report,
                wanted
                        ? Optional.of(new OfferScan(working)
                                .scan(
                                        model,
                                        chosen,
                                        looked,
                                        encodings.measure(selection.weights().plugins())))
                        : Optional.empty());
        FILES.deliver(scan, files, console, () -> {
            if (json) {
                console.println(ScanRendering.json(scan));
            } else if (!options.quiet()) {
                console.print(ScanRendering.text(scan));
            }
        });
        return ExitCode.DONE;
    }
}

package dev.eckart.cli;

import dev.eckart.cli.ReportFiles.Form;
import dev.eckart.cli.render.HtmlSweep;
import dev.eckart.cli.render.SweepRendering;
import dev.eckart.core.report.SweepReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the report of a sweep goes, and as what. */
final class SweepReportOptions {
    private static final ReportFiles<SweepReport> FILES = new ReportFiles<>(List.of(
            new Form<>(".csv", SweepRendering::csv),
            new Form<>(".html", HtmlSweep::render),
            new Form<>(".json", SweepRendering::json)));

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report to a file, in the format of its ending: .csv, .html (a page with charts) or"
                    + " .json. May be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON, and nothing else, on standard output.")
    private boolean json;

    /**
     * Refuses files that no report can be written to, before any work is done.
     *
     * @param run the other files of the run
     */
    void require(RunFiles run) {
        FILES.require(files, run);
    }

    /** Writes the report wherever it is wanted. */
    void deliver(SweepReport report, Console console, boolean quiet) {
        FILES.deliver(report, files, console, () -> {
            if (json) {
                console.println(SweepRendering.json(report));
            } else if (!quiet) {
                console.print(SweepRendering.text(report));
            }
        });
    }
}

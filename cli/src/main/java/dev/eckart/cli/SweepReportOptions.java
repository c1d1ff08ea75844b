package dev.eckart.cli;

import dev.eckart.cli.render.SweepRendering;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.SweepReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Where the report of a sweep goes, and as what. */
final class SweepReportOptions {
    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report; the ending decides: .csv or .json. May be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON, and nothing else, on standard output.")
    private boolean json;

    /** Refuses files that no report can be written to, before any work is done. */
    void require() {
        for (Path file : files) {
            isJson(file);
            ReportOptions.requirePlace(file);
        }
    }

    /** Writes the report wherever it is wanted. */
    void deliver(SweepReport report, Console console, boolean quiet) {
        for (Path file : files) {
            ReportOptions.write(file, isJson(file) ? SweepRendering.json(report) : SweepRendering.csv(report));
        }
        if (json) {
            console.out().println(SweepRendering.json(report));
        } else if (!quiet) {
            console.out().print(SweepRendering.text(report));
        }
    }

    private static boolean isJson(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".json") && !name.endsWith(".csv")) {
            throw new InvalidInputException(
                    "--report: `%s` has an unknown ending; expected .csv or .json".formatted(file));
        }
        return name.endsWith(".json");
    }
}

package dev.eckart.cli;

import dev.eckart.cli.ReportFiles.Form;
import dev.eckart.cli.render.FolderRendering;
import dev.eckart.cli.render.HtmlReport;
import dev.eckart.cli.render.JsonReport;
import dev.eckart.cli.render.JunitReport;
import dev.eckart.cli.render.MarkdownReport;
import dev.eckart.cli.render.TextReport;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.FolderReport;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.job.UnreachableTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where a report goes, and as what. */
final class ReportOptions {
    private static final ReportFiles<Report> FILES = new ReportFiles<>(List.of(
            new Form<>(".html", HtmlReport::render),
            new Form<>(".json", JsonReport::render),
            new Form<>(".md", MarkdownReport::render),
            new Form<>(".xml", JunitReport::render)));

    private static final ReportFiles<FolderReport> OF_FOLDER = new ReportFiles<>(
            List.of(new Form<>(".json", FolderRendering::json), new Form<>(".md", FolderRendering::markdown)));

    /** The forms that there are of one model's report alone. */
    private static final Pattern OF_ONE_MODEL = Pattern.compile("(?i).*\\.(html|xml)");

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write the report to a file, in the format of its ending: .html (a page with charts), .json, .md or .xml (JUnit);"
                            + " of a folder, .json or .md. May be repeated.")
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

    /**
     * As {@link #require}, for the report on a folder's models.
     *
     * @param output the folder that is written, if one is
     */
    void requireOfFolder(RunFiles run, Optional<Path> output) {
        for (Path file : files) {
            if (OF_ONE_MODEL.matcher(file.toString()).matches()) {
                throw new InvalidInputException(
                        "--report: `%s` would be the report of one model; of a folder, expected .json or .md, or compress that model by itself"
                                .formatted(file));
            }
            if (output.filter(place -> file.toAbsolutePath()
                            .normalize()
                            .startsWith(place.toAbsolutePath().normalize()))
                    .isPresent()) {
                throw new InvalidInputException(
                        "--report: `%s` is in the folder that is written; name a file beside it".formatted(file));
            }
        }
        OF_FOLDER.require(files, run);
    }

    /** Writes the report on a folder's models wherever it is wanted. */
    void deliver(FolderReport report, Console console, boolean quiet) {
        OF_FOLDER.deliver(report, files, console, () -> {
            if (json) {
                console.println(FolderRendering.json(report));
            } else if (!quiet) {
                console.print(FolderRendering.text(report));
            }
        });
    }

    /** Adds files that the report is written to beside those that the command line names. */
    void add(List<Path> more) {
        List<Path> all = new ArrayList<>(files);
        all.addAll(more);
        files = all;
    }

    /**
     * Does what a command is about, and writes the report of it wherever it is wanted, also where a search was in vain.
     *
     * @throws UnreachableTargetException after that
     * @throws InvalidInputException if a file of the report cannot be written; everything else is
     */
    Report deliver(String command, Supplier<Report> work, Console console, boolean quiet) {
        try {
            Report report = work.get();
            deliver(report, console, quiet);
            return report;
        } catch (UnreachableTargetException e) {
            deliver(e.report().as(command, Optional.empty()), console, quiet);
            throw e;
        }
    }

    /** Writes the report wherever it is wanted. */
    void deliver(Report report, Console console, boolean quiet) {
        FILES.deliver(report, files, console, () -> {
            if (json) {
                console.println(JsonReport.render(report));
            } else if (!quiet) {
                console.print(TextReport.render(report));
            }
        });
    }
}

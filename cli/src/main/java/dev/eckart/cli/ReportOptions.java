package dev.eckart.cli;

import dev.eckart.cli.render.JsonReport;
import dev.eckart.cli.render.MarkdownReport;
import dev.eckart.cli.render.TextReport;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Where a report goes, and as what. */
final class ReportOptions {
    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report; the ending decides: .json or .md. May be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON, and nothing else, on standard output.")
    private boolean json;

    /** Refuses files that no report can be written to, before any work is done. */
    void require() {
        for (Path file : files) {
            format(file);
            requirePlace(file);
        }
    }

    /** Refuses a file that has no place to be in. */
    static void requirePlace(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException("--report: `%s` cannot be written: %s"
                    .formatted(
                            file,
                            Files.isDirectory(file) ? "it is a directory" : "there is no directory `" + folder + "`"));
        }
    }

    /** Writes the report wherever it is wanted. */
    void deliver(Report report, Console console, boolean quiet) {
        for (Path file : files) {
            write(file, format(file).equals("json") ? JsonReport.render(report) : MarkdownReport.render(report));
        }
        if (json) {
            console.out().println(JsonReport.render(report));
        } else if (!quiet) {
            console.out().print(TextReport.render(report));
        }
    }

    static void write(Path file, String content) {
        try (PendingFile pending = PendingFile.beside(file)) {
            Files.writeString(pending.path(), content.endsWith("\n") ? content : content + "\n");
            pending.commit();
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }

    private static String format(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".json")) {
            return "json";
        }
        if (name.endsWith(".md")) {
            return "md";
        }
        throw new InvalidInputException("--report: `%s` has an unknown ending; expected .json or .md".formatted(file));
    }
}

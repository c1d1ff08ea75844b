package dev.eckart.cli.render;

import dev.eckart.core.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A report as Markdown, for pull requests and pages. */
public final class MarkdownReport {
    private MarkdownReport() {}

    /** The whole report. */
    public static String render(Report report) {
        List<String> parts = new ArrayList<>();
        parts.add("# eckart %s: %s%n".formatted(report.command(), report.passed() ? "pass" : "**FAIL**"));
        parts.add("%s, opset %d, `%s`, backend %s, eckart %s%n"
                .formatted(
                        Table.escape(report.model().path()),
                        report.model().opset(),
                        report.settings().rank(),
                        report.settings().backend(),
                        report.version()));
        add(parts, "Size", ReportTables.sizes(report));
        ReportTables.dataFiles(report).map(Table::escape).map("%s%n"::formatted).ifPresent(parts::add);
        report.verification()
                .ifPresent(verification -> add(
                        parts,
                        "Outputs (%s samples, inputs: %s)"
                                .formatted(Numbers.count(verification.samples()), Table.escape(verification.inputs())),
                        ReportTables.outputs(report)));
        add(parts, "Checks", ReportTables.findings(report));
        add(parts, "Linear weights: " + ReportTables.counts(report), ReportTables.linear(report));
        add(parts, "Skipped weights", ReportTables.skipped(report));
        return String.join("\n", parts);
    }

    private static void add(List<String> parts, String heading, Optional<Table> table) {
        table.ifPresent(content -> parts.add("## %s%n%n%s".formatted(heading, content.renderMarkdown())));
    }
}

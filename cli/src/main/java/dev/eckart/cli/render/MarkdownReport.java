package dev.eckart.cli.render;

import dev.eckart.core.report.Report;
import dev.eckart.core.report.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * A report as Markdown, for a comment on a pull request or the summary of a CI step: the verdict, the numbers that matter,
 * and the weights folded away. It is never longer than GitHub takes.
 */
public final class MarkdownReport {
    /** GitHub's limit on a comment, in characters; {@link String#length} counts no fewer. */
    static final int LONGEST = 65_536;

    private static final int LONGEST_NAME = 200;

    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    /** The whole report; of weights and outputs as many as there is room for. */
    public static String render(Report report) {
        MarkdownReport markdown = new MarkdownReport();
        markdown.head(report);
        report.remarks()
                .warnings()
                .forEach(warning -> markdown.text.append("**Warning:** %s%n%n".formatted(shown(warning))));
        markdown.add("## Size%n%n".formatted(), ReportTables.sizes(report), "");
        ReportTables.dataFiles(report).ifPresent(files -> markdown.text.append("%s%n%n".formatted(shown(files))));
        markdown.add("## Checks%n%n".formatted(), ReportTables.findings(report), "");
        report.checks()
                .verification()
                .ifPresent(verification -> markdown.add(
                        "## Outputs%n%n%s samples, inputs: %s%n%n"
                                .formatted(
                                        Numbers.count(verification.samples()),
                                        shown(verification.inputs().sentence())),
                        ReportTables.outputs(report),
                        ""));
        markdown.fold("Linear weights: " + WeightTables.counts(report), WeightTables.linear(report));
        markdown.fold("Weights stored as codes", WeightTables.encoded(report));
        markdown.fold("Skipped weights", WeightTables.skipped(report));
        markdown.fold(
                "Settings tried"
                        + report.basis()
                                .search()
                                .map(search ->
                                        ", inputs: " + shown(search.inputs().sentence()))
                                .orElse(""),
                ReportTables.search(report));
        return markdown.text.toString().stripTrailing() + "\n";
    }

    private void head(Report report) {
        Headline headline = Headline.of(report);
        text.append("# eckart %s: %s%n%n%s%n%n"
                .formatted(
                        report.run().command(),
                        headline.verdict() == Verdict.FAIL ? "**FAIL**" : headline.words(),
                        shown(ShownText.shortened(headline.why(), 1000))));
        text.append("%s, opset %d, `%s`, backend %s, eckart %s%n%n"
                .formatted(
                        shown(report.networks().model().path()),
                        report.networks().model().opset(),
                        ShownText.shortened(ShownText.of(setting(report)), LONGEST_NAME)
                                .replace('`', '\''),
                        report.settings().backend(),
                        report.run().version()));
    }

    /** What ranks were chosen by; what was chosen from, where forms of all weights were chosen together. */
    private static String setting(Report report) {
        return report.settings().rank().isEmpty()
                ? report.settings().encoding()
                : report.settings().rank();
    }

    private void fold(String summary, Optional<Table> table) {
        // The blank lines make Markdown of what is between the tags.
        add("<details><summary>%s</summary>%n%n".formatted(summary), table, "%n</details>%n%n".formatted());
    }

    /** A table between two texts, without the rows for which there is no room. */
    private void add(String before, Optional<Table> table, String after) {
        if (table.isEmpty()) {
            return;
        }
        List<String> lines = table.get().markdownLines(LONGEST_NAME);
        // What may still be said after this table, by those that follow.
        int room = LONGEST - 2_000 - text.length() - before.length() - after.length();
        int fitting = 0;
        for (int used = 0; fitting < lines.size() && used + lines.get(fitting).length() < room; fitting++) {
            used += lines.get(fitting).length();
        }
        if (fitting > 2) {
            text.append(before);
            lines.subList(0, fitting).forEach(text::append);
            text.append(
                    fitting < lines.size()
                            ? "%n… and %d more; the JSON report has them all.%n".formatted(lines.size() - fitting)
                            : "");
            text.append(after.isEmpty() ? "\n" : after);
        } else {
            text.append("%d rows are left out here; the JSON report has them.%n%n".formatted(lines.size() - 2));
        }
    }

    private static String shown(String text) {
        return Table.escape(ShownText.of(ShownText.shortened(text, 4 * LONGEST_NAME)));
    }
}

package dev.eckart.cli.render;

import dev.eckart.core.report.FolderReport;
import dev.eckart.core.report.FolderReport.Bytes;
import dev.eckart.core.report.FolderReport.FolderModel;
import dev.eckart.core.report.FolderReport.Outcome;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.Verdict;
import dev.eckart.core.verify.EvaluationInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The account of a folder as text, Markdown and JSON, schema {@code eckart.folder/1}: names of fields are stable. */
public final class FolderRendering {
    private static final String SCHEMA = "eckart.folder/1";
    private static final String MADE_UP =
            "losses are on made-up inputs, which show whether a rewrite is right, not what is lost; give --inputs for that";

    /** For a cell, which has no room for what is said with the verdict. */
    private static final String BELOW = "see the verdict";

    private static final int LONGEST_MARKDOWN_CELL = 500;

    private FolderRendering() {}

    /** A table for a terminal, and what it comes to. */
    public static String text(FolderReport report) {
        List<String> parts = new ArrayList<>();
        parts.add(table(report).render());
        String remarks = remarks(report).stream().map(FolderRendering::line).collect(Collectors.joining());
        if (!remarks.isEmpty()) {
            parts.add(remarks);
        }
        parts.add(line(
                "%s in %s: %s".formatted(verdict(report.verdict()), Numbers.seconds(report.seconds()), why(report))));
        return String.join("\n", parts);
    }

    /** For a comment on a pull request. */
    public static String markdown(FolderReport report) {
        StringBuilder text = new StringBuilder("# eckart compress: %s%n%n%s%n%n"
                .formatted(
                        report.verdict() == Verdict.FAIL
                                ? "**FAIL**"
                                : report.verdict().label(),
                        Table.escape(ShownText.of(why(report)))));
        table(report).markdownLines(LONGEST_MARKDOWN_CELL).forEach(text::append);
        remarks(report).forEach(remark -> text.append("%n%s%n".formatted(Table.escape(ShownText.of(remark)))));
        return text.toString();
    }

    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case FAIL -> verdict.name();
            case PASS, UNJUDGED -> verdict.label();
        };
    }

    private static Table table(FolderReport report) {
        Table table = new Table("model", "before", "after", "of original", "verdict", "loss, or why");
        report.models()
                .forEach(model -> row(
                        table,
                        model.name(),
                        model.bytes(),
                        verdict(model),
                        model.outcome().isGood() ? explanation(model) : BELOW));
        if (report.carried().files() > 0) {
            long bytes = report.carried().bytes();
            row(
                    table,
                    "other files (%d)".formatted(report.carried().files()),
                    new Bytes(bytes, bytes),
                    "as before",
                    "");
        }
        row(table, "total", report.bytes(), "", "");
        return table;
    }

    private static void row(Table table, String name, Bytes bytes, String verdict, String explanation) {
        table.row(
                name,
                Numbers.bytes(bytes.before()),
                Numbers.bytes(bytes.after()),
                Numbers.percent(bytes.ratio()),
                verdict,
                explanation);
    }

    private static String verdict(FolderModel model) {
        return switch (model.outcome()) {
            case COMPRESSED ->
                model.report().map(Report::verdict).map(Verdict::label).orElse("");
            case NOT_CHOSEN, UNCHANGED -> "as before";
            case UNREACHABLE, FAILED -> Verdict.FAIL.name();
            case REFUSED -> "refused";
        };
    }

    private static String explanation(FolderModel model) {
        return switch (model.outcome()) {
            case COMPRESSED ->
                model.report()
                        .flatMap(report -> report.checks().verification())
                        .map(verification -> ReportTables.loss(verification.loss()))
                        .orElse("not compared");
            case UNCHANGED -> "nothing to gain: " + model.reason();
            case FAILED -> model.report().map(Failure::of).orElse("");
            case NOT_CHOSEN, UNREACHABLE, REFUSED -> model.reason();
        };
    }

    private static List<String> remarks(FolderReport report) {
        List<String> remarks = new ArrayList<>();
        boolean madeUp = report.models().stream()
                .filter(model -> model.outcome() == Outcome.COMPRESSED)
                .flatMap(model -> model.report().stream())
                .flatMap(made -> made.checks().verification().stream())
                .anyMatch(found -> found.inputs().kind() == EvaluationInputs.Kind.MADE_UP);
        if (madeUp) {
            remarks.add(MADE_UP);
        }
        report.models()
                .forEach(model -> model.report()
                        .ifPresent(made -> made.remarks()
                                .warnings()
                                .forEach(warning -> remarks.add("warning: %s: %s".formatted(model.name(), warning)))));
        return remarks;
    }

    /** What it comes to, without a capital or a full stop. */
    private static String why(FolderReport report) {
        long smaller = report.models().stream()
                .filter(model -> model.outcome() == Outcome.COMPRESSED)
                .count();
        String counted = "%d of %s smaller"
                .formatted(
                        smaller,
                        report.models().size() == 1
                                ? "1 model"
                                : report.models().size() + " models");
        return failure(report).map(failure -> counted + "; " + failure).orElse(counted);
    }

    /** What is wrong with which model, in one sentence; empty where nothing is. */
    public static Optional<String> failure(FolderReport report) {
        return report.models().stream()
                .filter(model -> !model.outcome().isGood())
                .map(model -> "`%s`: %s".formatted(model.name(), explanation(model)))
                .reduce("%s; %s"::formatted);
    }

    /** As JSON. */
    public static String json(FolderReport report) {
        ObjectNode root = Json.object().put("schema", SCHEMA);
        root.putObject("tool").put("version", report.version());
        root.put("command", "compress");
        root.put("verdict", report.verdict().label()).put("folder", report.folder());
        report.output().ifPresent(output -> root.put("output", output));
        root.put("written", report.written());
        ArrayNode models = root.putArray("models");
        for (FolderModel model : report.models()) {
            ObjectNode node = models.addObject();
            node.put("name", model.name()).put("outcome", model.outcome().label());
            bytes(node, model.bytes());
            String reason = model.outcome() == Outcome.FAILED ? explanation(model) : model.reason();
            if (!reason.isEmpty()) {
                node.put("reason", reason);
            }
            model.report().ifPresent(made -> node.set("report", JsonReport.tree(made)));
        }
        root.putObject("carried")
                .put("files", report.carried().files())
                .put("bytes", report.carried().bytes());
        bytes(root, report.bytes());
        return Json.render(root.put("seconds", report.seconds()));
    }

    private static void bytes(ObjectNode node, Bytes bytes) {
        node.put("bytesBefore", bytes.before()).put("bytesAfter", bytes.after()).put("sizeRatio", bytes.ratio());
    }

    private static String line(String text) {
        return ShownText.of(text) + "\n";
    }
}

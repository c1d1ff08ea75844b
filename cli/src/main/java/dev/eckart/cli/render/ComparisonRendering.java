package dev.eckart.cli.render;

import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.ComparisonReport.Compared;
import dev.eckart.core.report.ComparisonReport.Measured;
import dev.eckart.core.report.ParetoFront;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A comparison as text and as JSON, schema {@code eckart.compare/1}: names of fields are stable. */
public final class ComparisonRendering {
    private static final String SCHEMA = "eckart.compare/1";

    private ComparisonRendering() {}

    /** Tables for a terminal. */
    public static String text(ComparisonReport report) {
        ComparisonTables tables = new ComparisonTables(report);
        List<String> parts = new ArrayList<>();
        parts.add(tables.models().render());
        parts.add(tables.losses().render());
        parts.add(line(tables.notes()));
        parts.add(tables.costs().render());
        parts.add(line(tables.costNotes()));
        tables.limits().map(Table::render).ifPresent(parts::add);
        tables.warnings().map(Table::render).ifPresent(parts::add);
        parts.add(line("%s in %s: %s"
                .formatted(
                        switch (report.verdict()) {
                            case FAIL -> report.verdict().name();
                            case PASS, UNJUDGED -> report.verdict().label();
                        },
                        Numbers.seconds(report.seconds()),
                        why(report))));
        return String.join("\n", parts);
    }

    /** Why the verdict is what it is, without a capital or a full stop. */
    static String why(ComparisonReport report) {
        int models = report.models().size();
        return switch (report.verdict()) {
            case FAIL -> failure(report);
            case PASS ->
                "%s met by %s".formatted(limits(report), models == 1 ? "the model" : "all %d models".formatted(models));
            case UNJUDGED -> "no limit was set";
        };
    }

    private static String limits(ComparisonReport report) {
        int limits = report.models().get(0).limits().size();
        return limits == 1 ? "the limit is" : "all %d limits are".formatted(limits);
    }

    /** What is wrong with which model, in one sentence; empty where nothing is. */
    public static String failure(ComparisonReport report) {
        return report.models().stream()
                .filter(model -> !model.passed())
                .map(model -> "`%s`: %s".formatted(model.model().path(), String.join(", ", failures(model))))
                .collect(Collectors.joining("; "));
    }

    private static List<String> failures(Compared model) {
        List<String> failures = new ArrayList<>();
        Failure.notFinite(model.verification().outputs())
                .ifPresentOrElse(
                        failures::add,
                        () -> model.verification().metrics().stream()
                                .filter(metric -> !metric.isFinite())
                                .map(Failure::withoutValue)
                                .forEach(failures::add));
        for (Limit.Outcome limit : model.limits()) {
            if (!limit.kept()) {
                failures.add("%s %s is exceeded: measured %s"
                        .formatted(limit.name(), Numbers.plain(limit.limit()), Numbers.plain(limit.value())));
            }
        }
        return failures;
    }

    private static String line(String text) {
        return ShownText.of(text) + "\n";
    }

    public static String json(ComparisonReport report) {
        return Json.render(tree(report));
    }

    static ObjectNode tree(ComparisonReport report) {
        ObjectNode root = Json.object().put("schema", SCHEMA);
        root.putObject("tool").put("version", report.version());
        root.put("command", "compare");
        root.put("verdict", report.verdict().label());
        Verification first = report.models().get(0).verification();
        JsonReport.inputs(root, first.inputs())
                .put("samples", first.samples())
                .put("seed", report.seed())
                .put("threads", report.threads());
        measured(root.putObject("original"), report.original());
        ParetoFront front = report.front();
        root.putObject("front")
                .put("measure", front.measure())
                .put("better", front.higherIsBetter() ? "higher" : "lower");
        ArrayNode models = root.putArray("models");
        for (int i = 0; i < report.models().size(); i++) {
            Compared model = report.models().get(i);
            ObjectNode node = models.addObject();
            node.put("letters", ComparisonReport.letters(i));
            measured(node, model.model());
            node.put("sizeRatio", report.sizeRatio(model))
                    .put("onFront", front.members().get(i));
            loss(node, model.verification());
            costs(node, model.verification());
            ArrayNode limits = node.putArray("limits");
            model.limits().forEach(limit -> JsonReport.limit(limits.addObject(), limit));
            node.put("passed", model.passed());
        }
        ArrayNode warnings = root.putArray("warnings");
        report.warnings().forEach(warnings::add);
        return root.put("seconds", report.seconds());
    }

    private static void measured(ObjectNode node, Measured model) {
        node.put("path", model.path()).put("bytes", model.bytes());
        ArrayNode dataFiles = node.putArray("dataFiles");
        model.dataFiles().forEach(dataFiles::add);
        node.put("loadMs", model.loadMs());
        model.run()
                .ifPresent(run -> node.putObject("run")
                        .put("medianMs", run.medianMs())
                        .put("lowMs", run.lowMs())
                        .put("highMs", run.highMs()));
        model.memory()
                .ifPresent(memory ->
                        node.putObject("memory").put("peakBytes", memory.peak()).put("loadedBytes", memory.loaded()));
    }

    private static void loss(ObjectNode node, Verification verification) {
        Loss loss = verification.loss();
        worstAndMean(node.putObject("relativeError"), loss.relativeError(), loss.meanRelativeError());
        worstAndMean(
                node.putObject("cosine"),
                loss.cosine().orElse(Double.NaN),
                loss.meanCosine().orElse(Double.NaN));
        ArrayNode outputs = node.putArray("outputs");
        loss.outputs().forEach(output -> JsonReport.output(outputs.addObject(), output));
        loss.accuracy().ifPresent(accuracy -> JsonReport.accuracy(node.putObject("accuracy"), accuracy));
        ArrayNode metrics = node.putArray("metrics");
        for (MetricResult metric : verification.metrics()) {
            JsonReport.metric(metrics.addObject(), metric);
        }
    }

    private static void costs(ObjectNode node, Verification verification) {
        verification.latency().ifPresent(latency -> latency(node.putObject("latency"), latency));
        verification.memory().ifPresent(memory -> node.put("memoryRatio", memory.ratio()));
    }

    private static void latency(ObjectNode node, Latency latency) {
        node.put("originalMs", latency.originalMs())
                .put("compressedMs", latency.compressedMs())
                .put("ratio", latency.ratio())
                .put("ratioLow", latency.ratioLow())
                .put("ratioHigh", latency.ratioHigh())
                .put("samples", latency.samples());
    }

    private static void worstAndMean(ObjectNode node, double worst, double mean) {
        Json.putNumber(node, "worst", worst);
        Json.putNumber(node, "mean", mean);
    }
}

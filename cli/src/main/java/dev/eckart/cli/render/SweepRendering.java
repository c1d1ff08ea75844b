package dev.eckart.cli.render;

import dev.eckart.core.report.SweepReport;
import dev.eckart.core.report.SweepReport.Setting;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A sweep as text, as CSV, and as JSON, schema {@code eckart.sweep/1}: names of fields and columns are stable. */
public final class SweepRendering {
    private static final String SCHEMA = "eckart.sweep/1";

    /** Up to as many weights are listed one by one. */
    private static final int LISTED_WEIGHTS = 4;

    private final SweepReport report;

    private SweepRendering(SweepReport report) {
        this.report = report;
    }

    /** A table for a terminal. */
    public static String text(SweepReport report) {
        return new SweepRendering(report).text();
    }

    /** A row for each setting, under a row of headings. */
    public static String csv(SweepReport report) {
        return new SweepRendering(report).csv();
    }

    public static String json(SweepReport report) {
        return Json.render(tree(report));
    }

    static ObjectNode tree(SweepReport report) {
        return new SweepRendering(report).tree();
    }

    /** A row for each setting. */
    static Table table(SweepReport report) {
        return new SweepRendering(report).table();
    }

    /** What the table is of, and how it was measured. */
    static String notes(SweepReport report) {
        return new SweepRendering(report).notes();
    }

    private String text() {
        return line("%s: %s, %s parameters, opset %d"
                        .formatted(
                                report.model().path(),
                                Numbers.bytes(report.model().bytes()),
                                Numbers.count(report.model().parameters()),
                                report.model().opset()))
                + "\n"
                + table().render()
                + "\n"
                + report.skipped().stream()
                        .map(skipped -> line("%s is left out: %s".formatted(skipped.rank(), skipped.reason())))
                        .collect(Collectors.joining())
                + line("%s; %s".formatted(notes(), Numbers.seconds(report.seconds())));
    }

    private static String line(String text) {
        return ShownText.of(text) + "\n";
    }

    private Table table() {
        boolean labelled =
                report.settings().stream().anyMatch(setting -> accuracy(setting).isPresent());
        boolean timed =
                report.settings().stream().anyMatch(setting -> setting.latency().isPresent());
        boolean cosines = report.settings().stream()
                .anyMatch(setting -> setting.loss().cosine().isPresent());
        boolean hidden =
                report.settings().stream().anyMatch(setting -> setting.loss().hidesPart());
        Table table = new Table(cells(List.of(
                List.of("--rank", "ranks", "parameters", "of original", "file", "of original", "error"),
                cosines ? List.of("cosine") : List.of(),
                hidden ? List.of("of worst part") : List.of(),
                labelled ? List.of("accuracy", "lost") : List.of(),
                timed ? List.of("latency") : List.of())));
        for (Setting setting : report.settings()) {
            table.row(cells(List.of(
                    List.of(
                            setting.rank(),
                            setting.sameAs().map("as %s"::formatted).orElseGet(() -> ranks(setting)),
                            Numbers.count(setting.parameters()),
                            Numbers.percent(parametersRatio(setting)),
                            Numbers.bytes(setting.bytes()),
                            Numbers.percent(sizeRatio(setting)),
                            Numbers.error(setting.loss().relativeError())),
                    cosines ? List.of(shown(setting.loss().cosine())) : List.of(),
                    hidden ? List.of(shown(setting.loss().partCosine())) : List.of(),
                    labelled
                            ? accuracy(setting)
                                    .map(accuracy -> List.of(
                                            Numbers.accuracy(accuracy.compressed()), Numbers.points(accuracy.drop())))
                                    .orElse(List.of("", ""))
                            : List.of(),
                    timed
                            ? List.of(setting.latency()
                                    .map(latency -> Numbers.times(latency.ratio()))
                                    .orElse(""))
                            : List.of())));
        }
        return table;
    }

    private static String shown(OptionalDouble cosine) {
        return cosine.isPresent() ? Numbers.closeToOne(cosine.getAsDouble()) : "–";
    }

    private String notes() {
        return "%s samples, inputs: %s%s; error and cosine are those of the worst output"
                .formatted(
                        Numbers.count(report.samples()),
                        report.inputs().sentence(),
                        report.settings().stream()
                                .flatMap(setting -> accuracy(setting).stream())
                                .findFirst()
                                .map(accuracy -> "; accuracy of the original: " + Numbers.accuracy(accuracy.original()))
                                .orElse(""));
    }

    private static String[] cells(List<List<String>> groups) {
        return groups.stream().flatMap(List::stream).toArray(String[]::new);
    }

    /** Those of a few weights one by one, and the range of many. */
    private static String ranks(Setting setting) {
        List<Integer> sorted = sortedRanks(setting);
        String kept = setting.kept() == 0 ? "" : (setting.kept() + " unchanged");
        String ranks = sorted.size() <= LISTED_WEIGHTS
                ? setting.ranks().values().stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "%d to %d, median %d"
                        .formatted(sorted.get(0), sorted.get(sorted.size() - 1), sorted.get(sorted.size() / 2));
        return Stream.of(ranks, kept).filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
    }

    private static List<Integer> sortedRanks(Setting setting) {
        return setting.ranks().values().stream().sorted().toList();
    }

    private static Optional<LabelAccuracy> accuracy(Setting setting) {
        return setting.loss().accuracy();
    }

    private double sizeRatio(Setting setting) {
        return (double) setting.bytes() / report.model().bytes();
    }

    private double parametersRatio(Setting setting) {
        return (double) setting.parameters() / report.model().parameters();
    }

    /** 1 where there is no linear weight. */
    private double linearParametersRatio(Setting setting) {
        long before = report.model().linearParameters();
        return before == 0 ? 1 : (double) setting.linearParameters() / before;
    }

    private String csv() {
        List<Map<String, String>> rows =
                report.settings().stream().map(this::columns).toList();
        return Stream.concat(
                        rows.stream().limit(1).map(Map::keySet), rows.stream().map(Map::values))
                .map(cells -> cells.stream().map(SweepRendering::quoted).collect(Collectors.joining(",", "", "\n")))
                .collect(Collectors.joining());
    }

    private Map<String, String> columns(Setting setting) {
        List<Integer> sorted = sortedRanks(setting);
        Loss loss = setting.loss();
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("rank", setting.rank());
        columns.put("same_as", setting.sameAs().orElse(""));
        columns.put("factored", String.valueOf(sorted.size()));
        columns.put("kept", String.valueOf(setting.kept()));
        columns.put("lowest_rank", sorted.isEmpty() ? "" : String.valueOf(sorted.get(0)));
        columns.put("median_rank", sorted.isEmpty() ? "" : String.valueOf(sorted.get(sorted.size() / 2)));
        columns.put("highest_rank", sorted.isEmpty() ? "" : String.valueOf(sorted.get(sorted.size() - 1)));
        columns.put("parameters", String.valueOf(setting.parameters()));
        columns.put("parameters_ratio", number(parametersRatio(setting)));
        columns.put("linear_parameters", String.valueOf(setting.linearParameters()));
        columns.put("linear_parameters_ratio", number(linearParametersRatio(setting)));
        columns.put("bytes", String.valueOf(setting.bytes()));
        columns.put("size_ratio", number(sizeRatio(setting)));
        columns.put("relative_error_worst", number(loss.relativeError()));
        columns.put("relative_error_mean", number(loss.meanRelativeError()));
        columns.put("cosine_worst", number(loss.cosine().orElse(Double.NaN)));
        columns.put("cosine_mean", number(loss.meanCosine().orElse(Double.NaN)));
        columns.put("accuracy_original", optional(accuracy(setting).map(LabelAccuracy::original)));
        columns.put("accuracy_compressed", optional(accuracy(setting).map(LabelAccuracy::compressed)));
        columns.put("accuracy_drop", optional(accuracy(setting).map(LabelAccuracy::drop)));
        columns.put("latency_ratio", optional(setting.latency().map(Latency::ratio)));
        columns.put("seconds", number(setting.seconds()));
        columns.put("part_error_worst", number(loss.partError().orElse(Double.NaN)));
        columns.put("part_cosine_worst", number(loss.partCosine().orElse(Double.NaN)));
        return columns;
    }

    private static String optional(Optional<Double> value) {
        return value.map(SweepRendering::number).orElse("");
    }

    /** Empty where it is NaN or infinite, as a missing one is. */
    private static String number(double value) {
        return Double.isFinite(value) ? String.valueOf(value) : "";
    }

    /** As RFC 4180 has it. */
    private static String quoted(String text) {
        String cell = ShownText.of(text);
        return cell.matches("[^\",\r\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    private ObjectNode tree() {
        ObjectNode root = Json.object().put("schema", SCHEMA);
        root.putObject("tool").put("version", report.version());
        root.put("command", "sweep");
        JsonReport.model(root.putObject("model"), report.model());
        root.put("backend", report.backend()).put("seed", report.seed());
        JsonReport.inputs(root, report.inputs()).put("samples", report.samples());
        ArrayNode settings = root.putArray("settings");
        report.settings().forEach(setting -> setting(settings.addObject(), setting));
        ArrayNode skipped = root.putArray("skipped");
        report.skipped()
                .forEach(setting ->
                        skipped.addObject().put("rank", setting.rank()).put("reason", setting.reason()));
        return root.put("seconds", report.seconds());
    }

    private void setting(ObjectNode node, Setting setting) {
        node.put("rank", setting.rank());
        setting.sameAs().ifPresent(same -> node.put("sameAs", same));
        ObjectNode ranks = node.putObject("ranks");
        setting.ranks().forEach(ranks::put);
        node.put("factored", setting.ranks().size())
                .put("kept", setting.kept())
                .put("parameters", setting.parameters())
                .put("parametersRatio", parametersRatio(setting))
                .put("linearParameters", setting.linearParameters())
                .put("linearParametersRatio", linearParametersRatio(setting))
                .put("bytes", setting.bytes())
                .put("sizeRatio", sizeRatio(setting))
                .put("sha256", setting.sha256());
        Loss loss = setting.loss();
        worstAndMean(node.putObject("relativeError"), loss.relativeError(), loss.meanRelativeError());
        worstAndMean(
                node.putObject("cosine"),
                loss.cosine().orElse(Double.NaN),
                loss.meanCosine().orElse(Double.NaN));
        ArrayNode outputs = node.putArray("outputs");
        loss.outputs().forEach(output -> JsonReport.output(outputs.addObject(), output));
        accuracy(setting).ifPresent(accuracy -> JsonReport.accuracy(node.putObject("accuracy"), accuracy));
        setting.latency()
                .ifPresent(latency -> node.putObject("latency")
                        .put("originalMs", latency.originalMs())
                        .put("compressedMs", latency.compressedMs())
                        .put("ratio", latency.ratio())
                        .put("ratioLow", latency.ratioLow())
                        .put("ratioHigh", latency.ratioHigh())
                        .put("samples", latency.samples()));
        node.put("seconds", setting.seconds());
    }

    private static void worstAndMean(ObjectNode node, double worst, double mean) {
        Json.putNumber(node, "worst", worst);
        Json.putNumber(node, "mean", mean);
    }
}

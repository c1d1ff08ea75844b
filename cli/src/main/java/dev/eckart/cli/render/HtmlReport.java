package dev.eckart.cli.render;

import static dev.eckart.core.report.Verdict.FAIL;
import static dev.eckart.core.report.Verdict.PASS;

import dev.eckart.cli.render.HtmlPage.Cell;
import dev.eckart.cli.render.HtmlPage.Section;
import dev.eckart.cli.render.HtmlPage.Tile;
import dev.eckart.cli.render.HtmlPage.Verdict;
import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry.Outcome;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A report as a page to look at: words and tables as in every other form, and charts. */
public final class HtmlReport {
    private static final String SCAN = "scan";

    private final Report report;

    private HtmlReport(Report report) {
        this.report = report;
    }

    /** The whole report. */
    public static String render(Report report) {
        return new HtmlReport(report).page(JsonReport.tree(report)).render();
    }

    /**
     * What there is of it after a scan.
     *
     * @param tree the same, with more
     * @param more what comes before all else
     */
    static HtmlPage scanPage(Report report, ObjectNode tree, List<Section> more) {
        HtmlPage page = new HtmlReport(report).page(tree);
        return new HtmlPage(
                page.command(),
                page.subject(),
                page.title(),
                page.verdict(),
                page.tiles(),
                Stream.concat(more.stream(), page.sections().stream()).toList(),
                page.version(),
                page.data());
    }

    /** The last part of a path. */
    static String fileName(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    /** {@code tree} with the spectra, thinned. */
    private HtmlPage page(ObjectNode tree) {
        ObjectNode data = Json.object();
        data.set("report", tree);
        ArrayNode spectra = data.putArray("spectra");
        for (int i = 0; i < report.weights().size(); i++) {
            int place = i;
            var weight = report.weights().get(i);
            weight.predicted()
                    .spectrum()
                    .ifPresent(
                            spectrum -> SpectrumPoints.put(spectra.addObject().put("weight", place), weight, spectrum));
        }
        return new HtmlPage(
                report.run().command(),
                Cell.of(fileName(report.networks().model().path())),
                "%s %s"
                        .formatted(
                                report.run().command(),
                                ShownText.of(fileName(report.networks().model().path()))),
                verdict(),
                tiles(),
                sections(!spectra.isEmpty()),
                report.run().version(),
                data);
    }

    private Verdict verdict() {
        Headline headline = Headline.of(report);
        boolean planned =
                report.networks().output().isEmpty() && report.basis().search().isEmpty();
        if (planned && report.remarks().nothingToGain().isEmpty()) {
            return new Verdict(
                    "none",
                    "i",
                    report.run().command().equals(SCAN) ? "Scan" : "Plan",
                    Cell.of("This is what %s would do. Nothing was written.".formatted(rank())));
        }
        boolean passed = headline.words().equals(PASS.label());
        boolean failed = headline.verdict() == FAIL;
        return new Verdict(
                failed ? "fail" : passed ? "pass" : "none",
                failed ? "✗" : passed ? "✓" : "i",
                Headline.capitalized(headline.words()),
                // What failed may begin with a name.
                Cell.of((failed ? headline.why() : Headline.capitalized(headline.why())) + "."));
    }

    private String rank() {
        return report.settings().rank();
    }

    private List<Tile> tiles() {
        List<Tile> tiles = new ArrayList<>();
        report.networks()
                .output()
                .ifPresentOrElse(
                        output -> tiles.addAll(List.of(
                                share(
                                        "File",
                                        Numbers::bytes,
                                        output.bytes(),
                                        report.networks().model().bytes()),
                                share(
                                        "Parameters",
                                        Numbers::count,
                                        output.parameters(),
                                        report.networks().model().parameters()))),
                        () -> tiles.addAll(ofOriginal()));
        report.checks().verification().ifPresent(verification -> tiles.addAll(ofOutputs(verification)));
        if (!report.weights().isEmpty()) {
            tiles.add(new Tile(
                    replacedLabel(),
                    Numbers.count(
                            WeightTables.count(report, Outcome.FACTORED) + WeightTables.count(report, Outcome.ENCODED)),
                    Cell.of("%d unchanged, %d skipped"
                            .formatted(
                                    WeightTables.count(report, Outcome.KEPT),
                                    WeightTables.count(report, Outcome.SKIPPED))),
                    ""));
        }
        return tiles;
    }

    private String replacedLabel() {
        String verb = WeightTables.count(report, Outcome.ENCODED) == 0 ? "factor" : "replace";
        return report.networks().output().isPresent()
                ? "Weights %s".formatted(verb.equals("factor") ? "factored" : "replaced")
                : "Weights to " + verb;
    }

    private List<Tile> ofOriginal() {
        long after = report.networks().model().linearParameters()
                - report.weights().stream()
                        .mapToLong(weight -> weight.storage().parametersBefore()
                                - weight.storage().parametersAfter())
                        .sum();
        return List.of(
                new Tile(
                        "File",
                        Numbers.bytes(report.networks().model().bytes()),
                        Cell.of(Numbers.count(report.networks().model().parameters()) + " parameters"),
                        ""),
                share(
                        "In linear weights",
                        Numbers::count,
                        after,
                        report.networks().model().linearParameters()));
    }

    private static List<Tile> ofOutputs(Verification verification) {
        Tile lost = verification
                .accuracy()
                .map(accuracy -> new Tile(
                        "Accuracy",
                        Numbers.accuracy(accuracy.compressed()),
                        Cell.of(Numbers.points(accuracy.drop()) + " lost"),
                        ""))
                .orElseGet(() -> ofLoss(verification.loss()));
        Optional<Tile> time = verification
                .latency()
                .map(latency -> new Tile(
                        "Time of a run",
                        Numbers.times(latency.ratio()),
                        Cell.of(Numbers.milliseconds(latency.originalMs(), latency.compressedMs())),
                        ""));
        return Stream.concat(Stream.of(lost), time.stream()).toList();
    }

    private static Tile ofLoss(Loss loss) {
        String error = Numbers.error(loss.relativeError());
        String worst = loss.hidesPart() ? "a part is much worse: see the checks" : "";
        OptionalDouble cosine = loss.cosine();
        return cosine.isPresent()
                ? new Tile(
                        "Cosine of outputs",
                        Numbers.closeToOne(cosine.getAsDouble()),
                        Cell.of("relative error " + error + (worst.isEmpty() ? "" : "; " + worst)),
                        "")
                : new Tile("Relative error of outputs", error, Cell.of(worst), "");
    }

    static Tile share(String label, LongFunction<String> number, long after, long before) {
        double share = before == 0 ? 1 : (double) after / before;
        return new Tile(
                label,
                number.apply(after),
                Cell.of("%s of %s".formatted(Numbers.percent(share), number.apply(before))),
                String.format(Locale.ROOT, "%.1f", Math.min(100, 100 * share)));
    }

    private List<Section> sections(boolean spectra) {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("warnings", "Warnings", ReportTables.warnings(report)));
        sections.add(new Section("checks", "Checks", ReportTables.findings(report)));
        report.checks()
                .verification()
                .ifPresent(verification -> sections.add(new Section(
                        "outputs",
                        "Outputs",
                        ReportTables.outputs(report),
                        "%s samples, inputs: %s."
                                .formatted(
                                        Numbers.count(verification.samples()),
                                        verification.inputs().sentence()))));
        sections.add(new Section(
                "sizes",
                "Size",
                ReportTables.sizes(report),
                ReportTables.dataFiles(report).map("%s."::formatted).orElse("")));
        report.basis()
                .search()
                .ifPresent(search -> sections.add(new Section(
                                "search",
                                "Settings tried",
                                ReportTables.search(report),
                                "The settings were measured on %s. The verification above is of the model that was found."
                                        .formatted(search.inputs().sentence()))
                        .with("search", "Size of the file against loss")));
        boolean linear = report.weights().stream().anyMatch(weight -> weight.outcome() != Outcome.SKIPPED);
        boolean ranks = spectra || report.weights().stream().anyMatch(weight -> weight.outcome() == Outcome.FACTORED);
        if (linear && ranks) {
            sections.add(new Section("ranks", "Ranks over depth", Optional.empty())
                    .with("ranks", "The weights from first to last; the table of weights has the numbers"));
        }
        if (spectra) {
            sections.add(new Section("spectra", "Spectra", Optional.empty())
                    .with("spectrum", "Singular values, and the energy of the largest values"));
        }
        if (linear) {
            sections.add(new Section("errors", "Errors of weights", Optional.empty())
                    .with("errors", "The weights that lose most; the table of weights has the numbers of all"));
            sections.add(new Section(
                    "weights",
                    "Weights",
                    report.run().command().equals(SCAN) ? WeightTables.spectra(report) : WeightTables.linear(report),
                    WeightTables.counts(report) + "."));
        }
        sections.add(new Section("encoded", "Weights stored as codes", WeightTables.encoded(report)));
        sections.add(new Section("skipped", "Skipped weights", WeightTables.skipped(report)));
        sections.add(new Section("settings", "Settings and provenance", Optional.of(settings())));
        return sections.stream().filter(Section::hasContent).toList();
    }

    private Table settings() {
        Table table = new Table("setting", "value");
        table.row("model", report.networks().model().path());
        report.networks().model().dataFiles().forEach(file -> table.row("data file", file));
        table.row("opset", String.valueOf(report.networks().model().opset()));
        report.networks().output().ifPresent(output -> table.row("output", output.path()));
        if (!rank().isEmpty()) {
            table.row("rank", rank());
        }
        table.row("seed", String.valueOf(report.settings().seed()));
        table.row("backend", report.settings().backend());
        report.basis().calibration().ifPresent(calibration -> addCalibration(table, calibration));
        Report.Seconds seconds = report.run().seconds();
        table.row(
                "time",
                "%s: reading %s, decomposing %s, rewriting %s, verifying %s"
                        .formatted(
                                Numbers.seconds(seconds.total()),
                                Numbers.seconds(seconds.read()),
                                Numbers.seconds(seconds.decompose()),
                                Numbers.seconds(seconds.rewrite()),
                                Numbers.seconds(seconds.verify())));
        return table.row("made by", "eckart " + report.run().version());
    }

    private static void addCalibration(Table table, CalibrationEntry calibration) {
        table.row(
                "calibrated on",
                "%s samples of %s (%s rows) for %d weights"
                        .formatted(
                                Numbers.count(calibration.samples()),
                                calibration.inputs(),
                                Numbers.count(calibration.rows()),
                                calibration.weights()));
        calibration
                .uncalibrated()
                .forEach(weight -> table.row(
                        "not calibrated",
                        "%s: %s".formatted(weight.name(), weight.reason().sentence())));
        calibration.notes().forEach(note -> table.row("note", note));
    }
}

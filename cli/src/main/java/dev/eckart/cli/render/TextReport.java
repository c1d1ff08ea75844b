package dev.eckart.cli.render;

import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A report as text for a terminal. */
public final class TextReport {
    private TextReport() {}

    /** The whole report. */
    public static String render(Report report) {
        List<String> parts = new ArrayList<>();
        parts.add(title(report));
        add(parts, WeightTables.replaced(report));
        add(parts, WeightTables.encoded(report));
        add(parts, WeightTables.unchanged(report));
        add(parts, WeightTables.skipped(report));
        if (!report.weights().isEmpty() || report.remarks().nothingToGain().isPresent()) {
            parts.add(summary(report));
        }
        add(parts, ReportTables.sizes(report));
        ReportTables.dataFiles(report).map(TextReport::line).ifPresent(parts::add);
        report.checks()
                .verification()
                .ifPresent(verification -> parts.add(line("%s samples, inputs: %s"
                                .formatted(
                                        Numbers.count(verification.samples()),
                                        verification.inputs().sentence()))
                        + "\n"
                        + ReportTables.outputs(report).orElseThrow().render()));
        add(parts, ReportTables.findings(report));
        warnings(report).ifPresent(parts::add);
        if (report.networks().output().isPresent() || !report.passed()) {
            parts.add(line(
                    Headline.line(report, Numbers.seconds(report.run().seconds().total()))));
        }
        return String.join("\n", parts);
    }

    /** What there is of it after a scan. */
    public static String renderScan(Report report) {
        List<String> parts = new ArrayList<>();
        parts.add(title(report));
        add(parts, WeightTables.ranks(report));
        add(parts, WeightTables.unchanged(report));
        add(parts, WeightTables.skipped(report));
        parts.add(line("linear weights hold %s of %s parameters; with %s, %s of them remain"
                        .formatted(
                                Numbers.count(report.networks().model().linearParameters()),
                                Numbers.count(report.networks().model().parameters()),
                                report.settings().rank(),
                                remaining(report)))
                + nothingToGain(report));
        warnings(report).ifPresent(parts::add);
        return String.join("\n", parts);
    }

    private static Optional<String> warnings(Report report) {
        return report.remarks().warnings().stream()
                .map(warning -> line("warning: " + warning))
                .reduce(String::concat);
    }

    private static String remaining(Report report) {
        long before = report.weights().stream()
                .filter(weight -> weight.outcome() != Outcome.SKIPPED)
                .mapToLong(weight -> weight.storage().parametersBefore())
                .sum();
        long after = report.weights().stream()
                .filter(weight -> weight.outcome() != Outcome.SKIPPED)
                .mapToLong(weight -> weight.storage().parametersAfter())
                .sum();
        return before == 0 ? "none" : Numbers.percent((double) after / before);
    }

    private static String title(Report report) {
        return line("%s: %s, %s parameters, opset %d"
                        .formatted(
                                report.networks().model().path(),
                                Numbers.bytes(report.networks().model().bytes()),
                                Numbers.count(report.networks().model().parameters()),
                                report.networks().model().opset()))
                + report.basis().calibration().map(TextReport::calibration).orElse("")
                + (report.settings().refit()
                        ? "pairs refitted to the inputs of their layers in the compressed network\n"
                        : "");
    }

    private static String calibration(CalibrationEntry calibration) {
        StringBuilder text = new StringBuilder(line("calibrated on %s samples of %s (%s rows) for %d weights"
                .formatted(
                        Numbers.count(calibration.samples()),
                        calibration.inputs(),
                        Numbers.count(calibration.rows()),
                        calibration.weights())));
        calibration
                .measuredOn()
                .ifPresent(samples -> text.append("sensitivities measured on %s of these samples%s%n"
                        .formatted(
                                Numbers.count(samples),
                                calibration.rounds() == 0
                                        ? ""
                                        : ", and %d more times with the other weights cut"
                                                .formatted(calibration.rounds()))));
        calibration
                .uncalibrated()
                .forEach(weight -> text.append(line("not calibrated: %s (%s)"
                        .formatted(weight.name(), weight.reason().sentence()))));
        calibration.notes().forEach(note -> text.append(line("note: " + note)));
        return text.toString();
    }

    private static String summary(Report report) {
        return "%s%n%s".formatted(WeightTables.counts(report), nothingToGain(report));
    }

    private static String nothingToGain(Report report) {
        return report.remarks().nothingToGain().isEmpty()
                ? ""
                : line("nothing to gain: " + Headline.nothingToGain(report));
    }

    private static String line(String text) {
        return ShownText.of(text) + "\n";
    }

    private static void add(List<String> parts, Optional<Table> table) {
        table.map(Table::render).ifPresent(parts::add);
    }
}

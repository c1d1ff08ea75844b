package dev.eckart.cli.render;

import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.ComparisonReport.Compared;
import dev.eckart.core.report.ComparisonReport.Measured;
import dev.eckart.core.report.ParetoFront;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The tables of a comparison, which every form of it shows. */
final class ComparisonTables {
    private static final String NONE = "–";
    private static final String ORIGINAL = "original";

    private final ComparisonReport report;

    ComparisonTables(ComparisonReport report) {
        this.report = report;
    }

    /** Which models there are, and their bytes: a row for the original, and one for each other, by its letters. */
    Table models() {
        Table table = new Table("", "model", "file", "of original", "on the front");
        table.row(
                ORIGINAL,
                report.original().path(),
                Numbers.bytes(report.original().bytes()),
                Numbers.percent(1),
                "");
        ParetoFront front = report.front();
        for (int i = 0; i < report.models().size(); i++) {
            Compared model = report.models().get(i);
            table.row(
                    ComparisonReport.letters(i),
                    model.model().path(),
                    Numbers.bytes(model.model().bytes()),
                    Numbers.percent(report.sizeRatio(model)),
                    front.members().get(i) ? "yes" : "no");
        }
        return table;
    }

    /** What was lost: a row for each model. */
    Table losses() {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("error", found -> Numbers.error(found.relativeError())));
        addIf(any(found -> found.cosine().isPresent()), columns, "cosine", found -> closeToOne(found.cosine()));
        addIf(
                any(found -> found.loss().hidesPart()),
                columns,
                "of worst part",
                found -> closeToOne(found.loss().partCosine()));
        List<MetricResult> metrics = first().metrics();
        for (int i = 0; i < metrics.size(); i++) {
            int metric = i;
            columns.add(new Column(
                    heading(metrics.get(i)),
                    found -> Numbers.plain(found.metrics().get(metric).value())));
        }
        first().accuracy().ifPresent(accuracy -> {
            columns.add(new Column(
                    "accuracy (%s)".formatted(Numbers.accuracy(accuracy.original())),
                    found -> Numbers.accuracy(found.accuracy().orElseThrow().compressed())));
            columns.add(new Column(
                    "lost",
                    found -> Numbers.points(found.accuracy().orElseThrow().drop())));
        });
        Table table = new Table(cells("", columns, Column::heading));
        for (int i = 0; i < report.models().size(); i++) {
            Verification found = report.models().get(i).verification();
            table.row(cells(
                    ComparisonReport.letters(i),
                    columns,
                    column -> column.cell().apply(found)));
        }
        return table;
    }

    /** A number on what a model lost. */
    private record Column(String heading, Function<Verification, String> cell) {}

    private static String[] cells(String first, List<Column> columns, Function<Column, String> cell) {
        return Stream.concat(Stream.of(first), columns.stream().map(cell)).toArray(String[]::new);
    }

    private static void addIf(
            boolean wanted, List<Column> columns, String heading, Function<Verification, String> cell) {
        if (wanted) {
            columns.add(new Column(heading, cell));
        }
    }

    private static String heading(MetricResult metric) {
        return metric.judgement().isChange()
                ? metric.name() + " " + metric.judgement().label()
                : metric.name();
    }

    /** Time and memory: a row for the original, and one for each model. */
    Table costs() {
        boolean timed = report.original().run().isPresent();
        boolean memory = report.original().memory().isPresent();
        List<String> headings = new ArrayList<>(List.of(""));
        addIf(timed, headings, "run");
        addIf(timed, headings, "of original");
        addIf(timed, headings, "half of the turns");
        headings.add("load");
        addIf(memory, headings, "peak memory");
        addIf(memory, headings, "of original");
        addIf(memory, headings, "once loaded");
        Table table = new Table(headings.toArray(String[]::new));
        table.row(costs(ORIGINAL, report.original(), Optional.empty()));
        for (int i = 0; i < report.models().size(); i++) {
            Compared model = report.models().get(i);
            table.row(costs(ComparisonReport.letters(i), model.model(), Optional.of(model.verification())));
        }
        return table;
    }

    private static String[] costs(String name, Measured model, Optional<Verification> found) {
        List<String> cells = new ArrayList<>(List.of(name));
        model.run().ifPresent(run -> {
            cells.add(Numbers.milliseconds(run.medianMs()));
            cells.add(found.flatMap(Verification::latency)
                    .map(latency -> Numbers.times(latency.ratio()))
                    .orElse(""));
            cells.add(found.flatMap(Verification::latency)
                    .map(latency ->
                            "%s to %s".formatted(Numbers.times(latency.ratioLow()), Numbers.times(latency.ratioHigh())))
                    .orElseGet(() -> "%s to %s"
                            .formatted(Numbers.milliseconds(run.lowMs()), Numbers.milliseconds(run.highMs()))));
        });
        cells.add(Numbers.milliseconds(model.loadMs()));
        model.memory().ifPresent(memory -> {
            cells.add(Numbers.bytes(memory.peak()));
            cells.add(found.flatMap(Verification::memory)
                    .map(both -> Numbers.times(both.ratio()))
                    .orElse(""));
            cells.add(Numbers.bytes(memory.loaded()));
        });
        return cells.toArray(String[]::new);
    }

    /** Each limit beside what was measured of each model; empty where none was set. */
    Optional<Table> limits() {
        Table table = new Table("", "limit", "result", "");
        for (int i = 0; i < report.models().size(); i++) {
            for (Limit.Outcome limit : report.models().get(i).limits()) {
                table.row(ComparisonReport.letters(i), limit.name(), limit.kept() ? "met" : "EXCEEDED", numbers(limit));
            }
        }
        return table.body().isEmpty() ? Optional.empty() : Optional.of(table);
    }

    private static String numbers(Limit.Outcome limit) {
        return "measured %s, limit %s".formatted(Numbers.plain(limit.value()), Numbers.plain(limit.limit()));
    }

    /** What makes the numbers less certain than they look, a row each; empty where there is nothing. */
    Optional<Table> warnings() {
        Table table = new Table("warning");
        report.warnings().forEach(table::row);
        return report.warnings().isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** What the tables are of, and how it was measured: a sentence without a full stop. */
    String notes() {
        return "%s samples, inputs: %s; error and cosine are those of the worst output; a model is on the front if no other is as small and loses less, by %s"
                .formatted(
                        Numbers.count(first().samples()),
                        caveat(),
                        report.front().measure());
    }

    /** As of other comparisons, but that there is no rewrite here. */
    private String caveat() {
        return switch (first().inputs().kind()) {
            case MADE_UP -> "made up; they do not show what is lost: give --inputs";
            case GIVEN, HELD_BACK -> first().inputs().description();
        };
    }

    /** How times and memory were measured: a sentence without a full stop. */
    String costNotes() {
        String run = first().latency()
                .map(latency -> "a run has %s sample%s, and all models take turns on %s; "
                        .formatted(
                                Numbers.count(latency.samples()),
                                latency.samples() == 1 ? "" : "s",
                                report.threads() == 1 ? "one thread" : report.threads() + " threads"))
                .orElse("");
        return run + "load is the median time of loading a model that the system has read before"
                + (report.original().memory().isPresent()
                        ? "; memory is that of a session in a process of its own"
                        : "");
    }

    private Verification first() {
        return report.models().get(0).verification();
    }

    private boolean any(Predicate<Verification> condition) {
        return report.models().stream().map(Compared::verification).anyMatch(condition);
    }

    private static void addIf(boolean wanted, List<String> cells, String cell) {
        if (wanted) {
            cells.add(cell);
        }
    }

    private static String closeToOne(OptionalDouble value) {
        return value.isPresent() ? Numbers.closeToOne(value.getAsDouble()) : NONE;
    }
}

package dev.eckart.cli.render;

import static dev.eckart.core.report.Verdict.FAIL;

import dev.eckart.cli.render.HtmlPage.Cell;
import dev.eckart.cli.render.HtmlPage.Section;
import dev.eckart.cli.render.HtmlPage.Tile;
import dev.eckart.cli.render.HtmlPage.Verdict;
import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.ComparisonReport.Compared;
import dev.eckart.core.report.ParetoFront;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/** A comparison as a page to look at. */
public final class HtmlComparison {
    private HtmlComparison() {}

    /** The picture of bytes against loss, and a row for each model. */
    public static String render(ComparisonReport report) {
        ObjectNode data = Json.object();
        data.set("report", ComparisonRendering.tree(report));
        String name = HtmlReport.fileName(report.original().path());
        return new HtmlPage(
                        "compare",
                        Cell.of(name),
                        "compare %s".formatted(ShownText.of(name)),
                        verdict(report),
                        tiles(report),
                        sections(report),
                        report.version(),
                        data)
                .render();
    }

    private static Verdict verdict(ComparisonReport report) {
        String models = report.models().size() == 1
                ? "One model was compared"
                : "%d models were compared".formatted(report.models().size());
        return switch (report.verdict()) {
            case PASS -> new Verdict("pass", "✓", "Pass", sentence(report));
            case FAIL -> new Verdict("fail", "✗", "Fail", sentence(report));
            case UNJUDGED -> new Verdict("none", "i", "Comparison", Cell.of(models + "; no limit was set."));
        };
    }

    private static Cell sentence(ComparisonReport report) {
        String why = ComparisonRendering.why(report);
        // What failed begins with a name.
        return Cell.of((report.verdict() == FAIL ? why : Headline.capitalized(why)) + ".");
    }

    private static List<Tile> tiles(ComparisonReport report) {
        List<Tile> tiles = new ArrayList<>();
        tiles.add(new Tile("Original", Numbers.bytes(report.original().bytes()), Cell.of(""), ""));
        report.models().stream()
                .min(Comparator.comparingLong(model -> model.model().bytes()))
                .ifPresent(smallest -> tiles.add(HtmlReport.share(
                        "Smallest",
                        Numbers::bytes,
                        smallest.model().bytes(),
                        report.original().bytes())));
        ParetoFront front = report.front();
        List<Compared> members = IntStream.range(0, report.models().size())
                .filter(front.members()::get)
                .mapToObj(report.models()::get)
                .toList();
        tiles.add(new Tile(
                "On the front",
                "%d of %d".formatted(members.size(), report.models().size()),
                Cell.of("of size against " + front.measure()),
                ""));
        return tiles;
    }

    private static List<Section> sections(ComparisonReport report) {
        ComparisonTables tables = new ComparisonTables(report);
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("warnings", "Warnings", tables.warnings()));
        sections.add(new Section("limits", "Limits", tables.limits()));
        sections.add(
                new Section("comparison", "Size against loss", Optional.of(tables.models()))
                        .with(
                                "comparison",
                                "Each point is a model; the line joins those on the front, than which no other is as small and loses less"));
        sections.add(new Section("losses", "Loss", Optional.of(tables.losses()), sentence(tables.notes())));
        sections.add(
                new Section("costs", "Time and memory", Optional.of(tables.costs()), sentence(tables.costNotes())));
        for (int i = 0; i < report.models().size(); i++) {
            String letters = ComparisonReport.letters(i);
            sections.add(new Section(
                    "outputs-" + letters,
                    "Outputs of " + letters,
                    Optional.of(ReportTables.outputs(report.models().get(i).verification()))));
        }
        Table provenance = new Table("setting", "value");
        provenance.row("original", report.original().path());
        report.original().dataFiles().forEach(file -> provenance.row("data file", file));
        for (Compared model : report.models()) {
            provenance.row("model", model.model().path());
            model.model().dataFiles().forEach(file -> provenance.row("data file", file));
        }
        provenance
                .row("inputs", report.models().get(0).verification().inputs().sentence())
                .row("seed", String.valueOf(report.seed()))
                .row("threads", String.valueOf(report.threads()))
                .row("time", Numbers.seconds(report.seconds()))
                .row("made by", "eckart " + report.version());
        sections.add(new Section("provenance", "Provenance", Optional.of(provenance)));
        return sections.stream().filter(Section::hasContent).toList();
    }

    private static String sentence(String text) {
        return Headline.capitalized(text) + ".";
    }
}

package dev.eckart.cli.render;

import dev.eckart.cli.render.HtmlPage.Cell;
import dev.eckart.cli.render.HtmlPage.Section;
import dev.eckart.cli.render.HtmlPage.Tile;
import dev.eckart.cli.render.HtmlPage.Verdict;
import dev.eckart.core.report.SweepReport;
import dev.eckart.core.report.SweepReport.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A sweep as a page to look at. */
public final class HtmlSweep {
    private HtmlSweep() {}

    /** The curve, and a row for each setting. */
    public static String render(SweepReport report) {
        ObjectNode data = Json.object();
        data.set("report", SweepRendering.tree(report));
        String name = HtmlReport.fileName(report.model().path());
        return new HtmlPage(
                        "sweep",
                        Cell.of(name),
                        "sweep %s".formatted(ShownText.of(name)),
                        new Verdict(
                                "none",
                                "i",
                                "Sweep",
                                Cell.of("%d settings were measured. No model was written."
                                        .formatted(report.settings().size()))),
                        tiles(report),
                        sections(report),
                        report.version(),
                        data)
                .render();
    }

    private static List<Tile> tiles(SweepReport report) {
        List<Tile> tiles = new ArrayList<>();
        tiles.add(new Tile(
                "Original",
                Numbers.bytes(report.model().bytes()),
                Cell.of(Numbers.count(report.model().parameters()) + " parameters"),
                ""));
        report.settings().stream()
                .min(Comparator.comparingLong(Setting::bytes))
                .ifPresent(smallest -> tiles.add(HtmlReport.share(
                        "Smallest",
                        Numbers::bytes,
                        smallest.bytes(),
                        report.model().bytes())));
        report.settings().stream()
                .flatMap(setting -> setting.loss().accuracy().stream())
                .findFirst()
                .ifPresent(accuracy -> tiles.add(new Tile(
                        "Accuracy of the original",
                        Numbers.accuracy(accuracy.original()),
                        Cell.of("on %s samples".formatted(Numbers.count(accuracy.samples()))),
                        "")));
        return tiles;
    }

    private static List<Section> sections(SweepReport report) {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("curve", "Size against loss", Optional.empty())
                .with("sweep", "Each point is the model at one setting; the table below has the numbers"));
        sections.add(new Section("ranks", "Ranks over depth", Optional.empty())
                .with("sweep-ranks", "The factored weights by name, at the setting that is chosen above"));
        sections.add(new Section(
                "settings", "Settings", Optional.of(SweepRendering.table(report)), SweepRendering.notes(report) + "."));
        Table skipped = new Table("left out", "why");
        report.skipped().forEach(setting -> skipped.row(setting.rank(), setting.reason()));
        sections.add(new Section(
                "skipped", "Settings left out", report.skipped().isEmpty() ? Optional.empty() : Optional.of(skipped)));
        Table provenance = new Table("setting", "value");
        provenance
                .row("model", report.model().path())
                .row("opset", String.valueOf(report.model().opset()))
                .row("inputs", report.inputs().sentence())
                .row("seed", String.valueOf(report.seed()))
                .row("backend", report.backend())
                .row("time", Numbers.seconds(report.seconds()))
                .row("made by", "eckart " + report.version());
        sections.add(new Section("provenance", "Provenance", Optional.of(provenance)));
        return sections.stream().filter(Section::hasContent).toList();
    }
}

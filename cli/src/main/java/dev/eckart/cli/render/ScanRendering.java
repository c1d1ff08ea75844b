package dev.eckart.cli.render;

import dev.eckart.cli.render.HtmlPage.Section;
import dev.eckart.core.report.OfferReport;
import dev.eckart.core.report.OfferReport.Form;
import dev.eckart.core.report.OfferReport.Weight;
import dev.eckart.core.report.ScanReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a scan found, as text, as JSON and as a page. */
public final class ScanRendering {
    /** What a layer's outputs may lose for a form to be named in a table: a relative error of a tenth. */
    static final double LITTLE = 0.01;

    private ScanRendering() {}

    /** Tables for a terminal. */
    public static String text(ScanReport scan) {
        return TextReport.renderScan(scan.report())
                + scan.offers()
                        .map(offers -> "\n" + table(offers).render() + "\n" + line(notes(offers)) + warnings(offers))
                        .orElse("");
    }

    /** Schema {@code eckart.report/1}, with {@code offers}. */
    public static String json(ScanReport scan) {
        return Json.render(tree(scan));
    }

    /** A page with charts. */
    public static String html(ScanReport scan) {
        return HtmlReport.scanPage(
                        scan.report(),
                        tree(scan),
                        scan.offers().map(ScanRendering::section).stream().toList())
                .render();
    }

    private static Section section(OfferReport offers) {
        List<String> notes = new ArrayList<>(List.of(Headline.capitalized(notes(offers)) + "."));
        offers.warnings().forEach(warning -> notes.add(Headline.capitalized(warning) + "."));
        return new Section("offers", "Which layer hurts", Optional.of(table(offers)), notes.toArray(String[]::new))
                .with("offers", "What the network's outputs lose by each weight alone, from the first to the last")
                .with("offered", "What the weight that is chosen can be stored as");
    }

    /** The weights, from the one that hurts most. */
    private static Table table(OfferReport offers) {
        List<String> headings = new ArrayList<>(List.of("weight", "bytes", "network loses", "of all"));
        headings.addAll(offers.encodings());
        Table table = new Table(headings.toArray(String[]::new));
        double all = offers.networkLoss();
        for (Weight weight : offers.byLoss()) {
            List<String> cells = new ArrayList<>(List.of(
                    weight.name(),
                    Numbers.bytes(weight.bytes()),
                    number(weight.networkLoss()),
                    all > 0 && weight.networkLoss().isPresent()
                            ? Numbers.percent(weight.networkLoss().getAsDouble() / all)
                            : "–"));
            offers.encodings()
                    .forEach(encoding -> cells.add(weight.smallestLosing(LITTLE, encoding)
                            .map(form -> cell(form, weight, encoding))
                            .orElse("–")));
            table.row(cells.toArray(String[]::new));
        }
        return table;
    }

    /** The share of the weight's bytes, after what tells the form from others of its encoding. */
    private static String cell(Form form, Weight weight, String encoding) {
        String share = Numbers.percent((double) form.bytes() / weight.bytes());
        String own = form.rank().isPresent()
                ? "r %d".formatted(form.rank().getAsInt())
                : form.encoding().equals(encoding) ? "" : form.encoding().replaceFirst(".*:", ":");
        return own.isEmpty() ? share : own + " " + share;
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? Numbers.error(value.getAsDouble()) : "–";
    }

    private static String notes(OfferReport offers) {
        return "network loses: ‖y − y'‖² / ‖y‖² of the outputs where this weight alone is stored as %s, measured on %s; the other columns: the fewest bytes at which the layer's outputs lose %s at most (predicted%s), by bits or by rank"
                .formatted(
                        offers.measuredAt(),
                        offers.calibrated()
                                ? "calibration samples"
                                : "made-up inputs, which do not show what is lost on real ones: give --calibration",
                        Numbers.percent(LITTLE),
                        offers.calibrated() ? " on calibration samples" : " for the weight itself");
    }

    private static String warnings(OfferReport offers) {
        return offers.warnings().stream()
                .map(warning -> line("warning: " + warning))
                .reduce("", String::concat);
    }

    private static String line(String text) {
        return ShownText.of(text) + "\n";
    }

    private static ObjectNode tree(ScanReport scan) {
        ObjectNode root = JsonReport.scanTree(scan.report());
        scan.offers().ifPresent(offers -> offers(root.putObject("offers"), offers));
        return root;
    }

    private static void offers(ObjectNode node, OfferReport offers) {
        ArrayNode encodings = node.putArray("encodings");
        offers.encodings().forEach(encodings::add);
        node.put("measuredAt", offers.measuredAt()).put("calibrated", offers.calibrated());
        ArrayNode weights = node.putArray("weights");
        offers.byLoss().forEach(weight -> weight(weights.addObject(), weight));
        ArrayNode warnings = node.putArray("warnings");
        offers.warnings().forEach(warnings::add);
    }

    private static void weight(ObjectNode node, Weight weight) {
        node.put("place", weight.place())
                .put("name", weight.name())
                .put("operator", weight.operator())
                .put("bytes", weight.bytes());
        Json.putNumber(node, "networkLoss", weight.networkLoss().orElse(Double.NaN));
        ArrayNode forms = node.putArray("forms");
        for (Form form : weight.forms()) {
            ObjectNode entry = forms.addObject().put("family", form.family()).put("encoding", form.encoding());
            form.rank().ifPresent(rank -> entry.put("rank", rank));
            entry.put("bytes", form.bytes());
            Json.putNumber(entry, "layerLoss", form.layerLoss());
            Json.putNumber(entry, "networkLoss", form.networkLoss().orElse(Double.NaN));
        }
        ArrayNode refusals = node.putArray("refused");
        weight.refusals()
                .forEach(refusal ->
                        refusals.addObject().put("encoding", refusal.encoding()).put("reason", refusal.reason()));
    }
}

package dev.eckart.cli.render;

import dev.eckart.core.report.BaselineEntry;
import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A report as JSON, schema {@code eckart.report/1}: names of fields are stable. */
public final class JsonReport {
    private static final String SCHEMA = "eckart.report/1";
    private static final List<String> ENERGIES = List.of("0.9", "0.95", "0.99");

    private JsonReport() {}

    /** The whole report. */
    public static String render(Report report) {
        return Json.render(tree(report));
    }

    /** What there is of it after a scan, with the spectra summarised. */
    public static String renderScan(Report report) {
        return Json.render(scanTree(report));
    }

    static ObjectNode tree(Report report) {
        ObjectNode root = head(report);
        report.networks().output().ifPresent(output -> model(root.putObject("output"), output));
        settings(root, report);
        ArrayNode weights = root.putArray("weights");
        report.weights().forEach(weight -> weight(weights.addObject(), weight));
        report.checks()
                .verification()
                .ifPresent(verification -> verification(root.putObject("verification"), verification));
        ArrayNode limits = root.putArray("limits");
        report.checks().limits().forEach(limit -> limit(limits.addObject(), limit));
        report.basis().search().ifPresent(search -> search(root.putObject("search"), search));
        report.basis().calibration().ifPresent(calibration -> calibration(root.putObject("calibration"), calibration));
        report.checks().baseline().ifPresent(baseline -> baseline(root.putObject("baseline"), baseline));
        root.putObject("seconds")
                .put("read", report.run().seconds().read())
                .put("decompose", report.run().seconds().decompose())
                .put("rewrite", report.run().seconds().rewrite())
                .put("verify", report.run().seconds().verify())
                .put("total", report.run().seconds().total());
        warnings(root, report);
        nothingToGain(root, report);
        return root.put("verdict", report.verdict().label());
    }

    static ObjectNode scanTree(Report report) {
        ObjectNode root = head(report);
        settings(root, report);
        ArrayNode weights = root.putArray("weights");
        for (WeightEntry weight : report.weights()) {
            ObjectNode node = weights.addObject();
            weight(node, weight);
            weight.predicted().spectrum().ifPresent(spectrum -> rankAtEnergy(node.putObject("rankAtEnergy"), spectrum));
        }
        warnings(root, report);
        nothingToGain(root, report);
        return root;
    }

    private static void warnings(ObjectNode root, Report report) {
        ArrayNode warnings = root.putArray("warnings");
        report.remarks().warnings().forEach(warnings::add);
    }

    private static void nothingToGain(ObjectNode root, Report report) {
        report.remarks()
                .nothingToGain()
                .ifPresent(nothing -> root.putObject("nothingToGain")
                        .put("reason", nothing.reason())
                        .put("advice", nothing.advice()));
    }

    private static ObjectNode head(Report report) {
        ObjectNode root = Json.object().put("schema", SCHEMA);
        root.putObject("tool").put("version", report.run().version());
        root.put("command", report.run().command());
        model(root.putObject("model"), report.networks().model());
        return root;
    }

    private static void settings(ObjectNode root, Report report) {
        root.putObject("settings")
                .put("rank", report.settings().rank())
                .put("encoding", report.settings().encoding())
                .put("calibrated", report.settings().calibrated())
                .put("refit", report.settings().refit())
                .put("seed", report.settings().seed())
                .put("backend", report.settings().backend());
    }

    static void model(ObjectNode node, Report.ModelEntry model) {
        node.put("path", model.path())
                .put("bytes", model.bytes())
                .put("parameters", model.parameters())
                .put("linearParameters", model.linearParameters())
                .put("linearBytes", model.linearBytes())
                .put("opset", model.opset())
                .put("fastGelu", model.fastGelu());
        ArrayNode dataFiles = node.putArray("dataFiles");
        model.dataFiles().forEach(dataFiles::add);
    }

    private static void weight(ObjectNode node, WeightEntry weight) {
        identity(node, weight.identity());
        node.put("decision", weight.outcome().name().toLowerCase(Locale.ROOT))
                .put("reason", weight.decided().reason())
                .put("rank", weight.decided().rank())
                .put("breakEvenRank", weight.decided().breakEvenRank());
        Json.putNumber(node, "energy", weight.predicted().energy());
        WeightEntry.Storage storage = weight.storage();
        node.put("parametersBefore", storage.parametersBefore()).put("parametersAfter", storage.parametersAfter());
        weight.decided().encoding().ifPresent(encoding -> node.put("encoding", encoding));
        if (storage.bytesBefore() > 0) {
            node.put("stored", storage.form());
            node.put("bytesBefore", storage.bytesBefore()).put("bytesAfter", storage.bytesAfter());
        }
        Json.putNumber(node, "predictedError", weight.predicted().error());
        weight.measured().error().ifPresent(error -> Json.putNumber(node, "measuredError", error));
        node.put("calibrated", weight.predicted().calibrated());
        weight.measured().sensitivity().ifPresent(sensitivity -> Json.putNumber(node, "sensitivity", sensitivity));
        weight.measured().latency().ifPresent(latency -> {
            node.putObject("latency")
                    .put("originalMs", latency.denseMs())
                    .put("compressedMs", latency.pairMs())
                    .put("ratio", latency.ratio());
            node.put("sizeOnly", weight.sizeOnly());
        });
    }

    private static void identity(ObjectNode node, WeightEntry.Identity weight) {
        node.put("name", weight.name()).put("operator", weight.operator());
        if (!weight.reading().isEmpty()) {
            node.put("reading", weight.reading());
        }
        // A weight that is no matrix has no rows and columns, but a shape.
        boolean matrix = weight.shape().size() == 2;
        if (matrix) {
            node.put("rows", weight.shape().get(0))
                    .put("columns", weight.shape().get(1));
        } else {
            node.putNull("rows").putNull("columns");
        }
        ArrayNode shape = node.putArray("shape");
        weight.shape().forEach(shape::add);
        node.put("type", weight.type());
    }

    private static void rankAtEnergy(ObjectNode node, Spectrum spectrum) {
        ENERGIES.forEach(energy -> node.put(energy, spectrum.rankAtEnergy(Double.parseDouble(energy))));
    }

    private static void verification(ObjectNode node, Verification verification) {
        inputs(node, verification.inputs()).put("samples", verification.samples());
        verification.proof().ifPresent(proof -> proof(node, proof));
        verification.noProof().ifPresent(none -> node.put("noProof", none.sentence()));
        ArrayNode outputs = node.putArray("outputs");
        verification.outputs().forEach(output -> output(outputs.addObject(), output));
        verification.accuracy().ifPresent(accuracy -> accuracy(node.putObject("accuracy"), accuracy));
        if (!verification.metrics().isEmpty()) {
            ArrayNode metrics = node.putArray("metrics");
            verification.metrics().forEach(metric -> metric(metrics.addObject(), metric));
        }
        verification.latency().ifPresent(latency -> latency(node, latency));
        ArrayNode fusions = node.putArray("fusions");
        verification
                .fusions()
                .forEach(fusion -> fusions.addObject()
                        .put("operator", fusion.operator())
                        .put("original", fusion.original())
                        .put("compressed", fusion.compressed()));
        if (!verification.bindings().isEmpty()) {
            ArrayNode bindings = node.putArray("bindings");
            verification.bindings().forEach(binding -> binding(bindings.addObject(), binding));
        }
        verification
                .memory()
                .ifPresent(memory -> node.putObject("memory")
                        .put("originalBytes", memory.original().peak())
                        .put("compressedBytes", memory.compressed().peak())
                        .put("ratio", memory.ratio())
                        .put("originalLoadedBytes", memory.original().loaded())
                        .put("compressedLoadedBytes", memory.compressed().loaded()));
    }

    static ObjectNode inputs(ObjectNode node, EvaluationInputs inputs) {
        return node.put("inputs", inputs.description())
                .put("inputsKind", inputs.kind().label());
    }

    private static void binding(ObjectNode node, BindingCheck binding) {
        ObjectNode axes = node.putObject("axes");
        binding.axes().forEach(axes::put);
        binding.proof().ifPresent(proof -> proof(node, proof));
        binding.noProof().ifPresent(none -> node.put("noProof", none.sentence()));
        ArrayNode outputs = node.putArray("outputs");
        binding.outputs().forEach(output -> output(outputs.addObject(), output));
        binding.latency().ifPresent(latency -> latency(node, latency));
    }

    private static void proof(ObjectNode node, RewriteProof proof) {
        Json.putNumber(node, "rewriteError", proof.error());
        Json.putNumber(node, "noiseFloor", proof.noiseFloor());
        Json.putNumber(node, "rewriteTolerance", proof.tolerance());
        proof.fault().ifPresent(fault -> node.put("rewriteFault", fault));
        ObjectNode forms =
                node.putObject("storedForms").put("weights", proof.forms().weights());
        Json.putNumber(forms, "largestError", proof.forms().largestError());
        Json.putNumber(forms, "largestDeviation", proof.forms().largestDeviation());
    }

    private static void latency(ObjectNode node, Latency latency) {
        node.putObject("latency")
                .put("originalMs", latency.originalMs())
                .put("compressedMs", latency.compressedMs())
                .put("ratio", latency.ratio())
                .put("ratioLow", latency.ratioLow())
                .put("ratioHigh", latency.ratioHigh())
                .put("samples", latency.samples());
    }

    static void metric(ObjectNode node, MetricResult metric) {
        node.put("name", metric.name());
        metric.networks().ifPresent(networks -> {
            Json.putNumber(node, "original", networks.original());
            Json.putNumber(node, "compressed", networks.compressed());
        });
        Json.putNumber(node, "value", metric.value());
        node.put("judged", metric.judgement().label())
                .put("better", metric.judgement().higherIsBetter() ? "higher" : "lower");
        metric.interval().ifPresent(interval -> {
            Json.putNumber(node, "low", interval.low());
            Json.putNumber(node, "high", interval.high());
        });
        node.put("note", metric.note());
    }

    static void accuracy(ObjectNode node, LabelAccuracy accuracy) {
        node.put("original", accuracy.original())
                .put("compressed", accuracy.compressed())
                .put("samples", accuracy.samples())
                .put("drop", accuracy.drop())
                .put("dropLow", accuracy.dropLow())
                .put("dropHigh", accuracy.dropHigh());
    }

    private static void calibration(ObjectNode node, CalibrationEntry calibration) {
        node.put("inputs", calibration.inputs())
                .put("samples", calibration.samples())
                .put("rows", calibration.rows())
                .put("weights", calibration.weights());
        ArrayNode uncalibrated = node.putArray("uncalibrated");
        calibration
                .uncalibrated()
                .forEach(weight -> uncalibrated
                        .addObject()
                        .put("name", weight.name())
                        .put("reason", weight.reason().sentence()));
        calibration
                .measuredOn()
                .ifPresent(samples ->
                        node.put("sensitivitySamples", samples).put("sensitivityRounds", calibration.rounds()));
        ArrayNode notes = node.putArray("notes");
        calibration.notes().forEach(notes::add);
    }

    private static void search(ObjectNode node, SearchEntry search) {
        inputs(node.put("limit", search.limit()), search.inputs());
        search.unreachable().ifPresent(sentence -> node.put("unreachable", sentence));
        ArrayNode tried = node.putArray("tried");
        for (SearchEntry.Tried trial : search.tried()) {
            ObjectNode entry = tried.addObject().put("rank", trial.rank()).put("sizeRatio", trial.sizeRatio());
            Json.putNumber(entry, "value", trial.value());
            entry.put("kept", trial.kept()).put("remembered", trial.remembered());
            ObjectNode values = entry.putObject("values");
            trial.values().forEach((limit, value) -> Json.putNumber(values, limit, value));
        }
    }

    private static void baseline(ObjectNode node, BaselineEntry baseline) {
        node.put("path", baseline.path()).put("kept", baseline.kept());
        ArrayNode moved = node.putArray("moved");
        for (BaselineEntry.Moved number : baseline.moved()) {
            ObjectNode entry = moved.addObject().put("name", number.name());
            Json.putNumber(entry, "before", number.before());
            Json.putNumber(entry, "now", number.now());
            Json.putNumber(entry, "tolerance", number.tolerance().orElse(Double.NaN));
            entry.put("kept", number.kept());
        }
    }

    static void output(ObjectNode node, OutputComparison output) {
        node.put("name", output.name());
        Json.putNumber(node, "maxAbsoluteError", output.maxAbsoluteError());
        Json.putNumber(node, "relativeError", output.relativeError());
        Json.putNumber(node, "cosine", output.cosine().orElse(Double.NaN));
        Json.putNumber(node, "top1Agreement", output.top1Agreement().orElse(Double.NaN));
        output.agreement().ifPresent(agreement -> node.put("agreement", agreement));
        output.worstParts().ifPresent(parts -> {
            part(node.putObject("worstPart"), parts.byError());
            if (!parts.areOne()) {
                part(node.putObject("worstPartByCosine"), parts.byCosine());
            }
        });
    }

    private static void part(ObjectNode node, PartComparison part) {
        node.put("axis", part.axis()).put("index", part.index());
        Json.putNumber(node, "relativeError", part.relativeError());
        Json.putNumber(node, "cosine", part.cosine());
    }

    static void limit(ObjectNode node, Limit.Outcome limit) {
        node.put("name", limit.name());
        Json.putNumber(node, "limit", limit.limit());
        Json.putNumber(node, "value", limit.value());
        node.put("kept", limit.kept());
    }
}

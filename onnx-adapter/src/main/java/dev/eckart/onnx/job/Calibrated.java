package dev.eckart.onnx.job;

import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.report.ThinEvidence;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What weights are judged by.
 *
 * @param inputs what layers' inputs are like
 * @param found the same, for the report; empty where weights are taken as they are
 * @param sensitivities how much each weight matters; empty where no strategy wanted to know yet
 * @param warnings what is to be known of the calibration's samples, and what they are too few for
 * @param worthwhile how much replacements must save
 */
record Calibrated(
        Calibration inputs,
        Optional<CalibrationEntry> found,
        Optional<Sensitivities> sensitivities,
        List<String> warnings,
        WorthwhileSaving worthwhile) {

    /**
     * Runs the model over the calibration inputs, if there are any, and for each weight where the strategy wants to know
     * how much it matters.
     *
     * @param inventory the weights to work on
     * @throws dev.eckart.core.InvalidInputException if the inputs do not fit the model, or it cannot be run on them
     */
    static Calibrated of(Engine engine, Path model, OnnxNetwork network, Inventory inventory, Selection selection) {
        return ofInputs(engine, model, network, inventory, selection)
                .measured(engine, network, inventory, selection)
                .measuredAgain(engine, network, inventory, selection);
    }

    /** As {@link #of}, without running the model for each weight. */
    static Calibrated ofInputs(
            Engine engine, Path model, OnnxNetwork network, Inventory inventory, Selection selection) {
        WorthwhileSaving worthwhile = new WorthwhileSaving(
                CompressionJob.bytes(model, network), network.sites().size());
        if (selection.calibration().isEmpty()) {
            return new Calibrated(Calibration.NONE, Optional.empty(), Optional.empty(), List.of(), worthwhile);
        }
        CalibrationInputs inputs = selection.calibration().get();
        LayerStatistics found = engine.calibrator().calibrate(model, network, inventory, inputs, selection.tempers());
        return new Calibrated(
                Calibration.of(shrunk(found.byWeight())).withLookUps(found.lookUps()),
                Optional.of(CalibrationEntry.of(inputs.inputs().toString(), found)),
                Optional.empty(),
                Stream.concat(found.warnings().stream(), ThinEvidence.of(found).stream())
                        .toList(),
                worthwhile);
    }

    /** The same, with sensitivities, if the strategy wants them and there are none yet. */
    Calibrated measured(Engine engine, OnnxNetwork network, Inventory inventory, Selection selection) {
        if (found.isEmpty()
                || sensitivities.isPresent()
                || !selection.pairs().selector().wantsSensitivities()) {
            return this;
        }
        return with(engine.sensitivityMeter()
                .measure(
                        network,
                        inventory,
                        compressor(engine.quietly()),
                        selection.calibration().orElseThrow()));
    }

    /** The same, with sensitivities in what the strategy makes of the network, if it wants them. */
    Calibrated measuredAgain(Engine engine, OnnxNetwork network, Inventory inventory, Selection selection) {
        if (sensitivities.isEmpty() || !selection.pairs().selector().wantsSensitivities()) {
            return this;
        }
        return with(engine.sensitivityMeter()
                .measureAgain(
                        network,
                        inventory,
                        compressor(engine.quietly()),
                        selection.calibration().orElseThrow(),
                        selection.pairs().selector(),
                        sensitivities.get()));
    }

    private Calibrated with(Sensitivities measured) {
        return new Calibrated(inputs, found, Optional.of(measured), warnings, worthwhile);
    }

    /** For the report; empty where weights are taken as they are. */
    Optional<CalibrationEntry> entry() {
        return found.map(entry -> sensitivities.map(entry::with).orElse(entry));
    }

    /** Layers on one input go on sharing one object. */
    private static Map<String, InputStatistics> shrunk(Map<String, InputStatistics> byWeight) {
        IdentityHashMap<InputStatistics, InputStatistics> shared = new IdentityHashMap<>();
        Map<String, InputStatistics> shrunk = new HashMap<>();
        byWeight.forEach((weight, statistics) ->
                shrunk.put(weight, shared.computeIfAbsent(statistics, InputStatistics::shrunk)));
        return shrunk;
    }

    /** An engine's compressor that knows of it. */
    Compressor compressor(Engine engine) {
        return compressor(engine.compressor());
    }

    /** As {@link #compressor(Engine)}, without a backend where there is no use for one. */
    Compressor compressor(Engine engine, Selection selection) {
        return compressor(selection.decomposes() ? engine.compressor() : engine.encoder());
    }

    private Compressor compressor(Compressor plain) {
        return plain.replacingOnly(worthwhile)
                .calibrated(sensitivities
                        .map(measured -> inputs.withSensitivities(measured.byWeight()))
                        .orElse(inputs));
    }
}

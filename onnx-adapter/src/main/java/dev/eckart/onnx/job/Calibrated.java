package dev.eckart.onnx.job;

import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What weights are judged by.
 *
 * @param entry for the report; empty where weights are taken as they are
 */
record Calibrated(Calibration calibration, Optional<CalibrationEntry> entry) {

    /**
     * Runs the model over the calibration inputs, if there are any, and for each weight where the strategy wants to know
     * how much it matters.
     *
     * @param inventory the weights to work on
     * @throws dev.eckart.core.InvalidInputException if the inputs do not fit the model, or it cannot be run on them
     */
    static Calibrated of(Engine engine, Path model, OnnxNetwork network, Inventory inventory, Selection selection) {
        if (selection.calibration().isEmpty()) {
            return new Calibrated(Calibration.NONE, Optional.empty());
        }
        CalibrationInputs inputs = selection.calibration().get();
        LayerStatistics found = engine.calibrator().calibrate(model, network, inventory, inputs);
        return new Calibrated(
                        Calibration.of(shrunk(found.byWeight())),
                        Optional.of(CalibrationEntry.of(inputs.inputs().toString(), found)))
                .enoughFor(engine, network, inventory, selection);
    }

    /** The same, with sensitivities, if the strategy wants them and there are none yet. */
    Calibrated enoughFor(Engine engine, OnnxNetwork network, Inventory inventory, Selection selection) {
        boolean known = entry.map(CalibrationEntry::measuredOn)
                .orElse(OptionalLong.empty())
                .isPresent();
        if (entry.isEmpty() || known || !selection.selector().wantsSensitivities()) {
            return this;
        }
        Sensitivities measured = engine.sensitivityMeter()
                .measure(
                        network,
                        inventory,
                        compressor(engine.quietly()),
                        selection.calibration().orElseThrow());
        return new Calibrated(
                calibration.withSensitivities(measured.byWeight()),
                Optional.of(entry.get().with(measured)));
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
        return engine.compressor().calibrated(calibration);
    }
}

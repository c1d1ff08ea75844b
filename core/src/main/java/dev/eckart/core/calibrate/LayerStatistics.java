package dev.eckart.core.calibrate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a calibration found out about the inputs of a network's layers.
 *
 * @param samples of the calibration set
 * @param byWeight by the names of weights, in the network's order; weights on one input have one and the same object
 * @param uncalibrated the other linear weights
 * @param notes what else is worth knowing, for people: sentences without a capital or a full stop
 * @param warnings what is to be known of the samples themselves, likewise
 * @param lookUps of tables that samples say by themselves what they look up in, by the names of the tables
 */
public record LayerStatistics(
        long samples,
        Map<String, InputStatistics> byWeight,
        List<UncalibratedWeight> uncalibrated,
        List<String> notes,
        List<String> warnings,
        Map<String, LookUps> lookUps) {
    public LayerStatistics {
        byWeight = Collections.unmodifiableMap(new LinkedHashMap<>(byWeight));
        uncalibrated = List.copyOf(uncalibrated);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
        lookUps = Map.copyOf(lookUps);
    }

    /** Of samples of which there is nothing to be known. */
    public LayerStatistics(
            long samples,
            Map<String, InputStatistics> byWeight,
            List<UncalibratedWeight> uncalibrated,
            List<String> notes) {
        this(samples, byWeight, uncalibrated, notes, List.of(), Map.of());
    }

    /** The same, with warnings of the samples. */
    public LayerStatistics withWarnings(List<String> ofSamples) {
        return new LayerStatistics(samples, byWeight, uncalibrated, notes, ofSamples, lookUps);
    }

    /** The same, with what is known of tables. */
    public LayerStatistics withLookUps(Map<String, LookUps> counted) {
        return new LayerStatistics(samples, byWeight, uncalibrated, notes, warnings, counted);
    }
}

package dev.eckart.core.calibrate;

import java.util.List;
import java.util.Map;

/**
 * How much a network's outputs suffer from what its weights lose, by measurement.
 *
 * @param samples that each weight was measured on
 * @param byWeight as in {@link Calibration}
 * @param notes what of other weights could not be measured, for people: sentences without a capital or a full stop
 */
public record Sensitivities(long samples, Map<String, Double> byWeight, List<String> notes) {
    public Sensitivities {
        byWeight = Map.copyOf(byWeight);
        notes = List.copyOf(notes);
    }
}

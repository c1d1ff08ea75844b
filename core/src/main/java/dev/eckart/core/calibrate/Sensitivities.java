package dev.eckart.core.calibrate;

import dev.eckart.core.model.LinearWeight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How much a network's outputs suffer from what its weights lose, by measurement.
 *
 * @param samples that each weight was measured on
 * @param rounds how often weights were measured again, in the network as it was cut by what was known
 * @param byWeight as in {@link Calibration}
 * @param notes what of other weights could not be measured, for people: sentences without a capital or a full stop
 */
public record Sensitivities(long samples, int rounds, Map<String, Double> byWeight, List<String> notes) {
    public Sensitivities {
        byWeight = Map.copyOf(byWeight);
        notes = List.copyOf(notes);
    }

    /** Of the original network. */
    public Sensitivities(long samples, Map<String, Double> byWeight, List<String> notes) {
        this(samples, 0, byWeight, notes);
    }

    /** The same, after so many rounds. */
    public Sensitivities after(int more) {
        return new Sensitivities(samples, more, byWeight, notes);
    }

    /** A weight's, if it was measured. */
    public OptionalDouble of(LinearWeight weight) {
        Double sensitivity = byWeight.get(weight.name());
        return sensitivity == null ? OptionalDouble.empty() : OptionalDouble.of(sensitivity);
    }

    /** With other numbers for some weights. */
    public Sensitivities with(Map<String, Double> others) {
        Map<String, Double> all = new HashMap<>(byWeight);
        all.putAll(others);
        return new Sensitivities(samples, rounds, all, notes);
    }
}

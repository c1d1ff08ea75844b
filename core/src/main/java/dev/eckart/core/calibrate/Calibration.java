package dev.eckart.core.calibrate;

import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was measured of a network's layers, by the names of their weights. A weight that is not named is seen as it is.
 *
 * @param inputs what weights are multiplied by; those on one input have one and the same object, so that what follows
 *     from it is computed once
 * @param sensitivities s = loss of the whole network's outputs ÷ the weight's own relative loss Σ_{i>r}σᵢ²/Σσᵢ², with
 *     that weight alone truncated: 0 or more, in any unit, the same one for all
 * @param lookUps of tables
 */
public record Calibration(
        Map<String, InputStatistics> inputs, Map<String, Double> sensitivities, Map<String, LookUps> lookUps) {

    /** Nothing: every weight is seen as it is. */
    public static final Calibration NONE = new Calibration(Map.of(), Map.of(), Map.of());

    public Calibration {
        inputs = Map.copyOf(inputs);
        sensitivities = Map.copyOf(sensitivities);
        lookUps = Map.copyOf(lookUps);
    }

    /** Inputs alone. */
    public static Calibration of(Map<String, InputStatistics> inputs) {
        return new Calibration(inputs, Map.of(), Map.of());
    }

    /** The same inputs, with these sensitivities. */
    public Calibration withSensitivities(Map<String, Double> measured) {
        return new Calibration(inputs, measured, lookUps);
    }

    /** The same, with what is known of tables. */
    public Calibration withLookUps(Map<String, LookUps> counted) {
        return new Calibration(inputs, sensitivities, counted);
    }

    /** How often the outputs of a table {@code [in × out]} are taken, if that was counted. */
    public Optional<LookUps> lookUpsOf(LinearWeight table) {
        return Optional.ofNullable(lookUps.get(table.name())).filter(known -> known.size() == table.columns());
    }

    /**
     * What a weight {@code [in × out]} is multiplied by: statistics of size {@code in}. Of several weights that stand
     * for one, these are what they have in common.
     *
     * @return empty if there are none of the weight, or of this way to read it
     */
    public Optional<InputStatistics> inputsOf(LinearWeight weight) {
        Optional<InputStatistics> found =
                weight.joint().map(this::common).orElseGet(() -> Optional.ofNullable(inputs.get(weight.name())));
        return found.filter(statistics -> statistics.size() == weight.rows());
    }

    private Optional<InputStatistics> common(JointBlocks joint) {
        List<InputStatistics> found = joint.members().stream()
                .map(member -> inputs.get(member.name()))
                .filter(Objects::nonNull)
                .toList();
        boolean shared = found.size() == joint.members().size()
                && found.stream().allMatch(statistics -> found.get(0).equals(statistics));
        return shared ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** A weight's, if it was measured. */
    public OptionalDouble sensitivityOf(LinearWeight weight) {
        Double sensitivity = sensitivities.get(weight.name());
        return sensitivity == null ? OptionalDouble.empty() : OptionalDouble.of(sensitivity);
    }
}

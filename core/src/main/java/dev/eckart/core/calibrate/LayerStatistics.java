package dev.eckart.core.calibrate;

import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a calibration found out about the inputs of a network's layers.
 *
 * @param samples of the calibration set
 * @param byWeight by the names of weights, in the network's order; weights on one input have one and the same object
 * @param uncalibrated the other linear weights
 * @param notes what else is worth knowing, for people: sentences without a capital or a full stop
 */
public record LayerStatistics(
        long samples,
        Map<String, InputStatistics> byWeight,
        List<UncalibratedWeight> uncalibrated,
        List<String> notes) {
    public LayerStatistics {
        byWeight = Collections.unmodifiableMap(new LinkedHashMap<>(byWeight));
        uncalibrated = List.copyOf(uncalibrated);
        notes = List.copyOf(notes);
    }

    /**
     * What a weight {@code [in × out]} is multiplied by: statistics of size {@code in}. Of several weights that stand for
     * one, these are what they have in common.
     *
     * @return empty if there are none of the weight, or of this way to read it
     */
    public Optional<InputStatistics> of(LinearWeight weight) {
        Optional<InputStatistics> found =
                weight.joint().map(this::common).orElseGet(() -> Optional.ofNullable(byWeight.get(weight.name())));
        return found.filter(statistics -> statistics.size() == weight.rows());
    }

    private Optional<InputStatistics> common(JointBlocks joint) {
        List<InputStatistics> found = joint.members().stream()
                .map(member -> byWeight.get(member.name()))
                .filter(Objects::nonNull)
                .toList();
        boolean shared = found.size() == joint.members().size()
                && found.stream().allMatch(statistics -> found.get(0).equals(statistics));
        return shared ? Optional.of(found.get(0)) : Optional.empty();
    }
}

package dev.eckart.core.model;

import java.util.List;

/**
 * A weight that the engine leaves alone.
 *
 * @param name the name of the tensor that stores it
 * @param operator the operators that use it, joined by commas where there are several
 * @param type the stored number type, as the format names it
 * @param shape as stored
 * @param reason the rule it falls under
 * @param detail what of this weight made the rule apply, for people; may be empty
 */
public record SkippedWeight(
        String name, String operator, String type, List<Long> shape, SkipReason reason, String detail) {
    public SkippedWeight {
        shape = List.copyOf(shape);
    }

    /** A linear weight that the engine leaves alone nevertheless. */
    public static SkippedWeight of(LinearWeight weight, SkipReason reason, String detail) {
        return new SkippedWeight(
                weight.name(),
                weight.operator(),
                weight.type().label(),
                List.of((long) weight.rows(), (long) weight.columns()),
                reason,
                detail);
    }

    /** The reason and what is special about this weight, in one line. */
    public String explanation() {
        return detail.isEmpty() ? reason.sentence() : reason.sentence() + ": " + detail;
    }
}

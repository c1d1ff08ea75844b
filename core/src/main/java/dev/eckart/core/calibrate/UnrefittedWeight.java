package dev.eckart.core.calibrate;

/** A weight, by its name, whose pair is that for the original's inputs, though others were wanted. */
public record UnrefittedWeight(String name, UnrefittedReason reason) {

    /** For people, without a full stop. */
    public String sentence() {
        return "`%s` is not refitted: %s".formatted(name, reason.sentence());
    }
}

package dev.eckart.core.verify;

import java.util.Optional;

/**
 * Whether the compressed network computes what the original would with each W replaced by its stored form, and whether these
 * forms are what was recorded of them when they were written. Outputs of the network
 * are compared, and those of each product that was replaced, each with a tolerance of its own; the numbers are those of the
 * output that comes closest to its tolerance, or of the first one in the network that exceeds it.
 *
 * @param error relative error between those two
 * @param noiseFloor relative error between the second of them and itself at other optimization levels of the runtime
 * @param tolerance the largest error that counts as rounding: a multiple of what rounding was measured to do, and never so
 *     large that a mistake of 1 % could hide in it
 * @param forms the stored forms of the compressed network beside what it records of them
 * @param fault what is wrong, for people; empty if nothing is
 */
public record RewriteProof(double error, double noiseFloor, double tolerance, StoredForms forms, Optional<String> fault)
        implements RewriteCheck {

    /** Of one output, which is at fault if it exceeds its tolerance. */
    public RewriteProof(double error, double noiseFloor, double tolerance, StoredForms forms) {
        this(
                error,
                noiseFloor,
                tolerance,
                forms,
                error <= tolerance ? Optional.empty() : Optional.of("an output is wrong"));
    }

    /** False also where the error is not a number. */
    public boolean holds() {
        return error <= tolerance && fault.isEmpty();
    }
}

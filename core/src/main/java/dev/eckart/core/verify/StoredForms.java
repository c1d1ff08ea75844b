package dev.eckart.core.verify;

/**
 * The stored forms of a compressed network beside what it records of them: for each replaced weight W, ‖W − W'‖_F / ‖W‖_F
 * computed from both networks is what the compressed one says.
 *
 * @param weights replaced, each of which was compared
 * @param largestError the largest of these relative errors, as recorded; 0 if no weight was replaced
 * @param largestDeviation the largest difference between a recorded error and the computed one
 */
public record StoredForms(int weights, double largestError, double largestDeviation) {
    /** How far two computations of one relative error may lie apart, by the order of their sums. */
    public static final double TOLERANCE = 1e-9;

    public StoredForms {
        if (weights < 0) {
            throw new IllegalArgumentException("Expected a number of weights but was: " + weights);
        }
    }

    /** These, and one more weight. */
    public StoredForms and(double recorded, double computed) {
        return new StoredForms(
                weights + 1,
                Math.max(largestError, recorded),
                Math.max(largestDeviation, deviation(recorded, computed)));
    }

    /** How far a computed error lies from the recorded one; 0 where both are infinite. */
    public static double deviation(double recorded, double computed) {
        return recorded == computed ? 0 : Math.abs(recorded - computed);
    }

    /** Whether a computed error is the recorded one, but for rounding. */
    public static boolean agree(double recorded, double computed) {
        return deviation(recorded, computed) <= TOLERANCE;
    }
}

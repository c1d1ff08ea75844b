package dev.eckart.core.linalg;

/**
 * What k singular values σᵢ add up to: enough to tell how much energy r of them can hold at most.
 *
 * @param count k
 * @param energy Σσᵢ²
 * @param squares Σσᵢ⁴
 */
public record EnergyMoments(int count, double energy, double squares) {
    /** Rounding must settle nothing: sums of k terms are off by some k·ε. */
    private static final double ROUNDING = 1e-9;

    /**
     * A bound on the share of the energy that the {@code rank} largest values hold, in [0, 1]; 1 for a zero matrix.
     *
     * <p>Of k numbers λ ≥ 0 of mean μ and variance s², the r largest add up to r·μ + s·√(r·(k−r)) at most (C. L. Mallows
     * and D. Richter, 1969).
     */
    public double mostEnergy(int rank) {
        if (energy == 0) {
            return 1;
        }
        // Of the values divided by their mean.
        double variance = Math.max(0, squares / energy * count / energy - 1);
        double sum = rank + Math.sqrt(variance * rank * (count - rank));
        return Math.min(1, sum / count * (1 + ROUNDING));
    }
}

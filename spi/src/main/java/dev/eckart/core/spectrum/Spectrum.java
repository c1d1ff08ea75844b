package dev.eckart.core.spectrum;

/**
 * The singular values σ₁ ≥ σ₂ ≥ … ≥ σₖ ≥ 0 of a weight, and what they say about cutting it to rank r.
 *
 * <p>Sums of squares over the values left out are added up from the smallest, so that an energy close to 1 is exact.
 */
public final class Spectrum {
    private final double[] values;
    /** At r: Σ_{i>r} σᵢ², of the values divided by σ₁ so that no square leaves the range of doubles. */
    private final double[] tail;

    private Spectrum(double[] values) {
        this.values = values;
        this.tail = new double[values.length + 1];
        double largest = values[0] == 0 ? 1 : values[0];
        for (int r = values.length - 1; r >= 0; r--) {
            double relative = values[r] / largest;
            tail[r] = tail[r + 1] + relative * relative;
        }
    }

    /**
     * A spectrum from its singular values, largest first.
     *
     * @throws IllegalArgumentException if there are none, or they are out of order, negative or not finite
     */
    public static Spectrum of(double... singularValues) {
        double above = Double.MAX_VALUE;
        for (double value : singularValues) {
            if (!(value >= 0 && value <= above)) {
                throw new IllegalArgumentException(
                        "Expected singular values from the largest to the smallest but was: %s after %s"
                                .formatted(value, above));
            }
            above = value;
        }
        if (singularValues.length == 0) {
            throw new IllegalArgumentException("Expected one singular value or more but was: none");
        }
        return new Spectrum(singularValues.clone());
    }

    /** How many there are: k = min(in, out). */
    public int size() {
        return values.length;
    }

    /** σᵢ, counted from 1. */
    public double sigma(int i) {
        return values[i - 1];
    }

    /** A copy, largest first. */
    public double[] singularValues() {
        return values.clone();
    }

    /** Σ_{i≤r} σᵢ² / Σ σᵢ²: 1 for a zero matrix. */
    public double energy(int rank) {
        return tail[0] == 0 ? 1 : 1 - tail[rank] / tail[0];
    }

    /** √(Σ_{i>r} σᵢ² / Σ σᵢ²) = ‖W − W_r‖_F / ‖W‖_F: 0 for a zero matrix. */
    public double relativeError(int rank) {
        return tail[0] == 0 ? 0 : Math.sqrt(tail[rank] / tail[0]);
    }

    /**
     * The smallest rank, from 1, whose energy is at least {@code threshold}.
     *
     * @param threshold in (0, 1]
     */
    public int rankAtEnergy(double threshold) {
        int rank = 1;
        while (rank < size() && !reaches(rank, threshold)) {
            rank++;
        }
        return rank;
    }

    /** At a threshold of 1 nothing may be left out, not even what is too little for {@link #energy} to show. */
    private boolean reaches(int rank, double threshold) {
        return threshold < 1 ? energy(rank) >= threshold : tail[rank] == 0;
    }

    /** How many values are above {@code tolerance}. */
    public int countAbove(double tolerance) {
        int count = 0;
        while (count < size() && values[count] > tolerance) {
            count++;
        }
        return count;
    }

    /**
     * How many values stand out from rounding: those above max(rows, columns)·ε·σ₁, the tolerance of LINPACK, MATLAB
     * and NumPy.
     *
     * @param epsilon of the number type that the matrix was stored in
     */
    public int numericalRank(int rows, int columns, double epsilon) {
        return countAbove(Math.max(rows, columns) * epsilon * values[0]);
    }
}

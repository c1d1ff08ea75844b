package dev.eckart.core.linalg;

/** What products W·vᵢ are divided by, to be the vectors of the other side. */
final class Divisors {
    private Divisors() {}

    /**
     * Their singular values σᵢ. Where σᵢ is but rounding noise, W·vᵢ can be longer than it by any factor: it is divided
     * by its own length then, so that none comes out longer than 1.
     */
    static double[] of(double[] lengths, double[] sigma) {
        double[] divisors = new double[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            divisors[i] = lengths[i] == 0 ? 1 : Math.max(lengths[i], sigma[i]);
        }
        return divisors;
    }
}

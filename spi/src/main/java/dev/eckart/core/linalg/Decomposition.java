package dev.eckart.core.linalg;

import java.util.Optional;

/**
 * The decomposition of one matrix {@code [m × n]}, carried as far as it was asked for: what a decision needs comes
 * before what only a replacement needs, and nothing is computed twice.
 *
 * <p>For one thread at a time. Holds memory, part of it perhaps outside of the heap, until it is closed.
 */
public interface Decomposition extends AutoCloseable {

    /** What the singular values add up to, known before they are; empty where that is not so. */
    Optional<EnergyMoments> moments();

    /** The k = min(m, n) singular values, largest first, none negative. */
    double[] singularValues();

    /**
     * The singular vectors of the shorter side that belong to the largest values, orthonormal, as rows: {@code [count ×
     * k]}; right ones (V) where m ≥ n, left ones (U) elsewhere.
     *
     * @param count from 1 to k
     */
    Matrix vectors(int count);

    /** The power of two by which the matrix was divided, exactly, so that squares of its numbers stay in range. */
    double scale();

    @Override
    void close();
}

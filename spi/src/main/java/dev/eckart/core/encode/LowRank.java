package dev.eckart.core.encode;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Optional;

/**
 * A matrix {@code [in × out]} as a product of two factors: its singular values as its inputs see it, and the best pair of each
 * rank. Computed as far as it is asked for.
 */
public interface LowRank {

    /** The sums of powers of the singular values, where they are known before the values are. */
    Optional<EnergyMoments> moments();

    /** The singular values. */
    WeightSpectrum spectrum();

    /**
     * The best pair of a rank.
     *
     * @param rank from 1 to the matrix's smaller side
     */
    ShiftedPair pair(int rank, FactorPair.Balance balance);
}

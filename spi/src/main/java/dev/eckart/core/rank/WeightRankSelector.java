package dev.eckart.core.rank;

import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Optional;

/**
 * A strategy that looks at each weight by itself, so that a weight is decided on, and replaced, as soon as its singular
 * values are known, without a second pass.
 */
public interface WeightRankSelector extends RankSelector {

    /**
     * Chooses for a weight.
     *
     * @return a rank from 1 to the weight's smaller side, or why the weight stays as it is
     */
    RankChoice choose(WeightSpectrum weight);

    /**
     * Tells, before the singular values of a weight are known, that it will stay as it is: what {@link #choose} would
     * say of it is not asked for then.
     *
     * @param moments what its singular values add up to
     */
    default Optional<RankChoice.Keep> settle(LinearWeight weight, EnergyMoments moments) {
        return Optional.empty();
    }

    @Override
    default RankPlan select(List<WeightSpectrum> weights) {
        return RankPlan.each(weights, this::choose);
    }
}

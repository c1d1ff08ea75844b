package dev.eckart.core.rank;

import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;
import java.util.Optional;

/**
 * {@code energy:τ}: the smallest rank that keeps the share τ of each weight's energy, Σ_{i≤r} σᵢ² ≥ τ·Σσᵢ².
 *
 * @param threshold τ, in (0, 1]
 */
public record EnergyRankSelector(double threshold) implements WeightRankSelector {
    public EnergyRankSelector {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("Expected an energy above 0 and up to 1 but was: " + threshold);
        }
    }

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        return new RankChoice.Truncate(weight.spectrum().rankAtEnergy(threshold));
    }

    @Override
    public Optional<RankChoice.Keep> settle(LinearWeight weight, EnergyMoments moments) {
        int breakEven = BreakEven.rank(weight);
        return breakEven <= 1 || moments.mostEnergy(breakEven - 1) >= threshold
                ? Optional.empty()
                : Optional.of(new RankChoice.Keep(
                        "needs rank %1$d or more; a pair is smaller only below %1$d".formatted(breakEven)));
    }

    /** {@code energy:0.99}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "energy";
        }

        @Override
        public String summary() {
            return "the smallest rank at which a share of each weight's energy, Σσ², remains";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("energy:0.99", "99 % of the energy of each weight remains");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            return new EnergyRankSelector(arguments.allowing().number(0, 1));
        }
    }
}

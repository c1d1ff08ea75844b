package dev.eckart.core.rank;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;

/**
 * {@code ratio:ρ}: the largest rank whose pair has no more than the share ρ of each weight's parameters,
 * r·(in+out) ≤ ρ·in·out, and 1 at the least.
 *
 * @param ratio ρ, in (0, 1]
 */
public record RatioRankSelector(double ratio) implements WeightRankSelector {
    public RatioRankSelector {
        if (!(ratio > 0 && ratio <= 1)) {
            throw new IllegalArgumentException("Expected a ratio above 0 and up to 1 but was: " + ratio);
        }
    }

    @Override
    public RankChoice choose(WeightSpectrum spectrum) {
        LinearWeight weight = spectrum.weight();
        int rank = (int) (ratio * weight.parameters() / ((double) weight.rows() + weight.columns()));
        return new RankChoice.Truncate(Math.max(1, rank));
    }

    /** {@code ratio:0.5}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "ratio";
        }

        @Override
        public String summary() {
            return "the largest rank at which the pair has at most a share of each weight's parameters";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("ratio:0.5", "halve the parameters of each weight");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            return new RatioRankSelector(arguments.allowing().number(0, 1));
        }
    }
}

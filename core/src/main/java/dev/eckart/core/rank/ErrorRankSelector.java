package dev.eckart.core.rank;

import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;
import java.util.Optional;

/**
 * {@code error:ε}: the smallest rank at which each weight is off by no more than ε, relative to its norm; of a calibrated
 * weight, its outputs relative to theirs.
 *
 * <p>The same as an energy of 1 − ε², said as what is lost.
 *
 * @param most ε, in (0, 1]
 */
public record ErrorRankSelector(double most) implements WeightRankSelector {
    public ErrorRankSelector {
        if (!(most > 0 && most <= 1)) {
            throw new IllegalArgumentException("Expected an error above 0 and up to 1 but was: " + most);
        }
    }

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        int rank = 1;
        while (weight.spectrum().relativeError(rank) > most) {
            rank++;
        }
        return new RankChoice.Truncate(rank);
    }

    @Override
    public Optional<RankChoice.Keep> settle(LinearWeight weight, EnergyMoments moments) {
        int breakEven = BreakEven.rank(weight);
        return breakEven <= 1 || 1 - moments.mostEnergy(breakEven - 1) <= most * most
                ? Optional.empty()
                : Optional.of(new RankChoice.Keep(
                        "needs rank %1$d or more; a pair is smaller only below %1$d".formatted(breakEven)));
    }

    /** {@code error:0.1}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "error";
        }

        @Override
        public String summary() {
            return "the smallest rank within a relative error of a weight (calibrated: of its outputs)";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("error:0.1", "an error of at most a tenth of each weight's norm");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            return new ErrorRankSelector(arguments.allowing().number(0, 1));
        }
    }
}

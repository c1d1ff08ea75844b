package dev.eckart.core.rank;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;

/**
 * {@code numerical}: the numerical rank of each weight, so that nothing is lost but rounding noise.
 *
 * <p>Counts the singular values above max(in, out)·ε·σ₁ with ε of the stored number type; a zero weight gets rank 1.
 */
public record NumericalRankSelector() implements WeightRankSelector {

    @Override
    public RankChoice choose(WeightSpectrum spectrum) {
        LinearWeight weight = spectrum.weight();
        int rank = spectrum.spectrum()
                .numericalRank(weight.rows(), weight.columns(), weight.type().epsilon());
        return new RankChoice.Truncate(Math.max(1, rank));
    }

    @Override
    public Accuracy accuracy() {
        return Accuracy.FULL;
    }

    /** {@code numerical}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "numerical";
        }

        @Override
        public String summary() {
            return "the numerical rank of each weight; only rounding noise is lost";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("numerical", "drop singular values that are zero up to rounding");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            arguments.withoutValue().allowing();
            return new NumericalRankSelector();
        }
    }
}

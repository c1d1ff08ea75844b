package org.example;

import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;

/**
 * {@code above-noise}: the singular values that stand out from noise, by the threshold of M. Gavish and D. L. Donoho, "The
 * optimal hard threshold for singular values is 4/√3" (2014), for noise of unknown size: ω(β) times the median.
 */
public final class AboveNoise implements RankSelectorProvider {
    @Override
    public String name() {
        return "above-noise";
    }

    @Override
    public String summary() {
        return "the singular values that stand out from noise, by the threshold of Gavish and Donoho";
    }

    @Override
    public Map<String, String> usage() {
        return Map.of(
                "above-noise", "as many as are above the threshold",
                "above-noise:0.5", "as many as are above half of it");
    }

    @Override
    public RankSelector create(StrategyArguments arguments) {
        arguments.allowing();
        return new Selector(arguments.value().isPresent() ? arguments.number(0, 100) : 1);
    }

    private record Selector(double factor) implements WeightRankSelector {
        @Override
        public RankChoice choose(WeightSpectrum weight) {
            int rank = weight.spectrum().countAbove(factor * threshold(weight));
            return rank == 0
                    ? new RankChoice.Keep("no singular value stands out from noise")
                    : new RankChoice.Truncate(rank);
        }

        private static double threshold(WeightSpectrum weight) {
            double rows = weight.weight().rows();
            double columns = weight.weight().columns();
            double beta = Math.min(rows, columns) / Math.max(rows, columns);
            return (((0.56 * beta - 0.95) * beta + 1.82) * beta + 1.43) * median(weight.spectrum());
        }

        private static double median(Spectrum spectrum) {
            int half = spectrum.size() / 2;
            return spectrum.size() % 2 == 1
                    ? spectrum.sigma(half + 1)
                    : spectrum.sigma(half) / 2 + spectrum.sigma(half + 1) / 2;
        }
    }
}

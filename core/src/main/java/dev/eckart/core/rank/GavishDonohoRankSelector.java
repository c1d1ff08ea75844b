package dev.eckart.core.rank;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;

/**
 * {@code gavish-donoho}: the values of each weight that stand out from noise, as if it were a matrix of low rank plus
 * independent noise of a size that is not known.
 *
 * <p>Counts the singular values above ω(β)·median σ with β = smaller side ÷ larger side and ω(β) ≈ 0.56β³ − 0.95β² +
 * 1.82β + 1.43, 2.858 for a square matrix: the threshold that is best for large matrices (M. Gavish and D. Donoho, "The
 * optimal hard threshold for singular values is 4/√3", 2014). It is the weight's own values that are counted, calibrated
 * or not: inputs do not see noise that is the same in all directions. A weight of which none stands out gets rank 1.
 */
public record GavishDonohoRankSelector() implements WeightRankSelector {

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        Spectrum values = weight.plain().orElse(weight.spectrum());
        return new RankChoice.Truncate(Math.max(1, values.countAbove(factor(weight.weight()) * median(values))));
    }

    private static double factor(LinearWeight weight) {
        double ratio = (double) weight.smallerSide() / Math.max(weight.rows(), weight.columns());
        return 0.56 * Math.pow(ratio, 3) - 0.95 * ratio * ratio + 1.82 * ratio + 1.43;
    }

    private static double median(Spectrum values) {
        int k = values.size();
        double upper = values.sigma((k + 1) / 2);
        return upper + (values.sigma(k / 2 + 1) - upper) / 2;
    }

    @Override
    public boolean wantsPlain() {
        return true;
    }

    /** {@code gavish-donoho}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "gavish-donoho";
        }

        @Override
        public String summary() {
            return "the number of singular values of each weight above noise of unknown level";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("gavish-donoho", "drop singular values that independent noise explains");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            arguments.withoutValue().allowing();
            return new GavishDonohoRankSelector();
        }
    }
}

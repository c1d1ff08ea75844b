package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Map;

/**
 * {@code fixed:r}: the same rank for every weight.
 *
 * <p>A weight whose smaller side is below the rank is kept; that every weight is so is a mistake, and refused.
 */
public record FixedRankSelector(int rank) implements WeightRankSelector {
    public FixedRankSelector {
        if (rank < 1) {
            throw new IllegalArgumentException("Expected a rank from 1 but was: " + rank);
        }
    }

    @Override
    public void require(List<LinearWeight> weights) {
        if (!weights.isEmpty() && weights.stream().allMatch(weight -> rank > weight.smallerSide())) {
            LinearWeight widest = weights.stream()
                    .reduce((a, b) -> b.smallerSide() > a.smallerSide() ? b : a)
                    .orElseThrow();
            throw new InvalidInputException("%s: rank %d exceeds its smaller side %d%s"
                    .formatted(
                            widest.describe(),
                            rank,
                            widest.smallerSide(),
                            weights.size() == 1 ? "" : ", the largest of all weights"));
        }
    }

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        return rank > weight.smallerSide()
                ? new RankChoice.Keep("rank %d exceeds its smaller side %d".formatted(rank, weight.smallerSide()))
                : new RankChoice.Truncate(rank);
    }

    /** {@code fixed:16}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public String summary() {
            return "the same rank for every weight";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("fixed:16", "rank 16 (`16` alone means the same)");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            return new FixedRankSelector(arguments.allowing().wholeNumber());
        }
    }
}

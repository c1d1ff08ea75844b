package dev.eckart.core.compress;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Map;
import java.util.Objects;

/** A strategy's choices, looked up. */
record GivenRanks(RankSelector strategy, Map<String, RankChoice> byName) implements WeightRankSelector {
    @Override
    public RankChoice choose(WeightSpectrum weight) {
        return Objects.requireNonNull(byName.get(weight.weight().name()));
    }

    @Override
    public boolean wantsPlain() {
        return strategy.wantsPlain();
    }

    @Override
    public Accuracy accuracy() {
        return strategy.accuracy();
    }
}

package org.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.strategy.RankSelectorConformance;
import dev.eckart.strategy.Weights;
import java.util.List;
import org.junit.jupiter.api.Test;

class AboveNoiseTest implements RankSelectorConformance {
    @Override
    public RankSelectorProvider provider() {
        return new AboveNoise();
    }

    @Override
    public List<String> calls() {
        return List.of("above-noise", "above-noise:0.5", "above-noise:2");
    }

    private static RankChoice choose(String call, WeightSpectrum weight) {
        return new AboveNoise()
                .create(StrategyArguments.parse(call))
                .select(List.of(weight))
                .choices()
                .get(0);
    }

    /** β = 1 and a median of 1: the threshold is 2.86. */
    @Test
    void should_keep_what_is_above_the_threshold() {
        WeightSpectrum weight = Weights.of(5, 5, 9, 2.8, 1, 0.5, 0.1);

        assertThat(choose("above-noise", weight)).isEqualTo(new RankChoice.Truncate(1));
        assertThat(choose("above-noise:0.5", weight)).isEqualTo(new RankChoice.Truncate(2));
    }

    @Test
    void should_leave_a_weight_alone_that_looks_like_noise() {
        assertThat(choose("above-noise", Weights.of(4, 4, 4, 3, 3, 2)))
                .isEqualTo(new RankChoice.Keep("no singular value stands out from noise"));
    }
}

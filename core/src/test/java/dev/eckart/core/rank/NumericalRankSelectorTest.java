package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumericalRankSelectorTest extends RankSelectorContract {

    @Override
    protected List<RankSelector> selectors() {
        return List.of(new NumericalRankSelector());
    }

    private static RankChoice choose(WeightSpectrum weight) {
        return new NumericalRankSelector().select(List.of(weight)).choices().get(0);
    }

    /** [10 × 10], so that the tolerance is 10·ε·σ₁: 0.078, 0.0098, 1.2·10⁻⁶ and 2.2·10⁻¹⁵. */
    @ParameterizedTest
    @CsvSource({"BFLOAT16, 2", "FLOAT16, 3", "FLOAT32, 4", "FLOAT64, 5"})
    void should_take_for_noise_what_the_stored_type_cannot_hold(ElementType type, int rank) {
        WeightSpectrum weight = SampleSpectra.weight(type, "w", 10, 10, 1, 0.1, 0.05, 1e-3, 1e-10, 1e-16);

        assertThat(choose(weight)).isEqualTo(new RankChoice.Truncate(rank));
    }

    @Test
    void should_go_by_the_longer_side() {
        double[] values = {1, 1e-5};

        assertThat(choose(SampleSpectra.weight("w", 50, 2, values))).isEqualTo(new RankChoice.Truncate(2));
        assertThat(choose(SampleSpectra.weight("w", 100, 2, values))).isEqualTo(new RankChoice.Truncate(1));
        assertThat(choose(SampleSpectra.weight("w", 2, 100, values))).isEqualTo(new RankChoice.Truncate(1));
    }

    @Test
    void should_choose_rank_1_for_a_zero_weight() {
        assertThat(choose(SampleSpectra.weight("w", 3, 4))).isEqualTo(new RankChoice.Truncate(1));
    }

    @Test
    void should_ask_for_values_that_tell_noise_from_zero() {
        assertThat(new NumericalRankSelector().accuracy()).isEqualTo(Accuracy.FULL);
    }

    @Test
    void should_be_made_from_nothing() {
        var provider = new NumericalRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("numerical"))).isEqualTo(new NumericalRankSelector());
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("numerical:1e-6")))
                .withMessageContaining("takes no value");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("numerical,step=8")))
                .withMessageContaining("unknown option `step`");
    }
}

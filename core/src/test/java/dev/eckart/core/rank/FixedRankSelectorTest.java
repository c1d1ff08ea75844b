package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedRankSelectorTest extends RankSelectorContract {
    private static final WeightSpectrum SMALL = SampleSpectra.weight("fc3", 10, 5, 1);
    private static final WeightSpectrum LARGE = SampleSpectra.weight("fc1", 30, 20, 1);
    private static final WeightSpectrum AS_LARGE = SampleSpectra.weight("fc2", 20, 30, 1);

    @Override
    protected List<RankSelector> selectors() {
        return List.of(new FixedRankSelector(1), new FixedRankSelector(16), new FixedRankSelector(32));
    }

    @Test
    void should_choose_the_same_rank_for_every_weight() {
        assertThat(new FixedRankSelector(5).select(List.of(SMALL, LARGE)).choices())
                .containsExactly(new RankChoice.Truncate(5), new RankChoice.Truncate(5));
    }

    @Test
    void should_keep_a_weight_whose_smaller_side_is_below_the_rank() {
        assertThat(new FixedRankSelector(6).select(List.of(SMALL, LARGE)).choices())
                .containsExactly(new RankChoice.Keep("rank 6 exceeds its smaller side 5"), new RankChoice.Truncate(6));
    }

    @Test
    void should_refuse_a_rank_above_the_smaller_side_of_the_only_weight() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new FixedRankSelector(6).require(List.of(SMALL.weight())))
                .withMessage("weight `fc3` [10×5]: rank 6 exceeds its smaller side 5");
    }

    @Test
    void should_refuse_a_rank_above_the_smaller_side_of_every_weight_and_name_the_largest() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        new FixedRankSelector(21).require(List.of(SMALL.weight(), LARGE.weight(), AS_LARGE.weight())))
                .withMessage("weight `fc1` [30×20]: rank 21 exceeds its smaller side 20, the largest of all weights");
    }

    @Test
    void should_be_content_with_values_for_sums_of_squares() {
        assertThat(new FixedRankSelector(1).accuracy()).isEqualTo(Accuracy.ENERGY);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void should_refuse_a_rank_below_1(int rank) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new FixedRankSelector(rank))
                .withMessage("Expected a rank from 1 but was: %d", rank);
    }

    @Test
    void should_be_made_from_a_whole_number_and_nothing_else() {
        var provider = new FixedRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("fixed:16"))).isEqualTo(new FixedRankSelector(16));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("fixed:1.5")))
                .withMessageContaining("expected a whole number from 1");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("fixed:16,step=8")))
                .withMessageContaining("unknown option `step`");
    }
}

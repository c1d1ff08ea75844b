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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RatioRankSelectorTest extends RankSelectorContract {

    @Override
    protected List<RankSelector> selectors() {
        return List.of(new RatioRankSelector(1e-9), new RatioRankSelector(0.5), new RatioRankSelector(1));
    }

    private static int rank(double ratio, WeightSpectrum weight) {
        RankChoice choice =
                new RatioRankSelector(ratio).select(List.of(weight)).choices().get(0);
        return ((RankChoice.Truncate) choice).rank();
    }

    @ParameterizedTest
    @CsvSource({
        // 0.5 · 10 000 = 25 · 200, exactly.
        "100, 100, 0.5, 25",
        "100, 100, 0.499, 24",
        "100, 100, 1, 50",
        "784, 500, 0.5, 152",
        "500, 784, 0.5, 152",
        "784, 10, 0.5, 4",
        // No share is too small for rank 1.
        "100, 100, 0.0001, 1",
        "1, 50, 0.5, 1",
        // Beyond the range of int.
        "100000, 100000, 0.5, 25000"
    })
    void should_choose_the_largest_rank_within_the_share_of_parameters(int rows, int columns, double ratio, int rank) {
        assertThat(rank(ratio, SampleSpectra.weight("w", rows, columns))).isEqualTo(rank);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_not_exceed_the_share_by_its_rank_but_by_the_next(List<WeightSpectrum> weights) {
        for (double ratio : new double[] {0.1, 0.5, 0.9}) {
            for (WeightSpectrum weight : weights) {
                int rank = rank(ratio, weight);
                long perRank = (long) weight.weight().rows() + weight.weight().columns();
                double share = ratio * weight.weight().parameters();

                assertThat((double) (rank + 1) * perRank).isGreaterThan(share);
                if (rank > 1) {
                    assertThat((double) rank * perRank).isLessThanOrEqualTo(share);
                }
            }
        }
    }

    @Test
    void should_be_content_with_values_for_sums_of_squares() {
        assertThat(new RatioRankSelector(1).accuracy()).isEqualTo(Accuracy.ENERGY);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
    void should_refuse_a_ratio_that_is_not_a_share(double ratio) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new RatioRankSelector(ratio))
                .withMessage("Expected a ratio above 0 and up to 1 but was: " + ratio);
    }

    @Test
    void should_be_made_from_a_number_and_nothing_else() {
        var provider = new RatioRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("ratio:0.5"))).isEqualTo(new RatioRankSelector(0.5));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("ratio:half")))
                .withMessageContaining("expected a number above 0 and up to 1");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("ratio:0.5,step=8")))
                .withMessageContaining("unknown option `step`");
    }
}

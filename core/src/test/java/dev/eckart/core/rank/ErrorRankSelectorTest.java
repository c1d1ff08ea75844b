package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorRankSelectorTest extends RankSelectorContract {

    @Override
    protected List<RankSelector> selectors() {
        return List.of(new ErrorRankSelector(1), new ErrorRankSelector(0.3), new ErrorRankSelector(0.01));
    }

    private static int rank(double most, WeightSpectrum weight) {
        return ((RankChoice.Truncate) new ErrorRankSelector(most).choose(weight)).rank();
    }

    @ParameterizedTest
    @CsvSource({
        // 12² + 4² + 3² = 13²: 5/13 is left out of rank 1, and 3/13 of rank 2.
        "1, 1",
        "0.385, 1",
        "0.384, 2",
        "0.231, 2",
        "0.230, 3",
        "1e-9, 3"
    })
    void should_choose_the_smallest_rank_that_is_close_enough(double most, int rank) {
        assertThat(rank(most, SampleSpectra.weight("w", 20, 10, 12, 4, 3))).isEqualTo(rank);
    }

    @Test
    void should_give_a_zero_weight_rank_1() {
        assertThat(rank(0.1, SampleSpectra.weight("w", 20, 10))).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_settle_only_what_it_would_not_truncate_below_break_even(List<WeightSpectrum> weights) {
        for (double most : new double[] {0.9, 0.3, 0.01}) {
            ErrorRankSelector selector = new ErrorRankSelector(most);
            for (WeightSpectrum spectrum : weights) {
                LinearWeight weight = spectrum.weight();
                double[] squares = Arrays.stream(spectrum.spectrum().singularValues())
                        .map(value ->
                                Math.pow(value / Math.max(spectrum.spectrum().sigma(1), 1e-300), 2))
                        .toArray();
                EnergyMoments moments = new EnergyMoments(
                        squares.length,
                        Arrays.stream(squares).sum(),
                        Arrays.stream(squares).map(square -> square * square).sum());

                if (selector.settle(weight, moments).isPresent()) {
                    assertThat(rank(most, spectrum)).isGreaterThanOrEqualTo(BreakEven.rank(weight));
                }
            }
        }
    }

    @Test
    void should_settle_a_weight_whose_values_are_all_alike() {
        EnergyMoments alike = new EnergyMoments(64, 64, 64);
        LinearWeight weight = SampleSpectra.weight("w", 64, 64).weight();

        assertThat(new ErrorRankSelector(0.1).settle(weight, alike))
                .contains(new RankChoice.Keep("needs rank 31 or more; a pair is smaller only below 31"));
        assertThat(new ErrorRankSelector(0.9).settle(weight, alike)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.0000001, Double.NaN})
    void should_refuse_an_error_that_is_not_a_share(double most) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new ErrorRankSelector(most))
                .withMessage("Expected an error above 0 and up to 1 but was: " + most);
    }

    @Test
    void should_be_made_from_a_number_and_nothing_else() {
        var provider = new ErrorRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("error:0.1"))).isEqualTo(new ErrorRankSelector(0.1));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("error")))
                .withMessageContaining("expected a value after the name");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("error:0.1,of=outputs")))
                .withMessageContaining("unknown option `of`");
    }
}

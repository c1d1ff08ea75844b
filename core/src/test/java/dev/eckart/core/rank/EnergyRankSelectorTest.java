package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnergyRankSelectorTest extends RankSelectorContract {

    @Override
    protected List<RankSelector> selectors() {
        return List.of(
                new EnergyRankSelector(1e-9),
                new EnergyRankSelector(0.5),
                new EnergyRankSelector(0.99),
                new EnergyRankSelector(1));
    }

    /** Squares 16, 4, 4, 1 of 25: energies 0.64, 0.8, 0.96, 1. */
    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.64, 1", "0.7, 2", "0.8, 2", "0.9, 3", "0.96, 3", "0.99, 4", "1, 4"})
    void should_keep_the_share_of_energy(double threshold, int rank) {
        WeightSpectrum weight = SampleSpectra.weight("w", 4, 9, 4, 2, 2, 1);

        assertThat(new EnergyRankSelector(threshold).select(List.of(weight)).choices())
                .containsExactly(new RankChoice.Truncate(rank));
    }

    @Test
    void should_look_at_each_weight_by_itself() {
        WeightSpectrum flat = SampleSpectra.weight("flat", 10, 10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        WeightSpectrum steep = SampleSpectra.weight("steep", 10, 10, 1000, 1);
        WeightSpectrum zero = SampleSpectra.weight("zero", 10, 10);

        assertThat(new EnergyRankSelector(0.75)
                        .select(List.of(flat, steep, zero))
                        .choices())
                .containsExactly(new RankChoice.Truncate(8), new RankChoice.Truncate(1), new RankChoice.Truncate(1));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_choose_the_smallest_rank_that_reaches_the_threshold(List<WeightSpectrum> weights) {
        for (double threshold : new double[] {0.3, 0.9, 0.999}) {
            List<RankChoice> choices =
                    new EnergyRankSelector(threshold).select(weights).choices();
            for (int i = 0; i < weights.size(); i++) {
                int rank = ((RankChoice.Truncate) choices.get(i)).rank();

                assertThat(weights.get(i).spectrum().energy(rank)).isGreaterThanOrEqualTo(threshold);
                if (rank > 1) {
                    assertThat(weights.get(i).spectrum().energy(rank - 1)).isLessThan(threshold);
                }
            }
        }
    }

    @Test
    void should_be_content_with_values_for_sums_of_squares() {
        assertThat(new EnergyRankSelector(0.9).accuracy()).isEqualTo(Accuracy.ENERGY);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
    void should_refuse_a_threshold_that_is_not_a_share(double threshold) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new EnergyRankSelector(threshold))
                .withMessage("Expected an energy above 0 and up to 1 but was: " + threshold);
    }

    @Test
    void should_be_made_from_a_number_and_nothing_else() {
        var provider = new EnergyRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("energy:0.99"))).isEqualTo(new EnergyRankSelector(0.99));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("energy")))
                .withMessageContaining("expected a value after the name");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("energy:0.9,step=8")))
                .withMessageContaining("unknown option `step`");
    }

    /** What is settled is settled rightly: of weights of every kind, none is kept that a rank would have replaced. */
    @Test
    void should_settle_only_weights_that_its_rank_would_have_kept() {
        int settled = 0;
        for (int columns : new int[] {20, 40, 160}) {
            for (double fall : new double[] {0, 0.1, 1, 3}) {
                double[] values = IntStream.rangeClosed(1, 20)
                        .mapToDouble(i -> Math.pow(i, -fall))
                        .toArray();
                // Quantized weights have a break-even rank far below that of floats.
                for (long bytes : new long[] {20L * columns * 4, 20L * columns}) {
                    LinearWeight weight = new LinearWeight(
                            "w",
                            "MatMul",
                            "",
                            ElementType.FLOAT32,
                            bytes,
                            Matrix.of(20, columns, new double[20 * columns]),
                            Optional.empty(),
                            List.of());
                    EnergyMoments moments = new EnergyMoments(
                            20,
                            Arrays.stream(values).map(v -> v * v).sum(),
                            Arrays.stream(values).map(v -> v * v * v * v).sum());
                    for (double threshold : new double[] {0.3, 0.9, 0.99, 1}) {
                        EnergyRankSelector selector = new EnergyRankSelector(threshold);
                        if (selector.settle(weight, moments).isPresent()) {
                            settled++;
                            assertThat(Spectrum.of(values).rankAtEnergy(threshold))
                                    .isGreaterThanOrEqualTo(BreakEven.rank(weight));
                        }
                    }
                }
            }
        }
        assertThat(settled).isGreaterThan(20);
    }
}

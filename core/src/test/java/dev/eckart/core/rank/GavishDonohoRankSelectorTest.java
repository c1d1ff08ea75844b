package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GavishDonohoRankSelectorTest extends RankSelectorContract {

    @Override
    protected List<RankSelector> selectors() {
        return List.of(new GavishDonohoRankSelector());
    }

    private static int rank(WeightSpectrum weight) {
        return ((RankChoice.Truncate) new GavishDonohoRankSelector().choose(weight)).rank();
    }

    private static Spectrum spectrum(Matrix matrix) {
        return Spectrum.of(new EjmlDecomposer().singularValues(matrix, Accuracy.FULL));
    }

    /** Of a signal that stands out and noise, the signal is what is left; of noise alone, nothing but rank 1. */
    @ParameterizedTest
    @CsvSource({"80, 80, 5", "120, 60, 9", "40, 200, 3", "100, 100, 1"})
    void should_find_the_rank_of_a_signal_in_noise(int rows, int columns, int rank) {
        LinearWeight weight = new LinearWeight(
                "w", "MatMul", ElementType.FLOAT32, Matrix.of(rows, columns, new double[rows * columns]));
        Matrix signal = SampleMatrices.normalOfRank(rank, rows, columns, 5);
        Matrix noise = SampleMatrices.scaled(SampleMatrices.normal(rows, columns, 7), 0.1);
        Matrix noisy = signal.minus(noise);

        assertThat(rank(new WeightSpectrum(weight, spectrum(noisy), Accuracy.FULL)))
                .isEqualTo(rank);
        assertThat(rank(new WeightSpectrum(weight, spectrum(noise), Accuracy.FULL)))
                .isEqualTo(1);
    }

    @Test
    void should_compare_with_the_median() {
        // 2.86 for a square, and 1.43 and a little for a row of values.
        assertThat(rank(SampleSpectra.weight("w", 5, 5, 5.8, 5.7, 2, 2, 2))).isEqualTo(1);
        assertThat(rank(SampleSpectra.weight("w", 5, 5, 5.8, 5.73, 2, 2, 2))).isEqualTo(2);
        assertThat(rank(SampleSpectra.weight("w", 4, 4, 9, 3, 1, 1))).isEqualTo(1);
        assertThat(rank(SampleSpectra.weight("w", 4, 40000, 9, 3, 1, 1))).isEqualTo(2);
        // The median of an even number of values is between two, here 0.5.
        assertThat(rank(SampleSpectra.weight("w", 6, 6, 3, 2, 1))).isEqualTo(2);
        assertThat(rank(SampleSpectra.weight("w", 7, 7, 3, 2, 1))).isEqualTo(3);
    }

    @Test
    void should_look_at_the_weight_itself_though_it_is_calibrated() {
        WeightSpectrum plain = SampleSpectra.weight("w", 5, 5, 100, 90, 2, 2, 2);
        WeightSpectrum calibrated = new WeightSpectrum(
                plain.weight(),
                Spectrum.of(9, 1, 1, 1, 1),
                Accuracy.ENERGY,
                true,
                Optional.of(plain.spectrum()),
                OptionalDouble.empty());

        assertThat(new GavishDonohoRankSelector().wantsPlain()).isTrue();
        assertThat(rank(calibrated)).isEqualTo(rank(plain)).isEqualTo(2);
    }

    @Test
    void should_be_made_without_a_value() {
        var provider = new GavishDonohoRankSelector.Provider();

        assertThat(provider.create(StrategyArguments.parse("gavish-donoho"))).isEqualTo(new GavishDonohoRankSelector());
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> provider.create(StrategyArguments.parse("gavish-donoho:2")))
                .withMessageContaining("`gavish-donoho` takes no value");
    }
}

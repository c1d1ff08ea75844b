package dev.eckart.models.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LowRankPlusNoiseTest {
    @Test
    void should_make_weights_of_a_low_rank_with_a_falling_tail() {
        int size = 300;
        LowRankPlusNoise rows = new LowRankPlusNoise(size, 0, 1, new SplittableRandom(1));
        double[] numbers = new double[size * size];
        float[] row = new float[size];
        for (int i = 0; i < size; i++) {
            rows.next(row);
            for (int j = 0; j < size; j++) {
                numbers[i * size + j] = row[j];
            }
        }
        Spectrum spectrum =
                Spectrum.of(new EjmlDecomposer().singularValues(Matrix.of(size, size, numbers), Accuracy.FULL));

        assertThat(Arrays.stream(numbers).map(x -> x * x).sum() / numbers.length)
                .isBetween(0.8, 1.2);
        assertThat(spectrum.rankAtEnergy(LowRankPlusNoise.SHARE)).isLessThanOrEqualTo(LowRankPlusNoise.RANK);
        assertThat(spectrum.rankAtEnergy(0.9)).isBetween(LowRankPlusNoise.RANK + 1, size / 2);
        assertThat(spectrum.numericalRank(size, size, 0x1p-23)).isGreaterThan(size * 9 / 10);
    }
}

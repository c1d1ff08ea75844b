package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.spectrum.Spectrum;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever backend there is, a network is compressed to the same ranks. */
class BackendAgreementTest {
    private static final double[] THRESHOLDS = {0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999};
    private static final int MATRICES = 40;
    private static final int LARGEST_SIDE = 140;
    private static final double FLOAT_EPSILON = 0x1p-23;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void should_find_the_same_ranks_over_a_sweep(long seed) {
        Decomposer ejml = new EjmlDecomposer();
        Decomposer openBlas = OpenBlasDecomposer.load().decomposer().orElseThrow();
        Random random = new Random(seed);
        for (int i = 0; i < MATRICES; i++) {
            Matrix matrix = SampleMatrices.roundedToFloat(sample(random));
            Spectrum one = Spectrum.of(ejml.singularValues(matrix, Accuracy.ENERGY));
            Spectrum other = Spectrum.of(openBlas.singularValues(matrix, Accuracy.ENERGY));
            for (double threshold : THRESHOLDS) {
                assertThat(other.rankAtEnergy(threshold))
                        .as("rank of %s at %s", matrix, threshold)
                        .isEqualTo(one.rankAtEnergy(threshold));
            }
            assertThat(numericalRank(openBlas, matrix)).as("%s", matrix).isEqualTo(numericalRank(ejml, matrix));
        }
    }

    private static int numericalRank(Decomposer decomposer, Matrix matrix) {
        return Spectrum.of(decomposer.singularValues(matrix, Accuracy.FULL))
                .numericalRank(matrix.rows(), matrix.columns(), FLOAT_EPSILON);
    }

    /** Full or of a lower rank, with a spectrum that falls or not, in sizes from 10⁻⁶ to 10⁶. */
    private static Matrix sample(Random random) {
        int rows = 1 + random.nextInt(LARGEST_SIDE);
        int columns = 1 + random.nextInt(LARGEST_SIDE);
        int k = Math.min(rows, columns);
        int rank = 1 + random.nextInt(k);
        double fall = random.nextInt(3);
        double[] scales = new double[rank];
        for (int i = 0; i < rank; i++) {
            scales[i] = Math.pow(i + 1, -fall);
        }
        double size = Math.pow(10, random.nextInt(13) - 6.0);
        return SampleMatrices.scaled(
                SampleMatrices.normal(rows, rank, random.nextLong())
                        .scaleColumns(scales)
                        .times(SampleMatrices.normal(rank, columns, random.nextLong())),
                size);
    }
}

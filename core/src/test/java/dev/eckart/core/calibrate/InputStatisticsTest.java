package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputStatisticsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 31})
    void should_shrink_a_covariance_of_few_samples_toward_the_mean_of_its_diagonal(int samples) {
        InputStatistics shrunk = of(samples).shrunk();

        // 0.9·[4 2; 2 16] + 0.1·10·I
        assertThat(shrunk.covariance()
                        .minus(Matrix.of(2, 2, 4.6, 1.8, 1.8, 15.4))
                        .frobeniusNorm())
                .isLessThan(1e-14);
        assertThat(shrunk.mean()).isEqualTo(Matrix.of(1, 2, 5, 6));
        assertThat(shrunk.samples()).isEqualTo(samples);
        assertThat(shrunk.rows()).isEqualTo(1000);
    }

    /** However many rows there were: those of one sample are alike. */
    @Test
    void should_leave_a_covariance_of_enough_samples_as_it_is() {
        InputStatistics statistics = of(32);

        assertThat(statistics.shrunk()).isSameAs(statistics);
    }

    private static InputStatistics of(int samples) {
        return new InputStatistics(samples, 1000, Matrix.of(1, 2, 5, 6), Matrix.of(2, 2, 4, 2, 2, 16));
    }
}

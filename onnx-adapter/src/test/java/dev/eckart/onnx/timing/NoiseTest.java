package dev.eckart.onnx.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private static final Noise NOISE = new Noise(200, 300);

    @Test
    void should_be_spread_evenly_between_minus_one_and_one() {
        double[] numbers = Matrix.copyOf(NOISE).toArray();

        assertThat(Arrays.stream(numbers).min().orElseThrow()).isBetween(-1.0, -0.99);
        assertThat(Arrays.stream(numbers).max().orElseThrow()).isBetween(0.99, 1.0);
        // Five standard deviations of the mean of so many.
        assertThat(Arrays.stream(numbers).average().orElseThrow())
                .isCloseTo(0, within(5 / Math.sqrt(3.0 * numbers.length)));
    }

    @Test
    void should_be_the_same_in_every_block() {
        Matrix whole = Matrix.copyOf(NOISE);
        double[] block = new double[6];

        NOISE.read(150, 20, 2, 3, block);

        assertThat(block)
                .containsExactly(
                        whole.get(150, 20),
                        whole.get(150, 21),
                        whole.get(150, 22),
                        whole.get(151, 20),
                        whole.get(151, 21),
                        whole.get(151, 22));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> NOISE.read(199, 0, 2, 1, block));
    }
}

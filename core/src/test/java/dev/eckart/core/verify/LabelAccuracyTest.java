package dev.eckart.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelAccuracyTest {

    @ParameterizedTest
    @CsvSource({"1857, 1847, 2000, 0.005", "10, 9, 10, 0.1", "3, 4, 10, -0.1", "7, 7, 9, 0"})
    void should_lose_just_what_that_many_samples_are(int before, int after, int samples, double drop) {
        LabelAccuracy accuracy = new LabelAccuracy((double) before / samples, (double) after / samples, samples);

        assertThat(accuracy.drop()).isEqualTo(drop);
        assertThat(Limit.MAX_ACCURACY_DROP.keeps(accuracy.drop(), drop)).isTrue();
    }

    @Test
    void should_lose_no_number_where_there_is_none() {
        assertThat(new LabelAccuracy(0.9, Double.NaN, 10).drop()).isNaN();
    }
}

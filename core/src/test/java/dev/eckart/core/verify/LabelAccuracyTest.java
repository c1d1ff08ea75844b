package dev.eckart.core.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelAccuracyTest {

    @ParameterizedTest
    @CsvSource({"1857, 1847, 2000, 0.005", "10, 9, 10, 0.1", "3, 4, 10, -0.1", "7, 7, 9, 0"})
    void should_lose_just_what_that_many_samples_are(int before, int after, int samples, double drop) {
        LabelAccuracy accuracy = new LabelAccuracy(
                (double) before / samples, (double) after / samples, samples, Math.abs(after - before));

        assertThat(accuracy.drop()).isEqualTo(drop);
        assertThat(Limit.MAX_ACCURACY_DROP.keeps(accuracy.drop(), drop)).isTrue();
    }

    @Test
    void should_lose_no_number_where_there_is_none() {
        assertThat(new LabelAccuracy(0.9, Double.NaN, 10, 0).drop()).isNaN();
    }

    /** By hand: (b − c)/(n+2) ± 1.96·√(b + c + 1 − (b−c)²/(n+2))/(n+2), with b = 15, c = 8, n = 2000. */
    @Test
    void should_give_an_interval_for_what_is_lost() {
        LabelAccuracy accuracy = new LabelAccuracy(0.9285, 0.925, 2000, 23);

        assertThat(accuracy.dropLow()).isCloseTo(-0.0013, within(5e-5));
        assertThat(accuracy.dropHigh()).isCloseTo(0.0083, within(5e-5));
        assertThat(accuracy.isDropCertain()).isFalse();
        assertThat(new LabelAccuracy(0.9285, 0.8515, 2000, 180).isDropCertain()).isTrue();
        assertThat(new LabelAccuracy(0.9, 0.95, 2000, 120).isDropCertain()).isTrue();
    }

    /** The drop of that size is told from none on so many samples, and not on a tenth fewer. */
    @ParameterizedTest
    @CsvSource({"100, 2, 0.005", "2000, 40, 0.005", "50, 10, 0.01", "10, 0, 0.1", "1, 1, 0.5"})
    void should_say_on_how_many_samples_a_drop_is_told_from_none(long samples, long disputed, double drop) {
        long enough = new LabelAccuracy(0.9, 0.9, samples, disputed).samplesToTell(drop);

        double share = Math.max(drop, (double) disputed / samples);
        for (long more : new long[] {enough + 200, 2 * enough + 200, 10 * enough + 200}) {
            assertThat(losing(drop, share, more).isDropCertain())
                    .as("of %d", more)
                    .isTrue();
        }
        assertThat(losing(drop, share, enough * 9 / 10).isDropCertain()).isFalse();
    }

    private static LabelAccuracy losing(double drop, double share, long samples) {
        return new LabelAccuracy(0.9, 0.9 - drop, samples, Math.round(share * samples));
    }

    @Test
    void should_not_be_certain_of_anything_on_a_few_samples() {
        LabelAccuracy accuracy = new LabelAccuracy(1, 1, 5, 0);

        assertThat(accuracy.dropLow()).isNegative();
        assertThat(accuracy.dropHigh()).isPositive();
    }
}

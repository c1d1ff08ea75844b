package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookUpsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 100, 30_522})
    void should_share_all_look_ups_out_and_leave_no_entry_without(int entries) {
        long[] counts = new long[entries];
        counts[0] = 1_000_000;

        double[] shares = LookUps.of(counts).shares();

        assertThat(shares).hasSize(entries);
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(shares).min().orElseThrow()).isPositive();
        assertThat(shares[0]).isEqualTo(Arrays.stream(shares).max().orElseThrow());
    }

    @Test
    void should_take_neighbours_to_be_as_frequent_as_each_other() {
        long[] counts = new long[640];
        counts[17] = 9;

        double[] shares = LookUps.of(counts).shares();

        // Ten entries to a group, and one look-up more for each of 64.
        assertThat(shares[9]).isCloseTo(1.0 / 10 / 73, within(1e-15));
        assertThat(shares[10]).isCloseTo(10.0 / 10 / 73, within(1e-15));
        assertThat(shares[19]).isEqualTo(shares[10]);
        assertThat(shares[20]).isEqualTo(shares[9]);
    }

    @Test
    void should_refuse_what_are_no_counts() {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> LookUps.of(new long[0]));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> LookUps.of(new long[] {1, -1}));
    }
}

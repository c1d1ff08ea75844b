package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EnergyMomentsTest {
    private static final double ROUNDING = 1e-8;

    private static EnergyMoments of(double... values) {
        return new EnergyMoments(
                values.length,
                Arrays.stream(values).map(v -> v * v).sum(),
                Arrays.stream(values).map(v -> v * v * v * v).sum());
    }

    @Test
    void should_be_exact_where_there_are_but_two_different_energies() {
        // 3 of 4 and 2 of 1: with 4 of 5 values that many are of the larger kind, 3.
        EnergyMoments moments = of(2, 2, 2, 1, 1);

        assertThat(moments.mostEnergy(3)).isEqualTo(12.0 / 14, within(ROUNDING));
        assertThat(moments.mostEnergy(5)).isEqualTo(1, within(ROUNDING));
    }

    @Test
    void should_settle_a_flat_spectrum_and_not_one_that_falls() {
        assertThat(of(1, 1, 1, 1, 1, 1, 1, 1).mostEnergy(4)).isEqualTo(0.5, within(ROUNDING));
        assertThat(of(100, 1, 1, 1, 1, 1, 1, 1).mostEnergy(1)).isGreaterThan(0.999);
    }

    @Test
    void should_leave_a_zero_matrix_to_others() {
        assertThat(of(0, 0, 0).mostEnergy(1)).isEqualTo(1);
    }
}

package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.rank.Allocation.Option;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossHullTest {
    private static final LossHull HULL = LossHull.of(
            List.of(new Option(100, 0), new Option(60, 3), new Option(50, 1), new Option(20, 2), new Option(10, 8)));

    @Test
    void should_leave_out_what_a_mixture_of_others_beats() {
        assertThat(HULL.options())
                .containsExactly(new Option(100, 0), new Option(50, 1), new Option(20, 2), new Option(10, 8));
    }

    @Test
    void should_tell_what_a_mixture_loses() {
        assertThat(HULL.at(200)).isZero();
        assertThat(HULL.at(100)).isZero();
        assertThat(HULL.at(75)).isCloseTo(0.5, within(1e-12));
        assertThat(HULL.at(20)).isEqualTo(2);
        assertThat(HULL.at(15)).isCloseTo(5, within(1e-12));
        assertThat(HULL.at(9)).isInfinite();
    }
}

package dev.eckart.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {

    @Test
    void should_mark_round_values() {
        assertThat(Axis.symmetric(4.6).ticks()).extracting(Axis.Tick::label).containsExactly("−4", "−2", "0", "2", "4");
        assertThat(Axis.fromZero(1).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
        assertThat(Axis.counting(3).ticks()).extracting(Axis.Tick::label).containsExactly("0", "1", "2", "3");
        assertThat(Axis.counting(784).ticks()).extracting(Axis.Tick::label).containsExactly("0", "200", "400", "600");
        assertThat(Axis.logarithmic(0.002, 300).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("10⁻²", "10⁻¹", "10⁰", "10¹", "10²");
    }

    @Test
    void should_place_values_between_the_ends() {
        assertThat(Axis.symmetric(4).position(-4)).isZero();
        assertThat(Axis.symmetric(4).position(2)).isEqualTo(0.75);
        assertThat(Axis.fromZero(4).position(1)).isEqualTo(0.25);
        assertThat(Axis.logarithmic(1e-4, 1e4).position(1)).isCloseTo(0.5, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-310, 1e-4, 7, 1e300, Double.MAX_VALUE})
    void should_have_a_few_ticks_inside_whatever_the_size(double range) {
        for (Axis axis : new Axis[] {Axis.symmetric(range), Axis.fromZero(range)}) {
            assertThat(axis.ticks())
                    .hasSizeBetween(1, 11)
                    .allSatisfy(tick -> assertThat(tick.position()).isBetween(0.0, 1.0));
            assertThat(axis.position(range)).isEqualTo(1);
        }
    }
}

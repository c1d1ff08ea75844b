package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.verify.Latency;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class LatencyMeterTest {
    @Test
    void should_tell_which_of_two_is_slower_and_by_how_much() {
        Latency latency = LatencyMeter.measure(() -> 2_000_000, () -> 3_000_000, 4, 0);

        assertThat(latency.originalMs()).isEqualTo(2);
        assertThat(latency.compressedMs()).isEqualTo(3);
        assertThat(latency.ratio()).isEqualTo(1.5);
        assertThat(latency.samples()).isEqualTo(4);
    }

    @Test
    void should_find_the_same_ratio_on_a_machine_that_slows_down() {
        AtomicInteger runs = new AtomicInteger();
        // Both of a turn meet the same machine.
        LongSupplier turn = () -> 1_000_000L * (1 + runs.getAndIncrement() / 2);

        Latency latency = LatencyMeter.measure(turn::getAsLong, () -> 3 * turn.getAsLong(), 1, 0);

        assertThat(latency.originalMs()).isGreaterThan(1);
        assertThat(latency.ratioLow()).isEqualTo(3);
        assertThat(latency.ratio()).isEqualTo(3);
        assertThat(latency.ratioHigh()).isEqualTo(3);
    }

    @Test
    void should_find_quartiles_whatever_the_order() {
        List<Double> values = List.of(5.0, 1.0, 3.0, 2.0, 4.0);

        assertThat(LatencyMeter.quantile(values, 0.25)).isEqualTo(2);
        assertThat(LatencyMeter.quantile(values, 0.5)).isEqualTo(3);
        assertThat(LatencyMeter.quantile(values, 0.75)).isEqualTo(4);
    }

    @Test
    void should_take_what_lies_between_two_values_in_proportion() {
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.5)).isEqualTo(1.5);
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.25)).isEqualTo(1.25);
        assertThat(LatencyMeter.quantile(List.of(7.0), 0.75)).isEqualTo(7);
    }
}

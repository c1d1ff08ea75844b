package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.RunTime;
import java.util.ArrayList;
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

    /** A machine that is at times four times as slow: the medians of the two are of different turns, 1.5 and 6.5. */
    @Test
    void should_give_the_times_of_one_turn_whose_quotient_is_the_ratio() {
        Latency latency = LatencyMeter.measure(
                takingTurns(1.5, 1.5, 1.5, 1.5, 6, 6, 6), takingTurns(1.62, 1.62, 6.6, 6.6, 6.48, 6.5, 6.6), 2, 0);

        assertThat(latency.ratio()).isEqualTo(latency.compressedMs() / latency.originalMs());
        assertThat(latency.ratio()).isCloseTo(1.0833, within(1e-4));
        assertThat(latency.originalMs()).isEqualTo(6);
        assertThat(latency.compressedMs()).isEqualTo(6.5);
        assertThat(latency.ratio()).isBetween(latency.ratioLow(), latency.ratioHigh());
        assertThat(latency.samples()).isEqualTo(2);
    }

    @Test
    void should_run_both_equally_often_and_in_an_odd_number_of_turns() {
        AtomicInteger original = new AtomicInteger();
        AtomicInteger compressed = new AtomicInteger();

        LatencyMeter.measure(
                () -> 1_000L + original.incrementAndGet(),
                () -> 1_000L + compressed.incrementAndGet(),
                1,
                Long.MAX_VALUE);

        int warmUp = 3;
        assertThat(original.get() - warmUp).isOdd();
        assertThat(compressed).hasValue(original.get());
    }

    @Test
    void should_time_several_in_turns_of_each_and_compare_them_with_the_first_of_the_same_turn() {
        AtomicInteger runs = new AtomicInteger();
        int models = 3;
        // The machine slows down from turn to turn.
        LongSupplier turn = () -> 1_000_000L * (1 + runs.getAndIncrement() / models);

        TurnTimes times =
                LatencyMeter.turns(List.of(turn::getAsLong, () -> 2 * turn.getAsLong(), () -> turn.getAsLong() / 2), 0);

        assertThat(times.besideFirst(1, 8).ratio()).isEqualTo(2);
        assertThat(times.besideFirst(1, 8).ratioHigh()).isEqualTo(2);
        assertThat(times.besideFirst(2, 8).ratioLow()).isEqualTo(0.5);
        // Three turns of warm-up, and seven: the fourth of these is the median.
        assertThat(times.of(0)).isEqualTo(new RunTime(7, 5.5, 8.5));
        assertThat(times.of(1)).isEqualTo(new RunTime(14, 11, 17));
    }

    @Test
    void should_let_each_of_several_go_first_and_last() {
        List<String> order = new ArrayList<>();

        LatencyMeter.turns(List.of(noting("a", order), noting("b", order), noting("c", order)), 0);

        assertThat(String.join("", order))
                .isEqualTo("abc".repeat(3) + "abc" + "bca" + "cab" + "acb" + "bac" + "cba" + "abc");
    }

    private static LatencyMeter.Timed noting(String name, List<String> order) {
        return () -> {
            order.add(name);
            return 1;
        };
    }

    /** Milliseconds, one after the other, after a warm-up. */
    private static LatencyMeter.Timed takingTurns(double... milliseconds) {
        AtomicInteger turn = new AtomicInteger(-3);
        return () -> {
            int at = turn.getAndIncrement();
            return at < 0 ? 1 : Math.round(milliseconds[at] * 1e6);
        };
    }

    @Test
    void should_take_what_lies_between_two_values_in_proportion() {
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.5)).isEqualTo(1.5);
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.25)).isEqualTo(1.25);
        assertThat(LatencyMeter.quantile(List.of(7.0), 0.75)).isEqualTo(7);
    }
}

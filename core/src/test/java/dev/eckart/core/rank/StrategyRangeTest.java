package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrategyRangeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "energy:0.5..0.99 | 8 | energy:0.5 energy:0.57 energy:0.64 energy:0.71 energy:0.78 energy:0.85 energy:0.92 energy:0.99",
                "energy:0.9..1 | 3 | energy:0.9 energy:0.95 energy:1",
                "energy:0.1..0.2 | 4 | energy:0.1 energy:0.1333 energy:0.1667 energy:0.2",
                "ratio:.25..0.75 | 2 | ratio:0.25 ratio:0.75",
                "fixed:4..128 | 6 | fixed:4 fixed:8 fixed:16 fixed:32 fixed:64 fixed:128",
                "4..128 | 3 | fixed:4 fixed:23 fixed:128",
                "fixed:2..5 | 8 | fixed:2 fixed:3 fixed:4 fixed:5",
                "half:2..8,step=3 | 3 | half:2,step=3 half:4,step=3 half:8,step=3",
            })
    void should_go_from_the_lower_end_to_the_upper(String range, int steps, String calls) {
        assertThat(StrategyRange.isRange(range)).isTrue();
        assertThat(StrategyRange.calls(range, steps)).containsExactly(calls.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"energy:0.99", "16", "numerical", "ranks,a..b=3", "half:8,step=3"})
    void should_leave_a_plain_call_as_it_is(String call) {
        assertThat(StrategyRange.isRange(call)).isFalse();
        assertThat(StrategyRange.calls(call, 8)).containsExactly(call);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"energy:..", "energy:0.5..", "energy:..0.9", "fixed:one..two", "fixed:1....4", "energy:-1..1"})
    void should_refuse_ends_that_are_no_numbers(String range) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> StrategyRange.calls(range, 8))
                .withMessage("strategy range `%s`: expected name:LOW..HIGH, such as energy:0.5..0.99", range);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fixed:4..4", "fixed:8..4", "fixed:0..4"})
    void should_refuse_ends_that_no_steps_are_between(String range) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> StrategyRange.calls(range, 8))
                .withMessage("strategy range `%s`: expected two numbers above 0, the smaller one first", range);
    }

    @Test
    void should_refuse_a_single_step() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> StrategyRange.calls("fixed:4..8", 1))
                .withMessage("--steps: expected 2 or more but was: 1");
    }
}

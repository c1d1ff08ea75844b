package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeLimitTest {
    @ParameterizedTest
    @CsvSource({"1s, 1", "90s, 90", "10m, 600", "2h, 7200", "1h30m, 5400", "1m5s, 65", "8760h, 31536000"})
    void should_read_durations(String text, long seconds) {
        assertThat(TimeLimit.parse(text).duration()).contains(Duration.ofSeconds(seconds));
    }

    @Test
    void should_read_that_there_is_none() {
        assertThat(TimeLimit.parse("none")).isEqualTo(TimeLimit.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0s", "10", "-1s", "1.5s", "10 m", "5m1h", "8761h", "9999999999999999999s", "1d", "None"})
    void should_refuse_anything_else(String text) {
        assertThatThrownBy(() -> TimeLimit.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--time-limit %s: expected a duration from 1s to 365 days, such as 90s, 10m or 1h30m, or none",
                        text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "1, 1 s", "60, 1 min", "192, 3 min 12 s", "5400, 90 min"})
    void should_show_durations(long seconds, String shown) {
        assertThat(TimeLimit.shown(Duration.ofSeconds(seconds))).isEqualTo(shown);
    }
}

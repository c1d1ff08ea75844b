package dev.eckart.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LimitTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MIN_COSINE | 99 | expected a number from -1 to 1 but was: 99 (did you mean 0.99?)
            MIN_COSINE | 999 | expected a number from -1 to 1 but was: 999 (did you mean 0.999?)
            MIN_COSINE | -99 | expected a number from -1 to 1 but was: -99 (did you mean 0.99?)
            MIN_COSINE | 1.5 | expected a number from -1 to 1 but was: 1.5
            MAX_ACCURACY_DROP | 5 | expected a share from -1 to 1, such as 0.005 for half a point but was: 5 (did you mean 0.05?)
            MAX_ACCURACY_DROP | -5 | expected a share from -1 to 1, such as 0.005 for half a point but was: -5 (did you mean 0.05?)
            MAX_RELATIVE_ERROR | -0.1 | expected a number from 0 but was: -0.1 (did you mean 0.1?)
            MAX_SIZE_RATIO | 60 | expected a ratio above 0, such as 0.5 for half of the original's but was: 60 (did you mean 0.6?)
            MAX_SIZE_RATIO | -0.6 | expected a ratio above 0, such as 0.5 for half of the original's but was: -0.6 (did you mean 0.6?)
            MAX_SIZE_RATIO | 0 | expected a ratio above 0, such as 0.5 for half of the original's but was: 0
            MAX_LATENCY_RATIO | -1 | expected a ratio above 0, such as 0.5 for half of the original's but was: -1 (did you mean 1?)
            """)
    void should_say_what_a_number_that_makes_no_sense_was_probably_meant_for(
            Limit limit, double number, String objection) {
        assertThat(limit.objection(number)).contains(objection);
    }

    @ParameterizedTest
    @CsvSource({
        "MIN_COSINE, 1",
        "MIN_COSINE, -1",
        "MAX_ACCURACY_DROP, -0.5",
        "MAX_RELATIVE_ERROR, 10",
        "MAX_RELATIVE_ERROR, 0",
        "MAX_SIZE_RATIO, 1.05",
        "MAX_LATENCY_RATIO, 1000",
        "MAX_MEMORY_RATIO, 0.1",
    })
    void should_have_no_objection_to_what_can_be_meant(Limit limit, double number) {
        assertThat(limit.objection(number)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void should_object_to_what_is_not_a_number(Limit limit) {
        assertThat(limit.objection(Double.NaN)).isPresent();
    }

    @Test
    void should_tell_limits_on_a_loss_from_those_on_size_and_runs() {
        assertThat(Limit.values())
                .filteredOn(limit -> !limit.isOnLoss())
                .containsExactly(Limit.MAX_SIZE_RATIO, Limit.MAX_LATENCY_RATIO, Limit.MAX_MEMORY_RATIO);
    }
}

package dev.eckart.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.Limit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricLimitTest {
    private static final List<RequestedMetric> ASKED =
            List.of(Batches.METRICS.select("top-k:5"), Batches.METRICS.select("embedding-cosine,as=cos"));

    @Test
    void should_hold_a_value_from_one_side() {
        MetricLimit least = MetricLimit.parse("cos>=0.98");
        MetricLimit most = MetricLimit.parse(" top-5-accuracy <= 1e-2 ");

        assertThat(least.judge(0.98)).isEqualTo(new Limit.Outcome("cos", 0.98, 0.98, true));
        assertThat(least.judge(0.97).kept()).isFalse();
        assertThat(least.judge(Double.NaN).kept()).isFalse();
        assertThat(most.judge(0.01)).isEqualTo(new Limit.Outcome("top-5-accuracy", 0.01, 0.01, true));
        assertThat(most.judge(0.02).kept()).isFalse();
        assertThat(most.judge(Double.NaN).kept()).isFalse();
        assertThat(least).hasToString("cos>=0.98");
        least.requireAmong(ASKED);
        most.requireAmong(ASKED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cos",
                "cos>0.9",
                "cos=0.9",
                ">=0.9",
                "cos>=",
                "cos>=NaN",
                "cos<=Infinity",
                "c s>=1",
                "cos>=x"
            })
    void should_refuse_what_is_none(String text) {
        assertThatThrownBy(() -> MetricLimit.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("limit `%s`: expected NAME>=NUMBER or NAME<=NUMBER, such as embedding-cosine>=0.98", text);
    }

    @Test
    void should_refuse_metrics_that_nobody_asked_for_and_limits_from_the_good_side() {
        assertThatThrownBy(() -> MetricLimit.parse("perplexity<=1.1").requireAmong(ASKED))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "limit `perplexity<=1.1`: no metric with this name is measured; measured metrics: top-5-accuracy, cos");
        assertThatThrownBy(() -> MetricLimit.parse("cos>=1").requireAmong(List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("limit `cos>=1.0`: no metric with this name is measured; request it with --metric");
        assertThatThrownBy(() -> MetricLimit.parse("cos<=0.9").requireAmong(ASKED))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("limit `cos<=0.9`: the value of `cos` is better the higher it is; expected >=0.9");
    }
}

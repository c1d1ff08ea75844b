package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.METRICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskMetricsTest {

    @Test
    void should_have_those_built_in() {
        assertThat(METRICS.all())
                .extracting(TaskMetricProvider::name)
                .containsExactly("embedding-cosine", "embedding-spearman", "perplexity", "token-agreement", "top-k");
        assertThat(METRICS.all()).allSatisfy(provider -> {
            assertThat(provider.summary()).isNotBlank().doesNotContain("\n");
            assertThat(provider.usage()).isNotEmpty();
        });
    }

    @Test
    void should_call_a_metric_as_the_user_wishes() {
        assertThat(METRICS.select("top-k:3").name()).isEqualTo("top-3-accuracy");
        assertThat(METRICS.select("top-k:3,as=third").name()).isEqualTo("third");
        assertThatThrownBy(() -> METRICS.select("top-k:3,as=The third"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "metric `top-k:3,as=The third`: `The third` is not a valid name for a metric; expected lower-case letters, digits and hyphens");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topk:5 | unknown metric `topk`: expected one of embedding-cosine, embedding-spearman, perplexity, token-agreement, top-k",
                "5 | unknown metric `5`: expected one of embedding-cosine, embedding-spearman, perplexity, token-agreement, top-k",
                "top-k | metric `top-k`: expected a value after the name, such as top-k:16",
                "top-k:0 | metric `top-k:0`: expected a whole number from 1 but was: 0",
                "top-k:5,mask=m | metric `top-k:5,mask=m`: unknown option `mask`; `top-k` has the options output",
                "perplexity:3 | metric `perplexity:3`: `perplexity` takes no value but was given: 3",
                "top-k:5,output | metric `top-k:5,output`: expected name[:value][,key=value...], such as top-k:5",
            })
    void should_refuse_what_it_does_not_have(String call, String sentence) {
        assertThatThrownBy(() -> METRICS.select(call))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(sentence);
    }

    @Test
    void should_refuse_two_of_one_name() {
        RequestedMetric one = METRICS.select("embedding-cosine,output=a");
        RequestedMetric other = METRICS.select("embedding-cosine,output=b");

        TaskMetrics.requireDistinct(List.of(one, METRICS.select("embedding-cosine,output=b,as=b")));
        assertThatThrownBy(() -> TaskMetrics.requireDistinct(List.of(one, other)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("two metrics are named `embedding-cosine`; rename one with the option as=NAME");
    }

    @Test
    void should_judge_a_reading_by_what_its_metric_says() {
        assertThat(new Reading.Numbers(2, 3, "").of("m", Judgement.RATIO).value())
                .isEqualTo(1.5);
        assertThat(new Reading.Numbers(2, 3, "").of("m", Judgement.RISE).value())
                .isEqualTo(1);
        assertThat(new Reading.Numbers(2, 3, "").of("m", Judgement.DROP).value())
                .isEqualTo(-1);
        assertThat(new Reading.Comparison(2, "").of("m", Judgement.LOWER).value())
                .isEqualTo(2);
        Reading shares = new Reading.Shares(new LabelAccuracy(1, 0.5, 2, 1), "");
        assertThat(shares.of("m", Judgement.DROP).value()).isEqualTo(0.5);
        assertThatThrownBy(() -> shares.of("m", Judgement.RATIO)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Reading.Comparison(2, "").of("m", Judgement.DROP))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Reading.Numbers(2, 3, "").of("m", Judgement.HIGHER))
                .isInstanceOf(IllegalStateException.class);
    }
}

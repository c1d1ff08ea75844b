package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.output;
import static dev.eckart.core.metric.Batches.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.MetricResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingCosineTest {

    /** Expected values are NumPy 2.4's, of the same sines and cosines. */
    @Test
    void should_be_the_mean_of_cosines_in_batches_as_at_once() {
        MetricResult result = measure("embedding-cosine", of(0, 8));

        assertThat(result.value()).isCloseTo(0.9587396057591866, within(1e-14));
        assertThat(result.note()).isEqualTo("mean of 8 samples, lowest 0.9156");
        assertThat(result.judgement()).isEqualTo(Judgement.HIGHER);
        assertThat(result.networks()).isEmpty();
        assertThat(measure("embedding-cosine", of(0, 3), of(3, 8))).isEqualTo(result);
    }

    @Test
    void should_be_one_for_zeros_and_zero_for_one_zero() {
        NetworkOutput one = output("e", List.of(2, 2), 0, 0, 0, 0);
        NetworkOutput other = output("e", List.of(2, 2), 0, 0, 3, 4);

        assertThat(measure("embedding-cosine", batch(one, other)).value()).isEqualTo(0.5);
    }

    @Test
    void should_have_no_value_for_what_is_no_number() {
        NetworkOutput zeros = output("e", List.of(1, 2), 0, 0);
        NetworkOutput broken = output("e", List.of(1, 2), Double.NaN, 4);

        assertThat(measure("embedding-cosine", batch(zeros, broken)).isFinite()).isFalse();
        assertThat(measure("embedding-cosine", batch(broken, zeros)).isFinite()).isFalse();
        assertThat(measure("embedding-cosine", batch(broken, broken)).isFinite())
                .isFalse();
    }

    static MetricBatch of(int from, int to) {
        return batch(
                vectors(to - from, 5, (s, p, j) -> Math.sin(1 + 3 * (from + s) + 7 * j)),
                vectors(
                        to - from,
                        5,
                        (s, p, j) ->
                                Math.sin(1 + 3 * (from + s) + 7 * j) + 0.3 * Math.cos(2 + 5 * (from + s) + 3 * j)));
    }
}

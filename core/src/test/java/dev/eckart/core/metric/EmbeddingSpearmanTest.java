package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.MetricResult;
import org.junit.jupiter.api.Test;

class EmbeddingSpearmanTest {

    /** The expected value is SciPy 1.17's spearmanr of the lower triangles of both matrices of cosines. */
    @Test
    void should_correlate_similarities_of_all_pairs_in_batches_as_at_once() {
        MetricResult result = measure("embedding-spearman", EmbeddingCosineTest.of(0, 8));

        assertThat(result.value()).isCloseTo(0.9014778325123153, within(1e-14));
        assertThat(result.note()).isEqualTo("on 28 pairs of 8 samples");
        assertThat(measure("embedding-spearman", EmbeddingCosineTest.of(0, 3), EmbeddingCosineTest.of(3, 8)))
                .isEqualTo(result);
    }

    @Test
    void should_take_samples_at_even_distances_where_there_are_many() {
        int twice = 2 * EmbeddingSpearman.MOST_SAMPLES;
        // Samples of odd numbers are turned into others; those of even numbers, which are taken, stay as they are.
        MetricBatch batch = batch(
                vectors(twice, 2, (s, p, j) -> Math.sin(s + 2 * j)),
                vectors(twice, 2, (s, p, j) -> s % 2 == 0 ? Math.sin(s + 2 * j) : Math.cos(s * j)));

        MetricResult result = measure("embedding-spearman", batch);

        assertThat(result.value()).isCloseTo(1, within(1e-12));
        assertThat(result.note()).isEqualTo("on 499500 pairs of 1000 samples, evenly spaced among 2000");
    }

    @Test
    void should_have_no_value_where_all_pairs_are_equally_similar() {
        // All in one direction, but for rounding.
        MetricBatch batch = batch(
                vectors(5, 3, (s, p, j) -> (s + 1) * 0.1 * (j + 1)), vectors(5, 3, (s, p, j) -> Math.sin(s + j * s)));

        MetricResult result = measure("embedding-spearman", batch);

        assertThat(result.value()).isNaN();
        assertThat(result.note())
                .isEqualTo(
                        "on 10 pairs of 5 samples, all equally similar in the original network: there is nothing to rank");
    }

    @Test
    void should_have_no_value_for_what_is_no_number() {
        MetricBatch batch = batch(
                vectors(4, 2, (s, p, j) -> Math.sin(s + 2 * j)),
                vectors(4, 2, (s, p, j) -> s == 3 ? Double.NaN : Math.sin(s + 2 * j)));

        assertThat(measure("embedding-spearman", batch).value()).isNaN();
    }

    @Test
    void should_refuse_samples_that_are_too_few() {
        assertThatThrownBy(() -> measure("embedding-spearman", EmbeddingCosineTest.of(0, 2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "metric `embedding-spearman`: expected at least 3 samples, to rank their pairs, but was: 2");
    }
}

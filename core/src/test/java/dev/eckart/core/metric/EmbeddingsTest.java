package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.states;
import static dev.eckart.core.metric.Batches.vectors;
import static dev.eckart.core.metric.Batches.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pooling, seen through the cosines of what it gives. */
class EmbeddingsTest {
    private static final NetworkOutput ORIGINAL = states(4, 3, 5, EmbeddingsTest::original);
    private static final NetworkOutput COMPRESSED = states(4, 3, 5, EmbeddingsTest::compressed);

    private static double original(int s, int p, int j) {
        return Math.sin(1 + 3 * s + 5 * p + 7 * j);
    }

    private static double compressed(int s, int p, int j) {
        return original(s, p, j) + 0.3 * Math.cos(2 + 5 * s + 2 * p + 3 * j);
    }

    /** Expected values are NumPy 2.4's: means of rows picked by the mask, and cosines by numpy.linalg.norm. */
    @Test
    void should_pool_over_what_is_no_padding() {
        MetricBatch masked = batch(ORIGINAL, COMPRESSED, Map.of("attention_mask", Batches.MASK), Optional.empty());
        MetricBatch named = batch(ORIGINAL, COMPRESSED, Map.of("m", Batches.MASK), Optional.empty());

        assertThat(measure("embedding-cosine", masked).value()).isCloseTo(0.9891076335535172, within(1e-14));
        assertThat(measure("embedding-cosine,pooling=mean,mask=m", named).value())
                .isCloseTo(0.9891076335535172, within(1e-14));
        assertThat(measure("embedding-cosine,pooling=first", masked).value())
                .isCloseTo(0.9717422404949339, within(1e-14));
        double everywhere = measure("embedding-cosine", named).value();
        assertThat(everywhere).isNotCloseTo(0.9891076335535172, within(1e-4));
        assertThat(measure("embedding-cosine,mask=none", masked).value()).isEqualTo(everywhere);
    }

    @Test
    void should_take_an_output_without_positions_as_it_is() {
        MetricBatch batch =
                batch(vectors(2, 2, (s, p, j) -> 2 * s + 1.5 * j), vectors(2, 2, (s, p, j) -> s + 0.75 * j));

        assertThat(measure("embedding-cosine", batch).value()).isCloseTo(1, within(1e-15));
        assertThat(measure("embedding-cosine,pooling=none", batch).value()).isCloseTo(1, within(1e-15));
    }

    @Test
    void should_refuse_outputs_and_masks_that_do_not_fit() {
        MetricBatch plain = batch(ORIGINAL, COMPRESSED);
        assertRefused(
                "embedding-cosine,pooling=none",
                plain,
                "the model has no floating-point output [samples×width], which this metric needs; its floating-point outputs: `states` [4×3×5]");
        assertRefused(
                "embedding-cosine,pooling=none,output=states",
                plain,
                "output `states` [4×3×5] has the wrong shape; expected [samples×width] with 4 samples");
        assertRefused(
                "embedding-cosine,mask=m",
                batch(ORIGINAL, COMPRESSED, Map.of("ids", Batches.MASK), Optional.empty()),
                "the model has no input `m`; its inputs: ids");
        assertRefused(
                "embedding-cosine",
                batch(
                        ORIGINAL,
                        COMPRESSED,
                        Map.of("attention_mask", whole(List.of(4, 2), 1, 1, 1, 1, 1, 1, 1, 1)),
                        Optional.empty()),
                "mask `attention_mask` is [4×2]; expected [4×3], samples and positions: name another mask with mask=INPUT, or ignore it with mask=none");
        assertRefused(
                "embedding-cosine",
                batch(
                        ORIGINAL,
                        COMPRESSED,
                        Map.of("attention_mask", whole(List.of(4, 3), 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1)),
                        Optional.empty()),
                "the mask marks all positions of a sample as padding, so the sample has no embedding; correct the mask, or give mask=none");
        NetworkOutput other = Batches.output("other", List.of(4, 1), 1, 2, 3, 4);
        MetricBatch two =
                new MetricBatch(4, Map.of(), Map.of("other", other), Map.of("other", other), Optional.empty());
        assertThat(measure("embedding-cosine", two).value()).isEqualTo(1);
        MetricBatch both = new MetricBatch(
                4,
                Map.of(),
                Map.of("other", other, "states", ORIGINAL),
                Map.of("other", other, "states", COMPRESSED),
                Optional.empty());
        assertThatThrownBy(() -> measure("embedding-cosine", both))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("several outputs [samples×width] or [samples×positions×width]: ")
                .hasMessageEndingWith("; choose one with output=NAME");
        assertThat(measure("embedding-cosine,output=other", both).value()).isEqualTo(1);
    }

    @Test
    void should_refuse_a_pooling_that_it_does_not_know() {
        assertThatThrownBy(() -> Batches.METRICS.select("embedding-spearman,pooling=max"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "metric `embedding-spearman,pooling=max`: expected pooling=mean, pooling=first or pooling=none but was: max");
    }

    private static void assertRefused(String call, MetricBatch batch, String sentence) {
        assertThatThrownBy(() -> measure(call, batch))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("metric `%s`: %s", call, sentence);
    }
}

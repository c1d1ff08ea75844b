package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.output;
import static dev.eckart.core.metric.Batches.whole;
import static dev.eckart.core.metric.TokenAgreementTest.COMPRESSED;
import static dev.eckart.core.metric.TokenAgreementTest.ORIGINAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.MetricResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PerplexityTest {
    private static final List<Integer> SHAPE = List.of(4, 3);

    /** Token i is 5·i modulo the vocabulary. */
    private static final NpyArray TOKENS =
            whole(SHAPE, LongStream.range(0, 12).map(i -> 5 * i % 6).toArray());

    /**
     * The expected values are NumPy 2.4's: exp of the mean of log(sum(exp(x − max))) + max − x[target] over positions where
     * they and their targets, the tokens [:, 1:], are no padding.
     */
    @Test
    void should_foretell_the_next_token_where_there_are_no_labels() {
        MetricResult result = measure(
                "perplexity",
                batch(
                        ORIGINAL,
                        COMPRESSED,
                        Map.of("input_ids", TOKENS, "attention_mask", Batches.MASK),
                        Optional.empty()));

        MetricResult.Networks networks = result.networks().orElseThrow();
        assertThat(networks.original()).isCloseTo(136.6372794896364, within(1e-11));
        assertThat(networks.compressed()).isCloseTo(189.31564809537758, within(1e-11));
        assertThat(result.judgement()).isEqualTo(Judgement.RATIO);
        assertThat(result.value()).isCloseTo(189.31564809537758 / 136.6372794896364, within(1e-13));
        assertThat(result.note()).isEqualTo("on 4 positions");
    }

    @Test
    void should_take_labels_as_they_are_and_leave_out_negative_ones() {
        long[] labels = LongStream.range(0, 12).map(i -> 5 * i % 6).toArray();
        labels[3] = -100;

        MetricResult result = measure(
                "perplexity",
                batch(ORIGINAL, COMPRESSED, Map.of("attention_mask", Batches.MASK), Optional.of(whole(SHAPE, labels))));

        MetricResult.Networks networks = result.networks().orElseThrow();
        assertThat(networks.original()).isCloseTo(25.529473683119203, within(1e-12));
        assertThat(networks.compressed()).isCloseTo(63.07082563141597, within(1e-12));
        assertThat(result.note()).isEqualTo("on 7 positions");
    }

    @Test
    void should_prefer_the_input_that_is_named_to_labels() {
        MetricBatch batch = batch(
                ORIGINAL,
                COMPRESSED,
                Map.of("ids", TOKENS, "attention_mask", Batches.MASK),
                Optional.of(whole(List.of(4), 1, 2, 3, 4)));

        assertThat(measure("perplexity,targets=ids", batch).value())
                .isCloseTo(189.31564809537758 / 136.6372794896364, within(1e-13));
    }

    @Test
    void should_bear_scores_that_no_exponential_does() {
        NetworkOutput large = output("scores", List.of(1, 1, 2), 5000, 5000 + Math.log(3));
        NetworkOutput other = output("scores", List.of(1, 1, 2), Double.NEGATIVE_INFINITY, -5000);

        MetricResult result =
                measure("perplexity", batch(large, other, Map.of(), Optional.of(whole(List.of(1, 1), 1))));

        // One of them gives its target a share of 3/4, and the other all; 5000 has a rounding of 5000 · 2⁻⁵³.
        assertThat(result.networks().orElseThrow().original()).isCloseTo(4.0 / 3, within(4e-12));
        assertThat(result.networks().orElseThrow().compressed()).isEqualTo(1);
    }

    @Test
    void should_have_no_value_for_what_is_no_number() {
        NetworkOutput broken = output("scores", List.of(1, 1, 2), Double.NaN, 1);
        NetworkOutput right = output("scores", List.of(1, 1, 2), 0, 1);
        Optional<NpyArray> labels = Optional.of(whole(List.of(1, 1), 1));

        assertThat(measure("perplexity", batch(broken, right, Map.of(), labels)).isFinite())
                .isFalse();
        assertThat(measure("perplexity", batch(right, broken, Map.of(), labels)).isFinite())
                .isFalse();
    }

    @Test
    void should_refuse_targets_that_do_not_fit() {
        assertRefused(
                "perplexity",
                batch(ORIGINAL, COMPRESSED, Map.of("x", TOKENS), Optional.empty()),
                "the model has no input `input_ids` to take targets from; give --labels, or name an input with targets=INPUT: x");
        assertRefused(
                "perplexity",
                batch(ORIGINAL, COMPRESSED, Map.of(), Optional.of(whole(List.of(4), 1, 2, 3, 4))),
                "the targets (labels) are int64 [4]; expected whole numbers [4, 3], samples and positions");
        assertRefused(
                "perplexity,targets=x",
                batch(ORIGINAL, COMPRESSED, Map.of("x", NpyArray.ofFloats(SHAPE, new float[12])), Optional.empty()),
                "the targets (input `x`) are float32 [4, 3]; expected whole numbers [4, 3], samples and positions");
        assertRefused(
                "perplexity",
                batch(
                        ORIGINAL,
                        COMPRESSED,
                        Map.of(),
                        Optional.of(whole(SHAPE, LongStream.range(0, 12).toArray()))),
                "target 6 (labels) is no token; expected a whole number from 0 to 5");
        assertRefused(
                "perplexity",
                batch(
                        output("scores", List.of(1, 1, 2), 0, 1),
                        output("scores", List.of(1, 1, 2), 0, 1),
                        Map.of("input_ids", whole(List.of(1, 1), 0)),
                        Optional.empty()),
                "no position has a target; expected samples of at least 2 positions that the mask does not exclude");
    }

    private static void assertRefused(String call, MetricBatch batch, String sentence) {
        assertThatThrownBy(() -> measure(call, batch))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("metric `%s`: %s", call, sentence);
    }
}

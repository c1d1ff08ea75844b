package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.output;
import static dev.eckart.core.metric.Batches.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.MetricResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopKAccuracyTest {
    private static final NetworkOutput ORIGINAL = output("scores", List.of(3, 4), 9, 8, 7, 6, 1, 2, 3, 4, 5, 5, 5, 5);
    private static final NetworkOutput COMPRESSED = output("scores", List.of(3, 4), 9, 6, 7, 8, 1, 2, 3, 4, 5, 5, 5, 5);

    private static MetricBatch labelled(long... labels) {
        return labelled(whole(List.of(labels.length), labels));
    }

    private static MetricBatch labelled(NpyArray labels) {
        return batch(ORIGINAL, COMPRESSED, Map.of(), Optional.of(labels));
    }

    @Test
    void should_be_the_share_of_labels_among_the_highest_scores() {
        // Second, second and second of equals in the original; last, second and second in the other.
        MetricResult result = measure("top-k:2", labelled(1, 2, 1));

        assertThat(result.name()).isEqualTo("top-2-accuracy");
        assertThat(result.judgement()).isEqualTo(Judgement.DROP);
        assertThat(result.networks()).contains(new MetricResult.Networks(1, 2.0 / 3));
        assertThat(result.value()).isCloseTo(1.0 / 3, within(1e-15));
        LabelAccuracy same = new LabelAccuracy(1, 2.0 / 3, 3, 1);
        assertThat(result.interval()).contains(new MetricResult.Interval(same.dropLow(), same.dropHigh()));
        assertThat(result.note()).isEqualTo("on 3 samples");
    }

    @Test
    void should_take_equal_scores_in_the_order_of_classes_and_batches_one_after_the_other() {
        MetricResult result = measure("top-k:2", labelled(0, 3, 1), labelled(0, 3, 2));

        // The third of four equal ones is not among two.
        assertThat(result.networks()).contains(new MetricResult.Networks(5.0 / 6, 5.0 / 6));
        assertThat(result.value()).isZero();
    }

    @Test
    void should_take_no_score_that_is_no_number_for_right() {
        NetworkOutput broken = output("scores", List.of(1, 3), Double.NaN, 1, 0);

        MetricResult result = measure("top-k:2", batch(broken, broken, Map.of(), Optional.of(whole(List.of(1), 0))));

        assertThat(result.networks()).contains(new MetricResult.Networks(0, 0));
    }

    @Test
    void should_refuse_labels_and_outputs_that_do_not_fit() {
        assertRefused("top-k:2", labelled(0, 4, 1), "label 4 is no class; expected a whole number from 0 to 3");
        assertRefused(
                "top-k:2",
                labelled(whole(List.of(3, 2), 0, 1, 2, 3, 0, 1)),
                "the labels are int64 [3, 2] for 3 samples; expected one whole number for each sample");
        assertRefused(
                "top-k:2",
                labelled(NpyArray.ofFloats(List.of(3), 0, 1, 2)),
                "the labels are float32 [3] for 3 samples; expected one whole number for each sample");
        assertRefused(
                "top-k:4",
                labelled(0, 1, 2),
                "expected a number below 4, the number of classes: every label is among that many scores");
        assertRefused(
                "top-k:2,output=other",
                labelled(0, 1, 2),
                "the model has no floating-point output `other`; its floating-point outputs: `scores` [3×4]");
        assertThat(Batches.METRICS.select("top-k:2").metric().needsLabels()).isTrue();
    }

    private static void assertRefused(String call, MetricBatch batch, String sentence) {
        assertThatThrownBy(() -> measure(call, batch))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("metric `%s`: %s", call, sentence);
    }
}

package org.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricBatch;
import dev.eckart.core.metric.NetworkOutput;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.MetricResult;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MacroF1Test {
    /** Found through its service file, as the command line does. */
    private static final RequestedMetric METRIC =
            TaskMetrics.load(MacroF1Test.class.getClassLoader()).select("macro-f1");

    @Test
    void should_be_the_mean_of_the_scores_of_classes() {
        // Right of them all, and with the last sample taken for the first class: F1 of 4/5, 1 and none.
        double[] original = {9, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 9};
        double[] compressed = {9, 0, 0, 9, 0, 0, 0, 9, 0, 9, 0, 0};

        MetricResult result = measure(original, compressed, new byte[] {0, 0, 1, 2});

        assertThat(result.networks()).contains(new MetricResult.Networks(1, (0.8 + 1) / 3));
        assertThat(result.value()).isEqualTo(1 - (0.8 + 1) / 3);
    }

    @Test
    void should_refuse_a_value() {
        assertThatThrownBy(() ->
                        TaskMetrics.load(MacroF1Test.class.getClassLoader()).select("macro-f1:3"))
                .isInstanceOf(InvalidInputException.class);
    }

    private static MetricResult measure(double[] original, double[] compressed, byte[] labels) {
        TaskMetric.Measurement measurement = METRIC.metric().begin(labels.length);
        measurement.add(new MetricBatch(
                labels.length,
                Map.of(),
                Map.of("scores", scores(original, labels.length)),
                Map.of("scores", scores(compressed, labels.length)),
                Optional.of(NpyArray.of(NpyType.INT8, List.of(labels.length), ByteBuffer.wrap(labels)))));
        return measurement.result().of(METRIC.name(), METRIC.metric().judgement());
    }

    private static NetworkOutput scores(double[] numbers, int samples) {
        return new NetworkOutput("scores", List.of(samples, numbers.length / samples), i -> numbers[i]);
    }
}

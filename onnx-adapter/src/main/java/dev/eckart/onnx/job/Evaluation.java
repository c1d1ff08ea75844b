package dev.eckart.onnx.job;

import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What two models are compared on.
 *
 * @param inputs where to read inputs from; made up if empty
 * @param labels the samples' classes, if accuracy is to be measured, or what metrics take
 * @param seed for made-up inputs
 * @param metrics of the task, that are to be measured, too
 */
public record Evaluation(Optional<Path> inputs, Optional<Labels> labels, long seed, List<RequestedMetric> metrics) {
    /** @throws dev.eckart.core.InvalidInputException if labels fit nothing that is measured, or metrics share a name */
    public Evaluation {
        metrics = List.copyOf(metrics);
        TaskMetrics.requireDistinct(metrics);
        if (metrics.isEmpty()) {
            labels.ifPresent(Labels::requireClasses);
        }
    }

    /** Without metrics of the task. */
    public Evaluation(Optional<Path> inputs, Optional<Labels> labels, long seed) {
        this(inputs, labels, seed, List.of());
    }

    /** On made-up inputs. */
    public static Evaluation onMadeUpInputs(long seed) {
        return new Evaluation(Optional.empty(), Optional.empty(), seed);
    }
}

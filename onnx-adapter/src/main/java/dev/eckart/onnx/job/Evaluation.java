package dev.eckart.onnx.job;

import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.ShapeBinding;
import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What two models are compared on.
 *
 * @param inputs where they come from
 * @param labels the samples' classes, if accuracy is to be measured, or what metrics take
 * @param seed for made-up inputs
 * @param metrics of the task, that are to be measured, too
 * @param shapes sizes of dynamic axes at which the models are compared, too, on made-up inputs
 * @param memory whether to measure how much memory each takes; a limit on it has it measured in any case
 */
public record Evaluation(
        InputSource inputs,
        Optional<Labels> labels,
        long seed,
        List<RequestedMetric> metrics,
        List<ShapeBinding> shapes,
        boolean memory) {
    /** @throws dev.eckart.core.InvalidInputException if labels fit nothing that is measured, or metrics share a name */
    public Evaluation {
        metrics = List.copyOf(metrics);
        shapes = List.copyOf(shapes);
        TaskMetrics.requireDistinct(metrics);
        if (metrics.isEmpty()) {
            labels.ifPresent(Labels::requireClasses);
        }
    }

    /** At the inputs' own sizes, without measuring memory. */
    public Evaluation(InputSource inputs, Optional<Labels> labels, long seed, List<RequestedMetric> metrics) {
        this(inputs, labels, seed, metrics, List.of(), false);
    }

    /** The same, on a held-back part of a calibration's inputs, if there is one and the user gave no other inputs. */
    public Evaluation orHeldBackFrom(Optional<CalibrationInputs> calibration) {
        return inputs instanceof InputSource.MadeUp && calibration.isPresent()
                ? on(new InputSource.HeldBack(calibration.get().inputs()))
                : this;
    }

    private Evaluation on(InputSource others) {
        return new Evaluation(others, labels, seed, metrics, shapes, memory);
    }

    /** The same, with other metrics. */
    Evaluation with(List<RequestedMetric> others) {
        return new Evaluation(
                inputs, others.isEmpty() ? labels.filter(Labels::areClasses) : labels, seed, others, shapes, memory);
    }

    /** Whether there are inputs that tell what is lost. */
    boolean judgesLoss() {
        return !(inputs instanceof InputSource.MadeUp);
    }

    /** The same, at further sizes, and with memory measured or not. */
    public Evaluation with(List<ShapeBinding> others, boolean measured) {
        return new Evaluation(inputs, labels, seed, metrics, others, measured);
    }

    /** On inputs of the user's, or made-up ones where there are none, without metrics of the task. */
    public Evaluation(Optional<Path> inputs, Optional<Labels> labels, long seed) {
        this(InputSource.of(inputs), labels, seed, List.of());
    }

    /** On made-up inputs. */
    public static Evaluation onMadeUpInputs(long seed) {
        return new Evaluation(Optional.empty(), Optional.empty(), seed);
    }
}

package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.run.ShapeBinding;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Further runs of original and compressed, beside those on the inputs. */
final class RunOptions {
    @Option(
            names = "--shapes",
            paramLabel = "AXIS=SIZE[,AXIS=SIZE...]",
            description =
                    "Also compare, and prove the rewrite, at these sizes of the model's dynamic axes, on made-up inputs:"
                            + " batch=1,sequence=16, or x[1]=16 for an axis of input x without a name; may be repeated.")
    private List<String> shapes = new ArrayList<>();

    @Option(names = "--memory", description = "Measure the memory of a session with each model, in separate processes.")
    private boolean memory;

    /** An evaluation with these runs beside it. */
    Evaluation of(Evaluation evaluation, Console console) {
        if (memory && !MemoryMeter.isAvailable()) {
            console.warn("--memory is ignored: " + MemoryMeter.UNAVAILABLE);
        }
        return evaluation.with(shapes.stream().map(ShapeBinding::parse).toList(), memory && MemoryMeter.isAvailable());
    }

    /** Refuses runs where neither model is run. */
    void requireNone() {
        if (!shapes.isEmpty() || memory) {
            throw new InvalidInputException(
                    "%s runs both models but --no-verify runs neither; give only one of these options"
                            .formatted(memory ? "--memory" : "--shapes " + shapes.get(0)));
        }
    }
}

package dev.eckart.onnx.job;

import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What two models are compared on.
 *
 * @param inputs where to read inputs from; made up if empty
 * @param labels the samples' classes, if accuracy is to be measured
 * @param seed for made-up inputs
 */
public record Evaluation(Optional<Path> inputs, Optional<Labels> labels, long seed) {

    /** On made-up inputs. */
    public static Evaluation onMadeUpInputs(long seed) {
        return new Evaluation(Optional.empty(), Optional.empty(), seed);
    }
}

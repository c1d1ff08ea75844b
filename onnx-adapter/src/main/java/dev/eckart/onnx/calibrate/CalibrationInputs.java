package dev.eckart.onnx.calibrate;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What to calibrate on.
 *
 * @param inputs where to read the model's inputs from, as for verification
 * @param mask names the input {@code [samples, positions]} that is zero where a position is padding; if empty, that is
 *     the input called {@value #USUAL_MASK}, if there is one of such dimensions
 */
public record CalibrationInputs(Path inputs, Optional<String> mask) {
    static final String USUAL_MASK = "attention_mask";
}

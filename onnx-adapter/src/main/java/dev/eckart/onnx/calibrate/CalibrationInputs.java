package dev.eckart.onnx.calibrate;

import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.RunnableModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What to calibrate on.
 *
 * @param inputs where to read the model's inputs from, as for verification
 * @param mask names the input {@code [samples, positions]} that is zero where a position is padding; if empty, that is
 *     the input called {@value #USUAL_MASK}, if there is one of such dimensions
 * @param holdsBack whether a third of the samples is left to judge on what is lost, see {@link InputSet#heldBack}
 */
public record CalibrationInputs(Path inputs, Optional<String> mask, boolean holdsBack) {
    static final String USUAL_MASK = PaddingMask.USUAL;

    /** All samples. */
    public CalibrationInputs(Path inputs, Optional<String> mask) {
        this(inputs, mask, false);
    }

    /** The same, without the samples that are held back. */
    public CalibrationInputs holdingBack() {
        return new CalibrationInputs(inputs, mask, true);
    }

    /**
     * The samples to calibrate on.
     *
     * @param running as for {@link InputSet#of}
     * @param model as for {@link InputSet#of}
     * @throws dev.eckart.core.InvalidInputException if they do not fit the model, or are too few to hold a third back
     */
    InputSet read(RunnableModel running, OnnxModel model) {
        InputSet all = InputFiles.read(inputs, running, model);
        return holdsBack ? all.withoutHeldBack(inputs) : all;
    }

    /** Where samples are from, for messages that count them. */
    String origin() {
        return holdsBack ? "the samples of `%s` that are not held back".formatted(inputs) : "`%s`".formatted(inputs);
    }
}

package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.file.OnnxReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a model. */
public final class ModelFiles {
    private ModelFiles() {}

    /** The files beside a model's own that it keeps tensors in; none of what cannot be read as a model. */
    public static List<Path> dataFiles(Path model) {
        if (!Files.isRegularFile(model)) {
            return List.of();
        }
        try {
            return OnnxReader.read(model).payloads().dataFiles();
        } catch (InvalidInputException e) {
            // Whoever reads it to work with it says what is wrong.
            return List.of();
        }
    }
}

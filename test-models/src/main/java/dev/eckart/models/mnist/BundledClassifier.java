package dev.eckart.models.mnist;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The trained 784-500-10 classifier that ships with these models, and the 2,000 images that were held out.
 *
 * <p>{@link TrainMnistClassifier} made both, with the settings said there.
 */
public enum BundledClassifier {
    /** ONNX: {@code image} float32 [batch, 784], from 0 to 1, to {@code logits} float32 [batch, 10]. */
    MODEL("mnist-784-500-10.onnx"),
    /** NumPy: {@code image} float32 [2000, 784], from 0 to 1, and {@code labels} uint8 [2000]. */
    HELD_OUT("mnist-heldout.npz");

    /** Share of the held-out images that the model classifies as they are labelled, in ONNX Runtime. */
    public static final double HELD_OUT_ACCURACY = 0.9285;

    private final String fileName;

    BundledClassifier(String fileName) {
        this.fileName = fileName;
    }

    public String fileName() {
        return fileName;
    }

    /** Opens the file; the caller closes it. */
    public InputStream open() {
        InputStream resource = BundledClassifier.class.getResourceAsStream(fileName);
        if (resource == null) {
            throw new IllegalStateException("The resource %s is missing from this build".formatted(fileName));
        }
        return resource;
    }

    /**
     * Copies the file into a folder, in place of one of its name.
     *
     * @return the copy
     * @throws InvalidInputException if that cannot be written
     */
    public Path extractTo(Path folder) {
        Path copy = folder.resolve(fileName);
        try (InputStream resource = open()) {
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "`%s` cannot be written: %s; expected a directory that can be written to".formatted(copy, e), e);
        }
        return copy;
    }
}

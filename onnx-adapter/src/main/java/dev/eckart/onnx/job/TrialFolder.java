package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * A temporary folder for what is tried out: gone when it is closed, and when the process is interrupted. What a killed
 * process leaves, the next one removes.
 */
record TrialFolder(PendingFile pending) implements AutoCloseable {

    /**
     * A folder in the temporary one.
     *
     * @throws InvalidInputException if none can be made there
     */
    static TrialFolder in(Path temporary) {
        return new TrialFolder(PendingFile.temporary(temporary, "eckart-trials"));
    }

    Path path() {
        return pending.directory();
    }

    /**
     * Writes a model to be looked at, which is gone afterwards.
     *
     * @param made with a place for what the model takes while it is made
     * @param use told of the model's file
     */
    <R> R withModel(Function<Scratch, OnnxNetwork> made, ExternalData externalData, Function<Path, R> use)
            throws IOException {
        Path model = path().resolve("trial.onnx");
        try (Scratch scratch = Scratch.in(path())) {
            Optional<Path> data = made.apply(scratch).write(model, externalData);
            try {
                return use.apply(model);
            } finally {
                Files.deleteIfExists(model);
                if (data.isPresent()) {
                    Files.deleteIfExists(data.get());
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            pending.close();
        } catch (IOException e) {
            throw new InvalidInputException(
                    "the temporary folder `%s` cannot be removed: %s".formatted(path(), Unwritable.reason(e)), e);
        }
    }
}

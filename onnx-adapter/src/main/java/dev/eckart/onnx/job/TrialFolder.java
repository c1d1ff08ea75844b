package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.file.Path;

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

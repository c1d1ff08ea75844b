package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary folder for what is tried out: gone when it is closed, and when the process is interrupted. What a killed
 * process leaves, the next one removes.
 */
final class TrialFolder implements AutoCloseable {
    /** How often an interrupted process looks whether what it removes is still being written to. */
    private static final int ATTEMPTS = 200;

    private static final int MILLISECONDS = 5;

    private final PendingFile pending;
    private final Thread onExit;

    private TrialFolder(PendingFile pending) {
        this.pending = pending;
        this.onExit = new Thread(() -> remove(pending), "remove trials");
    }

    /**
     * A folder in the temporary one.
     *
     * @throws InvalidInputException if none can be made there
     */
    static TrialFolder in(Path temporary) {
        TrialFolder folder = new TrialFolder(PendingFile.temporary(temporary, "eckart-trials"));
        Runtime.getRuntime().addShutdownHook(folder.onExit);
        return folder;
    }

    /** Other threads may still be writing, until the process ends. */
    private static void remove(PendingFile pending) {
        for (int i = 0; i < ATTEMPTS && Files.exists(pending.directory()); i++) {
            try {
                pending.close();
            } catch (IOException e) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Path path() {
        return pending.directory();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The process is ending, and the folder goes with it.
            return;
        }
        try {
            pending.close();
        } catch (IOException e) {
            throw new InvalidInputException(
                    "the temporary folder `%s` cannot be removed: %s".formatted(path(), Unwritable.reason(e)), e);
        }
    }
}

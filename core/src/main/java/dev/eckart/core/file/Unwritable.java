package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What to say of a file that the system does not let us write. */
public final class Unwritable {
    private Unwritable() {}

    /** In a sentence: which file, and why. */
    public static InvalidInputException because(Path file, Exception cause) {
        return new InvalidInputException("`%s` cannot be written: %s".formatted(file, reason(cause)), cause);
    }

    /** In a sentence: what cannot be written to the folder for temporary files, which the user may choose. */
    public static InvalidInputException temporary(String what, Path folder, Exception cause) {
        if (!Files.isDirectory(folder)) {
            return new InvalidInputException(
                    "the temporary folder `%s` does not exist; create it, or name another with ECKART_OPTS=-Djava.io.tmpdir=FOLDER"
                            .formatted(folder),
                    cause);
        }
        return new InvalidInputException(
                "%s cannot be written to the temporary folder `%s`: %s; make room there, or name another folder with ECKART_OPTS=-Djava.io.tmpdir=FOLDER"
                        .formatted(what, folder, reason(cause)),
                cause);
    }

    /** Why, in the system's words; of an {@link IOException}, or one that wraps it. */
    public static String reason(Exception cause) {
        if (cause instanceof UncheckedIOException && cause.getCause() instanceof IOException wrapped) {
            return reason(wrapped);
        }
        if (cause instanceof InvalidInputException && cause.getCause() instanceof IOException wrapped) {
            return reason(wrapped);
        }
        if (cause instanceof AccessDeniedException denied) {
            return "no permission for `%s`".formatted(denied.getFile());
        }
        if (cause instanceof NoSuchFileException none) {
            return "`%s` cannot be created".formatted(none.getFile());
        }
        if (cause instanceof FileSystemException refused && refused.getReason() != null) {
            return refused.getReason();
        }
        return String.valueOf(cause.getMessage());
    }
}

package dev.eckart.cli.text;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a user named to be read. */
final class NamedFile {
    private NamedFile() {}

    /**
     * Refuses what is no file.
     *
     * @param expected what it should be
     * @throws InvalidInputException if it does not exist, or is a directory, a device, a pipe or a socket
     */
    static void require(Path path, String expected) {
        Destination.requireReadable(path, expected);
        if (!Files.isRegularFile(path)) {
            throw new InvalidInputException("`%s` %s; expected %s"
                    .formatted(path, Files.exists(path) ? "is a directory" : "does not exist", expected));
        }
    }
}

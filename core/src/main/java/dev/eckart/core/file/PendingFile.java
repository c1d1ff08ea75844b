package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file on its way to a target: written beside it under another name, and put in its place in one step, or not at
 * all. Closing it removes what was not put in place.
 */
public final class PendingFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    private PendingFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /**
     * An empty file beside {@code target}.
     *
     * @throws InvalidInputException if none can be made there
     */
    public static PendingFile beside(Path target) {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(absolute)) {
            throw new InvalidInputException(
                    "`%s` is a directory; expected the name of a file to write".formatted(target));
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    "`%s` cannot be written: there is no directory `%s`; make it first".formatted(target, folder));
        }
        try {
            // Not createTempFile: its files are for the owner only, and this one becomes the user's.
            return new PendingFile(
                    absolute,
                    Files.createFile(
                            folder.resolve(".%s.%s.eckart-tmp".formatted(absolute.getFileName(), UUID.randomUUID()))));
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be written: %s".formatted(target, e), e);
        }
    }

    /** Where to write. */
    public Path path() {
        return temporary;
    }

    /** Puts the file in its target's place, over what may be there, once the device has all of it. */
    public void commit() throws IOException {
        force(temporary, StandardOpenOption.WRITE);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = target.getParent();
        if (folder != null && Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            force(folder, StandardOpenOption.READ);
        }
    }

    private static void force(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }
}

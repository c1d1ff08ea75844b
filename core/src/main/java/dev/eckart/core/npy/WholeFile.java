package dev.eckart.core.npy;

import dev.eckart.core.InvalidInputException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that is there whole or not at all: written beside its target, then renamed to it. */
final class WholeFile {
    private WholeFile() {}

    /** What a file shall hold. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file, in place of one that is there already.
     *
     * @throws InvalidInputException if it cannot be written; what was there before then still is
     */
    static void write(Path target, Content content) {
        Path file = target.toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new InvalidInputException(
                    "`%s` is a directory; expected the name of a file to write".formatted(target));
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    "`%s` cannot be written: there is no directory `%s`; create it first".formatted(target, folder));
        }
        Path beside = folder.resolve(".%s.%s.tmp".formatted(file.getFileName(), UUID.randomUUID()));
        try {
            try {
                writeThrough(beside, content);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new InvalidInputException(
                    "`%s` cannot be written: %s; check free space and permissions of its directory"
                            .formatted(target, e),
                    e);
        }
    }

    private static void writeThrough(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }
}

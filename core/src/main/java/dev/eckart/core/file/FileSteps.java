package dev.eckart.core.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;

/** The steps of putting files in place, each of which may fail, or be the last that a process does. */
class FileSteps {
    /** Of the system. */
    static final FileSteps SYSTEM = new FileSteps();

    /** Has the device take all that was written to a file, or all names of a folder. */
    void force(Path path) throws IOException {
        boolean folder = Files.isDirectory(path);
        if (folder && !hasPermissions(path)) {
            // Where folders cannot be opened.
            return;
        }
        boolean writable = !folder && Files.isWritable(path);
        try (FileChannel channel =
                FileChannel.open(path, writable ? StandardOpenOption.WRITE : StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Puts a file in the place of what may be there, at once. */
    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    void write(Path path, String text) throws IOException {
        Files.writeString(path, text, StandardCharsets.UTF_8);
    }

    /** Gives a file the permissions of another, where the system has such. */
    void copyPermissions(Path from, Path to) throws IOException {
        if (hasPermissions(to)) {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
        }
    }

    private static boolean hasPermissions(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView(PosixFileAttributeView.class);
    }
}

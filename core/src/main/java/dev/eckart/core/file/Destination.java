package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What may be written, and read: regular files. A device that is replaced is lost to the whole system, and a pipe is waited for
 * until somebody writes to it.
 */
public final class Destination {
    private Destination() {}

    /**
     * The file that writing to a path replaces or makes: the path's own, or, of a link to a regular file, that one.
     *
     * @throws InvalidInputException if something else is there, such as a directory, a device, a pipe, or a link to none of these
     */
    public static Path of(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return path;
        }
        if (Files.isDirectory(path)) {
            throw new InvalidInputException(
                    "`%s` is a directory; expected the name of a file to write".formatted(path));
        }
        Path real;
        try {
            real = Files.isSymbolicLink(path) ? path.toRealPath() : path;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(
                    "`%s` is a link to a file that does not exist; name that file, or remove the link".formatted(path),
                    e);
        } catch (IOException e) {
            throw Unwritable.because(path, e);
        }
        if (!Files.isRegularFile(real)) {
            throw new InvalidInputException(
                    "`%s` is a device, a pipe or a socket; expected the name of a file to write".formatted(path));
        }
        return real;
    }

    /**
     * Clears the place of a file that nobody but this program has a use for, of links, devices, pipes and sockets.
     *
     * @throws IOException if the system does not let us
     */
    public static void clear(Path own) throws IOException {
        boolean inTheWay = Files.exists(own, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(own, LinkOption.NOFOLLOW_LINKS)
                && !Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS);
        if (inTheWay) {
            Files.delete(own);
        }
    }

    /**
     * Refuses what cannot be read from any position, or not without waiting.
     *
     * @param expected for people
     * @throws InvalidInputException if there is a device, a pipe or a socket
     */
    public static void requireReadable(Path path, String expected) {
        if (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
            throw new InvalidInputException(
                    "`%s` is a device, a pipe or a socket; expected %s".formatted(path, expected));
        }
    }

    /** Whether two paths lead to one file, or would if it were there. */
    public static boolean areSame(Path one, Path other) {
        try {
            boolean areThere = Files.exists(one) && Files.exists(other);
            return areThere ? Files.isSameFile(one, other) : located(one).equals(located(other));
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(one, e), e);
        }
    }

    /** Whether a file that is there has further names, as hard links give it. */
    public static boolean hasOtherNames(Path file) {
        try {
            return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                    && Files.exists(file)
                    && Files.getAttribute(file, "unix:nlink") instanceof Integer links
                    && links > 1;
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be looked at: %s".formatted(file, Unwritable.reason(e)), e);
        }
    }

    private static Path located(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        return folder != null && Files.isDirectory(folder)
                ? folder.toRealPath().resolve(absolute.getFileName())
                : absolute;
    }
}

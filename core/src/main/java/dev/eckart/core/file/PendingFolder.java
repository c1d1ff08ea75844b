package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder on its way to a target: filled in a temporary directory beside the target, and put in place whole, or not at all.
 * Closing it removes what was not put in place; what a killed process left is removed as that of a {@link PendingFile}.
 *
 * <p>A folder cannot take the place of another at once: the old one is put aside first. A process that dies between the two steps
 * leaves it there, and it is put back before what the process left is removed.
 */
public final class PendingFolder implements AutoCloseable {
    /** In the temporary directory: where the old folder is put aside, under its own name. */
    private static final String REPLACED = ".replaced";

    private final Path target;
    private final PendingFile work;
    private final FileSteps steps;
    private boolean isPlaced;

    private PendingFolder(Path target, PendingFile work, FileSteps steps) {
        this.target = target;
        this.work = work;
        this.steps = steps;
    }

    /**
     * A folder to be, the only one for its target until it is closed.
     *
     * @throws InvalidInputException if none can be made there, or there is another, of this process or of another one
     */
    public static PendingFolder onlyOneBeside(Path target) {
        return onlyOneBeside(target, FileSteps.SYSTEM);
    }

    /** As {@link #onlyOneBeside(Path)}, in other steps. */
    static PendingFolder onlyOneBeside(Path target, FileSteps steps) {
        Path place = place(target);
        PendingFile work = PendingFile.onlyOneForFolder(target, place, steps);
        try {
            Files.createDirectory(work.path());
            return new PendingFolder(place, work, steps);
        } catch (IOException e) {
            InvalidInputException refusal = Unwritable.because(target, e);
            try {
                work.close();
            } catch (IOException other) {
                refusal.addSuppressed(other);
            }
            throw refusal;
        }
    }

    /**
     * The folder that a path names, links followed, or that would be made for it.
     *
     * @throws InvalidInputException if something else is there
     */
    public static Path place(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        try {
            if (Files.isDirectory(absolute)) {
                return absolute.toRealPath();
            }
            if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidInputException(
                        "`%s` is no folder; expected the name of a folder to write".formatted(target));
            }
            Path folder = absolute.getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new InvalidInputException("`%s` cannot be written: directory `%s` does not exist; create it first"
                        .formatted(target, folder));
            }
            return folder.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
    }

    /** Where to write what is to be in the folder. */
    public Path path() {
        return work.path();
    }

    /**
     * Puts the folder in its target's place, instead of what may be there, once the device has all files of it. It keeps the
     * permissions of the one that it replaces, which is removed in the end.
     *
     * @throws IOException if it is not in place, and the old one, if there was one, is as it was
     */
    public void commit() throws IOException {
        // The end of the process, which removes what is under way, waits for it.
        synchronized (work) {
            forceAll();
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                steps.copyPermissions(target, path());
                Path aside = Files.createDirectory(work.directory().resolve(REPLACED));
                steps.move(target, aside.resolve(target.getFileName()));
            }
            try {
                steps.move(path(), target);
            } catch (IOException e) {
                // Over a network, what was done may be told as failed.
                if (Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
                    restoreReplaced(work.directory());
                    throw e;
                }
            }
            isPlaced = true;
        }
    }

    private void forceAll() throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(path())) {
            all = walk.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : all) {
            steps.force(each);
        }
    }

    /** Puts folders that were put aside back where nothing took their place. */
    static void restoreReplaced(Path directory) throws IOException {
        Path aside = directory.resolve(REPLACED);
        if (!Files.isDirectory(aside, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> replaced = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(aside)) {
            entries.forEach(replaced::add);
        }
        for (Path folder : replaced) {
            Path place = directory.resolveSibling(folder.getFileName());
            if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(folder, place);
            }
        }
    }

    /**
     * Removes what is left, and the folder that was replaced.
     *
     * @throws IOException if that fails, and the folder was not put in place; else the next one with the same target removes it
     */
    @Override
    public void close() throws IOException {
        try {
            work.close();
        } catch (IOException e) {
            if (!isPlaced) {
                throw e;
            }
        }
    }
}

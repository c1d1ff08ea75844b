package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file on its way to a target, and files that belong to it: written in a temporary directory beside the target, under
 * their final names, and put in place whole, or not at all. Closing it removes what was not put in place.
 *
 * <p>The directory holds a file that is locked for as long as its process lives. A process that is asked to end removes what
 * is under way. What a killed process left is removed by the next one with the same target.
 */
public final class PendingFile implements AutoCloseable {
    private static final String ENDING = ".eckart-tmp";
    private static final String LOCK = ".lock";

    /** Names the target, and what was put beside it before the target itself, a line each. */
    private static final String MOVED = ".moved";

    private static final String ONLY_ONE = ".eckart-lock";
    private static final Pattern LEFTOVER =
            Pattern.compile("\\..+\\.[0-9a-f]{16}-[0-9a-f]{16}" + Pattern.quote(ENDING));

    /**
     * In the name of each directory of this process: it must not open the locks of its own, since closing a file would
     * release them.
     */
    private static final String PROCESS = unique();

    /** How often a process that ends looks whether what it removes is still being written to. */
    private static final int ATTEMPTS = 200;

    private static final int MILLISECONDS = 5;

    /** Those of this process that are not closed. */
    private static final Set<PendingFile> UNDERWAY = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(PendingFile::removeUnderway, "remove pending files"));
    }

    /** As the user wrote it. */
    private final Path named;

    private final Path target;
    private final Path directory;
    private final FileChannel lock;
    private final FileSteps steps;
    private Optional<TargetLock> only = Optional.empty();
    private boolean isPlaced;

    private PendingFile(Path named, Path target, Path directory, FileChannel lock, FileSteps steps) {
        this.named = named;
        this.target = target;
        this.directory = directory;
        this.lock = lock;
        this.steps = steps;
    }

    /**
     * A file to be, beside {@code target}, or beside the file that it is a link to.
     *
     * @throws InvalidInputException if none can be made there
     */
    public static PendingFile beside(Path target) {
        return beside(target, FileSteps.SYSTEM);
    }

    /**
     * As {@link #beside}, the only one for its target until it is closed.
     *
     * @throws InvalidInputException also if there is another, of this process or of another one
     */
    public static PendingFile onlyOneBeside(Path target) {
        return only(target, beside(target, FileSteps.SYSTEM));
    }

    /** Has a target for one of its pending files alone; closes it where that cannot be. */
    private static PendingFile only(Path target, PendingFile pending) {
        try {
            Path lock =
                    pending.folder().toRealPath().resolve("." + pending.path().getFileName() + ONLY_ONE);
            pending.only = Optional.of(TargetLock.take(lock, target));
            return pending;
        } catch (IOException e) {
            throw closed(pending, Unwritable.because(target, e));
        } catch (RuntimeException e) {
            throw closed(pending, e);
        }
    }

    private static RuntimeException closed(PendingFile pending, RuntimeException failure) {
        try {
            pending.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /**
     * What a {@link PendingFolder} works in: the only one for its target, which is no file.
     *
     * @param named as the user wrote it
     * @param target whose links are followed
     */
    static PendingFile onlyOneForFolder(Path named, Path target, FileSteps steps) {
        return only(named, beside(named, target, steps));
    }

    /** As {@link #beside(Path)}, in other steps. */
    static PendingFile beside(Path target, FileSteps steps) {
        return beside(target, Destination.of(target.toAbsolutePath()), steps);
    }

    private static PendingFile beside(Path target, Path absolute, FileSteps steps) {
        Path folder = absolute.getParent();
        if (folder == null) {
            throw new InvalidInputException(
                    "`%s` is a directory; expected the name of a file to write".formatted(target));
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    "`%s` cannot be written: directory `%s` does not exist; create it first".formatted(target, folder));
        }
        removeStale(absolute, folder);
        try {
            Optional<PendingFile> pending = Optional.empty();
            while (pending.isEmpty()) {
                pending = make(target, absolute, folder, steps);
            }
            return pending.get();
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
    }

    /**
     * As {@link #beside}, for what a run needs for a while in a folder for temporary files.
     *
     * @throws InvalidInputException if none can be made there
     */
    public static PendingFile temporary(Path folder, String name) {
        try {
            return beside(folder.resolve(name));
        } catch (InvalidInputException e) {
            throw Unwritable.temporary("`%s`".formatted(name), folder, e);
        }
    }

    /**
     * Removes all that killed processes of this user left in a folder, whatever its target was. What a live one has there
     * stays, as does what the system does not let us remove.
     */
    public static void removeLeftovers(Path folder) {
        Leftovers.matching(folder, LEFTOVER).forEach(PendingFile::removeIfPossible);
    }

    /** Empty if another process took the directory for stale before it was locked. */
    private static Optional<PendingFile> make(Path named, Path target, Path folder, FileSteps steps)
            throws IOException {
        Path directory =
                Files.createDirectory(unlocked(folder, target.getFileName().toString()), forOwnerOnly(folder));
        try {
            FileChannel lock = lock(directory.resolve(LOCK));
            if (Files.exists(directory.resolve(LOCK))) {
                PendingFile pending = new PendingFile(named, target, directory, lock, steps);
                UNDERWAY.add(pending);
                return Optional.of(pending);
            }
            lock.close();
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** A name for a directory that the next process removes if it stays, and that any process may remove while it is empty. */
    static Path unlocked(Path folder, String name) {
        return folder.resolve(".%s.%s-%s%s".formatted(name, PROCESS, unique(), ENDING));
    }

    /** What is not yet in place is nobody else's to read; the files inside get the permissions that they will have. */
    private static FileAttribute<?>[] forOwnerOnly(Path folder) throws IOException {
        return Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            channel.lock();
        } catch (IOException e) {
            // Some network file systems have no locks. There, nobody takes anything for stale either.
            return channel;
        }
        return channel;
    }

    private static String unique() {
        return "%016x".formatted(UUID.randomUUID().getLeastSignificantBits());
    }

    /** Removes what killed processes left, as far as the system lets us; it is in nobody's way. */
    private static void removeStale(Path target, Path folder) {
        Pattern names = Pattern.compile("\\.%s\\.[0-9a-f-]+%s"
                .formatted(Pattern.quote(target.getFileName().toString()), Pattern.quote(ENDING)));
        DirectoryStream.Filter<Path> ours =
                entry -> names.matcher(entry.getFileName().toString()).matches();
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, ours)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that may be written to, but not listed.
            return;
        }
        found.forEach(PendingFile::removeIfPossible);
    }

    private static void removeIfPossible(Path entry) {
        try {
            removeIfStale(entry);
        } catch (IOException e) {
            // Another user's, or another process was faster: it stays, or is gone already.
        }
    }

    /** The directories of this process that are not closed. */
    public static List<Path> underway() {
        return UNDERWAY.stream().map(PendingFile::directory).sorted().toList();
    }

    /** Removes what this process has under way, for the end of a process in which other threads may still be writing. */
    public static void removeUnderway() {
        for (PendingFile pending : UNDERWAY) {
            for (int i = 0; i < ATTEMPTS && UNDERWAY.contains(pending); i++) {
                try {
                    pending.remove();
                } catch (IOException e) {
                    pause();
                }
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

    /**
     * Removes the directory of a process that has ended, as {@link #underway} named it there, if it is still there.
     *
     * @throws IOException if that fails
     */
    public static void removeLeft(Path directory) throws IOException {
        String name = String.valueOf(directory.getFileName());
        if (name.startsWith(".") && name.endsWith(ENDING)) {
            removeIfStale(directory);
        }
    }

    /** Where a file in a pending directory, or in one in another, is to be in the end; any other path is its own. */
    public static Path destination(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            return file;
        }
        return String.valueOf(directory.getFileName()).endsWith(ENDING)
                ? destination(directory.resolveSibling(file.getFileName()))
                : destination(directory).resolve(file.getFileName());
    }

    private static void removeIfStale(Path entry) throws IOException {
        if (entry.getFileName().toString().contains("." + PROCESS + "-")) {
            return;
        }
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(entry.resolve(LOCK))
                    && !Files.isRegularFile(entry.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
                // A pipe would be waited for. It is not of our making.
                return;
            }
            try (FileChannel channel =
                    FileChannel.open(entry.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                if (channel.tryLock() == null) {
                    return;
                }
                removeMoved(entry);
                PendingFolder.restoreReplaced(entry);
                removeContents(entry);
                Files.deleteIfExists(entry.resolve(LOCK));
            } catch (NoSuchFileException e) {
                // Not locked yet, or not any more: then it is empty, or stays.
            }
        }
        Files.deleteIfExists(entry);
    }

    /** What a killed process put beside a target that it did not come to. */
    private static void removeMoved(Path directory) throws IOException {
        Path list = directory.resolve(MOVED);
        if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<String> names = Files.readAllLines(list);
        boolean committed = names.isEmpty() || !Files.exists(directory.resolve(names.get(0)));
        for (int i = 1; i < names.size() && !committed; i++) {
            Path name = Path.of(names.get(i)).getFileName();
            if (!Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(directory.resolveSibling(name));
            }
        }
    }

    /** All but the lock, directories too; a link is removed and not followed. */
    private static void removeContents(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Path lock = directory.resolve(LOCK);
        for (Path file : files) {
            if (!file.equals(lock) && !file.equals(directory)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Where to write the file. */
    public Path path() {
        return directory.resolve(target.getFileName());
    }

    /** Where to write what belongs to it, and whatever is needed in the meantime. */
    public Path directory() {
        return directory;
    }

    /**
     * Puts the file in its target's place, over what may be there, once the device has all of it. The device may have its
     * name later.
     *
     * @throws IOException if it is not in place, and the old one, if there was one, is as it was
     */
    public synchronized void commit() throws IOException {
        place(List.of(), new ArrayList<>());
    }

    /**
     * Puts the file in its target's place, and files that belong to it beside it, once the device has all of them. Files that
     * belong to it have names that tell versions apart: at any time there is the old file with all that belongs to it, or
     * the new one. Only where one of them takes the place of another's numbers, under one name, the old file goes first. The
     * file keeps the permissions of the one that it replaces.
     *
     * @param companions in {@link #directory()}
     * @param outdated files beside the target that belong to what it replaces, removed in the end
     * @return what failed once the file was in place, a sentence for people each
     * @throws IOException if it is not in place, and the old one, if there was one, is as it was
     */
    public synchronized List<String> commit(List<Path> companions, List<Path> outdated) throws IOException {
        List<String> failures = new ArrayList<>();
        place(companions, failures);
        after("the device may not have its name yet", () -> steps.force(folder()), failures);
        for (Path old : outdated) {
            if (companions.stream()
                    .noneMatch(companion -> placeOf(companion).equals(folder().resolve(old.getFileName())))) {
                after(
                        "`%s`, which belonged to the file before, is still there".formatted(old),
                        () -> steps.delete(old),
                        failures);
            }
        }
        return List.copyOf(failures);
    }

    private void place(List<Path> companions, List<String> failures) throws IOException {
        if (Files.exists(target)) {
            steps.copyPermissions(target, path());
        }
        for (Path companion : companions) {
            steps.force(companion);
        }
        steps.force(path());
        List<Path> moved = moving(companions);
        try {
            steps.write(directory.resolve(MOVED), names(moved));
            for (Path companion : moved) {
                if (Files.exists(placeOf(companion), LinkOption.NOFOLLOW_LINKS)) {
                    steps.delete(target);
                }
                steps.move(companion, placeOf(companion));
            }
            if (!companions.isEmpty()) {
                steps.force(folder());
            }
            steps.move(path(), target);
        } catch (IOException e) {
            if (Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
                removeMoved(moved, e);
                throw e;
            }
            // Over a network, what was done may be told as failed.
            failures.add(isWritten("the system reported an error when it was put in its place", e));
        } finally {
            isPlaced = !Files.exists(path(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** What is done with files. */
    private interface Step {
        void take() throws IOException;
    }

    private void after(String otherwise, Step step, List<String> failures) {
        try {
            step.take();
        } catch (IOException e) {
            failures.add(isWritten(otherwise, e));
        }
    }

    private String isWritten(String what, IOException cause) {
        return "`%s` is written, but %s: %s".formatted(named, what, Unwritable.reason(cause));
    }

    /** Those that are not there already, to the byte. */
    private List<Path> moving(List<Path> companions) throws IOException {
        List<Path> moving = new ArrayList<>();
        for (Path companion : companions) {
            Path place = placeOf(companion);
            if (!Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) || Files.mismatch(place, companion) >= 0) {
                moving.add(companion);
            }
        }
        return moving;
    }

    private String names(List<Path> moved) {
        return Stream.concat(Stream.of(target), moved.stream())
                .map(file -> file.getFileName().toString())
                .collect(Collectors.joining("\n"));
    }

    private void removeMoved(List<Path> moved, IOException failure) {
        for (Path companion : moved) {
            if (!Files.exists(companion, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    steps.delete(placeOf(companion));
                } catch (IOException e) {
                    failure.addSuppressed(e);
                }
            }
        }
    }

    private Path placeOf(Path companion) {
        return target.resolveSibling(companion.getFileName());
    }

    private Path folder() {
        return Objects.requireNonNull(directory.getParent());
    }

    /**
     * Removes what is left.
     *
     * @throws IOException if that fails, and the file was not put in place; else the next one with the same target removes it
     */
    @Override
    public synchronized void close() throws IOException {
        if (UNDERWAY.contains(this)) {
            try {
                remove();
            } catch (IOException e) {
                if (!isPlaced) {
                    throw e;
                }
            }
        }
    }

    /** Waits for a commit that is under way. */
    private synchronized void remove() throws IOException {
        try {
            // It may have been in another one.
            if (Files.exists(directory)) {
                PendingFolder.restoreReplaced(directory);
                removeContents(directory);
            }
            lock.close();
            Files.deleteIfExists(directory.resolve(LOCK));
            Files.deleteIfExists(directory);
        } finally {
            // Whatever stays of the directory, the target is free.
            Optional<TargetLock> held = only;
            only = Optional.empty();
            if (held.isPresent()) {
                held.get().release();
            }
        }
        UNDERWAY.remove(this);
    }
}

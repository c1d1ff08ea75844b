package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The right to write a target: a file beside it that is locked for as long as it is held, or its process lives, and removed
 * after that.
 */
final class TargetLock {
    private static final int SIZES = 1 << 16;

    /** Of this process, which must not open these files again: to close them would give up its locks. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private TargetLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the right.
     *
     * @param file to lock, in a folder that is not named by way of links
     * @param target as the user wrote it
     * @throws InvalidInputException if somebody else has it, or something else is in the file's place
     */
    static TargetLock take(Path file, Path target) {
        if (!HELD.add(file)) {
            throw heldByAnother(target);
        }
        boolean isTaken = false;
        try {
            TargetLock lock = lock(file, target);
            isTaken = true;
            return lock;
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        } finally {
            if (!isTaken) {
                HELD.remove(file);
            }
        }
    }

    private static TargetLock lock(Path file, Path target) throws IOException {
        while (true) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidInputException(
                        "`%s`, whose lock holds other runs off `%s`, is no regular file; remove it"
                                .formatted(file, target));
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            if (!isLocked(channel)) {
                channel.close();
                throw heldByAnother(target);
            }
            if (isStill(file, channel)) {
                return new TargetLock(file, channel);
            }
            channel.close();
        }
    }

    private static InvalidInputException heldByAnother(Path target) {
        return new InvalidInputException(
                "`%s` is being written by another run; wait for it to end, or name another output".formatted(target));
    }

    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            // Some network file systems have no locks.
            return true;
        }
    }

    /**
     * Whether the file is the one that was locked, and not a later one: who held the lock before may have removed it. It is
     * known by its size, since to open it once more, and close that, would give up the lock.
     */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.allocate(1 + ThreadLocalRandom.current().nextInt(SIZES)), 0);
        try {
            return Files.size(file) == channel.size();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Gives the right back. */
    void release() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
        HELD.remove(file);
    }
}

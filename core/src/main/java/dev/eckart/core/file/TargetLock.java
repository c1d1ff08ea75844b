package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;

/**
 * The right to write a target: a file beside it that is locked for as long as it is held, or its process lives, and removed
 * after that.
 */
final class TargetLock {
    private final Path file;
    private final FileChannel channel;

    private TargetLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the right.
     *
     * @param file to lock
     * @param target as the user wrote it
     * @throws InvalidInputException if somebody else has it, or something else is in the file's place
     */
    static TargetLock take(Path file, Path target) {
        try {
            while (true) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new InvalidInputException(
                            "`%s`, whose lock holds other runs off `%s`, is no regular file; remove it"
                                    .formatted(file, target));
                }
                FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
                if (!isLocked(channel)) {
                    channel.close();
                    throw new InvalidInputException(
                            "`%s` is being written by another run; wait for it to end, or name another output"
                                    .formatted(target));
                }
                if (isStill(file, channel)) {
                    return new TargetLock(file, channel);
                }
                channel.close();
            }
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
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

    /** Whether the file is the one that was locked, and not a later one: who held the lock before may have removed it. */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(mark), 0);
        return Files.exists(file) && Arrays.equals(Files.readAllBytes(file), mark);
    }

    /** Gives the right back. */
    void release() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}

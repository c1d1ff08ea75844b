package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of the user's that is open for reading, while other programs may write to it, cut it or put another in its place.
 *
 * <p>It is read by position and never mapped: where a mapped file is cut short, whoever looks at it dies of that. It stays
 * open for as long as anything refers to it. Threads may share it.
 */
final class ReadFile {
    /** Bytes asked of a channel at a time: it reads to a buffer of that size, outside of the heap, first. */
    private static final int CHUNK = 1 << 20;

    private final String name;
    private final Path path;
    private final FileChannel channel;
    private final State state;

    /**
     * What tells a file from a later one in its place.
     *
     * @param key the system's own; null where it has none
     */
    private record State(
            long size, FileTime modified, @Nullable Object key) {
        static State of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new State(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        }
    }

    private ReadFile(String name, Path path, FileChannel channel, State state) {
        this.name = name;
        this.path = path;
        this.channel = channel;
        this.state = state;
    }

    /** As {@link #open(String, Path)}, for a file that messages name by its path. */
    static ReadFile open(Path path) throws IOException {
        return open(path.toString(), path);
    }

    /**
     * Opens a file.
     *
     * @param name by which messages name it
     * @throws IOException if that fails
     */
    static ReadFile open(String name, Path path) throws IOException {
        Destination.requireReadable(path, "a regular file");
        State state = State.of(path);
        return new ReadFile(name, path, FileChannel.open(path), state);
    }

    /** How many bytes it had when it was opened. */
    long size() {
        return state.size();
    }

    /** All of its bytes. */
    Region bytes() {
        return Region.of(this);
    }

    /**
     * Fills a buffer with what is in the file from a position on.
     *
     * @throws InvalidInputException if the file ends before that, or can no longer be read
     */
    void read(long position, ByteBuffer target) {
        long from = position - target.position();
        try {
            while (target.hasRemaining()) {
                int at = target.position();
                int some = channel.read(target.slice(at, Math.min(CHUNK, target.remaining())), from + at);
                if (some < 0) {
                    throw shorter();
                }
                target.position(at + some);
            }
        } catch (IOException e) {
            throw new InvalidInputException("`%s` can no longer be read: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * Has the operating system append some of the bytes to what a channel has written.
     *
     * @throws InvalidInputException if the file ends before them
     * @throws IOException if the channel cannot be written
     */
    void transferTo(FileChannel target, long position, long size) throws IOException {
        for (long done = 0; done < size; ) {
            long some = channel.transferTo(position + done, size - done, target);
            if (some <= 0) {
                throw shorter();
            }
            done += some;
        }
    }

    private InvalidInputException shorter() {
        return new InvalidInputException(
                "`%s` became shorter while it was read; run again when nothing writes to it".formatted(name));
    }

    /**
     * Refuses a file that is not, as far as the system tells, what it was when it was opened.
     *
     * @throws InvalidInputException if its size, its time of modification or the file itself is another one
     */
    void requireUnchanged() {
        State now;
        try {
            now = State.of(path);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "`%s` was removed while it was read; put it back and run again".formatted(name), e);
        }
        if (now.size() < state.size() && Objects.equals(now.key(), state.key())) {
            throw shorter();
        }
        if (!now.equals(state)) {
            throw new InvalidInputException(
                    "`%s` changed while it was read; run again when nothing writes to it".formatted(name));
        }
    }
}

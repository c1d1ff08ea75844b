package dev.eckart.onnx.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;

/**
 * Where the bytes of new tensors are kept until they are written: in a temporary file, so that they do not pile up on
 * the heap. What is stored stays readable after closing.
 *
 * <p>On Unix the file has no name from the beginning, so that nothing is left of it however the process ends.
 */
public final class Scratch implements AutoCloseable {
    /** The longest vector that a processor loads. */
    private static final int ALIGNMENT = 64;

    private final Optional<FileChannel> file;
    private long end;

    private Scratch(Optional<FileChannel> file) {
        this.file = file;
    }

    /** On the heap after all, for small networks. */
    public static Scratch onHeap() {
        return new Scratch(Optional.empty());
    }

    /**
     * In a temporary file.
     *
     * @throws IOException if none can be made in the folder
     */
    public static Scratch in(Path folder) throws IOException {
        return new Scratch(Optional.of(FileChannel.open(
                folder.resolve("scratch-" + UUID.randomUUID()),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)));
    }

    /**
     * Stores some bytes.
     *
     * @param size of all chunks together
     * @param chunks written one at a time, each before the next is asked for
     * @throws UncheckedIOException if the file cannot be written, such as on a full disk
     */
    public Region store(long size, Iterator<ByteBuffer> chunks) {
        if (file.isEmpty()) {
            ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size));
            chunks.forEachRemaining(all::put);
            return Region.of(all.flip());
        }
        try {
            return append(file.get(), size, chunks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * As {@link #store}, for bytes that change, or that others look at by their address: as memory that may be written,
     * little-endian, and that the system keeps in the file where it has none to spare.
     *
     * @throws IllegalStateException if there is no file
     */
    public ByteBuffer storeMapped(int size, Iterator<ByteBuffer> chunks) {
        FileChannel channel = file.orElseThrow(() -> new IllegalStateException("Expected a file but was: the heap"));
        try {
            long start = write(channel, size, chunks);
            return channel.map(FileChannel.MapMode.READ_WRITE, start, size).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Region append(FileChannel channel, long size, Iterator<ByteBuffer> chunks) throws IOException {
        return Region.map(channel, write(channel, size, chunks), size);
    }

    /** Where they begin. They are written before they are mapped: that a disk is full is no exception in a map. */
    private long write(FileChannel channel, long size, Iterator<ByteBuffer> chunks) throws IOException {
        long start = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        end = start;
        while (chunks.hasNext()) {
            ByteBuffer chunk = chunks.next();
            while (chunk.hasRemaining()) {
                end += channel.write(chunk, end);
            }
        }
        if (end - start != size) {
            throw new IllegalArgumentException("Expected %d bytes but was: %d".formatted(size, end - start));
        }
        return start;
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
    }
}

package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A stretch of bytes, of a mapped file or of memory, which may be larger than a {@link ByteBuffer}: the data of one
 * tensor. Read by position, so that threads may share it.
 */
public final class Region {
    /** Windows begin this far apart, and reach over the next one's beginning: any slice this long lies in one. */
    private static final long STRIDE = 1L << 30;

    /** Bytes handed to a channel at a time: it copies what is on the heap to a buffer of that size first. */
    private static final int CHUNK = 1 << 20;

    private final List<ByteBuffer> windows;
    private final long start;
    private final long size;
    private final Optional<Source> source;

    /** The file that the windows show, from an offset on. */
    private record Source(FileChannel channel, long offset) {}

    private Region(List<ByteBuffer> windows, long start, long size, Optional<Source> source) {
        this.windows = windows;
        this.start = start;
        this.size = size;
        this.source = source;
    }

    /** The bytes of a buffer from its position to its limit. */
    public static Region of(ByteBuffer bytes) {
        return new Region(List.of(bytes.slice().asReadOnlyBuffer()), 0, bytes.remaining(), Optional.empty());
    }

    /** All of a file, mapped. It stays open for as long as the region is in use. */
    static Region map(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path);
        try {
            return map(channel, 0, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A part of a file, mapped. It stays mapped after the channel is closed. */
    static Region map(FileChannel channel, long offset, long size) throws IOException {
        List<ByteBuffer> windows = new ArrayList<>();
        long at = 0;
        do {
            long length = Math.min(size - at, 2 * STRIDE - 1);
            windows.add(channel.map(FileChannel.MapMode.READ_ONLY, offset + at, length));
            at += STRIDE;
        } while (at < size);
        return new Region(List.copyOf(windows), 0, size, Optional.of(new Source(channel, offset)));
    }

    /** How many bytes there are. */
    public long size() {
        return size;
    }

    /** A part of this. */
    Region part(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        return new Region(windows, start + offset, length, source);
    }

    /** A view of all bytes of a mapped file that has less than 2 GiB. */
    ByteBuffer whole() {
        return windows.get(0).slice(0, Math.toIntExact(size));
    }

    /**
     * A view of some of the bytes, little-endian.
     *
     * @param length 1 GiB at most
     * @throws IndexOutOfBoundsException if they leave the region
     */
    public ByteBuffer slice(long offset, int length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        Objects.checkIndex(length, STRIDE + 1);
        long at = start + offset;
        int window = Math.min((int) (at / STRIDE), windows.size() - 1);
        return windows.get(window)
                .slice((int) (at - window * STRIDE), length)
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * As {@link #slice}, but not a view: what is taken from a file is read, and does not count as this process's memory
     * once it is done with, as what is looked at through a map does.
     *
     * @throws InvalidInputException if the file can no longer be read
     */
    public ByteBuffer read(long offset, int length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        if (source.isEmpty() || !source.get().channel().isOpen()) {
            return slice(offset, length);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long from = source.get().offset() + start + offset;
        try {
            while (bytes.hasRemaining()) {
                if (source.get().channel().read(bytes, from + bytes.position()) < 0) {
                    throw new EOFException("the file has become shorter");
                }
            }
        } catch (IOException e) {
            throw new InvalidInputException("a file that holds tensors can no longer be read: " + e.getMessage(), e);
        }
        return bytes.flip();
    }

    /**
     * Appends the bytes to what a channel has written. Those of a file are copied from it by the operating system: read
     * through the map, they would all count as this process's memory.
     *
     * @throws IOException if the channel cannot be written, or the file has become shorter
     */
    void writeTo(FileChannel target) throws IOException {
        if (source.isPresent() && source.get().channel().isOpen()) {
            long from = source.get().offset() + start;
            for (long done = 0; done < size; ) {
                long some = source.get().channel().transferTo(from + done, size - done, target);
                if (some <= 0) {
                    throw new EOFException("a file that holds tensors has become shorter");
                }
                done += some;
            }
            return;
        }
        for (long at = 0; at < size; at += CHUNK) {
            ByteBuffer chunk = slice(at, (int) Math.min(CHUNK, size - at));
            while (chunk.hasRemaining()) {
                target.write(chunk);
            }
        }
    }
}

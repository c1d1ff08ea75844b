package dev.eckart.onnx.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A stretch of bytes, of a mapped file or of memory, which may be larger than a {@link ByteBuffer}: the data of one
 * tensor. Read by position, so that threads may share it.
 */
public final class Region {
    /** Windows begin this far apart, and reach over the next one's beginning: any slice this long lies in one. */
    private static final long STRIDE = 1L << 30;

    private final List<ByteBuffer> windows;
    private final long start;
    private final long size;

    private Region(List<ByteBuffer> windows, long start, long size) {
        this.windows = windows;
        this.start = start;
        this.size = size;
    }

    /** The bytes of a buffer from its position to its limit. */
    public static Region of(ByteBuffer bytes) {
        return new Region(List.of(bytes.slice().asReadOnlyBuffer()), 0, bytes.remaining());
    }

    /** All of a file, mapped. It stays mapped after the channel is closed. */
    static Region map(FileChannel channel) throws IOException {
        return map(channel, 0, channel.size());
    }

    /** A part of a file, mapped. */
    static Region map(FileChannel channel, long offset, long size) throws IOException {
        List<ByteBuffer> windows = new ArrayList<>();
        long at = 0;
        do {
            long length = Math.min(size - at, 2 * STRIDE - 1);
            windows.add(channel.map(FileChannel.MapMode.READ_ONLY, offset + at, length));
            at += STRIDE;
        } while (at < size);
        return new Region(List.copyOf(windows), 0, size);
    }

    /** How many bytes there are. */
    public long size() {
        return size;
    }

    /** A part of this. */
    Region part(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        return new Region(windows, start + offset, length);
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
}

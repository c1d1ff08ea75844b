package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A stretch of bytes, of a file or of memory, which may be larger than a {@link ByteBuffer}: the data of one tensor. Read
 * by position, so that threads may share it.
 */
public final class Region {
    /** Windows begin this far apart, and reach over the next one's beginning: any read this long lies in one. */
    private static final long STRIDE = 1L << 30;

    /** Bytes handed to a channel at a time: it copies what is on the heap to a buffer of that size first. */
    private static final int CHUNK = 1 << 20;

    private final Source source;
    private final long start;
    private final long size;

    /** Where the bytes are. */
    private sealed interface Source {

        /** Some of the bytes, from their position to their limit. */
        ByteBuffer read(long at, int length);

        /** Appends some of the bytes to what a channel has written. */
        void write(long at, long length, FileChannel target) throws IOException;
    }

    /** Memory. */
    private record Memory(ByteBuffer bytes) implements Source {
        @Override
        public ByteBuffer read(long at, int length) {
            return bytes.slice((int) at, length);
        }

        @Override
        public void write(long at, long length, FileChannel target) throws IOException {
            append(this, at, length, target);
        }
    }

    /** A file of the user's. */
    private record Given(ReadFile file) implements Source {
        @Override
        public ByteBuffer read(long at, int length) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            file.read(at, bytes);
            return bytes.flip();
        }

        @Override
        public void write(long at, long length, FileChannel target) throws IOException {
            file.transferTo(target, at, length);
        }
    }

    /**
     * A file of this process alone, which nobody else can change: mapped, and so readable after its channel is closed. While
     * that is open it is read: what is looked at through a map counts as this process's memory.
     */
    private record Own(List<ByteBuffer> windows, FileChannel channel, long offset) implements Source {
        @Override
        public ByteBuffer read(long at, int length) {
            if (!channel.isOpen()) {
                return view(at, length);
            }
            ByteBuffer bytes = ByteBuffer.allocate(length);
            try {
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes, offset + at + bytes.position()) < 0) {
                        throw new EOFException("the temporary file has become shorter");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.flip();
        }

        private ByteBuffer view(long at, int length) {
            int window = Math.min((int) (at / STRIDE), windows.size() - 1);
            return windows.get(window).slice((int) (at - window * STRIDE), length);
        }

        @Override
        public void write(long at, long length, FileChannel target) throws IOException {
            if (!channel.isOpen()) {
                append(this, at, length, target);
                return;
            }
            for (long done = 0; done < length; ) {
                long some = channel.transferTo(offset + at + done, length - done, target);
                if (some <= 0) {
                    throw new EOFException("the temporary file has become shorter");
                }
                done += some;
            }
        }
    }

    private static void append(Source source, long at, long length, FileChannel target) throws IOException {
        for (long done = 0; done < length; done += CHUNK) {
            ByteBuffer chunk = source.read(at + done, (int) Math.min(CHUNK, length - done));
            while (chunk.hasRemaining()) {
                target.write(chunk);
            }
        }
    }

    private Region(Source source, long start, long size) {
        this.source = source;
        this.start = start;
        this.size = size;
    }

    /** The bytes of a buffer from its position to its limit. */
    public static Region of(ByteBuffer bytes) {
        return new Region(new Memory(bytes.slice().asReadOnlyBuffer()), 0, bytes.remaining());
    }

    /** All of a file of the user's. */
    static Region of(ReadFile file) {
        return new Region(new Given(file), 0, file.size());
    }

    /** A part of a temporary file, mapped. It stays readable after the channel is closed. */
    static Region map(FileChannel channel, long offset, long size) throws IOException {
        List<ByteBuffer> windows = new ArrayList<>();
        long at = 0;
        do {
            long length = Math.min(size - at, 2 * STRIDE - 1);
            windows.add(channel.map(FileChannel.MapMode.READ_ONLY, offset + at, length));
            at += STRIDE;
        } while (at < size);
        return new Region(new Own(List.copyOf(windows), channel, offset), 0, size);
    }

    /** How many bytes there are. */
    public long size() {
        return size;
    }

    /** A part of this. */
    Region part(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        return new Region(source, start + offset, length);
    }

    /**
     * Some of the bytes, little-endian. Those of a file are on the heap.
     *
     * @param length 1 GiB at most
     * @throws IndexOutOfBoundsException if they leave the region
     * @throws InvalidInputException if a file of the user's became shorter, or can no longer be read
     */
    public ByteBuffer read(long offset, int length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        Objects.checkIndex(length, STRIDE + 1);
        return source.read(start + offset, length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Appends the bytes to what a channel has written. Those of a file are copied from it by the operating system.
     *
     * @throws InvalidInputException if a file of the user's became shorter
     * @throws IOException if the channel cannot be written
     */
    void writeTo(FileChannel target) throws IOException {
        source.write(start, size, target);
    }
}

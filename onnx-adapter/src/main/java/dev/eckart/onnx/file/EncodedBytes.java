package dev.eckart.onnx.file;

import java.nio.ByteBuffer;

/** The bytes of an encoded message, of less than 2 GiB, of which a window is kept in memory. For one thread. */
final class EncodedBytes {
    private static final int WINDOW = 1 << 13;

    private final Region bytes;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private int start;

    EncodedBytes(Region bytes) {
        this.bytes = bytes;
    }

    int size() {
        return (int) bytes.size();
    }

    byte get(int index) {
        show(index, 1);
        return window.get(index - start);
    }

    /** Some of the bytes, copied. */
    byte[] copy(int from, int length) {
        byte[] copy = new byte[length];
        if (length > WINDOW) {
            bytes.read(from, length).get(copy);
        } else {
            show(from, length);
            window.get(from - start, copy);
        }
        return copy;
    }

    private void show(int from, int length) {
        if (from < start || from + length - start > window.limit()) {
            start = from;
            window = bytes.read(from, Math.min(WINDOW, size() - from));
        }
    }
}

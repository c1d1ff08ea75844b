package dev.eckart.core.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/** Doubles outside of the heap, at the beginning of a cache line, so that kernels find them alike on every run. */
final class NativeDoubles implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final Pointer block;
    private final DoublePointer first;
    private final long size;

    private NativeDoubles(Pointer block, DoublePointer first, long size) {
        this.block = block;
        this.first = first;
        this.size = size;
    }

    /**
     * Room for some numbers, which are not set to anything.
     *
     * @throws OutOfMemoryError if the system has no such memory
     */
    static NativeDoubles allocate(long size) {
        // Not by an allocating constructor: those count pages of mapped files against a limit of their own.
        Pointer block = Pointer.malloc(Math.multiplyExact(size, Double.BYTES) + CACHE_LINE);
        if (block == null || block.isNull()) {
            throw new OutOfMemoryError("no memory for %d numbers outside of the heap".formatted(size));
        }
        long start = block.address();
        long padding = (start + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE - start;
        return new NativeDoubles(block, new DoublePointer(block).getPointer(padding / Double.BYTES), size);
    }

    /** Room for some numbers, all zero. */
    static NativeDoubles zeros(long size) {
        NativeDoubles zeros = allocate(size);
        Pointer.memset(zeros.first, 0, size * Double.BYTES);
        return zeros;
    }

    /** A copy of all. */
    NativeDoubles copy() {
        NativeDoubles copy = allocate(size);
        Pointer.memcpy(copy.first, first, size * Double.BYTES);
        return copy;
    }

    /** The number at an index and those behind it; good until this is closed. */
    DoublePointer at(long index) {
        // A position would be counted in bytes by some routines.
        return first.getPointer(index);
    }

    void put(long index, double[] numbers, int from, int count) {
        at(index).put(numbers, from, count);
    }

    void get(long index, double[] numbers, int from, int count) {
        at(index).get(numbers, from, count);
    }

    double[] toArray() {
        double[] numbers = new double[Math.toIntExact(size)];
        get(0, numbers, 0, numbers.length);
        return numbers;
    }

    @Override
    public void close() {
        Pointer.free(block);
    }
}

package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import java.util.function.Supplier;

/**
 * A matrix of codes that stay codes while the network runs, each times the scale of its block: W'[i, j] = q[i, j]·s[i /
 * blockSize, j]. Numbers are made of them where a product needs them, so that they take few bytes in memory, too.
 *
 * <p>The codes of the last outputs may take fewer bits in the file than in memory: those of a table's rare entries.
 *
 * @param codes q, {@code [in × out]}, each in [−2^(bits−1), 2^(bits−1)), and from output {@code full} on in [−2^(b−1), 2^(b−1)) with b
 *     of {@link #RARE_BITS}
 * @param bits of a code, 4 or 8
 * @param full outputs whose codes have all bits in the file: the first ones; all, or of codes of 4 bits fewer
 * @param blockSize rows that share a scale, a power of two from 16 to 256; the last rows may be fewer
 * @param scales s, {@code [⌈in / blockSize⌉ × out]}
 * @param scaleType that scales are stored in: float32 or float16
 */
public record Packed(Codes codes, int bits, int full, int blockSize, MatrixSource scales, ElementType scaleType)
        implements Stored {
    /** Bits that a code of the last outputs has in the file, where these have fewer than the others. */
    public static final int RARE_BITS = 3;

    private static final int BITS_BEFORE_RARE = 4;
    private static final int LEAST_BLOCK = 16;
    private static final int MOST_BLOCK = 256;

    public Packed {
        requireBits(bits);
        requireBlockSize(blockSize);
        if (scales.rows() != blocks(codes.rows(), blockSize) || scales.columns() != codes.columns()) {
            throw new IllegalArgumentException("Expected a scale for each block of %d of [%d×%d] but was: [%d×%d]"
                    .formatted(blockSize, codes.rows(), codes.columns(), scales.rows(), scales.columns()));
        }
        if (full < 1 || full > codes.columns() || (full < codes.columns() && bits != BITS_BEFORE_RARE)) {
            throw new IllegalArgumentException(
                    "Expected %d outputs in %d bits, or fewer in 4 and the others in %d, but was: %d"
                            .formatted(codes.columns(), bits, RARE_BITS, full));
        }
    }

    /** Codes of one number of bits. */
    public Packed(Codes codes, int bits, int blockSize, MatrixSource scales, ElementType scaleType) {
        this(codes, bits, codes.columns(), blockSize, scales, scaleType);
    }

    /** Bits that an output's codes have in the file. */
    public int bitsOf(int output) {
        return output < full ? bits : RARE_BITS;
    }

    /** Whether the codes of the last outputs have fewer bits in the file. */
    public boolean hasRare() {
        return full < columns();
    }

    /**
     * Refuses a number of bits that codes which stay codes cannot have.
     *
     * @throws IllegalArgumentException if it is neither 4 nor 8
     */
    public static void requireBits(int bits) {
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("Expected 4 or 8 bits but was: " + bits);
        }
    }

    /**
     * Refuses a number of rows that blocks cannot have.
     *
     * @throws IllegalArgumentException if it is no power of two from 16 to 256
     */
    public static void requireBlockSize(int blockSize) {
        if (blockSize < LEAST_BLOCK || blockSize > MOST_BLOCK || Integer.bitCount(blockSize) != 1) {
            throw new IllegalArgumentException("Expected blocks of a power of two from %d to %d but was: %d"
                    .formatted(LEAST_BLOCK, MOST_BLOCK, blockSize));
        }
    }

    /** Blocks of a column of so many numbers. */
    public static int blocks(int rows, int blockSize) {
        return (rows + blockSize - 1) / blockSize;
    }

    @Override
    public int rows() {
        return codes.rows();
    }

    @Override
    public int columns() {
        return codes.columns();
    }

    /** Whole blocks are stored, the last one filled up. */
    @Override
    public long bytes() {
        long ofOutput = (long) scales.rows() * blockSize;
        long coded = ofOutput * full * bits + ofOutput * (columns() - full) * RARE_BITS;
        return coded / Byte.SIZE + (long) scales.rows() * columns() * scaleType.bytes();
    }

    @Override
    public long numbers() {
        return (long) rows() * columns();
    }

    @Override
    public Packed outline() {
        return zeros(rows(), columns(), bits, full, blockSize, scaleType);
    }

    /** Codes and scales of zero, which take no memory. */
    public static Packed zeros(int rows, int columns, int bits, int blockSize, ElementType scaleType) {
        return zeros(rows, columns, bits, columns, blockSize, scaleType);
    }

    /** The same, of which the outputs after the first ones have fewer bits in the file. */
    public static Packed zeros(int rows, int columns, int bits, int full, int blockSize, ElementType scaleType) {
        return new Packed(
                Codes.zeros(rows, columns),
                bits,
                full,
                blockSize,
                MatrixSource.zeros(blocks(rows, blockSize), columns),
                scaleType);
    }

    @Override
    public String text() {
        return hasRare()
                ? "packed(%d, %d, %d from %d)".formatted(bits, blockSize, RARE_BITS, full)
                : "packed(%d, %d)".formatted(bits, blockSize);
    }

    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return new ScaledCodes(codes, blockSize, scales, ElementType.FLOAT32);
    }
}

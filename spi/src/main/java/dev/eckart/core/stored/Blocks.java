package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import java.util.function.Supplier;

/**
 * A matrix of codes of few bits, each times the scale of its block: W'[i, j] = q[i, j]·s[i / blockSize, j].
 *
 * @param codes q, {@code [in × out]}, each in [−2^(bits−1), 2^(bits−1))
 * @param bits of a code in the file, 2 to 8; eight codes are in so many bytes
 * @param blockSize rows that share a scale; as many as there are, for one scale per output
 * @param scales s, {@code [⌈in / blockSize⌉ × out]}
 * @param type of the weight that it stands for; scales are float64 for float64, and float32 for others
 */
public record Blocks(Codes codes, int bits, int blockSize, MatrixSource scales, ElementType type) implements Stored {
    /** The fewest bits of a code. */
    public static final int LEAST_BITS = 2;

    /** The most bits of a code. */
    public static final int MOST_BITS = 8;

    public Blocks {
        requireBits(bits);
        if (blockSize < 1
                || scales.rows() != (codes.rows() + blockSize - 1) / blockSize
                || scales.columns() != codes.columns()) {
            throw new IllegalArgumentException("Expected a scale for each block of %d of [%d×%d] but was: [%d×%d]"
                    .formatted(blockSize, codes.rows(), codes.columns(), scales.rows(), scales.columns()));
        }
    }

    /**
     * Refuses a number of bits that codes cannot have.
     *
     * @throws IllegalArgumentException if it is not from 2 to 8
     */
    public static void requireBits(int bits) {
        if (bits < LEAST_BITS || bits > MOST_BITS) {
            throw new IllegalArgumentException(
                    "Expected %d to %d bits but was: %d".formatted(LEAST_BITS, MOST_BITS, bits));
        }
    }

    @Override
    public int rows() {
        return codes.rows();
    }

    @Override
    public int columns() {
        return codes.columns();
    }

    /** The type that scales are stored in, and codes multiplied in. */
    public ElementType scaleType() {
        return scaleType(type);
    }

    /** The type of the scales of a weight of a type. */
    public static ElementType scaleType(ElementType type) {
        return type == ElementType.FLOAT64 ? ElementType.FLOAT64 : ElementType.FLOAT32;
    }

    @Override
    public long bytes() {
        return bytes(rows(), columns(), bits, blockSize, type);
    }

    /** Bytes of codes and scales of a matrix {@code [rows × columns]} of a type. */
    public static long bytes(int rows, int columns, int bits, int blockSize, ElementType type) {
        long codes = (long) rows * columns;
        long scales = (long) ((rows + blockSize - 1) / blockSize) * columns;
        return (codes + 7) / 8 * bits + scales * scaleType(type).bytes();
    }

    @Override
    public long numbers() {
        return (long) rows() * columns();
    }

    @Override
    public Blocks outline() {
        return zeros(rows(), columns(), bits, blockSize, type);
    }

    /** Codes and scales of zero, which take no memory. */
    public static Blocks zeros(int rows, int columns, int bits, int blockSize, ElementType type) {
        return new Blocks(
                Codes.zeros(rows, columns),
                bits,
                blockSize,
                MatrixSource.zeros((rows + blockSize - 1) / blockSize, columns),
                type);
    }

    @Override
    public String text() {
        return blockSize >= rows() ? "codes(%d)".formatted(bits) : "codes(%d, %d)".formatted(bits, blockSize);
    }

    /** The products as the scales' type holds them. */
    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return new ScaledCodes(codes, blockSize, scales, scaleType());
    }
}

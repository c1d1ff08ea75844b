package dev.eckart.core.linalg;

/**
 * A matrix whose numbers are fetched on demand, block by block, so that a large one need never be in memory whole.
 *
 * <p>Reading the same block twice gives the same numbers. Implementations are safe to read from several threads.
 */
public interface MatrixSource {

    int rows();

    int columns();

    /** A matrix of zeros, which takes no memory. */
    static MatrixSource zeros(int rows, int columns) {
        return new Zeros(rows, columns);
    }

    /**
     * Copies the block of {@code rows × columns} numbers whose first one stands at ({@code row}, {@code column}) into
     * {@code target}, row by row, from index 0.
     *
     * @throws IndexOutOfBoundsException if the block leaves the matrix or does not fit the target
     */
    void read(int row, int column, int rows, int columns, double[] target);
}

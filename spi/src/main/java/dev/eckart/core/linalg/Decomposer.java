package dev.eckart.core.linalg;

import java.util.Arrays;

/**
 * A backend that decomposes matrices, multiplies by them, and sums over rows.
 *
 * <p>Implementations hold no state between calls and give the same result for the same matrix on every call. They work
 * in the calling thread; where that is one of a {@link java.util.concurrent.ForkJoinPool}, parts of the work may go to
 * others of that pool that have none, which changes no bit of the result. All of them meet one contract, in the tests.
 */
public interface Decomposer {

    /** As in {@code --backend NAME}. */
    String name();

    /**
     * Begins the decomposition of a matrix.
     *
     * @throws NonFiniteValueException if the matrix holds a NaN or an infinity
     */
    Decomposition decompose(MatrixSource matrix, Accuracy accuracy);

    /**
     * Begins the decomposition of a matrix of which only its Gram matrix G = MᵀM {@code [k × k]} is known: singular values
     * are the roots of G's eigenvalues, those below zero taken for zero, and vectors its eigenvectors, V. They are as
     * exact as {@link Accuracy#ENERGY} has them.
     *
     * @param gram symmetric and positive semidefinite, but for rounding; what is below its diagonal is not read
     * @throws IllegalArgumentException if it is not square
     * @throws NonFiniteValueException if it holds a NaN or an infinity
     */
    Decomposition decomposeGram(Matrix gram);

    /**
     * The upper triangular root U {@code [k × k]} of a matrix's inverse, UᵀU = M⁻¹, with zeros below its diagonal and none
     * on it.
     *
     * @param matrix symmetric and positive definite
     * @throws IllegalArgumentException if it is not square
     * @throws NonFiniteValueException if it holds a NaN or an infinity
     * @throws ArithmeticException if rounding finds it not to be positive definite
     */
    Matrix inverseRoot(Matrix matrix);

    /**
     * The matrix {@code [m × k]} times the transpose of another {@code [r × k]}: {@code [m × r]}.
     *
     * @throws IllegalArgumentException if they have not the same number of columns
     */
    Matrix timesTransposed(MatrixSource left, Matrix right);

    /**
     * A matrix {@code [r × k]} times another {@code [k × n]}: {@code [r × n]}.
     *
     * @throws IllegalArgumentException if the one has not as many columns as the other has rows
     */
    Matrix times(Matrix left, MatrixSource right);

    /** Begins sums over rows of a length; to be closed. */
    RowSums rowSums(int columns);

    /**
     * Bytes of memory, on the heap or outside of it, that a decomposition takes before it is closed, vectors included.
     *
     * @param rows of the matrix, and {@code columns}, in either order
     */
    long bytes(int rows, int columns, Accuracy accuracy);

    /**
     * The min(m, n) singular values, largest first, none negative.
     *
     * @throws NonFiniteValueException if the matrix holds a NaN or an infinity
     */
    default double[] singularValues(MatrixSource matrix, Accuracy accuracy) {
        try (Decomposition decomposition = decompose(matrix, accuracy)) {
            return decomposition.singularValues();
        }
    }

    /**
     * The {@code rank} largest singular values and their vectors.
     *
     * @throws IllegalArgumentException if the rank is below 1 or above min(m, n)
     * @throws NonFiniteValueException if the matrix holds a NaN or an infinity
     */
    default SingularValueDecomposition truncated(MatrixSource matrix, int rank, Accuracy accuracy) {
        requireRank(matrix, rank);
        try (Decomposition decomposition = decompose(matrix, accuracy)) {
            return truncated(matrix, decomposition, rank);
        }
    }

    /**
     * As {@link #truncated(MatrixSource, int, Accuracy)}, of a matrix whose decomposition was begun.
     *
     * <p>The vectors of the shorter side are the decomposition's; those of the longer side follow by one multiplication,
     * since W·vᵢ = σᵢ·uᵢ.
     */
    default SingularValueDecomposition truncated(MatrixSource matrix, Decomposition decomposition, int rank) {
        requireRank(matrix, rank);
        double[] values = Arrays.copyOf(decomposition.singularValues(), rank);
        Matrix shorter = decomposition.vectors(rank);
        double scale = decomposition.scale();
        MatrixSource scaled = Scaled.by(1 / scale, matrix);
        double[] sigma = Arrays.stream(values).map(value -> value / scale).toArray();
        if (matrix.rows() >= matrix.columns()) {
            Matrix products = timesTransposed(scaled, shorter);
            return new SingularValueDecomposition(
                    products.dividedColumns(Divisors.of(products.columnNorms(), sigma)), values, shorter);
        }
        Matrix products = times(shorter, scaled);
        return new SingularValueDecomposition(
                shorter.transpose(), values, products.dividedRows(Divisors.of(products.rowNorms(), sigma)));
    }

    private static void requireRank(MatrixSource matrix, int rank) {
        int k = Math.min(matrix.rows(), matrix.columns());
        if (rank < 1 || rank > k) {
            throw new IllegalArgumentException("Expected a rank from 1 to %d but was: %d".formatted(k, rank));
        }
    }
}

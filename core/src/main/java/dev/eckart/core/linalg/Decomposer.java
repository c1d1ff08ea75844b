package dev.eckart.core.linalg;

/**
 * A backend that decomposes matrices.
 *
 * <p>Implementations hold no state between calls, work in the calling thread, and give the same result for the same
 * matrix on every call. All of them meet one contract, in the tests.
 */
public interface Decomposer {

    /** As in {@code --backend NAME}. */
    String name();

    /**
     * The min(m, n) singular values, largest first, none negative.
     *
     * @throws NonFiniteValueException if the matrix holds a NaN or an infinity
     */
    double[] singularValues(MatrixSource matrix, Accuracy accuracy);

    /**
     * The {@code rank} largest singular values and their vectors.
     *
     * @throws IllegalArgumentException if the rank is below 1 or above min(m, n)
     * @throws NonFiniteValueException if the matrix holds a NaN or an infinity
     */
    SingularValueDecomposition truncated(MatrixSource matrix, int rank, Accuracy accuracy);
}

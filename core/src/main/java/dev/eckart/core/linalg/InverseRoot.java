package dev.eckart.core.linalg;

/**
 * The upper triangular root U of an inverse, UᵀU = M⁻¹, by way of the matrix R with rows and columns of M in reverse order:
 * R = L·Lᵀ (Cholesky), and U is L⁻¹ in reverse order. So no inverse is taken but that of a triangle.
 */
final class InverseRoot {
    private InverseRoot() {}

    /**
     * R, row by row.
     *
     * @throws IllegalArgumentException if the matrix is not square
     * @throws NonFiniteValueException if it holds a NaN or an infinity
     */
    static double[] reversed(Matrix matrix) {
        int k = matrix.rows();
        if (k != matrix.columns()) {
            throw new IllegalArgumentException(
                    "Expected a square matrix but was: [%d×%d]".formatted(k, matrix.columns()));
        }
        double[] numbers = matrix.toArray();
        FiniteValues.require(numbers, 0, 0, k, k);
        reverse(numbers);
        return numbers;
    }

    /** U out of L⁻¹, of which what is above the diagonal is not read. */
    static Matrix ofReversed(int k, double[] inverse) {
        reverse(inverse);
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < i; j++) {
                inverse[i * k + j] = 0;
            }
        }
        return Matrix.wrap(k, k, inverse);
    }

    private static void reverse(double[] numbers) {
        for (int i = 0, j = numbers.length - 1; i < j; i++, j--) {
            double number = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = number;
        }
    }

    static ArithmeticException notPositiveDefinite(int k) {
        return new ArithmeticException("A [%d × %d] matrix is not positive definite".formatted(k, k));
    }
}

package dev.eckart.core.linalg;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** A power of two to divide a matrix by, exactly, so that squares of huge or tiny numbers stay in range. */
final class Scale {
    /** Sums of squares between this and its inverse, and their squares, are far from both ends of double. */
    private static final double LEAST_SAFE = 1e-100;

    private static final int PANEL_NUMBERS = 1 << 20;

    private Scale() {}

    /** Whether a sum of squares shows that no number of its matrix needed scaling, nor was a NaN or an infinity. */
    static boolean isNeedless(double sumOfSquares) {
        return sumOfSquares >= LEAST_SAFE && sumOfSquares <= 1 / LEAST_SAFE;
    }

    /**
     * For the numbers of a matrix; 1 for a zero matrix.
     *
     * @throws NonFiniteValueException if one of them is a NaN or an infinity
     */
    static double of(MatrixSource matrix) {
        double[] largest = {0};
        int columns = matrix.columns();
        Panels.ofRows(matrix, Math.max(1, PANEL_NUMBERS / columns), (row, rows, numbers) -> {
            FiniteValues.require(numbers, row, 0, rows, columns);
            for (int i = 0; i < rows * columns; i++) {
                largest[0] = Math.max(largest[0], Math.abs(numbers[i]));
            }
        });
        return of(largest[0]);
    }

    /**
     * For the matrix of which a Gram matrix is known, whose numbers are divided by the square of this.
     *
     * @throws IllegalArgumentException if it is not square
     * @throws NonFiniteValueException if it holds a NaN or an infinity
     */
    static double ofGram(Matrix gram) {
        if (gram.rows() != gram.columns()) {
            throw new IllegalArgumentException(
                    "Expected a square matrix but was: [%d×%d]".formatted(gram.rows(), gram.columns()));
        }
        return Math.scalb(1.0, Math.floorDiv(Math.getExponent(of(gram)), 2));
    }

    private static double of(double largest) {
        return largest == 0 ? 1 : Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT));
    }

    /** Divides in place. */
    static DMatrixRMaj divide(DMatrixRMaj matrix, double scale) {
        CommonOps_DDRM.scale(1 / scale, matrix);
        return matrix;
    }
}

package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;

/**
 * A matrix read with each number rounded to the nearest one of float16, of two equally near to the even one; numbers are at most the
 * largest of float16. No copy of it is made.
 */
record Halves(MatrixSource original) implements MatrixSource {
    /** Binary digits of a float16 behind the first one. */
    private static final int DIGITS = 10;

    /** What all numbers of float16 are multiples of. */
    private static final double LEAST_PLACE = 0x1p-24;

    static MatrixSource of(MatrixSource matrix) {
        // Whoever reads it is to see the order in which the numbers are stored.
        return matrix instanceof Transposed ? Transposed.of(new Halves(Transposed.of(matrix))) : new Halves(matrix);
    }

    @Override
    public int rows() {
        return original.rows();
    }

    @Override
    public int columns() {
        return original.columns();
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        original.read(row, column, rows, columns, target);
        for (int i = 0; i < rows * columns; i++) {
            target[i] = half(target[i]);
        }
    }

    static double half(double number) {
        double place = Math.max(LEAST_PLACE, Math.scalb(1.0, Math.getExponent(number) - DIGITS));
        return Math.rint(number / place) * place;
    }
}

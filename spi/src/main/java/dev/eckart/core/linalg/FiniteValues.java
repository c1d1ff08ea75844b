package dev.eckart.core.linalg;

/** The check that numbers are neither NaN nor infinite. */
final class FiniteValues {
    private FiniteValues() {}

    /** Checks a block whose first number stands at ({@code row}, {@code column}) of its matrix. */
    static void require(double[] block, int row, int column, int rows, int columns) {
        for (int i = 0; i < rows * columns; i++) {
            if (!Double.isFinite(block[i])) {
                throw new NonFiniteValueException(block[i], row + i / columns, column + i % columns);
            }
        }
    }
}

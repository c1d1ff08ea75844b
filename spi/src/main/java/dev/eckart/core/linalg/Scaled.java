package dev.eckart.core.linalg;

/**
 * A matrix read with each number multiplied by one factor.
 *
 * @param factor a power of two, so that nothing is rounded
 */
record Scaled(MatrixSource original, double factor) implements MatrixSource {

    /** The matrix itself where the factor is 1. */
    static MatrixSource by(double factor, MatrixSource matrix) {
        return factor == 1 ? matrix : new Scaled(matrix, factor);
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
            target[i] *= factor;
        }
    }
}

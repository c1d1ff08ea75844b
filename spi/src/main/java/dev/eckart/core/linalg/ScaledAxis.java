package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Objects;

/** A matrix read with each of its columns, or rows, multiplied by a factor of its own: no copy of it is made. */
public final class ScaledAxis implements MatrixSource {
    private final MatrixSource original;
    private final boolean columns;
    private final double[] factors;

    private ScaledAxis(MatrixSource original, boolean columns, double[] factors) {
        this.original = original;
        this.columns = columns;
        this.factors = factors.clone();
    }

    /** Column {@code j} multiplied by {@code factors[j]}. */
    public static MatrixSource columns(MatrixSource matrix, double... factors) {
        Objects.checkIndex(factors.length - 1, matrix.columns());
        return new ScaledAxis(matrix, true, factors);
    }

    /** Row {@code i} multiplied by {@code factors[i]}. */
    public static MatrixSource rows(MatrixSource matrix, double... factors) {
        Objects.checkIndex(factors.length - 1, matrix.rows());
        return new ScaledAxis(matrix, false, factors);
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
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                target[i * columns + j] *= factors[this.columns ? column + j : row + i];
            }
        }
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof ScaledAxis other
                && original.equals(other.original)
                && columns == other.columns
                && Arrays.equals(factors, other.factors);
    }

    @Override
    public int hashCode() {
        return Objects.hash(original, columns, Arrays.hashCode(factors));
    }

    @Override
    public String toString() {
        return "%s, its %s scaled".formatted(original, columns ? "columns" : "rows");
    }
}

package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Objects;

/** An immutable dense matrix of doubles, {@code [rows × columns]}. */
public final class Matrix implements MatrixSource {
    private final int rows;
    private final int columns;
    private final double[] values;

    private Matrix(int rows, int columns, double[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * A matrix from its numbers, row by row.
     *
     * @throws IllegalArgumentException if there are not {@code rows × columns} numbers
     */
    public static Matrix of(int rows, int columns, double... rowMajor) {
        return wrap(rows, columns, rowMajor.clone());
    }

    /**
     * A matrix from its rows.
     *
     * @throws IllegalArgumentException if there is no row, or rows differ in length
     */
    public static Matrix ofRows(double[]... rows) {
        if (rows.length == 0 || Arrays.stream(rows).anyMatch(row -> row.length != rows[0].length)) {
            throw new IllegalArgumentException("Expected one row or more, all of the same length");
        }
        return new Matrix(
                rows.length,
                rows[0].length,
                Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
    }

    /**
     * The {@code [rows × columns]} matrix with {@code diagonal} on its main diagonal, padded with zeros.
     *
     * @throws IllegalArgumentException if the diagonal is longer than that
     */
    public static Matrix diagonal(int rows, int columns, double... diagonal) {
        if (diagonal.length > Math.min(rows, columns)) {
            throw new IllegalArgumentException(
                    "Expected a diagonal of [%d×%d] but was: %d numbers".formatted(rows, columns, diagonal.length));
        }
        double[] values = new double[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < diagonal.length; i++) {
            values[i * columns + i] = diagonal[i];
        }
        return new Matrix(rows, columns, values);
    }

    /** A copy of all of a source, in memory. */
    public static Matrix copyOf(MatrixSource source) {
        double[] all = new double[Math.multiplyExact(source.rows(), source.columns())];
        source.read(0, 0, source.rows(), source.columns(), all);
        return new Matrix(source.rows(), source.columns(), all);
    }

    /**
     * Takes ownership of {@code rowMajor}: the caller keeps no reference to it.
     *
     * @throws IllegalArgumentException if there are not {@code rows × columns} numbers
     */
    static Matrix wrap(int rows, int columns, double[] rowMajor) {
        if (rows < 0 || columns < 0 || (long) rows * columns != rowMajor.length) {
            throw new IllegalArgumentException(
                    "Expected %d x %d numbers but was: %d".formatted(rows, columns, rowMajor.length));
        }
        return new Matrix(rows, columns, rowMajor);
    }

    /** @throws IllegalArgumentException if matrices with these sides between them cannot be multiplied */
    static void requireShared(int one, int other) {
        if (one != other) {
            throw new IllegalArgumentException(
                    "Expected a shared side of one length but was: %d and %d".formatted(one, other));
        }
    }

    /** The numbers themselves, row by row: for reading inside this package. */
    double[] values() {
        return values;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    public double get(int row, int column) {
        return values[Objects.checkIndex(row, rows) * columns + Objects.checkIndex(column, columns)];
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(row, rows, this.rows);
        Objects.checkFromIndexSize(column, columns, this.columns);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values, (row + i) * this.columns + column, target, i * columns, columns);
        }
    }

    /**
     * This · other, {@code [m × k] · [k × n] = [m × n]}, in plain Java: a {@link Decomposer} multiplies large ones faster.
     *
     * @throws IllegalArgumentException if this has not as many columns as the other has rows
     */
    public Matrix times(Matrix other) {
        requireShared(columns, other.rows);
        double[] product = new double[Math.multiplyExact(rows, other.columns)];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                double factor = values[i * columns + k];
                for (int j = 0; j < other.columns; j++) {
                    product[i * other.columns + j] += factor * other.values[k * other.columns + j];
                }
            }
        }
        return new Matrix(rows, other.columns, product);
    }

    /**
     * The sum of this and another.
     *
     * @throws IllegalArgumentException if the other has another shape
     */
    public Matrix plus(Matrix other) {
        requireShape(other);
        double[] sum = values.clone();
        Arrays.setAll(sum, i -> sum[i] + other.values[i]);
        return new Matrix(rows, columns, sum);
    }

    /**
     * The difference of this and another.
     *
     * @throws IllegalArgumentException if the other has another shape
     */
    public Matrix minus(Matrix other) {
        requireShape(other);
        double[] difference = values.clone();
        Arrays.setAll(difference, i -> difference[i] - other.values[i]);
        return new Matrix(rows, columns, difference);
    }

    private void requireShape(Matrix other) {
        if (rows != other.rows || columns != other.columns) {
            throw new IllegalArgumentException("Expected matrices of one shape but was: [%d×%d] and [%d×%d]"
                    .formatted(rows, columns, other.rows, other.columns));
        }
    }

    public Matrix transpose() {
        double[] turned = new double[values.length];
        Transposed.turn(values, rows, columns, turned);
        return new Matrix(columns, rows, turned);
    }

    /**
     * Column {@code j} multiplied by {@code factors[j]}.
     *
     * @throws IllegalArgumentException if there is not one for each
     */
    public Matrix scaleColumns(double... factors) {
        requireFactors(columns, factors.length);
        return copyOf(ScaledAxis.columns(this, factors));
    }

    /**
     * Row {@code i} multiplied by {@code factors[i]}.
     *
     * @throws IllegalArgumentException if there is not one for each
     */
    public Matrix scaleRows(double... factors) {
        requireFactors(rows, factors.length);
        return copyOf(ScaledAxis.rows(this, factors));
    }

    private static void requireFactors(int expected, int found) {
        if (found != expected) {
            throw new IllegalArgumentException("Expected %d factors but was: %d".formatted(expected, found));
        }
    }

    /** The root of the sum of squares of each column. */
    public double[] columnNorms() {
        double[] norms = new double[columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < norms.length; j++) {
                norms[j] += square(values[i * norms.length + j]);
            }
        }
        return roots(norms);
    }

    /** The root of the sum of squares of each row. */
    double[] rowNorms() {
        double[] norms = new double[rows];
        for (int i = 0; i < norms.length; i++) {
            for (int j = 0; j < columns; j++) {
                norms[i] += square(values[i * columns + j]);
            }
        }
        return roots(norms);
    }

    private static double square(double number) {
        return number * number;
    }

    private static double[] roots(double[] squares) {
        Arrays.setAll(squares, i -> Math.sqrt(squares[i]));
        return squares;
    }

    /** Divides column {@code j} by {@code divisors[j]}, in place: for who made this matrix, and has given it to nobody. */
    Matrix dividedColumns(double[] divisors) {
        Arrays.setAll(values, i -> values[i] / divisors[i % columns]);
        return this;
    }

    /** As {@link #dividedColumns}, for rows. */
    Matrix dividedRows(double[] divisors) {
        Arrays.setAll(values, i -> values[i] / divisors[i / columns]);
        return this;
    }

    /** ‖·‖_F, the root of the sum of squares, which stay in range. */
    public double frobeniusNorm() {
        double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
        if (largest == 0) {
            return 0;
        }
        double sum = 0;
        for (double value : values) {
            sum += square(value / largest);
        }
        return largest * Math.sqrt(sum);
    }

    /** A copy of the numbers, row by row. */
    public double[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Matrix other
                && rows == other.rows
                && columns == other.columns
                && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Matrix[%d × %d]".formatted(rows, columns);
    }
}

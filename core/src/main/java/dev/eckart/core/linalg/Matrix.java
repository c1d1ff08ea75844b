package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;

/** An immutable dense matrix of doubles, {@code [rows × columns]}. */
public final class Matrix implements MatrixSource {
    private final DMatrixRMaj values;

    private Matrix(DMatrixRMaj values) {
        this.values = values;
    }

    /**
     * A matrix from its numbers, row by row.
     *
     * @throws IllegalArgumentException if there are not {@code rows × columns} numbers
     */
    public static Matrix of(int rows, int columns, double... rowMajor) {
        if (rows < 0 || columns < 0 || (long) rows * columns != rowMajor.length) {
            throw new IllegalArgumentException(
                    "Expected %d x %d numbers but was: %d".formatted(rows, columns, rowMajor.length));
        }
        return new Matrix(new DMatrixRMaj(rows, columns, true, rowMajor));
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
        return new Matrix(new DMatrixRMaj(rows));
    }

    /** The {@code [rows × columns]} matrix with {@code diagonal} on its main diagonal, padded with zeros. */
    public static Matrix diagonal(int rows, int columns, double... diagonal) {
        DMatrixRMaj values = new DMatrixRMaj(rows, columns);
        for (int i = 0; i < diagonal.length; i++) {
            values.set(i, i, diagonal[i]);
        }
        return new Matrix(values);
    }

    /** A copy of all of a source, in memory. */
    public static Matrix copyOf(MatrixSource source) {
        double[] all = new double[Math.multiplyExact(source.rows(), source.columns())];
        source.read(0, 0, source.rows(), source.columns(), all);
        return wrap(source.rows(), source.columns(), all);
    }

    /** Takes ownership of {@code rowMajor}: the caller keeps no reference to it. */
    static Matrix wrap(int rows, int columns, double[] rowMajor) {
        return new Matrix(DMatrixRMaj.wrap(rows, columns, rowMajor));
    }

    /** Takes ownership of {@code values}: the caller keeps no reference to it. */
    static Matrix wrap(DMatrixRMaj values) {
        return new Matrix(values);
    }

    /** @throws IllegalArgumentException if matrices with these sides between them cannot be multiplied */
    static void requireShared(int one, int other) {
        if (one != other) {
            throw new IllegalArgumentException(
                    "Expected a shared side of one length but was: %d and %d".formatted(one, other));
        }
    }

    /** For reading inside this package; EJML multiplies without writing to its operands. */
    DMatrixRMaj ejml() {
        return values;
    }

    @Override
    public int rows() {
        return values.numRows;
    }

    @Override
    public int columns() {
        return values.numCols;
    }

    public double get(int row, int column) {
        return values.get(row, column);
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(row, rows, rows());
        Objects.checkFromIndexSize(column, columns, columns());
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values.data, (row + i) * columns() + column, target, i * columns, columns);
        }
    }

    /** This · other, {@code [m × k] · [k × n] = [m × n]}. */
    public Matrix times(Matrix other) {
        DMatrixRMaj product = new DMatrixRMaj(rows(), other.columns());
        CommonOps_DDRM.mult(values, other.values, product);
        return new Matrix(product);
    }

    public Matrix plus(Matrix other) {
        return new Matrix(CommonOps_DDRM.add(values, other.values, null));
    }

    public Matrix minus(Matrix other) {
        return new Matrix(CommonOps_DDRM.subtract(values, other.values, null));
    }

    public Matrix transpose() {
        return new Matrix(CommonOps_DDRM.transpose(values, null));
    }

    /** Column {@code j} multiplied by {@code factors[j]}. */
    public Matrix scaleColumns(double... factors) {
        DMatrixRMaj scaled = values.copy();
        CommonOps_DDRM.multCols(scaled, factors);
        return new Matrix(scaled);
    }

    /** Row {@code i} multiplied by {@code factors[i]}. */
    public Matrix scaleRows(double... factors) {
        DMatrixRMaj scaled = values.copy();
        CommonOps_DDRM.multRows(factors, scaled);
        return new Matrix(scaled);
    }

    /** The root of the sum of squares of each column. */
    public double[] columnNorms() {
        double[] norms = new double[columns()];
        for (int i = 0; i < rows(); i++) {
            for (int j = 0; j < norms.length; j++) {
                norms[j] += square(values.data[i * norms.length + j]);
            }
        }
        return roots(norms);
    }

    /** The root of the sum of squares of each row. */
    double[] rowNorms() {
        double[] norms = new double[rows()];
        for (int i = 0; i < norms.length; i++) {
            for (int j = 0; j < columns(); j++) {
                norms[i] += square(values.data[i * columns() + j]);
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
        CommonOps_DDRM.divideCols(values, divisors);
        return this;
    }

    /** As {@link #dividedColumns}, for rows. */
    Matrix dividedRows(double[] divisors) {
        CommonOps_DDRM.divideRows(divisors, values);
        return this;
    }

    /** ‖·‖_F, the root of the sum of squares. */
    public double frobeniusNorm() {
        return NormOps_DDRM.normF(values);
    }

    /** A copy of the numbers, row by row. */
    public double[] toArray() {
        return Arrays.copyOf(values.data, values.getNumElements());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Matrix other
                && rows() == other.rows()
                && columns() == other.columns()
                && Arrays.equals(toArray(), other.toArray());
    }

    @Override
    public int hashCode() {
        return 31 * rows() + Arrays.hashCode(toArray());
    }

    @Override
    public String toString() {
        return "Matrix[%d × %d]".formatted(rows(), columns());
    }
}

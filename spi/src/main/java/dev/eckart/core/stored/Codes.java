package dev.eckart.core.stored;

import java.util.Arrays;
import java.util.Objects;

/** An immutable matrix of small signed integers, {@code [rows × columns]}. */
public final class Codes {
    private final int rows;
    private final int columns;
    private final byte[] values;

    private Codes(int rows, int columns, byte[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * Codes, row by row; the caller keeps no reference to the array.
     *
     * @throws IllegalArgumentException if there are not {@code rows × columns}
     */
    public static Codes wrap(int rows, int columns, byte[] rowMajor) {
        if ((long) rows * columns != rowMajor.length) {
            throw new IllegalArgumentException(
                    "Expected %d x %d codes but was: %d".formatted(rows, columns, rowMajor.length));
        }
        return new Codes(rows, columns, rowMajor);
    }

    /** Codes of zero, which take no memory. */
    public static Codes zeros(int rows, int columns) {
        return new Codes(rows, columns, new byte[0]);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Codes other
                && rows == other.rows
                && columns == other.columns
                && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Codes[%d × %d]".formatted(rows, columns);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public byte get(int row, int column) {
        int at = Objects.checkIndex(row, rows) * columns + Objects.checkIndex(column, columns);
        return values.length == 0 ? 0 : values[at];
    }

    /** Copies a row into {@code target}, from index 0. */
    public void readRow(int row, byte[] target) {
        read(row, 0, columns, target);
    }

    /** Copies {@code count} codes of a row, the first of which stands in {@code column}, into {@code target}, from index 0. */
    void read(int row, int column, int count, byte[] target) {
        int from = Objects.checkIndex(row, rows) * columns + Objects.checkFromIndexSize(column, count, columns);
        if (values.length == 0) {
            Arrays.fill(target, 0, count, (byte) 0);
        } else {
            System.arraycopy(values, from, target, 0, count);
        }
    }
}

package dev.eckart.core.stored;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import java.util.Objects;

/**
 * The numbers that codes stand for, made of them where they are read: q[i, j]·s[i / blockSize, j].
 *
 * @param codes q, {@code [in × out]}
 * @param blockSize rows that share a scale
 * @param scales s, {@code [⌈in / blockSize⌉ × out]}
 * @param type that the products are rounded to: float32 or float64
 */
record ScaledCodes(Codes codes, int blockSize, MatrixSource scales, ElementType type) implements MatrixSource {

    @Override
    public int rows() {
        return codes.rows();
    }

    @Override
    public int columns() {
        return codes.columns();
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(row, rows, rows());
        Objects.checkFromIndexSize(column, columns, columns());
        if (rows == 0 || columns == 0) {
            return;
        }
        boolean isFloat = type == ElementType.FLOAT32;
        int first = row / blockSize;
        int blocks = (row + rows - 1) / blockSize - first + 1;
        double[] steps = new double[blocks * columns];
        scales.read(first, column, blocks, columns, steps);
        byte[] some = new byte[columns];
        for (int i = 0; i < rows; i++) {
            codes.read(row + i, column, columns, some);
            int step = ((row + i) / blockSize - first) * columns;
            for (int j = 0; j < columns; j++) {
                double product = some[j] * steps[step + j];
                target[i * columns + j] = isFloat ? (float) product : product;
            }
        }
    }
}

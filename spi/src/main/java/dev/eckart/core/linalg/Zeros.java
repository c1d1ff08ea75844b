package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Objects;

/** A matrix of zeros. */
record Zeros(int rows, int columns) implements MatrixSource {

    @Override
    public void read(int row, int column, int height, int width, double[] target) {
        Objects.checkFromIndexSize(row, height, rows);
        Objects.checkFromIndexSize(column, width, columns);
        Arrays.fill(target, 0, height * width, 0);
    }
}

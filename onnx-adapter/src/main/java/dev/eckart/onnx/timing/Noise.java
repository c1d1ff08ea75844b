package dev.eckart.onnx.timing;

import dev.eckart.core.linalg.MatrixSource;
import java.util.Objects;

/**
 * A matrix of numbers between −1 and 1 that look random, the same ones at every reading: what takes the time of a product
 * is its shape, and that its numbers are no zeros.
 */
record Noise(int rows, int columns) implements MatrixSource {

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(row, rows, this.rows);
        Objects.checkFromIndexSize(column, columns, this.columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                target[i * columns + j] = number((long) (row + i) * this.columns + column + j);
            }
        }
    }

    /** SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, 2014) of a place. */
    private static double number(long place) {
        long bits = (place + 1) * 0x9E3779B97F4A7C15L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return (bits ^ (bits >>> 31)) * 0x1p-63;
    }
}

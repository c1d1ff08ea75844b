package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Some columns of a matrix, of all of its rows or of a block of them, of which some rows are in memory at a time: as many of each
 * as can be read as they are stored.
 *
 * <p>For one thread.
 */
final class Strip {
    /** Numbers that are in memory at a time: few enough to stay in a processor's caches. */
    private static final int TILE = 1 << 16;

    private final MatrixSource matrix;
    private final int top;
    private final int rows;
    private final int from;
    private final int width;
    private final int height;
    private final double[] numbers;
    private boolean whole;

    /** @param numbers of the first rows if {@code whole}, and otherwise room for {@code height} rows */
    private Strip(
            MatrixSource matrix, int top, int rows, int from, int width, int height, double[] numbers, boolean whole) {
        this.matrix = matrix;
        this.top = top;
        this.rows = rows;
        this.from = from;
        this.width = width;
        this.height = height;
        this.numbers = numbers;
        this.whole = whole;
    }

    private static Strip of(MatrixSource matrix, int from, int width, int height) {
        double[] numbers = new double[Math.multiplyExact(height, width)];
        return new Strip(matrix, 0, matrix.rows(), from, width, height, numbers, false);
    }

    interface Panel {
        /**
         * Takes rows of the strip.
         *
         * @param row of the matrix that is the first of them
         * @param numbers row by row; good until this returns
         */
        void accept(int row, int rows, double[] numbers);
    }

    /** All columns, strip by strip. */
    static void forEach(MatrixSource matrix, Consumer<Strip> consumer) {
        boolean byColumn = matrix instanceof Transposed;
        int width = Math.min(matrix.columns(), byColumn ? Math.max(1, TILE / matrix.rows()) : TILE);
        int height = byColumn ? matrix.rows() : Math.min(matrix.rows(), Math.max(1, TILE / width));
        for (int column = 0; column < matrix.columns(); column += width) {
            consumer.accept(of(matrix, column, Math.min(width, matrix.columns() - column), height));
        }
    }

    /**
     * All columns of all blocks of rows, strip by strip, each in memory.
     *
     * @param blockSize rows of a block; the last may have fewer
     */
    static void forEachBlock(MatrixSource matrix, int blockSize, Consumer<Strip> consumer) {
        int height = Math.min(matrix.rows(), matrix instanceof Transposed ? matrix.rows() : blockSize);
        int most = Math.max(1, TILE / height);
        for (int top = 0; top < matrix.rows(); top += height) {
            int rows = Math.min(height, matrix.rows() - top);
            for (int column = 0; column < matrix.columns(); column += most) {
                int width = Math.min(most, matrix.columns() - column);
                double[] numbers = new double[rows * width];
                matrix.read(top, column, rows, width, numbers);
                for (int row = 0; row < rows; row += blockSize) {
                    int count = Math.min(blockSize, rows - row);
                    double[] block = Arrays.copyOfRange(numbers, row * width, (row + count) * width);
                    consumer.accept(new Strip(matrix, top + row, count, column, width, count, block, true));
                }
            }
        }
    }

    /** Columns with all of their rows, which stay in memory. */
    static Strip whole(MatrixSource matrix, int from, int width) {
        return of(matrix, from, width, matrix.rows());
    }

    /** The matrix's column that is this one's first. */
    int from() {
        return from;
    }

    int width() {
        return width;
    }

    /** The matrix's row that is this one's first. */
    int top() {
        return top;
    }

    /** All rows, from the first to the last; however often. */
    void forEachPanel(Panel panel) {
        for (int row = top; row < top + rows; row += height) {
            int count = Math.min(height, top + rows - row);
            if (!whole) {
                matrix.read(row, from, count, width, numbers);
                whole = height == rows;
            }
            panel.accept(row, count, numbers);
        }
    }
}

package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import java.util.function.Consumer;

/**
 * Some columns of a matrix, of which some rows are in memory at a time: as many of each as can be read as they are stored.
 *
 * <p>For one thread.
 */
final class Strip {
    /** Numbers that are in memory at a time: few enough to stay in a processor's caches. */
    private static final int TILE = 1 << 16;

    private final MatrixSource matrix;
    private final int from;
    private final int width;
    private final int height;
    private final double[] numbers;
    private boolean whole;

    private Strip(MatrixSource matrix, int from, int width, int height) {
        this.matrix = matrix;
        this.from = from;
        this.width = width;
        this.height = height;
        this.numbers = new double[Math.multiplyExact(height, width)];
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
            consumer.accept(new Strip(matrix, column, Math.min(width, matrix.columns() - column), height));
        }
    }

    /** Columns with all of their rows, which stay in memory. */
    static Strip whole(MatrixSource matrix, int from, int width) {
        return new Strip(matrix, from, width, matrix.rows());
    }

    /** The matrix's column that is this one's first. */
    int from() {
        return from;
    }

    int width() {
        return width;
    }

    /** All rows, from the first to the last; however often. */
    void forEachPanel(Panel panel) {
        int rows = matrix.rows();
        for (int row = 0; row < rows; row += height) {
            int count = Math.min(height, rows - row);
            if (!whole) {
                matrix.read(row, from, count, width, numbers);
                whole = height == rows;
            }
            panel.accept(row, count, numbers);
        }
    }
}

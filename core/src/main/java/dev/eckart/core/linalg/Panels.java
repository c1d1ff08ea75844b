package dev.eckart.core.linalg;

/** A matrix, some rows or some columns at a time, each time with all of the other axis. */
final class Panels {
    private Panels() {}

    interface Consumer {
        /**
         * Takes a panel.
         *
         * @param from the first row, or column, of the matrix that it has
         * @param count how many it has
         * @param numbers row by row; good until this returns
         */
        void accept(int from, int count, double[] numbers);
    }

    /** {@code height} rows at a time. */
    static void ofRows(MatrixSource matrix, int height, Consumer consumer) {
        double[] numbers = new double[Math.min(height, matrix.rows()) * matrix.columns()];
        for (int row = 0; row < matrix.rows(); row += height) {
            int rows = Math.min(height, matrix.rows() - row);
            matrix.read(row, 0, rows, matrix.columns(), numbers);
            consumer.accept(row, rows, numbers);
        }
    }

    /** {@code width} columns at a time, each panel row by row. */
    static void ofColumns(MatrixSource matrix, int width, Consumer consumer) {
        double[] numbers = new double[Math.min(width, matrix.columns()) * matrix.rows()];
        for (int column = 0; column < matrix.columns(); column += width) {
            int columns = Math.min(width, matrix.columns() - column);
            matrix.read(0, column, matrix.rows(), columns, numbers);
            consumer.accept(column, columns, numbers);
        }
    }
}

package dev.eckart.core.linalg;

/**
 * Panels of a matrix outside of the heap, as the matrix is stored: one that is a transpose is not turned, and the
 * multiplication is told.
 */
final class StoredPanels {
    private StoredPanels() {}

    /**
     * A panel.
     *
     * @param transposed whether its rows are the panel's columns
     * @param stride from one of its rows to the next
     */
    record Panel(NativeDoubles numbers, boolean transposed, int stride) {}

    interface Consumer {
        /** Takes the panel that begins at a row, or column, of the matrix and has some; good until this returns. */
        void accept(int from, int count, Panel panel);
    }

    /** Some rows at a time, side by side. */
    static void ofRows(MatrixSource matrix, int numbers, Consumer consumer) {
        if (matrix instanceof Transposed transposed) {
            columns(transposed.original(), true, numbers, consumer);
        } else {
            rows(matrix, false, numbers, consumer);
        }
    }

    /** Some columns at a time, side by side. */
    static void ofColumns(MatrixSource matrix, int numbers, Consumer consumer) {
        if (matrix instanceof Transposed transposed) {
            rows(transposed.original(), true, numbers, consumer);
        } else {
            columns(matrix, false, numbers, consumer);
        }
    }

    private static void rows(MatrixSource matrix, boolean transposed, int numbers, Consumer consumer) {
        int columns = matrix.columns();
        int height = Math.max(1, Math.min(matrix.rows(), numbers / columns));
        Parts.forEach(Parts.of(height, matrix.rows()), part -> {
            int from = part * height;
            int count = Math.min(height, matrix.rows() - from);
            double[] panel = new double[count * columns];
            matrix.read(from, 0, count, columns, panel);
            accept(panel, from, count, transposed, columns, consumer);
        });
    }

    private static void columns(MatrixSource matrix, boolean transposed, int numbers, Consumer consumer) {
        int rows = matrix.rows();
        int width = Math.max(1, Math.min(matrix.columns(), numbers / rows));
        Parts.forEach(Parts.of(width, matrix.columns()), part -> {
            int from = part * width;
            int count = Math.min(width, matrix.columns() - from);
            double[] panel = new double[rows * count];
            matrix.read(0, from, rows, count, panel);
            accept(panel, from, count, transposed, count, consumer);
        });
    }

    private static void accept(
            double[] numbers, int from, int count, boolean transposed, int stride, Consumer consumer) {
        try (NativeDoubles panel = NativeDoubles.allocate(numbers.length)) {
            panel.put(0, numbers, 0, numbers.length);
            consumer.accept(from, count, new Panel(panel, transposed, stride));
        }
    }
}

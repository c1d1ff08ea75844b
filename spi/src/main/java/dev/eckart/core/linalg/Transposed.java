package dev.eckart.core.linalg;

/** A matrix read as its transpose. */
public record Transposed(MatrixSource original) implements MatrixSource {
    /** A block of this side and its mirror image stay in the nearest cache. */
    private static final int BLOCK = 32;

    /** The transpose of a matrix: the original where that is one itself. */
    public static MatrixSource of(MatrixSource matrix) {
        return matrix instanceof Transposed transposed ? transposed.original : new Transposed(matrix);
    }

    @Override
    public int rows() {
        return original.columns();
    }

    @Override
    public int columns() {
        return original.rows();
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        double[] block = new double[rows * columns];
        original.read(column, row, columns, rows, block);
        turn(block, columns, rows, target);
    }

    /** Sets {@code target} to the transpose of a matrix {@code [rows × columns]}; both row by row. */
    static void turn(double[] matrix, int rows, int columns, double[] target) {
        for (int top = 0; top < rows; top += BLOCK) {
            for (int left = 0; left < columns; left += BLOCK) {
                for (int j = left; j < Math.min(columns, left + BLOCK); j++) {
                    for (int i = top; i < Math.min(rows, top + BLOCK); i++) {
                        target[j * rows + i] = matrix[i * columns + j];
                    }
                }
            }
        }
    }
}

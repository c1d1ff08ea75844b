package dev.eckart.core.linalg;

/** A matrix read as its transpose. */
public record Transposed(MatrixSource original) implements MatrixSource {

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
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                target[i * columns + j] = block[j * rows + i];
            }
        }
    }
}

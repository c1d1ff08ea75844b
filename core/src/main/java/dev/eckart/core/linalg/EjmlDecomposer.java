package dev.eckart.core.linalg;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The pure-Java backend, on EJML.
 *
 * <p>EJML's single-threaded classes are named outright: its multi-threaded ones split sums by the number of threads,
 * and the result must not depend on that. What is done side by side here are parts of a fixed size.
 */
public final class EjmlDecomposer implements Decomposer {
    /** Numbers of a panel that is in memory at a time: 2 MB of doubles. */
    private static final int PANEL_NUMBERS = 1 << 18;

    @Override
    public String name() {
        return "ejml";
    }

    @Override
    public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
        return switch (accuracy) {
            case ENERGY -> EjmlGram.of(matrix);
            case FULL -> EjmlSvd.of(matrix);
        };
    }

    @Override
    public Decomposition decomposeGram(Matrix gram) {
        return EjmlGram.ofGram(gram);
    }

    @Override
    public Matrix timesTransposed(MatrixSource left, Matrix right) {
        Matrix.requireShared(left.columns(), right.columns());
        DMatrixRMaj upright = right.transpose().ejml();
        DMatrixRMaj product = new DMatrixRMaj(left.rows(), right.rows());
        forEachPanel(left, (row, panel) -> {
            DMatrixRMaj part = new DMatrixRMaj(panel.numRows, right.rows());
            CommonOps_DDRM.mult(panel, upright, part);
            CommonOps_DDRM.insert(part, product, row, 0);
        });
        return Matrix.wrap(product);
    }

    @Override
    public Matrix times(Matrix left, MatrixSource right) {
        Matrix.requireShared(left.columns(), right.rows());
        return timesTransposed(Transposed.of(right), left).transpose();
    }

    private interface PanelProduct {
        void accept(int row, DMatrixRMaj panel);
    }

    /** Panels of rows, side by side. */
    private static void forEachPanel(MatrixSource matrix, PanelProduct product) {
        int columns = matrix.columns();
        int height = Math.max(1, Math.min(matrix.rows(), PANEL_NUMBERS / columns));
        Parts.forEach(Parts.of(height, matrix.rows()), part -> {
            int row = part * height;
            int rows = Math.min(height, matrix.rows() - row);
            double[] numbers = new double[rows * columns];
            matrix.read(row, 0, rows, columns, numbers);
            product.accept(row, DMatrixRMaj.wrap(rows, columns, numbers));
        });
    }

    @Override
    public RowSums rowSums(int columns) {
        return new RowSums(columns, new EjmlGramSum(columns));
    }

    @Override
    public long bytes(int rows, int columns, Accuracy accuracy) {
        long shorter = Math.min(rows, columns);
        long longer = Math.max(rows, columns);
        // The Gram matrix, its reduction, vectors of it twice over, and what they are put together from.
        long numbers = 6 * shorter * shorter;
        return Double.BYTES * (accuracy == Accuracy.FULL ? numbers + 2 * shorter * longer : numbers);
    }
}

package dev.eckart.core.linalg;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.chol.CholeskyDecomposition_DDRB_to_DDRM;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * The pure-Java backend, on EJML.
 *
 * <p>EJML's single-threaded classes are named outright: its multi-threaded ones split sums by the number of threads,
 * and the result must not depend on that. What is done side by side here are parts of a fixed size.
 */
public final class EjmlDecomposer implements Decomposer {
    /** Numbers of a panel that is in memory at a time: 2 MB of doubles. */
    private static final int PANEL_NUMBERS = 1 << 18;

    /** The singular value decomposition with square orthogonal U {@code [m × m]} and V {@code [n × n]}. */
    public static SingularValueDecomposition full(MatrixSource matrix) {
        return decomposed(matrix, false);
    }

    /** The singular value decomposition with min(m, n) columns in U and rows in Vᵀ. */
    public static SingularValueDecomposition thin(MatrixSource matrix) {
        return decomposed(matrix, true);
    }

    /**
     * The singular value decomposition with the {@code rank} largest singular values and their vectors.
     *
     * @throws IllegalArgumentException if the rank is below 1 or above min(m, n)
     */
    public static SingularValueDecomposition truncated(MatrixSource matrix, int rank) {
        return new EjmlDecomposer().truncated(matrix, rank, Accuracy.FULL);
    }

    private static SingularValueDecomposition decomposed(MatrixSource source, boolean compact) {
        double scale = Scale.of(source);
        Matrix matrix = Matrix.copyOf(source);
        var svd = new SvdImplicitQrDecompose_DDRM(compact, true, true, false);
        if (!svd.decompose(Scale.divide(EjmlMatrices.of(matrix).copy(), scale))) {
            throw new ArithmeticException("The singular value decomposition of %s did not converge".formatted(matrix));
        }
        double[] unordered = Arrays.stream(svd.getSingularValues(), 0, Math.min(matrix.rows(), matrix.columns()))
                .map(value -> scale * value)
                .toArray();
        int[] order = Descending.order(unordered);
        return new SingularValueDecomposition(
                permuteColumns(svd.getU(null, false), order),
                Descending.ordered(unordered, order),
                permuteColumns(svd.getV(null, false), order).transpose());
    }

    /** The columns in {@code order}, then those that it does not name, where they are. */
    private static Matrix permuteColumns(DMatrixRMaj matrix, int[] order) {
        DMatrixRMaj permuted = matrix.copy();
        for (int j = 0; j < order.length; j++) {
            for (int i = 0; i < matrix.numRows; i++) {
                permuted.set(i, j, matrix.get(i, order[j]));
            }
        }
        return EjmlMatrices.wrap(permuted);
    }

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
    public Matrix inverseRoot(Matrix matrix) {
        int k = matrix.rows();
        DMatrixRMaj reversed = DMatrixRMaj.wrap(k, k, InverseRoot.reversed(matrix));
        CholeskyDecomposition_DDRB_to_DDRM cholesky = new CholeskyDecomposition_DDRB_to_DDRM(true);
        if (!cholesky.decompose(reversed)) {
            throw InverseRoot.notPositiveDefinite(k);
        }
        return InverseRoot.ofReversed(k, inverse(k, cholesky.getT(null).data));
    }

    /** The inverse of a lower triangular matrix, row by row: each less the multiples that it has of those before it. */
    private static double[] inverse(int k, double[] lower) {
        double[][] rows = new double[k][k];
        double[] inverse = new double[k * k];
        for (int i = 0; i < k; i++) {
            double[] row = rows[i];
            row[i] = 1;
            for (int j = 0; j < i; j++) {
                subtract(row, rows[j], lower[i * k + j], j + 1);
            }
            double pivot = lower[i * k + i];
            for (int j = 0; j <= i; j++) {
                row[j] /= pivot;
            }
            System.arraycopy(row, 0, inverse, i * k, i + 1);
        }
        return inverse;
    }

    private static void subtract(double[] row, double[] other, double factor, int count) {
        for (int j = 0; j < count; j++) {
            row[j] -= factor * other[j];
        }
    }

    @Override
    public Matrix timesTransposed(MatrixSource left, Matrix right) {
        Matrix.requireShared(left.columns(), right.columns());
        DMatrixRMaj upright = EjmlMatrices.of(right.transpose());
        DMatrixRMaj product = new DMatrixRMaj(left.rows(), right.rows());
        forEachPanel(left, (row, panel) -> {
            DMatrixRMaj part = new DMatrixRMaj(panel.numRows, right.rows());
            CommonOps_DDRM.mult(panel, upright, part);
            CommonOps_DDRM.insert(part, product, row, 0);
        });
        return EjmlMatrices.wrap(product);
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

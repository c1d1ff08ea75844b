package dev.eckart.core.linalg;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * A = U·Σ·Vᵀ for a real matrix A {@code [m × n]}, with k = min(m, n) singular values σ₁ ≥ σ₂ ≥ … ≥ 0.
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><th></th><th>U</th><th>Σ</th><th>Vᵀ</th></tr>
 * <tr><td>{@link #full}</td><td>[m × m]</td><td>[m × n]</td><td>[n × n]</td></tr>
 * <tr><td>{@link #thin}</td><td>[m × k]</td><td>[k × k]</td><td>[k × n]</td></tr>
 * <tr><td>{@link #truncated}</td><td>[m × r]</td><td>[r × r]</td><td>[r × n]</td></tr>
 * </table>
 *
 * <p>The truncated product is the best approximation of A of rank r in the Frobenius norm (C. Eckart and G. Young,
 * 1936); its error is the root of the sum of the squares of the singular values left out.
 */
public final class SingularValueDecomposition {
    private final Matrix u;
    private final double[] singularValues;
    private final Matrix vTransposed;

    SingularValueDecomposition(Matrix u, double[] singularValues, Matrix vTransposed) {
        this.u = u;
        this.singularValues = singularValues;
        this.vTransposed = vTransposed;
    }

    /** With square orthogonal U {@code [m × m]} and V {@code [n × n]}. */
    public static SingularValueDecomposition full(MatrixSource matrix) {
        return decompose(matrix, false);
    }

    /** With min(m, n) columns in U and rows in Vᵀ. */
    public static SingularValueDecomposition thin(MatrixSource matrix) {
        return decompose(matrix, true);
    }

    /**
     * With the {@code rank} largest singular values and their vectors.
     *
     * @throws IllegalArgumentException if the rank is below 1 or above min(m, n)
     */
    public static SingularValueDecomposition truncated(MatrixSource matrix, int rank) {
        return new EjmlDecomposer().truncated(matrix, rank, Accuracy.FULL);
    }

    private static SingularValueDecomposition decompose(MatrixSource source, boolean compact) {
        double scale = Scale.of(source);
        Matrix matrix = Matrix.copyOf(source);
        var svd = new SvdImplicitQrDecompose_DDRM(compact, true, true, false);
        if (!svd.decompose(Scale.divide(matrix.ejml().copy(), scale))) {
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
        return Matrix.wrap(permuted);
    }

    /** The left singular vectors, as columns. */
    public Matrix u() {
        return u;
    }

    /** A copy of the singular values, largest first. */
    public double[] singularValues() {
        return singularValues.clone();
    }

    /** The singular values on the diagonal of a matrix that fits between U and Vᵀ. */
    public Matrix sigma() {
        return Matrix.diagonal(/* rows= */ u.columns(), /* columns= */ vTransposed.rows(), singularValues);
    }

    /** The right singular vectors, as rows. */
    public Matrix vTransposed() {
        return vTransposed;
    }

    /** The right singular vectors, as columns. */
    public Matrix v() {
        return vTransposed.transpose();
    }

    /** U·Σ·Vᵀ: the matrix itself, or its best approximation of the truncated rank. */
    public Matrix product() {
        return u.times(sigma()).times(vTransposed);
    }
}

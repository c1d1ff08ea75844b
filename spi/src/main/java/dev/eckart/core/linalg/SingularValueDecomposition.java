package dev.eckart.core.linalg;

/**
 * A = U·Σ·Vᵀ for a real matrix A {@code [m × n]}, with k = min(m, n) singular values σ₁ ≥ σ₂ ≥ … ≥ 0.
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><th></th><th>U</th><th>Σ</th><th>Vᵀ</th></tr>
 * <tr><td>full</td><td>[m × m]</td><td>[m × n]</td><td>[n × n]</td></tr>
 * <tr><td>thin</td><td>[m × k]</td><td>[k × k]</td><td>[k × n]</td></tr>
 * <tr><td>truncated</td><td>[m × r]</td><td>[r × r]</td><td>[r × n]</td></tr>
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

package dev.eckart.core.factor;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SingularValueDecomposition;
import java.util.Arrays;

/**
 * The two factors that stand in for a weight: W ≈ B·A, so that x·W becomes (x·B)·A.
 *
 * @param b B, {@code [in × r]}
 * @param a A, {@code [r × out]}
 */
public record FactorPair(Matrix b, Matrix a) {
    public FactorPair {
        if (b.columns() != a.rows()) {
            throw new IllegalArgumentException("Expected factors that can be multiplied but was: [%d×%d]·[%d×%d]"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns()));
        }
    }

    /** How the singular values are shared out between the factors. */
    public enum Balance {
        /** B = U_r·Σ_r, A = V_rᵀ. */
        PLAIN,
        /** B = U_r·√Σ_r, A = √Σ_r·V_rᵀ: both of the same size, safer in 16-bit types. */
        BALANCED
    }

    /** The factors out of a truncated decomposition. */
    public static FactorPair of(SingularValueDecomposition svd, Balance balance) {
        double[] sigma = svd.singularValues();
        return switch (balance) {
            case PLAIN -> new FactorPair(svd.u().scaleColumns(sigma), svd.vTransposed());
            case BALANCED -> {
                double[] root = Arrays.stream(sigma).map(Math::sqrt).toArray();
                yield new FactorPair(
                        svd.u().scaleColumns(root), svd.vTransposed().scaleRows(root));
            }
        };
    }

    public int rank() {
        return b.columns();
    }

    /** r·(in+out). */
    public long parameters() {
        return (long) rank() * (b.rows() + a.columns());
    }

    /** B·A, {@code [in × out]}. */
    public Matrix product() {
        return b.times(a);
    }
}

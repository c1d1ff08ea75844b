package dev.eckart.core.factor;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.ScaledAxis;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.model.ElementType;
import java.util.Arrays;

/**
 * The two factors that stand in for a weight: W ≈ B·A, so that x·W becomes (x·B)·A.
 *
 * @param b B, {@code [in × r]}
 * @param a A, {@code [r × out]}
 */
public record FactorPair(MatrixSource b, MatrixSource a) {
    public FactorPair {
        if (b.columns() != a.rows()) {
            throw new IllegalArgumentException("Expected factors that can be multiplied but was: [%d×%d]·[%d×%d]"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns()));
        }
    }

    /** How the singular values are shared out between the factors. */
    public enum Balance {
        /** {@link #BALANCED} for float16, whose range is small, and {@link #PLAIN} for every other type. */
        AUTO,
        /** B = U_r·Σ_r, A = V_rᵀ. */
        PLAIN,
        /** B = U_r·√Σ_r, A = √Σ_r·V_rᵀ: both of the same size, safer in 16-bit types. */
        BALANCED
    }

    /** The factors out of a truncated decomposition, for a weight of a type. */
    public static FactorPair of(SingularValueDecomposition svd, Balance balance, ElementType type) {
        double[] sigma = svd.singularValues();
        return switch (balance) {
            case AUTO -> of(svd, type == ElementType.FLOAT16 ? Balance.BALANCED : Balance.PLAIN, type);
            case PLAIN -> new FactorPair(ScaledAxis.columns(svd.u(), sigma), svd.vTransposed());
            case BALANCED -> {
                double[] root = Arrays.stream(sigma).map(Math::sqrt).toArray();
                yield new FactorPair(ScaledAxis.columns(svd.u(), root), ScaledAxis.rows(svd.vTransposed(), root));
            }
        };
    }

    /**
     * Factors of which A has orthonormal rows, for a weight of a type: the lengths of B's columns are what is shared out.
     *
     * @param b {@code [in × r]}
     * @param a {@code [r × out]}
     */
    public static FactorPair of(Matrix b, Matrix a, Balance balance, ElementType type) {
        return switch (balance) {
            case AUTO -> of(b, a, type == ElementType.FLOAT16 ? Balance.BALANCED : Balance.PLAIN, type);
            case PLAIN -> new FactorPair(b, a);
            case BALANCED -> {
                double[] root = Arrays.stream(b.columnNorms())
                        .map(norm -> norm == 0 ? 1 : Math.sqrt(norm))
                        .toArray();
                double[] inverse = Arrays.stream(root).map(value -> 1 / value).toArray();
                yield new FactorPair(ScaledAxis.columns(b, inverse), ScaledAxis.rows(a, root));
            }
        };
    }

    /**
     * How far B·A is expected to move when its factors are rounded to a type, relative to its norm.
     *
     * <p>Rounding to nearest moves a number by up to half a unit in the last place, evenly spread: 1/√12 units in the
     * mean square. A unit is ε/m of a number of significand m, and 1/m² is 3/(8·ln 2) in the mean where numbers of all
     * sizes are as frequent (R. W. Hamming, 1970). The two factors' errors add up as squares.
     */
    public static double roundingError(ElementType type) {
        return type.epsilon() * Math.sqrt(2.0 / 12 * 3 / (8 * Math.log(2)));
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
        return Matrix.copyOf(b).times(Matrix.copyOf(a));
    }

    /** B·A, {@code [in × out]}, of which rows are multiplied out when they are read; to the bit those of {@link #product}. */
    public MatrixSource productByRows() {
        return new Product(b, Matrix.copyOf(a));
    }

    private record Product(MatrixSource b, Matrix a) implements MatrixSource {
        @Override
        public int rows() {
            return b.rows();
        }

        @Override
        public int columns() {
            return a.columns();
        }

        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            double[] numbers = new double[rows * b.columns()];
            b.read(row, 0, rows, b.columns(), numbers);
            Matrix.of(rows, b.columns(), numbers).times(a).read(0, column, rows, columns, target);
        }
    }
}

package dev.eckart.core.calibrate;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;
import java.util.Optional;

/**
 * A weight W {@code [in × out]} as its inputs see it: M = Lᵀ·W {@code [in × out]}, where C = L·Lᵀ is their covariance.
 *
 * <p>The squares of M's singular values add up to the energy of the outputs, the mean of ‖(x−μ)·W‖², and those left out
 * to the mean of ‖(x−μ)·(W−B·A)‖², with M's right singular vectors as the rows of A and B = W·Aᵀ: no other pair of that
 * rank leaves less (J. Yu, J. Wu, "Compressing Transformers: Features Are Low-Rank, but Weights Are Not!", AAAI 2023). No
 * inverse of C is taken, so that it may be singular. What W and B·A make of the mean, μ·(W−B·A), is added to the layer's
 * bias.
 */
public final class CalibratedWeight {
    /** A row of A whose part beside those before it is shorter than the root of this says nothing but rounding. */
    private static final double NOISE = 1e-8;

    private final LinearWeight weight;
    private final Optional<Fit> fit;
    private final InputStatistics inputs;
    private final MatrixSource seen;

    /**
     * What stands for a weight on inputs that it was not made for.
     *
     * @param values instead of the weight's, {@code [in × out]}
     * @param meanOutput what the layer is to make of the mean input, {@code [1 × out]}
     */
    record Fit(MatrixSource values, MatrixSource meanOutput) {}

    private CalibratedWeight(LinearWeight weight, Optional<Fit> fit, InputStatistics inputs, MatrixSource seen) {
        this.weight = weight;
        this.fit = fit;
        this.inputs = inputs;
        this.seen = seen;
    }

    /**
     * A weight on inputs. Weights that are factored jointly are divided by the norms of their outputs, instead of their
     * own.
     *
     * @param root Lᵀ, as {@link InputRoots} has it
     */
    public static CalibratedWeight of(LinearWeight weight, InputStatistics inputs, Matrix root, Decomposer decomposer) {
        return of(weight, Optional.empty(), inputs, root, decomposer);
    }

    /** As {@link #of(LinearWeight, InputStatistics, Matrix, Decomposer)}, of what stands for the weight. */
    static CalibratedWeight of(
            LinearWeight weight, Optional<Fit> fit, InputStatistics inputs, Matrix root, Decomposer decomposer) {
        Matrix seen = decomposer.times(root, fit.map(Fit::values).orElse(weight.values()));
        return weight.joint()
                .map(joint -> {
                    JointBlocks balanced = joint.balancedFor(seen);
                    return new CalibratedWeight(
                            weight.withValues(balanced),
                            fit.map(instead -> new Fit(
                                    balanced.insteadOf(joint, instead.values),
                                    balanced.insteadOf(joint, instead.meanOutput))),
                            inputs,
                            balanced.insteadOf(joint, seen));
                })
                .orElseGet(() -> new CalibratedWeight(weight, fit, inputs, seen));
    }

    /** Bytes that it takes, with what is needed to make it. */
    public static long bytes(LinearWeight weight, Decomposer decomposer) {
        return Double.BYTES * weight.parameters() + InputRoots.bytes(decomposer, weight.rows());
    }

    /** W; of weights that are factored jointly, each divided by the norm of its outputs. */
    public LinearWeight weight() {
        return weight;
    }

    /** What the weight is multiplied by. */
    public InputStatistics inputs() {
        return inputs;
    }

    /** M. */
    public MatrixSource seen() {
        return seen;
    }

    /**
     * The pair of a rank from 1 to the weight's smaller side, and the shift of the bias.
     *
     * @param decomposition of M, by the same backend
     */
    public ShiftedPair factor(
            Decomposer decomposer, Decomposition decomposition, int rank, FactorPair.Balance balance) {
        Matrix rows = decomposer.truncated(seen, decomposition, rank).vTransposed();
        // Those of the longer side come by division by singular values, which enlarges rounding.
        Matrix a = seen.rows() >= seen.columns() ? rows : orthonormal(rows, decomposer);
        MatrixSource values = fit.map(Fit::values).orElse(weight.values());
        Matrix meanOutput =
                fit.map(Fit::meanOutput).map(Matrix::copyOf).orElseGet(() -> decomposer.times(inputs.mean(), values));
        Matrix b = decomposer.timesTransposed(values, a);
        Matrix shift = meanOutput.minus(decomposer.times(inputs.mean().times(b), a));
        return new ShiftedPair(
                FactorPair.of(b, a, balance, weight.type()),
                shift.frobeniusNorm() == 0 ? Optional.empty() : Optional.of(shift));
    }

    /**
     * The nearest orthonormal rows, S^(−½)·A with S = A·Aᵀ (P.-O. Löwdin, 1950): those that are so already stay as they
     * are. What only noise tells from the others becomes zero.
     */
    private static Matrix orthonormal(Matrix rows, Decomposer decomposer) {
        try (Decomposition products = decomposer.decomposeGram(decomposer.timesTransposed(rows, rows))) {
            double[] inverse = Arrays.stream(products.singularValues())
                    .map(root -> root * root > NOISE ? 1 / root : 0)
                    .toArray();
            Matrix vectors = products.vectors(rows.rows());
            Matrix inverseRoot = decomposer.times(vectors.transpose(), vectors.scaleRows(inverse));
            return decomposer.times(inverseRoot, rows);
        }
    }
}

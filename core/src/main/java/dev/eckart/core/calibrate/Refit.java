package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;
import java.util.Optional;

/**
 * Weights W {@code [in × out]} of layers whose inputs became x' instead of x, fitted to these.
 *
 * <p>With C' = cov(x'), x−x' is foretold from x' by ridge regression, K = (C'+λI)⁻¹·cov(x', x−x'), and a part α of that
 * is made up for: W* = W + α·K·W. That is W* = (C'+λI)⁻¹·(T+λW) with T = α·cov(x', x)·W + (1−α)·C'·W, the ridge
 * regression, drawn towards W, of outputs between what the layer made of x and what it makes of x'. Where nothing
 * changed, W* = W.
 */
public final class Refit {
    /** α: to make up for all would be to fit what the calibration inputs have in common by chance. */
    static final double PART = 0.375;

    /** λ, as a part of the mean variance of the inputs. */
    static final double RIDGE = 0.01;

    private final ChangedInputs inputs;
    private final InputStatistics now;
    private final Matrix root;
    private final Matrix correction;
    private final Decomposer decomposer;

    private Refit(ChangedInputs inputs, InputStatistics now, Matrix root, Matrix correction, Decomposer decomposer) {
        this.inputs = inputs;
        this.now = now;
        this.root = root;
        this.correction = correction;
        this.decomposer = decomposer;
    }

    /**
     * What weights on some inputs have in common.
     *
     * @param inputs that have no {@linkplain ChangedInputs#obstacle() obstacle}
     */
    public static Refit to(ChangedInputs inputs, Decomposer decomposer) {
        return to(inputs, PART, decomposer);
    }

    static Refit to(ChangedInputs inputs, double part, Decomposer decomposer) {
        InputStatistics now = inputs.now().shrunk();
        Matrix root = new InputRoots(decomposer, 0).of(now);
        return new Refit(inputs, now, root, correction(inputs.change(), part, root, decomposer), decomposer);
    }

    /**
     * α·K. The rows of Lᵀ are orthogonal, of squared lengths Λ, so that (C'+λI)⁻¹ = (I − L·(Λ+λ)⁻¹·Lᵀ)/λ.
     *
     * @param root Lᵀ
     */
    private static Matrix correction(Matrix change, double part, Matrix root, Decomposer decomposer) {
        double energy = root.frobeniusNorm() * root.frobeniusNorm();
        double ridge = RIDGE * energy / root.rows();
        double[] lengths = root.transpose().columnNorms();
        double[] inverse = Arrays.stream(lengths)
                .map(length -> 1 / (length * length + ridge))
                .toArray();
        Matrix projected = decomposer.times(root, change).scaleRows(inverse);
        Matrix rest = change.minus(decomposer.times(root.transpose(), projected));
        double[] factors = new double[rest.rows()];
        Arrays.fill(factors, part / ridge);
        return rest.scaleRows(factors);
    }

    /** Bytes that it takes to fit a weight, beside those that {@link CalibratedWeight#bytes} says. */
    public static long bytes(LinearWeight weight) {
        return 2L * Double.BYTES * weight.parameters();
    }

    /** W*, seen by x', and what W made of the mean of x for what the layer is to make of that of x'. */
    public CalibratedWeight of(LinearWeight weight) {
        Matrix w = Matrix.copyOf(weight.values());
        return CalibratedWeight.of(
                weight,
                Optional.of(new CalibratedWeight.Fit(
                        w.plus(decomposer.times(correction, w)), decomposer.times(inputs.originalMean(), w))),
                now,
                root,
                decomposer);
    }
}

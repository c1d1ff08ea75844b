package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import java.util.Arrays;
import java.util.Optional;

/** What another matrix in a weight's place loses of the layer's output. */
final class LossMetric {
    private LossMetric() {}

    /**
     * ‖Lᵀ(W − W')‖_F² / ‖LᵀW‖_F² with L·Lᵀ the inputs' covariance, or I without; 0 where nothing comes of W.
     *
     * @param w W, {@code [in × out]}, and {@code other}, W'
     */
    static double loss(MatrixSource w, Matrix other, Optional<CalibratedInputs> inputs) {
        double[] numbers = Matrix.copyOf(w).toArray();
        double largest = Arrays.stream(numbers).map(Math::abs).max().orElse(0);
        if (largest == 0) {
            return 0;
        }
        // In range whatever the sizes are: both energies are divided by the same.
        double part = 1 / Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT));
        double[] lost = other.toArray();
        for (int i = 0; i < numbers.length; i++) {
            lost[i] = numbers[i] * part - lost[i] * part;
            numbers[i] *= part;
        }
        double energy = energy(Matrix.of(w.rows(), w.columns(), numbers), inputs);
        return energy == 0 ? 0 : Math.max(0, energy(Matrix.of(w.rows(), w.columns(), lost), inputs)) / energy;
    }

    private static double energy(Matrix matrix, Optional<CalibratedInputs> inputs) {
        Matrix weighed = inputs.map(metric -> metric.weigh(matrix)).orElse(matrix);
        double[] one = matrix.toArray();
        double[] other = weighed.toArray();
        double energy = 0;
        for (int i = 0; i < one.length; i++) {
            energy += one[i] * other[i];
        }
        return energy;
    }

    /** μ·(W − W') {@code [1 × out]}; empty without inputs, or where it is zero. */
    static Optional<MatrixSource> shift(MatrixSource w, Matrix other, Optional<CalibratedInputs> inputs) {
        return inputs.map(known -> known.statistics())
                .filter(known -> !known.isAboutZero())
                .map(known -> known.mean().times(Matrix.copyOf(w).minus(other)))
                .filter(shift -> shift.frobeniusNorm() > 0)
                .map(shift -> shift);
    }
}

package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LookUps;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an encoding may know of a weight.
 *
 * @param weight W, {@code [in × out]}
 * @param inputs that it is multiplied by; empty where there is no calibration of it
 * @param lowRanks asked for where singular values are wanted
 * @param lookUps how often each output is taken, where the weight is a table and there is a calibration of it
 */
public record WeightView(
        LinearWeight weight, Optional<CalibratedInputs> inputs, LowRanks lowRanks, Optional<LookUps> lookUps) {
    public WeightView {
        inputs.ifPresent(metric -> {
            if (metric.statistics().size() != weight.rows()) {
                throw new IllegalArgumentException("Expected statistics of the inputs of %s but was: %d"
                        .formatted(weight.describe(), metric.statistics().size()));
            }
        });
        lookUps.ifPresent(known -> {
            if (known.size() != weight.columns()) {
                throw new IllegalArgumentException("Expected look-ups of the outputs of %s but was: %d"
                        .formatted(weight.describe(), known.size()));
            }
        });
    }

    /** A weight of which it is not known how often each output is taken. */
    public WeightView(LinearWeight weight, Optional<CalibratedInputs> inputs, LowRanks lowRanks) {
        this(weight, inputs, lowRanks, Optional.empty());
    }

    /** A weight of which no singular values will be wanted. */
    public WeightView(LinearWeight weight, Optional<CalibratedInputs> inputs) {
        this(weight, inputs, LowRanks.NONE);
    }

    /** A weight without a calibration. */
    public WeightView(LinearWeight weight) {
        this(weight, Optional.empty());
    }

    /** A weight on inputs that no other weight has. */
    public WeightView(LinearWeight weight, InputStatistics inputs, Supplier<Decomposer> backend) {
        this(weight, Optional.of(new CalibratedInputs(inputs, backend, List.of(weight.values()))));
    }

    /** The weight's singular values and pairs. */
    public LowRank lowRank() {
        return lowRanks.of(weight.values());
    }

    /**
     * ‖Lᵀ(W − W')‖_F² / ‖LᵀW‖_F², as of {@link Offer#loss}; 0 for a weight of zeros.
     *
     * @param other W', {@code [in × out]}
     */
    public double loss(Matrix other) {
        return LossMetric.loss(weight.values(), other, inputs);
    }

    /**
     * μ·(W − W') {@code [1 × out]}, as of {@link Offer#biasShift}: empty without a calibration, or where it is zero.
     *
     * @param other W', {@code [in × out]}
     */
    public Optional<MatrixSource> biasShift(Matrix other) {
        return LossMetric.shift(weight.values(), other, inputs);
    }
}

package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputStatistics;
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
 */
public record WeightView(LinearWeight weight, Optional<CalibratedInputs> inputs, LowRanks lowRanks) {
    public WeightView {
        inputs.ifPresent(metric -> {
            if (metric.statistics().size() != weight.rows()) {
                throw new IllegalArgumentException("Expected statistics of the inputs of %s but was: %d"
                        .formatted(weight.describe(), metric.statistics().size()));
            }
        });
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

package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.model.LinearWeight;
import java.util.Optional;

/**
 * What an encoding may know of a weight.
 *
 * @param weight W, {@code [in × out]}
 * @param inputs mean and covariance of what it is multiplied by; empty where there is no calibration of it
 */
public record WeightView(LinearWeight weight, Optional<InputStatistics> inputs) {

    /** A weight without a calibration. */
    public WeightView(LinearWeight weight) {
        this(weight, Optional.empty());
    }
}

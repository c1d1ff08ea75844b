package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.LinearWeight;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an encoding may know of a weight.
 *
 * @param weight W, {@code [in × out]}
 * @param inputs that it is multiplied by; empty where there is no calibration of it
 */
public record WeightView(LinearWeight weight, Optional<CalibratedInputs> inputs) {
    public WeightView {
        inputs.ifPresent(metric -> {
            if (metric.statistics().size() != weight.rows()) {
                throw new IllegalArgumentException("Expected statistics of the inputs of %s but was: %d"
                        .formatted(weight.describe(), metric.statistics().size()));
            }
        });
    }

    /** A weight without a calibration. */
    public WeightView(LinearWeight weight) {
        this(weight, Optional.empty());
    }

    /** A weight on inputs that no other weight has. */
    public WeightView(LinearWeight weight, InputStatistics inputs, Supplier<Decomposer> backend) {
        this(weight, Optional.of(new CalibratedInputs(inputs, backend)));
    }
}

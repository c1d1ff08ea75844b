package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.linalg.Decomposer;
import java.util.function.Supplier;

/** The inputs of one layer or more. */
public final class InputMetric {
    private final InputStatistics statistics;
    private final Supplier<Decomposer> backend;

    public InputMetric(InputStatistics statistics, Supplier<Decomposer> backend) {
        this.statistics = statistics;
        this.backend = backend;
    }

    /** Mean and covariance. */
    public InputStatistics statistics() {
        return statistics;
    }
}

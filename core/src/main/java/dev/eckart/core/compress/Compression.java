package dev.eckart.core.compress;

import dev.eckart.core.calibrate.UnrefittedWeight;
import dev.eckart.core.factor.CompressionPlan;
import java.util.List;

/**
 * What became of a network.
 *
 * @param plan that was carried out
 * @param network the compressed one
 * @param unrefitted those of its pairs that were to be fitted to what their inputs became, and were not
 */
public record Compression<N extends Network<N>>(CompressionPlan plan, N network, List<UnrefittedWeight> unrefitted) {
    public Compression {
        unrefitted = List.copyOf(unrefitted);
    }

    /** Nothing was to be refitted. */
    Compression(CompressionPlan plan, N network) {
        this(plan, network, List.of());
    }
}

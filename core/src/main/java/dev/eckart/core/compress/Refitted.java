package dev.eckart.core.compress;

import dev.eckart.core.calibrate.UnrefittedWeight;
import java.util.List;

/**
 * A compressed network whose pairs were fitted to what their inputs became.
 *
 * @param unrefitted those of its pairs that were not
 */
public record Refitted<N extends Network<N>>(N network, List<UnrefittedWeight> unrefitted) {
    public Refitted {
        unrefitted = List.copyOf(unrefitted);
    }
}

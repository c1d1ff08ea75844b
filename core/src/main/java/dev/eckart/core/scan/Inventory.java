package dev.eckart.core.scan;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import java.util.List;

/**
 * The weights of a network, in the order in which it runs them.
 *
 * @param linear those that can be factored
 * @param skipped those that can't, each with its reason
 */
public record Inventory(List<LinearWeight> linear, List<SkippedWeight> skipped) {
    public Inventory {
        linear = List.copyOf(linear);
        skipped = List.copyOf(skipped);
    }
}

package dev.eckart.onnx.scan;

import dev.eckart.core.model.LinearWeight;
import java.util.List;

/**
 * A linear weight, and the nodes that multiply by it.
 *
 * @param transposed whether the tensor holds Wᵀ, {@code [out × in]}
 * @param nodes indices in the main graph; each has x as its first input and the tensor as its second
 */
public record LinearSite(LinearWeight weight, boolean transposed, List<Integer> nodes) {
    public LinearSite {
        nodes = List.copyOf(nodes);
    }
}

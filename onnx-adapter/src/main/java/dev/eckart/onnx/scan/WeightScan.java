package dev.eckart.onnx.scan;

import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * What a model holds: linear weights with the nodes that use them, and the weights that are not linear.
 *
 * @param names of all stored tensors, of which no two have the same
 */
public record WeightScan(List<LinearSite> linear, List<SkippedWeight> skipped, Map<Value, String> names) {
    public WeightScan {
        linear = List.copyOf(linear);
        skipped = List.copyOf(skipped);
        names = Map.copyOf(names);
    }
}

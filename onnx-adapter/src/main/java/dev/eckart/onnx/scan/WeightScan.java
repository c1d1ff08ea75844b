package dev.eckart.onnx.scan;

import dev.eckart.core.model.SkippedWeight;
import java.util.List;

/** What a model holds: linear weights with the nodes that use them, and the weights that are not linear. */
public record WeightScan(List<LinearSite> linear, List<SkippedWeight> skipped) {
    public WeightScan {
        linear = List.copyOf(linear);
        skipped = List.copyOf(skipped);
    }
}

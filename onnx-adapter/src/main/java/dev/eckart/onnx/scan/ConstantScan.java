package dev.eckart.onnx.scan;

import dev.eckart.core.model.SkippedWeight;
import java.util.List;

/** The constants of a model that can be stored in another form, and the weights among the others. */
public record ConstantScan(List<ConstantSite> sites, List<SkippedWeight> skipped) {
    public ConstantScan {
        sites = List.copyOf(sites);
        skipped = List.copyOf(skipped);
    }
}

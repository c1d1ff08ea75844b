package dev.eckart.models;

import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.ModelProto;
import java.util.Map;

/**
 * A network whose weights are known.
 *
 * @param name in lower case, words joined by hyphens
 * @param linear the linear weights, to their numerical ranks
 * @param skipped the other weights, to the reasons why they are left alone
 */
public record CatalogueModel(
        String name, ModelProto model, Map<String, Integer> linear, Map<String, SkipReason> skipped) {
    public CatalogueModel {
        linear = Map.copyOf(linear);
        skipped = Map.copyOf(skipped);
    }

    @Override
    public String toString() {
        return name;
    }
}

package dev.eckart.onnx.rewrite;

import dev.eckart.core.stored.Blocks;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.Tensors;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What a model's metadata says of weights that it stores as codes. */
public final class StoredCodes {
    private StoredCodes() {}

    /**
     * Bytes of the codes and scales of each weight, by its name; none where the metadata cannot be read.
     *
     * @param index of the model
     */
    public static Map<String, Long> bytes(ModelProto model, GraphIndex index) {
        Map<String, CodeNames> names;
        try {
            names = CodeNames.of(model);
        } catch (Misfit e) {
            return Map.of();
        }
        Map<String, Long> stored = new HashMap<>();
        index.constants().forEach((value, tensor) -> stored.merge(value.name(), bytes(tensor), Math::max));
        Map<String, Long> bytes = new LinkedHashMap<>();
        names.forEach((weight, tensors) -> bytes.put(
                weight,
                tensors.tensors().stream()
                        .mapToLong(name -> stored.getOrDefault(name, 0L))
                        .sum()));
        return bytes;
    }

    /**
     * Gives the codes and scales of weights, as a compressed model of our own making stores them.
     *
     * @param original that it was made of
     * @param index of the original
     */
    public static Function<ConstantSite, Blocks> reader(OnnxModel original, GraphIndex index, OnnxModel compressed) {
        StoredPairs stored = new StoredPairs(original, index, compressed, () -> {
            throw new IllegalStateException("Codes take no backend");
        });
        Map<String, CodeNames> names;
        try {
            names = CodeNames.of(compressed.message());
        } catch (Misfit e) {
            throw new IllegalStateException(e);
        }
        return site -> {
            try {
                return stored.blocks(
                        site, Objects.requireNonNull(names.get(site.weight().name())));
            } catch (Misfit e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static long bytes(TensorProto tensor) {
        return Tensors.storedBytes(tensor);
    }
}

package dev.eckart.onnx.rewrite;

import dev.eckart.core.stored.Stored;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.Tensors;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;

/** What a model's metadata says of weights that it stores as codes. */
public final class StoredCodes {
    private StoredCodes() {}

    /**
     * What a weight is stored in instead of plain numbers.
     *
     * @param rank of two factors in codes; empty where the weight is in codes as a whole
     * @param corrected whether a pair is added to the codes
     * @param bytes of codes, scales and of what is added to them
     */
    public record Coded(OptionalInt rank, boolean corrected, long bytes) {}

    /**
     * Each weight that is stored in codes, by its name; none where the metadata cannot be read.
     *
     * @param index of the model
     */
    public static Map<String, Coded> of(ModelProto model, GraphIndex index) {
        Map<String, Long> bytes = new HashMap<>();
        Map<String, Long> elements = new HashMap<>();
        index.constants().forEach((value, tensor) -> {
            bytes.merge(value.name(), Tensors.storedBytes(tensor), Math::max);
            elements.merge(value.name(), Tensors.elements(tensor), Math::max);
        });
        Map<String, Coded> coded = new LinkedHashMap<>();
        try {
            CodeNames.of(model)
                    .forEach((weight, names) -> coded.put(
                            weight,
                            new Coded(OptionalInt.empty(), !names.pair().isEmpty(), sum(names.tensors(), bytes))));
            Map<String, CodeNames> factors = CodeNames.ofFactors(model);
            PairNames.of(model).forEach((weight, names) -> {
                CodeNames b = factors.get(names.b());
                CodeNames a = factors.get(names.a());
                if (b != null && a != null) {
                    coded.put(
                            weight,
                            new Coded(
                                    OptionalInt.of(Math.toIntExact(elements.getOrDefault(b.scales(), 0L))),
                                    false,
                                    sum(b.tensors(), bytes) + sum(a.tensors(), bytes)));
                }
            });
        } catch (Misfit e) {
            return Map.of();
        }
        return coded;
    }

    private static long sum(List<String> tensors, Map<String, Long> bytes) {
        return tensors.stream().mapToLong(name -> bytes.getOrDefault(name, 0L)).sum();
    }

    /**
     * Gives the codes and scales of weights, as a compressed model of our own making stores them.
     *
     * @param original that it was made of
     * @param index of the original
     */
    public static Function<ConstantSite, Stored> reader(OnnxModel original, GraphIndex index, OnnxModel compressed) {
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
                return stored.constant(
                        site, Objects.requireNonNull(names.get(site.weight().name())));
            } catch (Misfit e) {
                throw new IllegalStateException(e);
            }
        };
    }
}

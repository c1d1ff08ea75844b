package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.tensor.Tensors;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Sums over the numbers of the tensors that a compression wrote, as the compressed model's metadata keeps them: an entry
 * {@code eckart.checksum.<tensor>} holds the CRC-32C of the tensor's raw data in hexadecimal digits. A reference is made of
 * the factors that the model holds, so that nothing but these sums tells factors that were written from others.
 */
final class Checksums {
    private static final String KEY = "eckart.checksum.";

    private final Map<String, String> sums;

    private Checksums(Map<String, String> sums) {
        this.sums = Map.copyOf(sums);
    }

    /** Those that a model keeps. */
    static Checksums of(ModelProto model) {
        Map<String, String> sums = new HashMap<>();
        model.getMetadataPropsList().stream()
                .filter(Checksums::isEntry)
                .forEach(entry -> sums.put(entry.getKey().substring(KEY.length()), entry.getValue()));
        return new Checksums(sums);
    }

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(KEY);
    }

    /** The entries for tensors, whose sums are given by name. */
    static List<StringStringEntryProto> entries(Collection<String> tensors, Map<String, CRC32C> sums) {
        return tensors.stream()
                .distinct()
                .map(tensor -> StringStringEntryProto.newBuilder()
                        .setKey(KEY + tensor)
                        .setValue(text(sums.getOrDefault(tensor, new CRC32C())))
                        .build())
                .toList();
    }

    /** Whether there is a sum of a tensor. */
    boolean has(String name) {
        return sums.containsKey(name);
    }

    /** Whether a tensor of the model holds what was written; false also where there is no sum of it. */
    boolean fit(String name, TensorProto tensor, Payloads payloads) {
        CRC32C sum = new CRC32C();
        Tensors.forEachPart(tensor, payloads, sum::update);
        return text(sum).equals(sums.get(name));
    }

    private static String text(CRC32C sum) {
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }
}

package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which tensors hold a weight's codes and scales, as a compressed model's metadata keeps it: an entry {@code
 * eckart.codes.<weight>} of the number of bits, the names of the tensors, with spaces written as in {@link PairNames}.
 *
 * @param bits of a code, 2 to 8
 */
record CodeNames(int bits, String codes, String scales) {
    private static final String KEY = "eckart.codes.";

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(KEY);
    }

    /** The tensors that it speaks of, in order. */
    List<String> tensors() {
        return List.of(codes, scales);
    }

    StringStringEntryProto entry(String weight) {
        return StringStringEntryProto.newBuilder()
                .setKey(KEY + weight)
                .setValue("%d %s %s".formatted(bits, PairNames.escaped(codes), PairNames.escaped(scales)))
                .build();
    }

    /**
     * Those of every weight that is stored as codes in a model, by the weight's name.
     *
     * @throws Misfit if one cannot be read
     */
    static Map<String, CodeNames> of(ModelProto model) throws Misfit {
        Map<String, CodeNames> names = new LinkedHashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            if (isEntry(entry)) {
                names.put(
                        entry.getKey().substring(KEY.length()),
                        parse(entry.getValue())
                                .orElseThrow(() -> new Misfit(
                                        "its metadata entry `%s` cannot be read".formatted(entry.getKey()))));
            }
        }
        return names;
    }

    private static Optional<CodeNames> parse(String value) {
        String[] parts = value.split(" ", -1);
        return parts.length == 3 && parts[0].matches("[2-8]")
                ? Optional.of(new CodeNames(
                        Integer.parseInt(parts[0]), PairNames.unescaped(parts[1]), PairNames.unescaped(parts[2])))
                : Optional.empty();
    }
}

package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names of the two factors of a weight, as a compressed model's metadata keeps them.
 *
 * <p>An entry {@code eckart.pair.<weight>} holds what is put after the weight's name to get those of B and of A, with a
 * space between.
 */
public record PairNames(String b, String a) {
    private static final String KEY = "eckart.pair.";

    static StringStringEntryProto entry(String weight, PairNames names) {
        return StringStringEntryProto.newBuilder()
                .setKey(KEY + weight)
                .setValue(names.b.substring(weight.length()) + " " + names.a.substring(weight.length()))
                .build();
    }

    /** Those of every weight that was replaced in a model, by the weight's name. */
    public static Map<String, PairNames> of(ModelProto model) {
        Map<String, PairNames> pairs = new LinkedHashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            String[] suffixes = entry.getValue().split(" ", -1);
            if (entry.getKey().startsWith(KEY) && suffixes.length == 2) {
                String weight = entry.getKey().substring(KEY.length());
                pairs.put(weight, new PairNames(weight + suffixes[0], weight + suffixes[1]));
            }
        }
        return pairs;
    }
}

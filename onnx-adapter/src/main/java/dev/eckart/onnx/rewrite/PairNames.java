package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which tensors are the two factors of a weight, as a compressed model's metadata keeps it.
 *
 * <p>An entry {@code eckart.pair.<weight>} holds the names of B and of A, and which reading of the weight they are
 * factors of, with a space between; a space inside of a name is written as {@code %20}, and a percent sign as {@code
 * %25}.
 *
 * @param reading as in {@link dev.eckart.core.model.LinearWeight#reading}
 */
public record PairNames(String b, String a, String reading) {
    private static final String KEY = "eckart.pair.";

    static StringStringEntryProto entry(String weight, PairNames names) {
        return StringStringEntryProto.newBuilder()
                .setKey(KEY + weight)
                .setValue(escaped(names.b) + " " + escaped(names.a) + " " + escaped(names.reading))
                .build();
    }

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(KEY);
    }

    /** Those of every weight that was replaced in a model, by the weight's name. */
    public static Map<String, PairNames> of(ModelProto model) {
        Map<String, PairNames> pairs = new LinkedHashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            String[] names = entry.getValue().split(" ", -1);
            if (isEntry(entry) && names.length == 3) {
                pairs.put(
                        entry.getKey().substring(KEY.length()),
                        new PairNames(unescaped(names[0]), unescaped(names[1]), unescaped(names[2])));
            }
        }
        return pairs;
    }

    private static String escaped(String name) {
        return name.replace("%", "%25").replace(" ", "%20");
    }

    private static String unescaped(String name) {
        return name.replace("%20", " ").replace("%25", "%");
    }
}

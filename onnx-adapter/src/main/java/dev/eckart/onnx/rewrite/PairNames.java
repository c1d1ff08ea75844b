package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which tensors are the two factors of a weight, as a compressed model's metadata keeps it.
 *
 * <p>An entry {@code eckart.pair.<weight>} holds the names of B and of A, and which reading of the weight they are
 * factors of, with a space between; a space inside of a name is written as {@code %20}, and a percent sign as {@code
 * %25}. Where products are shifted, that follows for each node that multiplied by the weight: {@code term:NAME}, {@code
 * added:NAME}, or nothing for one that is not.
 *
 * @param reading as in {@link dev.eckart.core.model.LinearWeight#reading}
 * @param biases empty if no product is shifted, else one for each node, in the nodes' order
 */
public record PairNames(String b, String a, String reading, List<Bias> biases) {
    private static final String KEY = "eckart.pair.";

    /** Fields of an entry that every one has. */
    private static final int ALWAYS = 3;

    public PairNames {
        boolean none = biases.stream().allMatch(Bias.NONE::equals);
        biases = none ? List.of() : List.copyOf(biases);
    }

    /** Without shifts. */
    public PairNames(String b, String a, String reading) {
        this(b, a, reading, List.of());
    }

    /**
     * How a node's products are shifted.
     *
     * @param name of the tensor that is added
     */
    public record Bias(Kind kind, String name) {
        static final Bias NONE = new Bias(Kind.NONE, "");

        /** Where the tensor is added. */
        public enum Kind {
            NONE(""),
            /** It stands where a constant was added already, and holds the sum of that and the shift. */
            TERM("term:"),
            /** It is added by a node of its own. */
            ADDED("added:");

            private final String label;

            Kind(String label) {
                this.label = label;
            }
        }

        private String text() {
            return kind.label + escaped(name);
        }

        private static Bias of(String text) {
            for (Kind kind : List.of(Kind.TERM, Kind.ADDED)) {
                if (text.startsWith(kind.label)) {
                    return new Bias(kind, unescaped(text.substring(kind.label.length())));
                }
            }
            return NONE;
        }
    }

    /** The tensors that it speaks of, in order. */
    List<String> tensors() {
        return Stream.concat(
                        Stream.of(b, a),
                        biases.stream()
                                .filter(bias -> bias.kind() != Bias.Kind.NONE)
                                .map(Bias::name))
                .toList();
    }

    static StringStringEntryProto entry(String weight, PairNames names) {
        return StringStringEntryProto.newBuilder()
                .setKey(KEY + weight)
                .setValue(Stream.concat(
                                Stream.of(names.b, names.a, names.reading).map(PairNames::escaped),
                                names.biases.stream().map(Bias::text))
                        .collect(Collectors.joining(" ")))
                .build();
    }

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(KEY);
    }

    /** Those of every weight that was replaced in a model, by the weight's name. */
    public static Map<String, PairNames> of(ModelProto model) {
        Map<String, PairNames> pairs = new LinkedHashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            List<String> names = new ArrayList<>(List.of(entry.getValue().split(" ", -1)));
            if (isEntry(entry) && names.size() >= ALWAYS) {
                pairs.put(
                        entry.getKey().substring(KEY.length()),
                        new PairNames(
                                unescaped(names.get(0)),
                                unescaped(names.get(1)),
                                unescaped(names.get(2)),
                                names.subList(ALWAYS, names.size()).stream()
                                        .map(Bias::of)
                                        .toList()));
            }
        }
        return pairs;
    }

    /** Keys of entries that begin as such a one does, and cannot be read. */
    static List<String> unreadable(ModelProto model) {
        return model.getMetadataPropsList().stream()
                .filter(entry -> isEntry(entry) && entry.getValue().split(" ", -1).length < ALWAYS)
                .map(StringStringEntryProto::getKey)
                .toList();
    }

    static String escaped(String name) {
        return name.replace("%", "%25").replace(" ", "%20");
    }

    static String unescaped(String name) {
        return name.replace("%20", " ").replace("%25", "%");
    }
}

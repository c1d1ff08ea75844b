package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which tensors hold codes and scales, as a compressed model's metadata keeps it: the number of bits and the names of the
 * tensors, with spaces written as in {@link PairNames}. An entry {@code eckart.codes.<weight>} is of a whole weight, and one
 * {@code eckart.factor.<value>} of a factor of a pair, by the name that the pair's entry has for it.
 *
 * @param integers whether a product multiplies them as integers, by inputs that it rounds; an {@code i} before the bits
 * @param byRow whether each row of these inputs has a step of its own; then that is an {@code r}
 * @param layout of the codes, written as {@link CodeLayout#text}
 * @param codes the tensor of codes, or of numbers in float16
 * @param scales the tensor of scales; empty text of numbers in float16, which have none
 * @param factors the tensor that inputs of integers are multiplied by before they are rounded; empty if there is none
 * @param pair the two tensors whose product is added to the numbers; empty if nothing is
 */
record CodeNames(
        boolean integers,
        boolean byRow,
        CodeLayout layout,
        String codes,
        String scales,
        Optional<String> factors,
        List<String> pair) {
    private static final Pattern KIND = Pattern.compile("([ir]?)([^ir]*)");

    private static final String WEIGHT = "eckart.codes.";
    private static final String FACTOR = "eckart.factor.";

    /** Fields of an entry with codes and scales alone. */
    private static final int FIELDS = 3;

    CodeNames {
        pair = List.copyOf(pair);
    }

    /** Codes to which nothing is added. */
    CodeNames(CodeLayout layout, String codes, String scales) {
        this(false, false, layout, codes, scales, Optional.empty(), List.of());
    }

    /** Numbers in float16. */
    static CodeNames ofFloat16(String numbers) {
        return new CodeNames(CodeLayout.FLOAT16, numbers, "");
    }

    /** Whether it is of numbers in float16 instead of codes. */
    boolean isFloat16() {
        return layout.equals(CodeLayout.FLOAT16);
    }

    /** Bits of a code. */
    int bits() {
        return layout.bits();
    }

    /** Whether codes stay codes while the network runs. */
    boolean stayCodes() {
        return layout.blockSize() > 0;
    }

    /** The same codes, multiplied as integers, by inputs of which each row may have a step of its own. */
    CodeNames asIntegers(boolean rows) {
        return new CodeNames(true, rows, layout, codes, scales, factors, pair);
    }

    /** The same, with factors of the inputs. */
    CodeNames smoothedBy(String tensor) {
        return new CodeNames(integers, byRow, layout, codes, scales, Optional.of(tensor), pair);
    }

    /** The same, with the product of two tensors added. */
    CodeNames with(String first, String second) {
        return new CodeNames(integers, byRow, layout, codes, scales, factors, List.of(first, second));
    }

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(WEIGHT) || entry.getKey().startsWith(FACTOR);
    }

    /** The tensors that it speaks of, in order. */
    List<String> tensors() {
        return Stream.of(Stream.of(codes, scales), factors.stream(), pair.stream())
                .flatMap(Function.identity())
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** The entry for a weight. */
    StringStringEntryProto entry(String weight) {
        return entryOf(WEIGHT + weight);
    }

    /** The entry for a factor of a pair. */
    StringStringEntryProto factorEntry(String value) {
        return entryOf(FACTOR + value);
    }

    private StringStringEntryProto entryOf(String key) {
        return StringStringEntryProto.newBuilder()
                .setKey(key)
                .setValue(Stream.concat(
                                Stream.of("%s%s".formatted(byRow ? "r" : integers ? "i" : "", layout.text())),
                                tensors().stream().map(PairNames::escaped))
                        .collect(Collectors.joining(" ")))
                .build();
    }

    /**
     * Those of every weight that is stored as codes in a model, by the weight's name.
     *
     * @throws Misfit if one cannot be read
     */
    static Map<String, CodeNames> of(ModelProto model) throws Misfit {
        return of(model, WEIGHT);
    }

    /**
     * Those of every factor that is stored as codes in a model, by the name of the value.
     *
     * @throws Misfit if one cannot be read
     */
    static Map<String, CodeNames> ofFactors(ModelProto model) throws Misfit {
        return of(model, FACTOR);
    }

    private static Map<String, CodeNames> of(ModelProto model, String key) throws Misfit {
        Map<String, CodeNames> names = new LinkedHashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            if (entry.getKey().startsWith(key)) {
                names.put(
                        entry.getKey().substring(key.length()),
                        parse(entry.getValue())
                                .orElseThrow(() -> new Misfit(
                                        "its metadata entry `%s` cannot be read".formatted(entry.getKey()))));
            }
        }
        return names;
    }

    private static Optional<CodeNames> parse(String value) {
        List<String> parts = List.of(value.split(" ", -1));
        Matcher kind = KIND.matcher(parts.get(0));
        Optional<CodeLayout> layout = kind.matches() ? CodeLayout.parse(kind.group(2)) : Optional.empty();
        if (layout.isEmpty()) {
            return Optional.empty();
        }
        boolean integers = !kind.group(1).isEmpty();
        if (layout.get().equals(CodeLayout.FLOAT16)) {
            return integers || parts.size() != FIELDS - 1
                    ? Optional.empty()
                    : Optional.of(ofFloat16(PairNames.unescaped(parts.get(1))));
        }
        int others = parts.size() - FIELDS;
        if (integers ? others != 0 && others != 1 : others != 0 && others != 2) {
            return Optional.empty();
        }
        List<String> names = parts.subList(1, parts.size()).stream()
                .map(PairNames::unescaped)
                .toList();
        return Optional.of(new CodeNames(
                integers,
                kind.group(1).equals("r"),
                layout.get(),
                names.get(0),
                names.get(1),
                integers ? names.stream().skip(2).findFirst() : Optional.empty(),
                integers ? List.of() : names.subList(2, names.size())));
    }
}

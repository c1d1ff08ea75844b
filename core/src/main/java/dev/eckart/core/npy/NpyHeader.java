package dev.eckart.core.npy;

import dev.eckart.core.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is said of an array before its numbers, in the words of a Python dictionary:
 * <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2000, 784), }</code>.
 *
 * @param bigEndian whether the most significant byte of a number comes first
 * @param fortranOrder whether the first axis varies fastest
 * @param shape length of each axis, as large as the file claims it to be
 */
record NpyHeader(NpyType type, boolean bigEndian, boolean fortranOrder, List<Long> shape) {
    private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

    /** An entry of the dictionary: a key, then a text, a truth value or a tuple of whole numbers. */
    private static final Pattern ENTRY = Pattern.compile("\\G\\s*['\"](?<key>\\w+)['\"]\\s*:\\s*"
            + "(?<value>'[^']*'|\"[^\"]*\"|True|False|\\([\\s\\dL,]*\\))\\s*(?:,\\s*|$)");

    /** A list of fields where one type is expected. */
    private static final Pattern FIELDS = Pattern.compile("['\"]descr['\"]\\s*:\\s*[\\[(]");

    private static final Pattern DESCR = Pattern.compile("(?<order>[<>|=])(?<code>(?<kind>\\w).*)");

    /** Python 2 writes large numbers with an L. */
    private static final Pattern LENGTH = Pattern.compile("(?<digits>\\d{1,18})L?");

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /** The dictionary of an array in C order, little-endian. */
    static String dictionaryOf(NpyArray array) {
        String lengths = array.shape().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "{'descr': '%s%s', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(
                        array.type().bytes() == 1 ? "|" : "<",
                        array.type().code(),
                        lengths,
                        array.shape().size() == 1 ? "," : "");
    }

    /**
     * Reads a dictionary.
     *
     * @param source where it stands, as messages name it
     * @throws InvalidInputException if it is malformed, or describes anything but numbers
     */
    static NpyHeader parse(String dictionary, String source) {
        if (FIELDS.matcher(dictionary).find()) {
            throw new InvalidInputException(
                    "%s holds records with fields; expected an array of numbers: save each field by itself"
                            .formatted(source));
        }
        Map<String, String> entries = entries(dictionary, source);
        String descr = entries.getOrDefault("descr", "");
        String fortranOrder = entries.getOrDefault("fortran_order", "");
        String shape = entries.getOrDefault("shape", "");
        if (!entries.keySet().equals(KEYS)
                || !(descr.startsWith("'") || descr.startsWith("\""))
                || !(fortranOrder.equals("True") || fortranOrder.equals("False"))
                || !shape.startsWith("(")) {
            throw malformed(dictionary, source);
        }
        String code = unwrapped(descr);
        return new NpyHeader(
                type(code, source),
                code.startsWith(">"),
                fortranOrder.equals("True"),
                lengths(unwrapped(shape), dictionary, source));
    }

    private static Map<String, String> entries(String dictionary, String source) {
        String trimmed = dictionary.strip();
        if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) {
            throw malformed(dictionary, source);
        }
        String body = unwrapped(trimmed);
        Map<String, String> entries = new HashMap<>();
        Matcher entry = ENTRY.matcher(body);
        int end = 0;
        while (entry.find()) {
            if (entries.put(entry.group("key"), entry.group("value")) != null) {
                throw malformed(dictionary, source);
            }
            end = entry.end();
        }
        if (end != body.length()) {
            throw malformed(dictionary, source);
        }
        return entries;
    }

    /** Without the first and the last character. */
    private static String unwrapped(String text) {
        return text.substring(1, Math.max(1, text.length() - 1));
    }

    private static NpyType type(String descr, String source) {
        Matcher matcher = DESCR.matcher(descr);
        if (!matcher.matches()) {
            throw notNumbers(descr, "values of an unknown type", source);
        }
        for (NpyType type : NpyType.values()) {
            boolean ordered = !matcher.group("order").equals("|");
            if (type.code().equals(matcher.group("code")) && (ordered || type.bytes() == 1)) {
                return type;
            }
        }
        throw notNumbers(
                descr,
                switch (matcher.group("kind")) {
                    case "O" -> "Python objects";
                    case "U" -> "text";
                    case "S", "a" -> "byte strings";
                    case "V" -> "raw bytes";
                    case "M" -> "dates";
                    case "m" -> "time spans";
                    case "c" -> "complex numbers";
                    case "b", "i", "u", "f" -> "numbers of another size";
                    default -> "values of an unknown type";
                },
                source);
    }

    private static InvalidInputException notNumbers(String descr, String content, String source) {
        String types = Arrays.stream(NpyType.values()).map(NpyType::label).collect(Collectors.joining(", "));
        return new InvalidInputException("%s holds %s (descr '%s'); expected one of %s: convert it before saving"
                .formatted(source, content, abbreviated(descr), types));
    }

    private static List<Long> lengths(String tuple, String dictionary, String source) {
        if (tuple.isBlank()) {
            return List.of();
        }
        List<String> parts = new ArrayList<>(Arrays.asList(tuple.split(",", -1)));
        if (parts.size() > 1 && parts.get(parts.size() - 1).isBlank()) {
            parts.remove(parts.size() - 1);
        }
        if (parts.size() > NpyArray.MAX_AXES) {
            throw malformed(dictionary, source);
        }
        List<Long> lengths = new ArrayList<>();
        for (String part : parts) {
            Matcher length = LENGTH.matcher(part.strip());
            if (!length.matches()) {
                throw malformed(dictionary, source);
            }
            lengths.add(Long.valueOf(length.group("digits")));
        }
        return lengths;
    }

    private static InvalidInputException malformed(String dictionary, String source) {
        return new InvalidInputException(
                ("%s has a malformed header: expected {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } or"
                                + " the like but was: %s; save it again with numpy.save")
                        .formatted(source, abbreviated(dictionary)));
    }

    /** Short and printable, whatever the file holds. */
    private static String abbreviated(String text) {
        String printable = text.strip().replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= 120 ? printable : printable.substring(0, 120) + "...";
    }

    /** How many bytes the numbers take: {@link Long#MAX_VALUE} stands for that many or more. */
    long dataBytes() {
        long bytes = type.bytes();
        for (long length : shape) {
            if (length == 0) {
                return 0;
            }
            bytes = Math.multiplyHigh(bytes, length) == 0 && bytes * length > 0 ? bytes * length : Long.MAX_VALUE;
        }
        return bytes;
    }

    /** As messages name it: {@code float32 [2000, 784]}. */
    String describe() {
        return "%s %s".formatted(type.label(), shape);
    }
}

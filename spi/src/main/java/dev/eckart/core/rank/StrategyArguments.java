package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.plugin.Kind;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the user wrote to call a strategy, or a metric, {@code name[:value][,key=value…]}, taken apart.
 *
 * @param kind what is called
 * @param text as written
 * @param name of what is called
 * @param value what follows the colon, if anything
 * @param options what follows the commas
 */
public record StrategyArguments(
        Kind kind, String text, String name, Optional<String> value, Map<String, String> options) {
    public StrategyArguments {
        options = Map.copyOf(options);
    }

    /** Of a strategy. */
    public StrategyArguments(String text, String name, Optional<String> value, Map<String, String> options) {
        this(Kind.STRATEGY, text, name, value, options);
    }

    /**
     * Takes a strategy's text apart. A bare whole number is short for {@code fixed:NUMBER}.
     *
     * @throws InvalidInputException if the text is not of that form
     */
    public static StrategyArguments parse(String text) {
        if (text.matches("\\d+")) {
            return new StrategyArguments(text, "fixed", Optional.of(text), Map.of());
        }
        return parse(Kind.STRATEGY, text);
    }

    /**
     * Takes a text of that form apart.
     *
     * @throws InvalidInputException if it is not of that form
     */
    public static StrategyArguments parse(Kind kind, String text) {
        String[] parts = text.split(",", -1);
        int colon = parts[0].indexOf(':');
        String name = colon < 0 ? parts[0] : parts[0].substring(0, colon);
        Optional<String> value = colon < 0 ? Optional.empty() : Optional.of(parts[0].substring(colon + 1));
        if (!name.matches("[a-z0-9-]+") || value.filter(String::isEmpty).isPresent()) {
            throw malformed(kind, text);
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 1 || equals == parts[i].length() - 1) {
                throw malformed(kind, text);
            }
            String key = parts[i].substring(0, equals);
            if (options.put(key, parts[i].substring(equals + 1)) != null) {
                throw new InvalidInputException(
                        "%s `%s`: option `%s` is given twice; give it once".formatted(kind.one(), text, key));
            }
        }
        return new StrategyArguments(kind, text, name, value, options);
    }

    private static InvalidInputException malformed(Kind kind, String text) {
        return new InvalidInputException("%s `%s`: expected name[:value][,key=value...], such as %s"
                .formatted(kind.one(), text, kind.example()));
    }

    /** One sentence on these arguments, for users. */
    public InvalidInputException refuse(String sentence) {
        return new InvalidInputException("%s `%s`: %s".formatted(kind.one(), text, sentence));
    }

    /**
     * The value as a number in a range.
     *
     * @throws InvalidInputException if there is no value, or it is not such a number
     */
    public double number(double above, double atMost) {
        String written = value.orElseThrow(
                () -> refuse("expected a value after the name, such as %s:%s".formatted(name, atMost)));
        double number;
        try {
            number = Double.parseDouble(written);
        } catch (NumberFormatException e) {
            number = Double.NaN;
        }
        if (!(number > above && number <= atMost)) {
            throw refuse("expected a number above %s and up to %s but was: %s%s"
                    .formatted(plain(above), plain(atMost), written, meant(written, above, atMost)));
        }
        return number;
    }

    /** A share that was written in percent, as it is to be written. */
    private String meant(String written, double above, double atMost) {
        if (atMost != 1 || !written.matches("\\d{1,3}(\\.\\d{1,9})?%?")) {
            return "";
        }
        boolean signed = written.endsWith("%");
        BigDecimal percent = new BigDecimal(signed ? written.substring(0, written.length() - 1) : written);
        BigDecimal share = percent.movePointLeft(2);
        boolean likely = signed || percent.compareTo(BigDecimal.valueOf(2)) >= 0;
        return likely && share.doubleValue() > above && share.compareTo(BigDecimal.ONE) <= 0
                ? " (did you mean `%s:%s`?)"
                        .formatted(name, share.stripTrailingZeros().toPlainString())
                : "";
    }

    /**
     * The value as a whole number from 1.
     *
     * @throws InvalidInputException if there is no value, or it is not such a number
     */
    public int wholeNumber() {
        String written =
                value.orElseThrow(() -> refuse("expected a value after the name, such as %s:16".formatted(name)));
        if (written.matches("[+-]?\\d{1,10}")) {
            long number = Long.parseLong(written);
            if (number >= 1 && number <= Integer.MAX_VALUE) {
                return (int) number;
            }
        }
        throw refuse("expected a whole number from 1 but was: " + written);
    }

    /**
     * Refuses what is not known.
     *
     * @throws InvalidInputException if there is a value though it takes none
     */
    public StrategyArguments withoutValue() {
        if (value.isPresent()) {
            throw refuse("`%s` takes no value but was given: %s".formatted(name, value.get()));
        }
        return this;
    }

    /**
     * Refuses options that are not known.
     *
     * @throws InvalidInputException if an option is not among those known
     */
    public StrategyArguments allowing(String... known) {
        Set<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw refuse("unknown option `%s`; `%s` has %s"
                    .formatted(
                            unknown.iterator().next(),
                            name,
                            known.length == 0 ? "no options" : "the options " + String.join(", ", known)));
        }
        return this;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}

package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Calls of one strategy at several values, written {@code name:LOW..HIGH[,key=value…]}. */
public final class StrategyRange {
    private static final Pattern RANGE = Pattern.compile("(?:([^:,]*):)?([^:,]*?)\\.\\.([^,]*)(,.*)?");

    /** In the values of a range between its ends. */
    private static final MathContext DIGITS = new MathContext(4);

    private StrategyRange() {}

    /** Whether a text is a range, and not a plain call. */
    public static boolean isRange(String text) {
        return RANGE.matcher(text).matches();
    }

    /**
     * The calls that a text stands for: itself, or {@code steps} from a range's lower end to its upper one. Whole
     * numbers are as far apart as their ratio says, each called once, and fractions as their difference.
     *
     * @throws InvalidInputException if it is no range that has steps
     */
    public static List<String> calls(String text, int steps) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            return List.of(text);
        }
        if (steps < 2) {
            throw new InvalidInputException("--steps: expected 2 or more but was: " + steps);
        }
        BigDecimal low = number(text, range.group(2));
        BigDecimal high = number(text, range.group(3));
        if (low.signum() <= 0 || low.compareTo(high) >= 0) {
            throw new InvalidInputException(
                    "strategy range `%s`: expected two numbers above 0, the smaller one first".formatted(text));
        }
        boolean whole = isWhole(range.group(2)) && isWhole(range.group(3));
        String before = (range.group(1) == null ? "fixed" : range.group(1)) + ":";
        String after = range.group(4) == null ? "" : range.group(4);
        return values(low, high, steps, whole).stream()
                .map(value -> before + value + after)
                .toList();
    }

    private static List<String> values(BigDecimal low, BigDecimal high, int steps, boolean whole) {
        List<String> between = IntStream.range(1, steps - 1)
                .mapToObj(i -> whole ? geometric(low, high, i, steps - 1) : linear(low, high, i, steps - 1))
                .toList();
        List<String> values = new ArrayList<>();
        values.add(low.toPlainString());
        values.addAll(between);
        values.add(high.toPlainString());
        return values.stream().distinct().toList();
    }

    private static String geometric(BigDecimal low, BigDecimal high, int i, int last) {
        double ratio = high.doubleValue() / low.doubleValue();
        return String.valueOf(Math.round(low.doubleValue() * Math.pow(ratio, (double) i / last)));
    }

    private static String linear(BigDecimal low, BigDecimal high, int i, int last) {
        BigDecimal step = high.subtract(low).multiply(BigDecimal.valueOf(i));
        BigDecimal value = low.add(step.divide(BigDecimal.valueOf(last), MathContext.DECIMAL64));
        return value.round(DIGITS).stripTrailingZeros().toPlainString();
    }

    private static BigDecimal number(String text, String written) {
        if (!written.matches("\\d{1,9}|\\d{0,9}\\.\\d{1,9}")) {
            throw new InvalidInputException(
                    "strategy range `%s`: expected name:LOW..HIGH, such as energy:0.5..0.99".formatted(text));
        }
        return new BigDecimal(written);
    }

    private static boolean isWhole(String written) {
        return !written.contains(".");
    }
}

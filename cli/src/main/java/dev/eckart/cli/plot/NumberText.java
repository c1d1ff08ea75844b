package dev.eckart.cli.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** How numbers are written in pictures, whatever the locale. */
final class NumberText {
    private static final MathContext FOUR_DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);
    private static final double SMALLEST_PLAIN = 1e-4;
    private static final double LARGEST_PLAIN = 1e6;

    private static final String MINUS = "\u2212";
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final String SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

    private NumberText() {}

    /** A number to four decimals, or to four digits where it is below 1, without trailing zeros: 1.0115, 3·10⁻⁷. */
    static String of(double value) {
        if (value == 0) {
            return "0";
        }
        double magnitude = Math.abs(value);
        String sign = value < 0 ? MINUS : "";
        BigDecimal exact = new BigDecimal(magnitude);
        if (magnitude >= SMALLEST_PLAIN && magnitude < LARGEST_PLAIN) {
            BigDecimal rounded = magnitude < 1 ? exact.round(FOUR_DIGITS) : exact.setScale(4, RoundingMode.HALF_EVEN);
            return sign + rounded.stripTrailingZeros().toPlainString();
        }
        BigDecimal rounded = exact.round(FOUR_DIGITS).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        BigDecimal factor = rounded.movePointLeft(exponent);
        return factor.compareTo(BigDecimal.ONE) == 0
                ? sign + powerOfTen(exponent)
                : sign + factor.toPlainString() + "·" + powerOfTen(exponent);
    }

    /** An angle to a tenth, in (−180°, 180°]. */
    static String degrees(double angle) {
        long tenths = Math.round(angle * 10);
        String sign = tenths < 0 && tenths != -1800 ? MINUS : "";
        return String.format(Locale.ROOT, "%s%.1f°", sign, Math.abs(tenths) / 10.0);
    }

    /** For instance 10⁻³. */
    static String powerOfTen(int exponent) {
        return "10" + (exponent < 0 ? "⁻" : "") + digits(Math.abs(exponent), SUPERSCRIPTS);
    }

    /** For instance ₄₉. */
    static String subscript(int index) {
        return digits(index, SUBSCRIPTS);
    }

    private static String digits(int number, String alphabet) {
        StringBuilder digits = new StringBuilder();
        for (char digit : Integer.toString(number).toCharArray()) {
            digits.append(alphabet.charAt(digit - '0'));
        }
        return digits.toString();
    }
}

package dev.eckart.cli.render;

import dev.eckart.core.file.FileSize;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {
    private Numbers() {}

    /** Whole, with thousands apart: {@code 397,510}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** In decimal units: {@code 1.59 MB}. */
    public static String bytes(long bytes) {
        return new FileSize(bytes).toString();
    }

    /** A share of one, as {@code 33.4 %}. */
    public static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : String.valueOf(share);
    }

    /** An accuracy, to the hundredth of a point: {@code 96.35 %}. */
    public static String accuracy(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    /** A share lost, in points: {@code 0.35 points}; what was gained is negative. */
    public static String points(double lost) {
        // Adding zero turns a negative zero into a plain one.
        return String.format(Locale.ROOT, "%.2f points", 100 * lost + 0.0);
    }

    /** A measured error, to two digits: {@code 0.012}, {@code 1.3e-07}. */
    public static String error(double value) {
        return value == 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e3)
                ? rounded(value, 2)
                : String.format(Locale.ROOT, "%.1e", value);
    }

    /** A share close to one, to as many digits as tell it from one: {@code 0.9987}. */
    public static String closeToOne(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** To six digits, without trailing zeros. */
    public static String plain(double value) {
        return rounded(value, 6);
    }

    /** Times a factor: {@code 0.61×}. */
    public static String times(double ratio) {
        return String.format(Locale.ROOT, "%.2f×", ratio);
    }

    /** A time from before and one from after, in one unit and to three digits: {@code 15.1 ms → 16.3 ms}. */
    public static String milliseconds(double before, double after) {
        return "%s ms → %s ms".formatted(rounded(before, 3), rounded(after, 3));
    }

    /** A time, to three digits: {@code 15.1 ms}. */
    public static String milliseconds(double time) {
        return rounded(time, 3) + " ms";
    }

    /** Seconds: {@code 1.24 s}. */
    public static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f s", seconds);
    }

    private static String rounded(double value, int digits) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .round(new MathContext(digits))
                        .stripTrailingZeros()
                        .toPlainString()
                : String.valueOf(value);
    }
}

package dev.eckart.core.rank;

import dev.eckart.core.plugin.Spelling;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was probably meant by a text that is no call of a strategy: {@code 0.5}, {@code 50%}, {@code energy=0.9}. */
final class MeantStrategy {
    /** A name, a number, and options, with whatever stands between the name and the number. */
    private static final Pattern CALL =
            Pattern.compile("([A-Za-z][A-Za-z0-9-]*?)?[\\s:=]*(?:(\\d*\\.?\\d+)(%)?)?((?:,.*)?)");

    private MeantStrategy() {}

    /**
     * The call in brackets, behind a space, or nothing where none is near.
     *
     * @param names of the strategies there are
     */
    static String hint(String text, Collection<String> names) {
        Matcher call = CALL.matcher(text);
        if (!call.matches()) {
            return nearest(text.split("[:=,]", 2)[0], names)
                    .map(MeantStrategy::asked)
                    .orElse("");
        }
        Optional<BigDecimal> number = Optional.ofNullable(call.group(2))
                .map(BigDecimal::new)
                .map(written -> call.group(3) == null ? written : written.movePointLeft(2));
        if (call.group(1) == null) {
            return number.filter(MeantStrategy::isShare)
                    .map(share -> ofShare(share, call.group(3) != null))
                    .orElse("");
        }
        return nearest(call.group(1), names)
                .map(name -> name + number.map(value -> ":" + plain(value)).orElse("") + call.group(4))
                .filter(meant -> !meant.equals(text) && (number.isPresent() || !names.contains(call.group(1))))
                .map(MeantStrategy::asked)
                .orElse("");
    }

    private static Optional<String> nearest(String word, Collection<String> names) {
        return names.contains(word) ? Optional.of(word) : Spelling.nearest(word, names);
    }

    /** A percentage is one of the size; a fraction may be one of the energy as well. */
    private static String ofShare(BigDecimal share, boolean percentage) {
        return percentage
                ? asked("ratio:" + plain(share))
                : " (did you mean `ratio:%1$s`, or `energy:%1$s`?)".formatted(plain(share));
    }

    private static boolean isShare(BigDecimal number) {
        return number.signum() > 0 && number.compareTo(BigDecimal.ONE) < 0;
    }

    private static String asked(String call) {
        return " (did you mean `%s`?)".formatted(call);
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }
}

package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The time limit of any one load or run of a model.
 *
 * @param duration empty where there is no limit
 */
public record TimeLimit(Optional<Duration> duration) {
    private static final Duration LONGEST = Duration.ofDays(365);

    public static final TimeLimit NONE = new TimeLimit(Optional.empty());

    /** Far more than a load or a run of a large model takes. */
    public static final TimeLimit DEFAULT = new TimeLimit(Optional.of(Duration.ofMinutes(10)));

    private static final String UNLIMITED = "none";
    private static final Pattern DURATION =
            Pattern.compile("(?:(?<hours>\\d{1,6})h)?(?:(?<minutes>\\d{1,6})m)?(?:(?<seconds>\\d{1,6})s)?");

    public TimeLimit {
        if (duration.isPresent()
                && (duration.get().compareTo(Duration.ofMillis(1)) < 0
                        || duration.get().compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("Expected a duration of up to 365 days but was: " + duration.get());
        }
    }

    /**
     * Reads {@code 90s}, {@code 10m}, {@code 1h30m} or {@code none}.
     *
     * @throws InvalidInputException if it is none of these, or not from a second to 365 days
     */
    public static TimeLimit parse(String text) {
        if (text.equals(UNLIMITED)) {
            return NONE;
        }
        Matcher parts = DURATION.matcher(text);
        Duration duration = parts.matches()
                ? Duration.ofHours(number(parts.group("hours")))
                        .plusMinutes(number(parts.group("minutes")))
                        .plusSeconds(number(parts.group("seconds")))
                : Duration.ZERO;
        if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
            throw new InvalidInputException(
                    "--time-limit %s: expected a duration from 1s to 365 days, such as 90s, 10m or 1h30m, or none"
                            .formatted(text));
        }
        return new TimeLimit(Optional.of(duration));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** A duration for people, to the second: {@code 3 min 12 s}. */
    public static String shown(Duration duration) {
        long minutes = duration.toMinutes();
        int seconds = duration.toSecondsPart();
        String rest = seconds == 0 && minutes > 0 ? "" : seconds + " s";
        return minutes == 0 ? rest : "%d min%s".formatted(minutes, rest.isEmpty() ? "" : " " + rest);
    }
}

package dev.eckart.core.verify;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** What a user may hold a compressed network to. */
public enum Limit {
    MAX_ACCURACY_DROP("max-accuracy-drop", true),
    MIN_COSINE("min-cosine", false),
    MAX_RELATIVE_ERROR("max-relative-error", true),
    MIN_PART_COSINE("min-part-cosine", false),
    MAX_PART_ERROR("max-part-error", true),
    MAX_SIZE_RATIO("max-size-ratio", true),
    MAX_LATENCY_RATIO("max-latency-ratio", true),
    MAX_MEMORY_RATIO("max-memory-ratio", true);

    private final String label;
    private final boolean upper;

    Limit(String label, boolean upper) {
        this.label = label;
        this.upper = upper;
    }

    /** As users write it. */
    public String label() {
        return label;
    }

    /** Whether it is on how much may be lost, and not on size, time or memory. */
    public boolean isOnLoss() {
        return switch (this) {
            case MAX_ACCURACY_DROP, MIN_COSINE, MAX_RELATIVE_ERROR, MIN_PART_COSINE, MAX_PART_ERROR -> true;
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO, MAX_MEMORY_RATIO -> false;
        };
    }

    /** What is wrong with a limit of that number, if it makes no sense, and which number was probably meant. */
    public Optional<String> objection(double limit) {
        return allows(limit)
                ? Optional.empty()
                : Optional.of("expected %s but was: %s%s".formatted(expected(), plain(limit), meant(limit)));
    }

    private boolean allows(double limit) {
        return switch (this) {
            case MAX_ACCURACY_DROP, MIN_COSINE, MIN_PART_COSINE -> Math.abs(limit) <= 1;
            case MAX_RELATIVE_ERROR, MAX_PART_ERROR -> limit >= 0 && Double.isFinite(limit);
            // Twice the original's size holds nothing to anything.
            case MAX_SIZE_RATIO -> limit > 0 && limit < 2;
            case MAX_LATENCY_RATIO, MAX_MEMORY_RATIO -> limit > 0 && Double.isFinite(limit);
        };
    }

    private String expected() {
        return switch (this) {
            case MAX_ACCURACY_DROP -> "a share from -1 to 1, such as 0.005 for half a point";
            case MIN_COSINE, MIN_PART_COSINE -> "a number from -1 to 1";
            case MAX_RELATIVE_ERROR, MAX_PART_ERROR -> "a number from 0";
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO, MAX_MEMORY_RATIO ->
                "a ratio above 0, such as 0.5 for half of the original's";
        };
    }

    /** A number of percent, or one with a sign too many, as it is to be written. */
    private String meant(double limit) {
        double size = Math.abs(limit);
        return DoubleStream.of(size, size / 100, size / 1000)
                // A cosine of a few hundredths is nothing to hold a network to.
                .filter(each ->
                        each > 0 && allows(each) && ((this != MIN_COSINE && this != MIN_PART_COSINE) || each >= 0.5))
                .mapToObj(each -> " (did you mean %s?)".formatted(plain(each)))
                .findFirst()
                .orElse("");
    }

    private static String plain(double number) {
        return Double.isFinite(number)
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : String.valueOf(number);
    }

    /** Whether a measured value keeps this limit; one that is not a number does not. */
    public boolean keeps(double value, double limit) {
        return upper ? value <= limit : value >= limit;
    }

    /** The verdict on a measured value. */
    public Outcome judge(double value, double limit) {
        return new Outcome(label, limit, value, keeps(value, limit));
    }

    /** A limit beside what was measured. */
    public record Outcome(String name, double limit, double value, boolean kept) {}
}

package dev.eckart.core.verify;

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

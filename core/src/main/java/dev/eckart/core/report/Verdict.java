package dev.eckart.core.report;

import java.util.Locale;

/** What a report says of a run as a whole. */
public enum Verdict {
    /** Limits were set, or a baseline was given, the outputs were verified, and nothing is exceeded or wrong. */
    PASS,
    /** A limit is exceeded, the rewrite is wrong, an output is not finite, or a number is worse than in the baseline. */
    FAIL,
    /** Nothing is known to be wrong, but no limit was set, or nothing was verified: the run claims no more than its numbers. */
    UNJUDGED;

    /** As reports for machines name it: {@code pass}, {@code fail}, {@code unjudged}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.eckart.core.calibrate;

import java.util.Arrays;

/**
 * How often the entries of a table are looked up: the outputs of a weight {@code [in × out]} of which a look-up takes one.
 *
 * <p>Immutable.
 */
public final class LookUps {
    /** Neighbouring entries are taken to be as frequent as each other: so many groups of them. */
    private static final int GROUPS = 64;

    private final double[] shares;

    private LookUps(double[] shares) {
        this.shares = shares;
    }

    /**
     * Estimates shares from counts. Samples hold few of a vocabulary's words, and a word that is not among them is not one that never
     * occurs. As vocabularies are sorted by frequency, more or less, the counts of neighbouring entries are shared out evenly among
     * them, and each group is given one look-up more than was counted.
     *
     * @param counts for each entry, how often it was looked up
     * @throws IllegalArgumentException if there are no entries, or one was looked up less than never
     */
    public static LookUps of(long[] counts) {
        if (counts.length == 0 || Arrays.stream(counts).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException(
                    "Expected counts of entries, each 0 or more, but was: %d counts, the least %d"
                            .formatted(
                                    counts.length, Arrays.stream(counts).min().orElse(0)));
        }
        int groups = Math.min(GROUPS, counts.length);
        double all = Arrays.stream(counts).asDoubleStream().sum() + groups;
        double[] shares = new double[counts.length];
        for (int group = 0; group < groups; group++) {
            int from = start(group, groups, counts.length);
            int to = start(group + 1, groups, counts.length);
            double counted =
                    1 + Arrays.stream(counts, from, to).asDoubleStream().sum();
            Arrays.fill(shares, from, to, counted / (to - from) / all);
        }
        return new LookUps(shares);
    }

    private static int start(int group, int groups, int entries) {
        return (int) ((long) entries * group / groups);
    }

    /** Entries of the table. */
    public int size() {
        return shares.length;
    }

    /** The part of all look-ups that each entry has: above 0, and 1 in all. */
    public double[] shares() {
        return shares.clone();
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof LookUps other && Arrays.equals(shares, other.shares);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(shares);
    }

    @Override
    public String toString() {
        return "LookUps[%d]".formatted(shares.length);
    }
}

package dev.eckart.core.rank;

import dev.eckart.core.model.LinearWeight;

/** The rank from which on a factor pair is not worth having. */
public final class BreakEven {
    /** Why a weight stays unchanged if it is larger than no pair; for people. */
    public static final String TOO_SMALL = tooSmallFor("a pair");

    private BreakEven() {}

    /** Why a weight stays unchanged if it is larger than none of some forms; for people. */
    public static String tooSmallFor(String form) {
        return "too small to gain from " + form;
    }

    /**
     * The largest r with r·(in+out) &lt; in·out. A pair is written only below it: at it, what little the numbers save
     * is spent on a further node and name.
     */
    public static int rank(int rows, int columns) {
        return (int) (((long) rows * columns - 1) / ((long) rows + columns));
    }

    /** The same in bytes: the largest r whose pair, in the weight's type, is smaller than what it is stored in. */
    public static int rank(LinearWeight weight) {
        long bytesOfRank1 = pairParameters(weight.rows(), weight.columns(), 1)
                * weight.type().bytes();
        return (int) (Math.max(0, weight.bytes() - 1) / bytesOfRank1);
    }

    /** r·(in+out): numbers in a pair of that rank. */
    public static long pairParameters(int rows, int columns, int rank) {
        return rank * ((long) rows + columns);
    }
}

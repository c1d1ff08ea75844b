package dev.eckart.core.rank;

/** The rank from which on a factor pair is not worth having. */
public final class BreakEven {
    private BreakEven() {}

    /**
     * The largest r with r·(in+out) &lt; in·out. A pair is written only below it: at it, what little the numbers save
     * is spent on a further node and name.
     */
    public static int rank(int rows, int columns) {
        return (int) (((long) rows * columns - 1) / ((long) rows + columns));
    }

    /** r·(in+out): numbers in a pair of that rank. */
    public static long pairParameters(int rows, int columns, int rank) {
        return rank * ((long) rows + columns);
    }
}

package dev.eckart.core.linalg;

/** The sum of PᵀP over panels P {@code [rows × k]}, {@code [k × k]}. */
interface GramSum extends AutoCloseable {

    /** Adds PᵀP of a panel of {@code count} rows, row by row; there may be more numbers behind them. */
    void add(double[] rows, int count);

    /** The sum so far, in an array of the caller's own; symmetric to the bit. */
    double[] toArray();

    /** Gives back its memory. */
    @Override
    void close();
}

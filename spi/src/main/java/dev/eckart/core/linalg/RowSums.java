package dev.eckart.core.linalg;

/**
 * The mean and the covariance of rows that are seen once and not kept, in double.
 *
 * <p>Rows are put together in blocks of a fixed size. The squares of a block are taken about its own mean, and blocks
 * are joined by what their means differ (T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances", 1979), so that nothing cancels, however large the mean is. The result
 * depends on the rows and their order, and not on how many are added at a time.
 *
 * <p>For one thread. Where that is of a {@link java.util.concurrent.ForkJoinPool}, parts of the work may go to others.
 */
public final class RowSums implements AutoCloseable {
    /** With each block the whole covariance passes through the caches once. */
    private static final int BLOCK = 256;

    private final int columns;
    private final GramSum squares;
    private final double[] mean;
    /** Rows that wait for more, and room for one behind them. */
    private final double[] block;

    private int waiting;
    private long joined;

    RowSums(int columns, GramSum squares) {
        this.columns = columns;
        this.squares = squares;
        this.mean = new double[columns];
        this.block = new double[Math.multiplyExact(BLOCK + 1, columns)];
    }

    /** Bytes of memory, on the heap or outside of it, that sums over rows of a length take. */
    public static long bytes(int columns) {
        return (long) Double.BYTES * columns * (columns + 2L * (BLOCK + 1));
    }

    /**
     * Adds rows.
     *
     * @param rows {@code [count × columns]}, row by row; there may be more numbers behind them
     * @throws IllegalArgumentException if there are fewer
     * @throws NonFiniteValueException if there is a NaN or an infinity among them, saying where in {@code rows}; then none
     *     of them is added
     */
    public void add(double[] rows, int count) {
        if (count < 0 || (long) count * columns > rows.length) {
            throw new IllegalArgumentException(
                    "Expected %d rows of %d numbers but was: %d numbers".formatted(count, columns, rows.length));
        }
        FiniteValues.require(rows, 0, 0, count, columns);
        for (int row = 0; row < count; ) {
            int some = Math.min(count - row, BLOCK - waiting);
            System.arraycopy(rows, row * columns, block, waiting * columns, some * columns);
            waiting += some;
            row += some;
            if (waiting == BLOCK) {
                join();
            }
        }
    }

    /** Joins the rows that wait to those that do not. */
    private void join() {
        if (waiting == 0) {
            return;
        }
        double[] own = new double[columns];
        for (int i = 0; i < waiting; i++) {
            for (int j = 0; j < columns; j++) {
                own[j] += block[i * columns + j];
            }
        }
        for (int j = 0; j < columns; j++) {
            own[j] /= waiting;
        }
        for (int i = 0; i < waiting; i++) {
            for (int j = 0; j < columns; j++) {
                block[i * columns + j] -= own[j];
            }
        }
        double part = (double) waiting / (joined + waiting);
        // What the means differ by, as one more row.
        double weight = Math.sqrt(joined * part);
        for (int j = 0; j < columns; j++) {
            double difference = own[j] - mean[j];
            block[waiting * columns + j] = weight * difference;
            mean[j] += part * difference;
        }
        squares.add(block, joined == 0 ? waiting : waiting + 1);
        joined += waiting;
        waiting = 0;
    }

    /** How many rows were added. */
    public long count() {
        return joined + waiting;
    }

    /**
     * The mean μ of the rows, {@code [1 × columns]}.
     *
     * @throws IllegalStateException if there was none
     */
    public Matrix mean() {
        requireRows();
        return Matrix.wrap(1, columns, mean.clone());
    }

    /**
     * The mean of (x−μ)ᵀ(x−μ), {@code [columns × columns]}, symmetric to the bit. Rows may be added afterwards.
     *
     * @throws IllegalStateException if there was no row
     * @throws ArithmeticException if squares are beyond the range of double
     */
    public Matrix covariance() {
        requireRows();
        double[] covariance = squares.toArray();
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] /= joined;
            if (!Double.isFinite(covariance[i])) {
                throw new ArithmeticException("The squares of the rows are beyond the range of double");
            }
        }
        return Matrix.wrap(columns, columns, covariance);
    }

    private void requireRows() {
        if (count() == 0) {
            throw new IllegalStateException("Expected one row or more but was: none");
        }
        join();
    }

    /** Gives back memory outside of the heap. */
    @Override
    public void close() {
        squares.close();
    }
}

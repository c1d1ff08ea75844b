package dev.eckart.core.linalg;

import java.util.Arrays;

/**
 * The mean, the covariance and the range of rows that are seen once and not kept, in double.
 *
 * <p>Rows are put together in blocks of a fixed size. The squares of a block are taken about its own mean, and blocks
 * are joined by what their means differ (T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances", 1979), so that nothing cancels, however large the mean is. The result
 * depends on the rows and their order, and not on how many are added at a time.
 *
 * <p>Rows count alike, or, if so {@linkplain #tempered() wanted}, long ones less than others.
 *
 * <p>For one thread. Where that is of a {@link java.util.concurrent.ForkJoinPool}, parts of the work may go to others.
 */
public final class RowSums implements AutoCloseable {
    /** With each block the whole covariance passes through the caches once. */
    private static final int BLOCK = 256;

    private final int columns;
    private final GramSum squares;
    private final double[] mean;
    private final double[] least;
    private final double[] most;
    /** Rows that wait for more, and room for one behind them. */
    private final double[] block;

    private boolean tempered;
    private double usual;
    private double peaks;
    private int waiting;
    private long joined;
    private double weight;

    RowSums(int columns, GramSum squares) {
        this.columns = columns;
        this.squares = squares;
        this.mean = new double[columns];
        this.least = new double[columns];
        this.most = new double[columns];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        this.block = new double[Math.multiplyExact(BLOCK + 1, columns)];
    }

    /**
     * From the first row on, one whose sum of squares is above the usual one, which is the median of the first block's, counts less, by what it
     * is above it: a few rows of huge numbers are then not all that shows in the sums. The range is that of all rows.
     *
     * @return this
     * @throws IllegalStateException if rows were added before
     */
    public RowSums tempered() {
        if (count() > 0) {
            throw new IllegalStateException("Expected no rows yet but was: " + count());
        }
        tempered = true;
        return this;
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
        double[] weights = weights();
        double sum = 0;
        for (int i = 0; i < waiting; i++) {
            sum += weights[i];
        }
        double[] own = new double[columns];
        for (int i = 0; i < waiting; i++) {
            for (int j = 0; j < columns; j++) {
                double number = block[i * columns + j];
                own[j] += weights[i] * number;
                least[j] = number < least[j] ? number : least[j];
                most[j] = number > most[j] ? number : most[j];
            }
        }
        for (int i = 0; i < waiting; i++) {
            double peak = 0;
            for (int j = 0; j < columns; j++) {
                peak = Math.max(peak, Math.abs(block[i * columns + j]));
            }
            peaks += peak * peak;
        }
        for (int j = 0; j < columns; j++) {
            own[j] /= sum;
        }
        for (int i = 0; i < waiting; i++) {
            double root = Math.sqrt(weights[i]);
            for (int j = 0; j < columns; j++) {
                block[i * columns + j] = root * (block[i * columns + j] - own[j]);
            }
        }
        double part = sum / (weight + sum);
        // What the means differ by, as one more row.
        double root = Math.sqrt(weight * part);
        for (int j = 0; j < columns; j++) {
            double difference = own[j] - mean[j];
            block[waiting * columns + j] = root * difference;
            mean[j] += part * difference;
        }
        squares.add(block, joined == 0 ? waiting : waiting + 1);
        joined += waiting;
        weight += sum;
        waiting = 0;
    }

    /** How much each of the rows that wait counts; at most 1. */
    private double[] weights() {
        double[] weights = new double[waiting];
        Arrays.fill(weights, 1);
        if (!tempered) {
            return weights;
        }
        double[] sizes = new double[waiting];
        for (int i = 0; i < waiting; i++) {
            for (int j = 0; j < columns; j++) {
                sizes[i] += block[i * columns + j] * block[i * columns + j];
            }
        }
        if (joined == 0) {
            double[] sorted = sizes.clone();
            Arrays.sort(sorted);
            usual = sorted[waiting / 2];
        }
        for (int i = 0; i < waiting; i++) {
            // Squares beyond the range of double are refused when the covariance is asked for.
            if (sizes[i] > usual && usual > 0 && Double.isFinite(sizes[i])) {
                weights[i] = usual / sizes[i];
            }
        }
        return weights;
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
     * The least number of each column, {@code [1 × columns]}.
     *
     * @throws IllegalStateException if there was no row
     */
    public Matrix least() {
        requireRows();
        return Matrix.wrap(1, columns, least.clone());
    }

    /**
     * The largest number of each column, {@code [1 × columns]}.
     *
     * @throws IllegalStateException if there was no row
     */
    public Matrix most() {
        requireRows();
        return Matrix.wrap(1, columns, most.clone());
    }

    /**
     * The mean square of the largest number of each row, relative to the square of the largest of all, in [0, 1]; 1 where all are zero,
     * or that is beyond the range of double.
     *
     * @throws IllegalStateException if there was no row
     */
    public double evenness() {
        requireRows();
        double largest = 0;
        for (int j = 0; j < columns; j++) {
            largest = Math.max(largest, Math.max(-least[j], most[j]));
        }
        double part = peaks / joined / (largest * largest);
        return part <= 1 ? part : 1;
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
            covariance[i] /= weight;
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

package dev.eckart.core.encode;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.ScaledAxis;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one layer or more, and what weighs what is lost of weights by them: computed once, when it is first asked for,
 * whichever encoding or layer asks.
 *
 * <p>Safe to use from several threads.
 */
public final class CalibratedInputs {
    /** λ, as a part of the mean variance of the inputs: a singular covariance has an inverse too. */
    static final double RIDGE = 0.01;

    /** What is added to a diagonal that is inverted, as a part of its mean: factors may be dependent. */
    private static final double KNOWN = 1e-9;

    private final InputStatistics statistics;
    private final Supplier<Decomposer> backend;
    private final List<MatrixSource> weights;
    private @Nullable Compensation compensation;
    private @Nullable Rounding rounding;

    /**
     * None of it computed yet.
     *
     * @param backend asked for when something is
     * @param weights of the layers, each {@code [in × out]}, so far as they are known
     */
    public CalibratedInputs(InputStatistics statistics, Supplier<Decomposer> backend, List<MatrixSource> weights) {
        this.statistics = statistics;
        this.backend = backend;
        this.weights = List.copyOf(weights);
    }

    /** Of layers that are not known. */
    public CalibratedInputs(InputStatistics statistics, Supplier<Decomposer> backend) {
        this(statistics, backend, List.of());
    }

    /** Mean and covariance. */
    public InputStatistics statistics() {
        return statistics;
    }

    /** Bytes that it takes to compute it for inputs of a size, and to have it. */
    public static long bytes(int size) {
        // The covariance in order, its root, and what the backend makes that from.
        return 5L * Double.BYTES * size * size;
    }

    /**
     * How what rounding one row of a weight loses is made up for by others.
     *
     * <p>Rows are rounded in order: that of the input with the largest variance first, as those that follow it can make up for
     * it.
     */
    static final class Compensation {
        private final Matrix covariance;
        private final int[] order;
        private final double[] weights;
        private final Matrix root;
        private final double ridge;

        private Compensation(Matrix covariance, int[] order, double[] weights, Matrix root, double ridge) {
            this.covariance = covariance;
            this.order = order;
            this.weights = weights;
            this.root = root;
            this.ridge = ridge;
        }

        /** The row that a place in the order stands for. */
        int row(int place) {
            return order[place];
        }

        /**
         * How much what rounding to the nearest code loses of each row counts, which is the variance of its input; all 1 where
         * none varies. As all here, it is divided by one power of two.
         */
        double[] weights() {
            return weights.clone();
        }

        /** C, with rows and columns in order. */
        Matrix covariance() {
            return covariance;
        }

        /** U, upper triangular, with UᵀU = (C + λI)⁻¹ with rows and columns in order. */
        Matrix root() {
            return root;
        }

        /** λ; 0 where no input varies. */
        double ridge() {
            return ridge;
        }
    }

    /** @throws InvalidInputException if the covariance holds a NaN or an infinity */
    synchronized Compensation compensation() {
        if (compensation == null) {
            compensation = compute();
        }
        return compensation;
    }

    /**
     * How inputs are rounded while the network runs.
     *
     * @param factors 1/t that they are multiplied by before that, one for each input, as float32 holds them; empty where they are left as
     *     they are
     * @param byRow whether each row has a step of its own
     * @param inputs x/t
     */
    record Rounding(Optional<double[]> factors, boolean byRow, CalibratedInputs inputs) {

        /** t·W. */
        MatrixSource divided(MatrixSource weight) {
            return factors.map(all -> ScaledAxis.rows(
                            weight, Arrays.stream(all).map(factor -> 1 / factor).toArray()))
                    .orElse(weight);
        }
    }

    /** How the inputs are rounded where products are of integers: so that all layers on them lose least. */
    synchronized Rounding rounding() {
        if (rounding == null) {
            Smoothing.Choice choice = Smoothing.of(statistics, weights);
            rounding = new Rounding(
                    choice.factors(),
                    choice.byRow(),
                    choice.factors().map(this::times).orElse(this));
        }
        return rounding;
    }

    private CalibratedInputs times(double[] factors) {
        int n = statistics.size();
        double[] mean = statistics.mean().toArray();
        double[] covariance = statistics.covariance().toArray();
        for (int i = 0; i < n; i++) {
            mean[i] *= factors[i];
            for (int j = 0; j < n; j++) {
                covariance[i * n + j] *= factors[i] * factors[j];
            }
        }
        return new CalibratedInputs(
                new InputStatistics(
                        statistics.samples(), statistics.rows(), Matrix.of(1, n, mean), Matrix.of(n, n, covariance)),
                backend);
    }

    /**
     * What is left of the inputs once x·B is known: their covariance given that, C − C·B·(Bᵀ·C·B)⁻¹·Bᵀ·C. What rounding loses of a
     * weight in the directions of B, a pair with this B makes up for.
     *
     * @param b B, {@code [in × r]}
     */
    CalibratedInputs without(Matrix b) {
        Decomposer decomposer = backend.get();
        Matrix covariance = scaled();
        Matrix crossed = decomposer.times(covariance, b);
        Matrix inner = decomposer.times(b.transpose(), crossed);
        double mean = IntStream.range(0, inner.rows())
                        .mapToDouble(i -> inner.get(i, i))
                        .sum()
                / inner.rows();
        if (!(mean > 0 && Double.isFinite(mean))) {
            return this;
        }
        double[] ridge = new double[inner.rows()];
        Arrays.fill(ridge, KNOWN * mean);
        Matrix root = decomposer.inverseRoot(inner.plus(Matrix.diagonal(inner.rows(), inner.rows(), ridge)));
        Matrix known = decomposer.timesTransposed(crossed, root);
        return new CalibratedInputs(
                new InputStatistics(
                        statistics.samples(),
                        statistics.rows(),
                        statistics.mean(),
                        covariance.minus(decomposer.timesTransposed(known, known))),
                backend);
    }

    /** C·M for a matrix M {@code [in × out]}, divided by the same power of two for all. */
    Matrix weigh(Matrix matrix) {
        return backend.get().times(scaled(), matrix);
    }

    private double unit() {
        double largest = IntStream.range(0, statistics.size())
                .mapToDouble(i -> statistics.covariance().get(i, i))
                .max()
                .orElse(0);
        return largest > 0 ? Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT)) : 1;
    }

    private Matrix scaled() {
        double part = 1 / unit();
        double[] numbers = statistics.covariance().toArray();
        Arrays.setAll(numbers, i -> numbers[i] * part);
        return Matrix.of(statistics.size(), statistics.size(), numbers);
    }

    private Compensation compute() {
        int n = statistics.size();
        if (!statistics.isFinite()) {
            throw new InvalidInputException(
                    "--calibration: the covariance of a layer's %d inputs is not finite; expected finite numbers: calibrate on other inputs"
                            .formatted(n));
        }
        Matrix covariance = scaled();
        double[] variances = new double[n];
        Arrays.setAll(variances, i -> Math.max(0, covariance.get(i, i)));
        double ridge = RIDGE * Arrays.stream(variances).sum() / n;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -variances[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ordered = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                ordered[i * n + j] = covariance.get(order[i], order[j]);
            }
        }
        double[] ridged = ordered.clone();
        for (int i = 0; i < n; i++) {
            ridged[i * n + i] += ridge;
        }
        if (ridge == 0) {
            double[] ones = new double[n];
            Arrays.fill(ones, 1);
            return new Compensation(Matrix.of(n, n, ordered), order, ones, Matrix.diagonal(n, n, ones), 0);
        }
        Matrix root = backend.get().inverseRoot(Matrix.of(n, n, ridged));
        return new Compensation(Matrix.of(n, n, ordered), order, variances, root, ridge);
    }
}

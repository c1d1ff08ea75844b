package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the inputs x of a layer are like over a calibration set: their mean μ and covariance C.
 *
 * @param samples of the calibration set
 * @param rows vectors x that were seen, such as the tokens of all samples; padding is none
 * @param mean μ, {@code [1 × in]}
 * @param covariance C = mean of (x−μ)ᵀ(x−μ), {@code [in × in]}, symmetric
 * @param range the least and the largest numbers of x; empty where they were not looked for
 */
public record InputStatistics(long samples, long rows, Matrix mean, Matrix covariance, Optional<InputRange> range) {
    /** From this many samples on, a covariance is used as it is. */
    public static final int ENOUGH_SAMPLES = 32;

    /** β: how much of a covariance of fewer samples is replaced. */
    public static final double SHRINKAGE = 0.1;

    public InputStatistics {
        if (mean.rows() != 1 || covariance.rows() != mean.columns() || covariance.columns() != mean.columns()) {
            throw new IllegalArgumentException(
                    "Expected a mean [1×n] and a covariance [n×n] but was: [%d×%d] and [%d×%d]"
                            .formatted(mean.rows(), mean.columns(), covariance.rows(), covariance.columns()));
        }
        if (rows < 1 || samples < 1) {
            throw new IllegalArgumentException(
                    "Expected one sample and one row or more but was: %d and %d".formatted(samples, rows));
        }
        range.filter(found -> found.size() != mean.columns()).ifPresent(found -> {
            throw new IllegalArgumentException(
                    "Expected a range of %d inputs but was: %d".formatted(mean.columns(), found.size()));
        });
    }

    /** Without a range. */
    public InputStatistics(long samples, long rows, Matrix mean, Matrix covariance) {
        this(samples, rows, mean, covariance, Optional.empty());
    }

    /** Whether the variances are finite; then so is all else, as no covariance is larger than the variances allow. */
    public boolean isFinite() {
        return IntStream.range(0, size()).allMatch(i -> Double.isFinite(covariance.get(i, i)));
    }

    /** The layer's inputs. */
    public int size() {
        return mean.columns();
    }

    /**
     * About zero instead of the mean: for layers that have no place for a shift of their bias, which would make up for
     * what is lost of the mean.
     *
     * @return with a mean of zeros and the second moments C + μᵀ·μ
     */
    public InputStatistics aboutZero() {
        Matrix zero = Matrix.of(1, size(), new double[size()]);
        return new InputStatistics(
                samples, rows, zero, covariance.plus(mean.transpose().times(mean)), range);
    }

    /** Whether the mean is zero, so that nothing is left out of the second moments. */
    public boolean isAboutZero() {
        return mean.frobeniusNorm() == 0;
    }

    /**
     * With a covariance that is not taken at its word where it is from few samples: below {@link #ENOUGH_SAMPLES}, it is
     * (1−β)·C + β·tr(C)/n·I with β = {@link #SHRINKAGE}, so that no direction that happened not to occur counts for
     * nothing (O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004).
     */
    public InputStatistics shrunk() {
        if (samples >= ENOUGH_SAMPLES) {
            return this;
        }
        int n = size();
        double[] numbers = covariance.toArray();
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += numbers[i * n + i];
        }
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] *= 1 - SHRINKAGE;
        }
        for (int i = 0; i < n; i++) {
            numbers[i * n + i] += SHRINKAGE * trace / n;
        }
        return new InputStatistics(samples, rows, mean, Matrix.of(n, n, numbers), range);
    }
}

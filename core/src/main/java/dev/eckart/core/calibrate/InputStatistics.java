package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;

/**
 * What the inputs x of a layer are like over a calibration set: their mean μ and covariance C.
 *
 * @param samples of the calibration set
 * @param rows vectors x that were seen, such as the tokens of all samples; padding is none
 * @param mean μ, {@code [1 × in]}
 * @param covariance C = mean of (x−μ)ᵀ(x−μ), {@code [in × in]}, symmetric
 */
public record InputStatistics(long samples, long rows, Matrix mean, Matrix covariance) {
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
    }

    /** The layer's inputs. */
    public int size() {
        return mean.columns();
    }
}

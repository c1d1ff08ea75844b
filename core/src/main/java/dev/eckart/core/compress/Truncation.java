package dev.eckart.core.compress;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import java.util.Optional;

/**
 * A weight cut to a rank, as one matrix.
 *
 * @param weight in the reading that was cut
 * @param product B·A, {@code [in × out]}
 * @param biasShift {@code [1 × out]}, as of {@link dev.eckart.core.factor.Replacement}
 * @param relativeLoss Σ_{i>r}σᵢ²/Σσᵢ² of what strategies see of the weight
 */
public record Truncation(
        LinearWeight weight, int rank, Matrix product, Optional<MatrixSource> biasShift, double relativeLoss) {}

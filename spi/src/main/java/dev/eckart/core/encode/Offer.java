package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.stored.Stored;
import java.util.Optional;

/** A stored form for a weight, with what it costs and what it loses, before it is built. */
public interface Offer {

    /** What tells it from the encoding's other offers for the weight, such as {@code bits:8}. */
    String variant();

    /** The form that {@link #build} gives, as an {@linkplain Stored#outline outline}: to know it takes no building. */
    Stored outline();

    /** Bytes of the form, scales counted. */
    default long bytes() {
        return outline().bytes();
    }

    /**
     * ‖Lᵀ(W − W')‖_F² / ‖LᵀW‖_F² with L·Lᵀ the inputs' covariance, and L = I where there is no calibration: what is lost of
     * the layer's output, relative to it; 0 for a weight of zeros.
     */
    double loss();

    /**
     * The same, with each entry of a table counted as often as it is looked up, where {@link WeightView#lookUps} tells: what is compared
     * with other offers for the weight.
     */
    default double lossInUse() {
        return loss();
    }

    /**
     * What is to be added to the layer's outputs so that the mean input makes of W' what it made of W, μ·(W − W')
     * {@code [1 × out]}: to go into the layer's bias. The loss counts on it. Empty where there is no calibration, or
     * nothing to add.
     */
    default Optional<MatrixSource> biasShift() {
        return Optional.empty();
    }

    /** The form. */
    Stored build();
}

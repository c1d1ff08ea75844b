package dev.eckart.core.encode;

import dev.eckart.core.stored.Stored;

/** A stored form for a weight, with what it costs and what it loses, before it is built. */
public interface Offer {

    /** What tells it from the encoding's other offers for the weight, such as {@code bits:8}. */
    String variant();

    /** Bytes of the form that {@link #build} gives, scales counted. */
    long bytes();

    /**
     * ‖Lᵀ(W − W')‖_F² / ‖LᵀW‖_F² with L·Lᵀ the inputs' covariance, and L = I where there is no calibration: what is lost of
     * the layer's output, relative to it; 0 for a weight of zeros.
     */
    double loss();

    /** The form. */
    Stored build();
}

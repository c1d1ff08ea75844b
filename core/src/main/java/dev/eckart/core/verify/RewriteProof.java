package dev.eckart.core.verify;

/**
 * Whether the compressed network computes what the original would with each W replaced by its B·A.
 *
 * @param error the largest relative error of an output between those two
 * @param noiseFloor the largest relative error of an output between the original and itself at other optimization
 *     levels of the runtime
 * @param tolerance the largest error that counts as rounding
 */
public record RewriteProof(double error, double noiseFloor, double tolerance) {

    /** False also where the error is not a number. */
    public boolean holds() {
        return error <= tolerance;
    }
}

package dev.eckart.core.verify;

/**
 * Share of samples that each network classifies as their labels say.
 *
 * @param samples how many were classified
 */
public record LabelAccuracy(double original, double compressed, long samples) {

    /** How much of it was lost: negative where the compressed network is better. */
    public double drop() {
        return original - compressed;
    }
}

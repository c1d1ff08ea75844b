package dev.eckart.core.verify;

/**
 * Share of samples that each network classifies as their labels say.
 *
 * @param samples how many were classified
 */
public record LabelAccuracy(double original, double compressed, long samples) {

    /**
     * How much of it was lost: negative where the compressed network is better. Ten samples of 2000 are 0.005, which a
     * difference of shares misses by rounding, and with it a limit of 0.005.
     */
    public double drop() {
        return samples == 0 ? original - compressed : Math.rint((original - compressed) * samples) / samples;
    }
}

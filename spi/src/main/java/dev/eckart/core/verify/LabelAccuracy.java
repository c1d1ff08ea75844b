package dev.eckart.core.verify;

/**
 * Share of samples that each network classifies as their labels say.
 *
 * @param samples how many were classified
 * @param disputed those that one network classified as their labels say, and the other did not
 */
public record LabelAccuracy(double original, double compressed, long samples, long disputed) {
    /** The standard normal distribution has 95 % within this of its mean. */
    private static final double Z = 1.959964;

    /**
     * How much of it was lost: negative where the compressed network is better. Ten samples of 2000 are 0.005, which a
     * difference of shares misses by rounding, and with it a limit of 0.005.
     */
    public double drop() {
        return samples == 0 ? original - compressed : Math.rint((original - compressed) * samples) / samples;
    }

    /**
     * The lower end of the interval that holds, with a confidence of 95 %, what the drop would be on samples without
     * end: that of paired shares by A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched
     * proportions", 2005.
     */
    public double dropLow() {
        return Math.max(-1, middle() - halfWidth());
    }

    /** The upper end of the same. */
    public double dropHigh() {
        return Math.min(1, middle() + halfWidth());
    }

    /** Whether these samples tell the drop from none. */
    public boolean isDropCertain() {
        return dropLow() > 0 || dropHigh() < 0;
    }

    /**
     * The fewest samples on which a drop would be told from none, if the networks dispute as large a share of samples as here,
     * or as large a one as such a drop takes.
     *
     * @param ofDrop above 0
     */
    public long samplesToTell(double ofDrop) {
        double share = samples == 0 ? ofDrop : Math.max(ofDrop, (double) disputed / samples);
        long enough = 1;
        while (!isTold(ofDrop, share, enough)) {
            enough *= 2;
        }
        long tooFew = enough / 2;
        while (enough - tooFew > 1) {
            long between = (tooFew + enough) / 2;
            if (isTold(ofDrop, share, between)) {
                enough = between;
            } else {
                tooFew = between;
            }
        }
        return enough;
    }

    private static boolean isTold(double drop, double share, long samples) {
        double difference = drop * samples;
        return difference > Z * Math.sqrt(share * samples + 1 - difference * difference / (samples + 2.0));
    }

    private double middle() {
        return drop() * samples / (samples + 2.0);
    }

    /** With half a sample more on which only the one is right, and half a sample on which only the other is. */
    private double halfWidth() {
        double n = samples + 2.0;
        double difference = drop() * samples;
        return Z * Math.sqrt(disputed + 1 - difference * difference / n) / n;
    }
}

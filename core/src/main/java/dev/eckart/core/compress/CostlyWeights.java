package dev.eckart.core.compress;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The few weights of a network that its outputs lose most by when they are encoded, for the bytes that this saves: to be stored
 * in a finer form, or left as they are.
 *
 * <p>A few small kernels or tables can own most of an encoded network's error. Weights are spared in order of loss per byte,
 * until the outputs are expected to be true {@linkplain #ENOUGH enough}, for {@link #FEW_BYTES} at most; and for {@link
 * #MORE_BYTES} as long as their error is {@linkplain #TOO_MUCH too much} and users cannot ask for more bits: where they can, more bits
 * for all make up for the loss in fewer bytes. What is lost by several weights is taken for the sum of
 * what is lost by each.
 *
 * <p>These numbers were picked on detectors, recognizers and classifiers of text in images and of speech, a classifier of files
 * and a sentence encoder, at 8 bits, on made-up inputs; that more bits for all go before {@link #MORE_BYTES}, on that encoder at
 * 4 to 6 bits, on sentences of manuals.
 */
public final class CostlyWeights {
    /** The relative error ‖y − y'‖ / ‖y‖ of outputs from which on weights are spared. */
    static final double ENOUGH = 0.05;

    /** The error from which on sparing them may cost more. */
    static final double TOO_MUCH = 0.1;

    /** What sparing weights may add to the bytes that encoded weights take, as a part of these. */
    static final double FEW_BYTES = 0.1;

    /** The same, where the error is too much. */
    static final double MORE_BYTES = 0.5;

    private CostlyWeights() {}

    /**
     * An encoded weight.
     *
     * @param bytes that it is stored in
     * @param finerBytes that it would take in the finer form, or as it was
     * @param loss ‖y − y'‖² / ‖y‖² of the network's outputs where this weight alone is encoded; infinite or not a number where
     *     an output is not what it was in kind
     */
    public record Measured(String name, long bytes, long finerBytes, double loss) {
        private double lossPerByte() {
            return (Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss) / Math.max(1, finerBytes - bytes);
        }
    }

    /** Whether outputs that lose so much call for sparing weights. */
    public static boolean callsForSparing(double loss) {
        return !(loss <= ENOUGH * ENOUGH);
    }

    /**
     * The names of the weights to spare.
     *
     * @param loss as of {@link Measured#loss}, where all weights are encoded
     * @param moreBits whether all weights can have more bits, if the user so wishes
     */
    public static Set<String> of(double loss, List<Measured> weights, boolean moreBits) {
        Set<String> spared = new LinkedHashSet<>();
        double sum = weights.stream().mapToDouble(Measured::loss).sum();
        double rest = sum;
        long bytes = weights.stream().mapToLong(Measured::bytes).sum();
        long added = 0;
        List<Measured> costliestFirst = weights.stream()
                .filter(weight -> !(weight.loss() <= 0))
                .sorted(Comparator.comparingDouble(Measured::lossPerByte).reversed())
                .toList();
        for (Measured weight : costliestFirst) {
            // Where a loss is infinite, nothing is known of how much is left of it.
            double error = Math.sqrt(Double.isFinite(sum) ? loss * rest / sum : loss);
            if (error <= ENOUGH) {
                break;
            }
            long more = weight.finerBytes() - weight.bytes();
            if (added + more <= (moreBits || error <= TOO_MUCH ? FEW_BYTES : MORE_BYTES) * bytes) {
                spared.add(weight.name());
                added += more;
                rest -= weight.loss();
            }
        }
        return spared;
    }
}

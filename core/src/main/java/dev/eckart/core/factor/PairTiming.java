package dev.eckart.core.factor;

import java.util.Locale;

/** How long products by a weight take, and by the pair that is to replace it. */
public sealed interface PairTiming {

    /** What was found, for people, without a capital or a full stop. */
    String sentence();

    /**
     * Both, one after the other in turns.
     *
     * @param denseMs median of the products by the weight, in milliseconds
     * @param pairMs median of those by the pair, in milliseconds
     * @param ratio median of pair / dense over the turns
     */
    record Measured(double denseMs, double pairMs, double ratio) implements PairTiming {

        /** Whether the pair is the faster one. */
        public boolean wins() {
            return ratio < 1;
        }

        @Override
        public String sentence() {
            return String.format(
                    Locale.ROOT,
                    "the pair takes %.2f times as long (%s ms dense, %s ms factored)",
                    ratio,
                    milliseconds(denseMs),
                    milliseconds(pairMs));
        }

        private static String milliseconds(double value) {
            return String.format(Locale.ROOT, value < 0.1 ? "%.4f" : "%.2f", value);
        }
    }

    /** They were not measured; {@code because} is for people, without a capital or a full stop. */
    record Unknown(String because) implements PairTiming {
        @Override
        public String sentence() {
            return "the pair was not timed: " + because;
        }
    }
}

package dev.eckart.core.compress;

import dev.eckart.core.encode.Offer;
import dev.eckart.core.factor.PlannedWeight;

/**
 * A form that a weight can be stored in.
 *
 * @param planned the weight in this form
 * @param loss ‖X·(W − W')‖² / ‖X·W‖² with X the layer's inputs on the calibration samples, or of the weight itself where there are none; of a
 *     table as {@link Offer#lossInUse}. Where the form has a shift for a bias, its own loss is about the inputs' mean; this one can be compared with those of other forms
 * @param use what it is for where nothing is said of sizes
 */
public record OfferedForm(PlannedWeight planned, double loss, Use use) {

    /** What a form is for. */
    public enum Use {
        /** Any weight. */
        USUAL,

        /** Weights that the network's outputs lose most by in usual forms. */
        SPARING
    }

    /** A usual form. */
    public OfferedForm(PlannedWeight planned, double loss) {
        this(planned, loss, Use.USUAL);
    }

    /** Bytes of the form. */
    public long bytes() {
        return planned.bytesAfter();
    }

    /** Whether a rank was chosen for it. */
    public boolean hasRank() {
        return planned.chosenRank().isPresent();
    }
}

package dev.eckart.core.factor;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Stored;
import java.util.OptionalDouble;

/** The stored forms of a weight that differ in a rank alone, such as the pairs of factors. */
public interface RankedForm {
    /** No weight has a rank of so much. */
    int MOST = 1 << 30;

    /** The name of the pairs of two factors in the weight's own type. */
    String PAIR = "pair";

    /** What the user writes to have them, such as {@value #PAIR}. */
    String name();

    /**
     * The form of a rank, as an {@linkplain Stored#outline outline}; its bytes rise with the rank.
     *
     * @param rank from 1; it may be above the weight's smaller side, at which no form is ever built
     */
    Stored outline(LinearWeight weight, int rank);

    /**
     * The rank that a form must stay below to be worth having: the largest whose form has fewer bytes than the weight is
     * stored in; 0 if there is none. At it, what little the numbers save is spent on further nodes and names.
     */
    default int breakEven(LinearWeight weight) {
        int below = 0;
        int above = 1;
        while (above < MOST && outline(weight, above).bytes() < weight.bytes()) {
            below = above;
            above *= 2;
        }
        while (above - below > 1) {
            int middle = (below + above) / 2;
            if (outline(weight, middle).bytes() < weight.bytes()) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return below;
    }

    /**
     * The loss of the form of a rank, as of {@link dev.eckart.core.encode.Offer#loss}, where it follows from the singular
     * values alone.
     */
    default OptionalDouble loss(WeightSpectrum spectrum, int rank) {
        return OptionalDouble.empty();
    }
}

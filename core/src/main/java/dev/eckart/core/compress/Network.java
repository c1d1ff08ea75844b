package dev.eckart.core.compress;

import dev.eckart.core.factor.Replacement;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.stored.Stored;
import java.util.Optional;

/**
 * A loaded network: the port that a format's adapter implements. Immutable.
 *
 * @param <N> the adapter's own type
 */
public interface Network<N extends Network<N>> {

    /** Every weight, in the order in which the network runs them. */
    Inventory inventory();

    /**
     * Every constant that can be stored in another form, whatever operator takes it, in the order in which the network runs
     * them; those that are linear weights are the same as in {@link #inventory}. The linear weights alone, unless the
     * adapter knows of more.
     */
    default Inventory constants() {
        return inventory();
    }

    /**
     * Why the network cannot store one of its constants in a form, for people, without a capital or a full stop; empty if it
     * can.
     */
    default Optional<String> obstacle(LinearWeight constant, Stored form) {
        return Optional.empty();
    }

    /**
     * This network with another stored form in the place of each weight: products x·W become (x·B)·A where that is a pair.
     *
     * @param replacements taken one at a time, each done with before the next is asked for
     * @param provenance said in the new network's metadata
     * @throws IllegalArgumentException if a replacement's weight is not among this network's
     */
    N rewrite(Iterable<Replacement> replacements, Provenance provenance);
}

package dev.eckart.core.compress;

import dev.eckart.core.factor.Replacement;
import dev.eckart.core.scan.Inventory;

/**
 * A loaded network: the port that a format's adapter implements. Immutable.
 *
 * @param <N> the adapter's own type
 */
public interface Network<N extends Network<N>> {

    /** Every weight, in the order in which the network runs them. */
    Inventory inventory();

    /**
     * This network with each product x·W replaced by (x·B)·A.
     *
     * @param replacements taken one at a time, each done with before the next is asked for
     * @param provenance said in the new network's metadata
     * @throws IllegalArgumentException if a replacement's weight is not among this network's linear ones
     */
    N rewrite(Iterable<Replacement> replacements, Provenance provenance);
}

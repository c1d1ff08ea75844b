package dev.eckart.core.compress;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.rank.RankSelector;

/** What weights are offered, to test with. */
final class Offerings {
    private Offerings() {}

    /** Pairs, for all weights of a network. */
    static Offering pairs(Network<?> network, RankSelector ranks) {
        return Offering.ofPairs(network.inventory(), ranks, FactorPair.Balance.PLAIN);
    }

    /** Pairs, for all weights of a network, of ranks that were chosen. */
    static Offering pairs(Network<?> network) {
        return pairs(network, new FixedRankSelector(1));
    }
}

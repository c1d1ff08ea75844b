package dev.eckart.core.compress;

import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;

/** Times the products by single weights: a port, as {@link Network} is. */
public interface PairTimer {

    /**
     * Times all products by a weight, and by a pair of the planned rank in its place. The time does not depend on the
     * numbers of a pair, so that there need not be one.
     *
     * @param factored of the network that the timer is of
     */
    PairTiming time(PlannedWeight factored);
}

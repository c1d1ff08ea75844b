package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.IfSlower;
import java.util.function.Function;

/**
 * How pairs are held to the time that they take.
 *
 * @param timer for the pairs of a plan
 * @param ifSlower what is done with those that are not faster
 */
record Timing(Function<CompressionPlan, PairTimer> timer, IfSlower ifSlower) {}

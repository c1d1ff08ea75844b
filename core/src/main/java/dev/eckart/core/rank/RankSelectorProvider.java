package dev.eckart.core.rank;

import java.util.Map;

/**
 * Makes a strategy out of what the user wrote, {@code name[:value][,key=value…]}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a jar names its providers in
 * {@code META-INF/services/dev.eckart.core.rank.RankSelectorProvider}.
 */
public interface RankSelectorProvider {

    /** The unique name users call the strategy by: lower-case letters, digits and hyphens. */
    String name();

    /** What it does, in one line. */
    String summary();

    /** What may follow the name, for people: a usage such as {@code energy:0.99} to its meaning. */
    Map<String, String> usage();

    /**
     * The strategy with these arguments.
     *
     * @throws dev.eckart.core.InvalidInputException if an argument is missing, malformed or out of range
     */
    RankSelector create(StrategyArguments arguments);
}

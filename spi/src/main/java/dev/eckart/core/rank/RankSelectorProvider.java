package dev.eckart.core.rank;

import dev.eckart.core.plugin.Provider;

/**
 * Makes a strategy out of what the user wrote, {@code name[:value][,key=value…]}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a jar names its providers in
 * {@code META-INF/services/dev.eckart.core.rank.RankSelectorProvider}.
 */
public interface RankSelectorProvider extends Provider {

    /**
     * The strategy with these arguments.
     *
     * @throws dev.eckart.core.InvalidInputException if an argument is missing, malformed or out of range
     */
    RankSelector create(StrategyArguments arguments);
}

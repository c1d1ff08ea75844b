package dev.eckart.core.encode;

import dev.eckart.core.plugin.Provider;
import dev.eckart.core.rank.StrategyArguments;

/**
 * Makes an encoding out of what the user wrote, {@code name[:value]}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a jar names its providers in
 * {@code META-INF/services/dev.eckart.core.encode.EncodingProvider}.
 */
public interface EncodingProvider extends Provider {

    /**
     * The encoding with these arguments.
     *
     * @throws dev.eckart.core.InvalidInputException if an argument is missing, malformed or out of range
     */
    Encoding create(StrategyArguments arguments);
}

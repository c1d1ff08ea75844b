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

    /** What stands in the file for a weight, in one line, for people. */
    default String stores() {
        return "see its summary";
    }

    /** What the network runs instead of what it ran, in one line, for people. */
    default String runs() {
        return "see its summary";
    }

    /** Which weights it serves, and what it needs, in one line, for people. */
    default String serves() {
        return "see its summary";
    }

    /**
     * The encoding with these arguments.
     *
     * @throws dev.eckart.core.InvalidInputException if an argument is missing, malformed or out of range
     */
    Encoding create(StrategyArguments arguments);
}

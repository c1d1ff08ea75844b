package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The strategies to be had, by name: those built in and those of plug-ins. */
public final class RankStrategies {
    private final SortedMap<String, RankSelectorProvider> providers;

    private RankStrategies(SortedMap<String, RankSelectorProvider> providers) {
        this.providers = providers;
    }

    /**
     * The strategies that a class loader finds.
     *
     * @throws InvalidInputException if two have the same name, or one cannot be loaded
     */
    public static RankStrategies load(ClassLoader loader) {
        SortedMap<String, RankSelectorProvider> providers = new TreeMap<>();
        try {
            for (RankSelectorProvider provider : ServiceLoader.load(RankSelectorProvider.class, loader)) {
                RankSelectorProvider other = providers.put(provider.name(), provider);
                if (other != null) {
                    throw new InvalidInputException("two strategies are named `%s`: %s in %s and %s in %s; remove one"
                            .formatted(
                                    provider.name(),
                                    other.getClass().getName(),
                                    origin(other),
                                    provider.getClass().getName(),
                                    origin(provider)));
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new InvalidInputException("a strategy could not be loaded: " + e.getMessage(), e);
        }
        return new RankStrategies(providers);
    }

    /** The jar or folder that a provider's class came from. */
    public static String origin(RankSelectorProvider provider) {
        CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null) {
            return "the Java runtime";
        }
        return location.getProtocol().equals("file")
                ? Path.of(URI.create(location.toString())).toString()
                : location.toString();
    }

    /** All of them, by name. */
    public Collection<RankSelectorProvider> all() {
        return Collections.unmodifiableCollection(providers.values());
    }

    /**
     * The strategy that a text such as {@code energy:0.99} asks for.
     *
     * @throws InvalidInputException if no strategy has that name, or it refuses its arguments
     */
    public RankSelector select(String text) {
        StrategyArguments arguments = StrategyArguments.parse(text);
        RankSelectorProvider provider = providers.get(arguments.name());
        if (provider == null) {
            throw new InvalidInputException("unknown strategy `%s`: expected one of %s"
                    .formatted(arguments.name(), String.join(", ", providers.keySet())));
        }
        return provider.create(arguments);
    }

    /** How strategies are called, to what that does. */
    public Map<String, String> usage() {
        SortedMap<String, String> usage = new TreeMap<>();
        providers.values().forEach(provider -> usage.putAll(provider.usage()));
        return usage;
    }
}

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
import java.util.function.Supplier;

/** The strategies to be had, by name: those built in and those of plug-ins. */
public final class RankStrategies {
    private final SortedMap<String, RankSelectorProvider> providers;

    private RankStrategies(SortedMap<String, RankSelectorProvider> providers) {
        this.providers = providers;
    }

    /**
     * The strategies that a class loader finds, and those of plug-ins.
     *
     * @param plugins a loader for each, named after its jar; another one's classes are not those of the same name here
     * @throws InvalidInputException if two have the same name, one has none that can be written, or cannot be loaded
     */
    public static RankStrategies load(ClassLoader loader, ClassLoader... plugins) {
        SortedMap<String, RankSelectorProvider> providers = new TreeMap<>();
        load(loader, "", providers);
        for (ClassLoader plugin : plugins) {
            load(plugin, " from `%s`".formatted(plugin.getName()), providers);
        }
        return new RankStrategies(providers);
    }

    private static void load(ClassLoader loader, String from, SortedMap<String, RankSelectorProvider> providers) {
        try {
            ServiceLoader.load(RankSelectorProvider.class, loader).stream()
                    // A plug-in's loader finds those of the program, too.
                    .filter(found -> from.isEmpty() || found.type().getClassLoader() == loader)
                    .forEach(found -> add(found.get(), providers));
        } catch (ServiceConfigurationError e) {
            throw new InvalidInputException("a strategy could not be loaded%s: %s".formatted(from, e.getMessage()), e);
        } catch (LinkageError e) {
            // Compiled for a newer Java or another Eckart, or without the libraries that it needs.
            throw new InvalidInputException("a strategy could not be loaded%s: %s".formatted(from, e), e);
        }
    }

    private static void add(RankSelectorProvider provider, SortedMap<String, RankSelectorProvider> providers) {
        String name = provider.name();
        if (!name.matches("[a-z0-9-]+")) {
            throw new InvalidInputException(
                    "strategy %s in %s is named `%s`; expected lower-case letters, digits and hyphens"
                            .formatted(provider.getClass().getName(), origin(provider), name));
        }
        RankSelectorProvider other = providers.put(name, provider);
        if (other != null) {
            throw new InvalidInputException("two strategies are named `%s`: %s in %s and %s in %s; remove one"
                    .formatted(
                            name,
                            other.getClass().getName(),
                            origin(other),
                            provider.getClass().getName(),
                            origin(provider)));
        }
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
        return answer(provider, "`%s`".formatted(text), () -> provider.create(arguments));
    }

    /**
     * What a strategy, or its provider, says when it is asked about something.
     *
     * @throws InvalidInputException if it refuses that, or, in a plug-in, fails: a mistake of its author's
     */
    public static <R> R answer(Object strategy, String about, Supplier<R> question) {
        try {
            return question.get();
        } catch (InvalidInputException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            if (strategy.getClass().getClassLoader() == RankStrategies.class.getClassLoader()) {
                throw e;
            }
            throw new InvalidInputException("strategy %s failed on %s: %s".formatted(title(strategy), about, e), e);
        }
    }

    /** The class of a strategy as its author wrote it: that of a lambda is called after the one around it. */
    public static String title(Object strategy) {
        String name = strategy.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    /** How strategies are called, to what that does. */
    public Map<String, String> usage() {
        SortedMap<String, String> usage = new TreeMap<>();
        providers.values().forEach(provider -> usage.putAll(provider.usage()));
        return usage;
    }
}

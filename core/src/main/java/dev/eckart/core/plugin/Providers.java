package dev.eckart.core.plugin;

import dev.eckart.core.InvalidInputException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All of one kind that are to be had, by name: those built in and those of plug-ins. */
public final class Providers<P extends Provider> {
    private final Kind kind;
    private final SortedMap<String, P> providers = new TreeMap<>();

    private Providers(Kind kind) {
        this.kind = kind;
    }

    /**
     * Those that a class loader finds, and those of plug-ins.
     *
     * @param service what jars name theirs as, in {@code META-INF/services}
     * @param plugins a loader for each, named after its jar; another one's classes are not those of the same name here
     * @throws InvalidInputException if two have the same name, one has none that can be written, cannot be loaded, or does
     *     not say what it is
     */
    public static <P extends Provider> Providers<P> load(
            Kind kind, Class<P> service, ClassLoader loader, ClassLoader... plugins) {
        Providers<P> all = new Providers<>(kind);
        all.load(service, loader, "");
        for (ClassLoader plugin : plugins) {
            all.load(service, plugin, " from `%s`".formatted(plugin.getName()));
        }
        return all;
    }

    private void load(Class<P> service, ClassLoader loader, String from) {
        try {
            ServiceLoader.load(service, loader).stream()
                    // A plug-in's loader finds those of the program, too.
                    .filter(found -> from.isEmpty() || found.type().getClassLoader() == loader)
                    .forEach(found -> add(found.get()));
        } catch (ServiceConfigurationError e) {
            if (e.getCause() instanceof OutOfMemoryError error) {
                throw error;
            }
            throw new InvalidInputException(
                    "a %s could not be loaded%s: %s%s"
                            .formatted(
                                    kind.one(),
                                    from,
                                    e.getMessage(),
                                    e.getCause() == null ? "" : " (%s)".formatted(innermost(e))),
                    e);
        } catch (LinkageError e) {
            // Compiled for a newer Java or another Eckart, or without the libraries that it needs.
            throw new InvalidInputException("a %s could not be loaded%s: %s".formatted(kind.one(), from, e), e);
        }
    }

    /** What all others are about. */
    private static Throwable innermost(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private void add(P provider) {
        String name = answer(kind, provider, "its name", provider::name);
        answer(kind, provider, "its summary", provider::summary);
        answer(kind, provider, "its usage", () -> Map.copyOf(provider.usage()));
        if (!name.matches("[a-z0-9-]+")) {
            throw new InvalidInputException("%s %s in %s is named `%s`; expected lower-case letters, digits and hyphens"
                    .formatted(kind.one(), provider.getClass().getName(), origin(provider), name));
        }
        P other = providers.put(name, provider);
        if (other != null) {
            throw new InvalidInputException("two %s are named `%s`: %s in %s and %s in %s; remove one"
                    .formatted(
                            kind.many(),
                            name,
                            other.getClass().getName(),
                            origin(other),
                            provider.getClass().getName(),
                            origin(provider)));
        }
    }

    /** The jar or folder that a provider's class came from. */
    public static String origin(Provider provider) {
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
    public Collection<P> all() {
        return Collections.unmodifiableCollection(providers.values());
    }

    /**
     * The one of a name.
     *
     * @throws InvalidInputException if there is none
     */
    public P get(String name) {
        P provider = providers.get(name);
        if (provider == null) {
            throw new InvalidInputException("unknown %s `%s`: expected one of %s"
                    .formatted(kind.one(), name, String.join(", ", providers.keySet())));
        }
        return provider;
    }

    /**
     * What a provider, or what it made, says when it is asked about something.
     *
     * @throws InvalidInputException if it refuses that, or, in a plug-in, fails in whatever way or has no answer: a mistake
     *     of its author's
     * @throws OutOfMemoryError if there is none left, whoever took it
     */
    public static <R> R answer(Kind kind, Object asked, String about, Supplier<R> question) {
        @Nullable R answer;
        try {
            answer = question.get();
        } catch (InvalidInputException | OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            // A stack that overflows, an assertion, a class that is missing, a checked exception that no compiler saw.
            if (isBuiltIn(asked)) {
                throw e;
            }
            throw new InvalidInputException("%s %s failed on %s: %s".formatted(kind.one(), title(asked), about, e), e);
        }
        if (answer == null && !isBuiltIn(asked)) {
            throw new InvalidInputException("%s %s gave null for %s; expected a value: tell its author"
                    .formatted(kind.one(), title(asked), about));
        }
        return Objects.requireNonNull(answer);
    }

    /** Whether something is the program's own, and no plug-in's. */
    public static boolean isBuiltIn(Object asked) {
        return asked.getClass().getClassLoader() == Providers.class.getClassLoader();
    }

    /** The class of something as its author wrote it: that of a lambda is called after the one around it. */
    public static String title(Object made) {
        String name = made.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda);
    }
}

package dev.eckart.core.encode;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.StrategyArguments;
import java.util.Collection;
import java.util.function.Supplier;

/** The encodings to be had, by name: those built in and those of plug-ins. */
public final class Encodings {
    private final Providers<EncodingProvider> providers;

    private Encodings(Providers<EncodingProvider> providers) {
        this.providers = providers;
    }

    /**
     * The encodings that a class loader finds, and those of plug-ins.
     *
     * @param plugins a loader for each, named after its jar
     * @throws InvalidInputException if two have the same name, one has none that can be written, or cannot be loaded
     */
    public static Encodings load(ClassLoader loader, ClassLoader... plugins) {
        return new Encodings(Providers.load(Kind.ENCODING, EncodingProvider.class, loader, plugins));
    }

    /** All of them, by name. */
    public Collection<EncodingProvider> all() {
        return providers.all();
    }

    /**
     * The encoding that a text such as {@code bits:8} asks for.
     *
     * @throws InvalidInputException if no encoding has that name, or it refuses its arguments
     */
    public Encoding select(String text) {
        StrategyArguments arguments = StrategyArguments.parse(Kind.ENCODING, text);
        EncodingProvider provider = providers.get(arguments.name());
        String about = "`%s`".formatted(text);
        Encoding encoding = answer(provider, about, () -> provider.create(arguments));
        // It is said in many places: whether it can be said at all shows here.
        answer(encoding, about, encoding::name);
        return encoding;
    }

    /**
     * What an encoding, or something that it made, says when it is asked about something.
     *
     * @throws InvalidInputException if it refuses that, or, in a plug-in, fails: a mistake of its author's
     */
    public static <R> R answer(Object encoding, String about, Supplier<R> question) {
        return Providers.answer(Kind.ENCODING, encoding, about, question);
    }
}

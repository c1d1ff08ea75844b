package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The strategies to be had, by name: those built in and those of plug-ins. */
public final class RankStrategies {
    private static final String ALL = "the weights of the network";

    private final Providers<RankSelectorProvider> providers;

    private RankStrategies(Providers<RankSelectorProvider> providers) {
        this.providers = providers;
    }

    /**
     * The strategies that a class loader finds, and those of plug-ins.
     *
     * @param plugins a loader for each, named after its jar; another one's classes are not those of the same name here
     * @throws InvalidInputException if two have the same name, one has none that can be written, or cannot be loaded
     */
    public static RankStrategies load(ClassLoader loader, ClassLoader... plugins) {
        return new RankStrategies(Providers.load(Kind.STRATEGY, RankSelectorProvider.class, loader, plugins));
    }

    /** All of them, by name. */
    public Collection<RankSelectorProvider> all() {
        return providers.all();
    }

    /**
     * The strategy that a text such as {@code energy:0.99} asks for.
     *
     * @throws InvalidInputException if no strategy has that name, or it refuses its arguments
     */
    public RankSelector select(String text) {
        StrategyArguments arguments;
        RankSelectorProvider provider;
        try {
            arguments = StrategyArguments.parse(text);
            provider = providers.get(arguments.name());
        } catch (InvalidInputException e) {
            List<String> names = all().stream().map(RankSelectorProvider::name).toList();
            throw new InvalidInputException(e.getMessage() + MeantStrategy.hint(text, names), e);
        }
        String about = "`%s`".formatted(text);
        RankSelector selector = answer(provider, about, () -> provider.create(arguments));
        // What it wants is asked for in many places: whether it can say so at all shows here.
        answer(selector, about, selector::accuracy);
        answer(
                selector,
                about,
                () -> List.of(selector.wantsPlain(), selector.wantsSensitivities(), selector.sensitivityRounds()));
        return selector;
    }

    /**
     * Has a strategy refuse weights that it has nothing to say on.
     *
     * @throws InvalidInputException if it does, or, in a plug-in, fails
     */
    public static void require(RankSelector selector, List<LinearWeight> weights) {
        answer(selector, ALL, () -> {
            selector.require(weights);
            return true;
        });
    }

    /**
     * What a strategy chooses.
     *
     * @throws InvalidInputException if it, in a plug-in, fails
     */
    public static RankPlan select(RankSelector selector, List<WeightSpectrum> spectra) {
        return answer(selector, ALL, () -> selector.select(spectra));
    }

    /**
     * What a strategy, or its provider, says when it is asked about something.
     *
     * @throws InvalidInputException if it refuses that, or, in a plug-in, fails: a mistake of its author's
     */
    public static <R> R answer(Object strategy, String about, Supplier<R> question) {
        return Providers.answer(Kind.STRATEGY, strategy, about, question);
    }

    /** How strategies are called, to what that does. */
    public Map<String, String> usage() {
        SortedMap<String, String> usage = new TreeMap<>();
        all().forEach(provider -> usage.putAll(provider.usage()));
        return usage;
    }
}

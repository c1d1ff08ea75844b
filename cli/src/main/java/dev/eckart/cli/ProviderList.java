package dev.eckart.cli;

import dev.eckart.cli.render.ShownText;
import dev.eckart.core.plugin.Provider;
import dev.eckart.core.plugin.Providers;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be called by name, as people and programs read it. */
final class ProviderList {
    private ProviderList() {}

    /** Not in columns: calls and summaries are too long to stand beside each other on a terminal. */
    static String text(Collection<? extends Provider> providers) {
        return text(providers, provider -> Map.of());
    }

    /**
     * As {@link #text(Collection)}.
     *
     * @param more what else is said of each, under which heading
     */
    static <P extends Provider> String text(Collection<P> providers, Function<P, Map<String, String>> more) {
        StringBuilder list = new StringBuilder();
        for (P provider : providers) {
            list.append("%n%s%n"
                    .formatted(ShownText.of(
                            "%s  %s  %s".formatted(provider.name(), provider.summary(), origin(provider)))));
            more.apply(provider)
                    .forEach((heading, text) ->
                            list.append("  %s%n".formatted(ShownText.of("%s %s".formatted(heading, text)))));
            SortedMap<String, String> usage = new TreeMap<>();
            provider.usage().forEach((call, meaning) -> usage.put(ShownText.of(call), ShownText.of(meaning)));
            int width = usage.keySet().stream().mapToInt(String::length).max().orElse(0);
            usage.forEach((call, meaning) ->
                    list.append("  %s%s  %s%n".formatted(call, " ".repeat(width - call.length()), meaning)));
        }
        return list.toString();
    }

    static String origin(Provider provider) {
        return provider.getClass().getClassLoader() == ProviderList.class.getClassLoader()
                ? "built in"
                : Providers.origin(provider);
    }

    static void addAll(ArrayNode list, Collection<? extends Provider> providers) {
        addAll(list, providers, provider -> Map.of());
    }

    /**
     * As {@link #addAll(ArrayNode, Collection)}.
     *
     * @param more further fields of each
     */
    static <P extends Provider> void addAll(
            ArrayNode list, Collection<P> providers, Function<P, Map<String, String>> more) {
        for (P provider : providers) {
            ObjectNode entry = list.addObject()
                    .put("name", provider.name())
                    .put("summary", provider.summary())
                    .put("class", provider.getClass().getName())
                    .put("origin", origin(provider));
            more.apply(provider).forEach(entry::put);
            ObjectNode usage = entry.putObject("usage");
            for (Map.Entry<String, String> call : new TreeMap<>(provider.usage()).entrySet()) {
                usage.put(call.getKey(), call.getValue());
            }
        }
    }
}

package dev.eckart.cli;

import dev.eckart.cli.render.Json;
import dev.eckart.cli.render.ShownText;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.plugin.Provider;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.RankStrategies;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code eckart strategies}. */
@Command(
        name = "strategies",
        description = "Lists the available rank strategies and metrics: the meaning, usage and origin of each.",
        usageHelpAutoWidth = true)
final class StrategiesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Option(names = "--json", description = "Print JSON, and nothing else, on standard output.")
    private boolean json;

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    StrategiesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        RankStrategies strategies = plugins.strategies();
        TaskMetrics metrics = plugins.metrics();
        if (json) {
            ObjectNode root = Json.object().put("schema", "eckart.strategies/1");
            addAll(root.putArray("strategies"), strategies.all());
            addAll(root.putArray("metrics"), metrics.all());
            console.println(Json.render(root));
            return ExitCode.DONE;
        }
        if (options.quiet()) {
            return ExitCode.DONE;
        }
        console.print("Rank strategies (--rank):%n%s%n".formatted(list(strategies.all())));
        console.print("Metrics (--metric):%n%s".formatted(list(metrics.all())));
        return ExitCode.DONE;
    }

    /** Not in columns: calls and summaries are too long to stand beside each other on a terminal. */
    private static String list(Collection<? extends Provider> providers) {
        StringBuilder list = new StringBuilder();
        for (Provider provider : providers) {
            list.append("%n%s%n"
                    .formatted(ShownText.of(
                            "%s  %s  %s".formatted(provider.name(), provider.summary(), origin(provider)))));
            SortedMap<String, String> usage = new TreeMap<>();
            provider.usage().forEach((call, meaning) -> usage.put(ShownText.of(call), ShownText.of(meaning)));
            int width = usage.keySet().stream().mapToInt(String::length).max().orElse(0);
            usage.forEach((call, meaning) ->
                    list.append("  %s%s  %s%n".formatted(call, " ".repeat(width - call.length()), meaning)));
        }
        return list.toString();
    }

    private static String origin(Provider provider) {
        return provider.getClass().getClassLoader() == StrategiesCommand.class.getClassLoader()
                ? "built in"
                : Providers.origin(provider);
    }

    private static void addAll(ArrayNode list, Collection<? extends Provider> providers) {
        for (Provider provider : providers) {
            ObjectNode entry = list.addObject()
                    .put("name", provider.name())
                    .put("summary", provider.summary())
                    .put("class", provider.getClass().getName())
                    .put("origin", origin(provider));
            ObjectNode usage = entry.putObject("usage");
            for (Map.Entry<String, String> call : new TreeMap<>(provider.usage()).entrySet()) {
                usage.put(call.getKey(), call.getValue());
            }
        }
    }
}

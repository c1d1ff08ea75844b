package dev.eckart.cli;

import dev.eckart.cli.render.Json;
import dev.eckart.cli.render.Table;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RankStrategies;
import java.util.Map;
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
        description = "Lists the rank strategies to be had, where each comes from, and how it is called.",
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
        if (json) {
            console.out().println(render(strategies));
            return ExitCode.DONE;
        }
        if (options.quiet()) {
            return ExitCode.DONE;
        }
        Table table = new Table("--rank", "meaning", "from");
        for (RankSelectorProvider provider : strategies.all()) {
            table.row(provider.name(), provider.summary(), origin(provider));
            new TreeMap<>(provider.usage()).forEach((call, meaning) -> table.row("  " + call, "  " + meaning, ""));
        }
        console.out().print(table.render());
        return ExitCode.DONE;
    }

    private static String origin(RankSelectorProvider provider) {
        return provider.getClass().getClassLoader() == StrategiesCommand.class.getClassLoader()
                ? "built in"
                : RankStrategies.origin(provider);
    }

    private static String render(RankStrategies strategies) {
        ObjectNode root = Json.object().put("schema", "eckart.strategies/1");
        ArrayNode list = root.putArray("strategies");
        for (RankSelectorProvider provider : strategies.all()) {
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
        return Json.render(root);
    }
}

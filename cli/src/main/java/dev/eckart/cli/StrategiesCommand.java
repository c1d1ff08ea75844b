package dev.eckart.cli;

import dev.eckart.cli.render.Json;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.rank.RankStrategies;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
            ProviderList.addAll(root.putArray("strategies"), strategies.all());
            ProviderList.addAll(root.putArray("metrics"), metrics.all());
            console.println(Json.render(root));
            return ExitCode.DONE;
        }
        if (options.quiet()) {
            return ExitCode.DONE;
        }
        console.print("Rank strategies (--rank):%n%s%n".formatted(ProviderList.text(strategies.all())));
        console.print("Metrics (--metric):%n%s".formatted(ProviderList.text(metrics.all())));
        return ExitCode.DONE;
    }
}

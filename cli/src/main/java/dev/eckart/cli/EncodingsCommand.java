package dev.eckart.cli;

import dev.eckart.cli.render.Json;
import dev.eckart.core.encode.EncodingProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code eckart encodings}. */
@Command(
        name = "encodings",
        description =
                "Lists the available encodings: what each stores, how that runs, which weights it serves, and where it comes from.",
        usageHelpAutoWidth = true)
final class EncodingsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Option(names = "--json", description = "Print JSON, and nothing else, on standard output.")
    private boolean json;

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    EncodingsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var encodings = plugins.encodings().all();
        if (json) {
            ObjectNode root = Json.object().put("schema", "eckart.encodings/1");
            ProviderList.addAll(
                    root.putArray("encodings"),
                    encodings,
                    provider -> Map.of(
                            "stores", provider.stores(),
                            "runs", provider.runs(),
                            "serves", provider.serves()));
            console.println(Json.render(root));
            return ExitCode.DONE;
        }
        if (!options.quiet()) {
            console.print(
                    "Encodings (--encoding):%n%s".formatted(ProviderList.text(encodings, EncodingsCommand::facts)));
        }
        return ExitCode.DONE;
    }

    private static Map<String, String> facts(EncodingProvider provider) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("stored:", provider.stores());
        facts.put("runs:  ", provider.runs());
        facts.put("serves:", provider.serves());
        return facts;
    }
}

package dev.eckart.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code eckart completion}. */
@Command(
        name = "completion",
        description = "Prints a completion script for bash and zsh; load it with `. <(eckart completion)`.",
        usageHelpAutoWidth = true)
final class CompletionCommand implements Runnable {
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // Picocli prints the help.
    private boolean help;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.print(AutoComplete.bash("eckart", spec.root().commandLine()));
    }
}

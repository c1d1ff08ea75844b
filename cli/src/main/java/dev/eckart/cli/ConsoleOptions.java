package dev.eckart.cli;

import dev.eckart.core.Progress;
import java.util.List;
import picocli.CommandLine.Option;

/** How much a command says while it works. */
final class ConsoleOptions {
    @Option(names = "--quiet", description = "Print nothing but errors.")
    private boolean quiet;

    @Option(names = "--no-progress", description = "Show no progress bars (they go to a terminal only).")
    private boolean noProgress;

    @Option(names = "--debug", description = "Print stack traces of errors.")
    @SuppressWarnings("UnusedVariable") // Looked up in the parse result, where errors are handled.
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // Picocli prints the help.
    private boolean help;

    boolean quiet() {
        return quiet;
    }

    /** The same, as a command line has them. */
    List<String> arguments() {
        return List.of("--quiet=" + quiet, "--no-progress=" + noProgress);
    }

    Progress progress(Console console) {
        return quiet || noProgress
                ? Progress.NONE
                : console.bars().<Progress>map(bars -> bars).orElse(Progress.NONE);
    }
}

package dev.eckart.cli;

import dev.eckart.cli.isolate.NoteFile;
import dev.eckart.cli.isolate.Supervisor;
import dev.eckart.onnx.run.RunWatchdog;
import dev.eckart.onnx.run.TimeLimit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What keeps a model that never ends, or that crashes, from doing so to the command. */
final class SupervisionOptions {
    @Option(
            names = "--time-limit",
            paramLabel = "DURATION",
            description =
                    "The longest time of any one load or run of a model: 90s, 10m, 1h30m, or none (default: 10m). Compressing"
                            + " itself has no limit.")
    private @Nullable String timeLimit;

    @Option(
            names = "--isolate",
            negatable = true,
            description =
                    "Work in a separate process, so that a model that crashes ONNX Runtime, or takes all memory, ends in a"
                            + " message (default: in check).")
    private @Nullable Boolean isolate;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** The work of a command, held to the options. */
    int over(Callable<Integer> work, Console console, ConsoleOptions shown) throws Exception {
        return over(work, Optional.empty(), false, console, shown);
    }

    /**
     * As the other.
     *
     * @param otherwise the time limit without {@code --time-limit}; empty for the usual one
     * @param isolated whether to work in a separate process where the options do not say
     */
    @SuppressWarnings("try") // The watchdog is there, and not asked anything.
    int over(
            Callable<Integer> work,
            Optional<TimeLimit> otherwise,
            boolean isolated,
            Console console,
            ConsoleOptions shown)
            throws Exception {
        TimeLimit limit = Optional.ofNullable(timeLimit)
                .map(TimeLimit::parse)
                .or(() -> otherwise)
                .orElse(TimeLimit.DEFAULT);
        Optional<NoteFile> notes = NoteFile.ofThisProcess();
        if (notes.isEmpty()
                && console.isOfProcess()
                && Optional.ofNullable(isolate).orElse(isolated)) {
            CommandSpec spec = Objects.requireNonNull(command);
            return new Supervisor(Eckart.class, limit, console::warn)
                    .run(spec.root().commandLine().getParseResult().originalArgs());
        }
        try (RunObserver observer = new RunObserver(console, shown.progress(console), notes);
                RunWatchdog watchdog = RunWatchdog.start(limit, observer)) {
            return work.call();
        }
    }
}

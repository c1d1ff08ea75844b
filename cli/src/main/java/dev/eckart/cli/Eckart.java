package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.job.UnreachableTargetException;
import dev.eckart.onnx.run.TimeLimitException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code eckart} command and its entry point. */
@Command(
        name = "eckart",
        description = "Makes exported ONNX networks smaller by low-rank factorization, and verifies the result.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done; the limits, if any, are met",
            "1:internal error (a bug)",
            "2:bad usage or bad input; nothing is written",
            "3:a limit is exceeded, or the rewrite is wrong",
            "4:no setting meets the limits; the closest one is reported",
            "5:nothing to gain: no weight is worth replacing; nothing is written"
        })
public final class Eckart {
    /** Set by the launcher, which can tell; the JVM cannot tell for standard error alone. */
    private static final String STDERR_IS_TERMINAL = "eckart.stderr.terminal";

    /** Bytes in which the classes of a command still fit, and a sentence. */
    private static final long LEAST_HEAP = 7L << 20;

    private static final String COMPLETION = "completion";
    private static final String OUTPUT = "-o";

    /** In the order in which the help lists them. */
    private static final List<String> COMMANDS = List.of(
            "demo",
            "scan",
            "compress",
            "verify",
            "compare",
            "sweep",
            "check",
            "svd",
            "inputs",
            "strategies",
            "encodings",
            COMPLETION);

    private Eckart() {}

    /** Runs the command of the process, and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        boolean interactive = Boolean.getBoolean(STDERR_IS_TERMINAL);
        Console console = Console.ofProcess(out, err, interactive);
        ExitWatch watch = ExitWatch.start(console);
        int code = run(console, args);
        watch.finish();
        System.exit(code);
    }

    /** Runs a command, and returns its exit code. */
    static int run(Console console, String... args) {
        if (Runtime.getRuntime().maxMemory() < LEAST_HEAP) {
            return outOfMemory(console, "");
        }
        CommandLine commandLine = new CommandLine(new Eckart());
        needed(args).forEach(name -> commandLine.addSubcommand(command(name, console)));
        commandLine
                .setOut(console.help())
                .setErr(console.unaskedHelp())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((exception, arguments) -> badUsage(console, exception))
                .setExecutionExceptionHandler(
                        (exception, command, parsed) -> failed(console, exception, isDebug(parsed)));
        int code;
        try {
            code = args.length == 0 ? usage(commandLine) : commandLine.execute(args);
        } catch (Error e) {
            // picocli handles exceptions only.
            code = failed(console, e, isDebug(commandLine.getParseResult()));
        }
        return delivered(console, code);
    }

    /** The exit code of a command, or that of one whose output is not where it was to go. */
    private static int delivered(Console console, int code) {
        if (console.flush()) {
            return code;
        }
        console.warn("standard output cannot be written to, or not to its end; give it another place");
        return code == ExitCode.INTERNAL_ERROR ? code : ExitCode.BAD_INPUT;
    }

    /** The commands that the arguments may be about: picocli takes some time to look at each. */
    private static List<String> needed(String... args) {
        if (args.length == 1 && args[0].equals("--version")) {
            return List.of();
        }
        if (args.length > 0 && args[0].equals(COMPLETION)) {
            return COMMANDS;
        }
        return args.length > 0 && COMMANDS.contains(args[0]) ? List.of(args[0]) : COMMANDS;
    }

    private static Object command(String name, Console console) {
        return switch (name) {
            case "demo" -> new DemoCommand(console);
            case "scan" -> new ScanCommand(console);
            case "compress" -> new CompressCommand(console);
            case "verify" -> new VerifyCommand(console);
            case "compare" -> new CompareCommand(console);
            case "sweep" -> new SweepCommand(console);
            case "check" -> new CheckCommand(console);
            case "svd" -> new SvdCommand(console);
            case "inputs" -> new InputsCommand(console);
            case "strategies" -> new StrategiesCommand(console);
            case "encodings" -> new EncodingsCommand(console);
            case COMPLETION -> new CompletionCommand(console);
            default -> throw new IllegalArgumentException("There is no command " + name);
        };
    }

    private static int outOfMemory(Console console, String message) {
        console.warn(
                message.contains("outside of the heap") || message.contains("LAPACK")
                        ? "%s; use --threads 1, or a machine with more memory".formatted(message)
                        : "a heap of %d MB is too small; enlarge it with ECKART_OPTS=-Xmx4g, or use --threads 1"
                                .formatted(Runtime.getRuntime().maxMemory() >> 20));
        return ExitCode.BAD_INPUT;
    }

    private static int usage(CommandLine commandLine) {
        commandLine.usage(commandLine.getErr());
        return ExitCode.BAD_INPUT;
    }

    private static int badUsage(Console console, ParameterException exception) {
        String suggestion = exception instanceof UnmatchedArgumentException unmatched ? suggestion(unmatched) : "";
        console.warn("%s%s; see `%s --help`"
                .formatted(
                        String.valueOf(exception.getMessage()).strip(),
                        suggestion,
                        exception.getCommandLine().getCommandSpec().qualifiedName()));
        return ExitCode.BAD_INPUT;
    }

    private static String suggestion(UnmatchedArgumentException unmatched) {
        List<String> arguments = unmatched.getUnmatched();
        CommandLine command = unmatched.getCommandLine();
        boolean unnamed = command.getCommandSpec().findOption(OUTPUT) != null
                && !command.getParseResult().hasMatchedOption(OUTPUT);
        return (unnamed && arguments.size() == 1 && !arguments.get(0).startsWith("-")
                        ? Optional.of("%s %s".formatted(OUTPUT, arguments.get(0)))
                        : unmatched.getSuggestions().stream().findFirst())
                .map(" (did you mean %s?)"::formatted)
                .orElse("");
    }

    private static boolean isDebug(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
        return command.hasMatchedOption("--debug");
    }

    private static int failed(Console console, Throwable exception, boolean debug) {
        if (debug) {
            console.trace(exception);
        }
        if (exception instanceof InvalidInputException || exception instanceof TimeLimitException) {
            console.warn(String.valueOf(exception.getMessage()));
            return ExitCode.BAD_INPUT;
        }
        if (exception instanceof UnreachableTargetException) {
            console.warn(String.valueOf(exception.getMessage()));
            return ExitCode.UNREACHABLE;
        }
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError error) {
                return outOfMemory(console, String.valueOf(error.getMessage()));
            }
        }
        console.warn("internal error, a bug in eckart %s: %s%s"
                .formatted(
                        Version.current(), exception, debug ? "" : "; run again with --debug and report the output"));
        return ExitCode.INTERNAL_ERROR;
    }
}

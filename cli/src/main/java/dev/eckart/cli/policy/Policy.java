package dev.eckart.cli.policy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.onnx.run.TimeLimit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What a model is held to.
 *
 * @param model the original
 * @param compressed the model that is checked; empty where the check builds it
 * @param output where a model that the check builds is kept
 * @param inputs that the models are compared on; empty where they are made up, or held back from a calibration
 * @param labels file of the inputs' classes
 * @param arguments what the policy says of the check, as options of the command that does it, each in the place
 *     that it has in the file
 * @param baseline file of the earlier run that the check is held to
 * @param tolerances by how much each number may be worse than in that run, by its name
 * @param reports files to write the report to
 */
public record Policy(
        Path model,
        Optional<Path> compressed,
        Optional<Path> output,
        Optional<Path> inputs,
        Optional<Path> labels,
        List<Argument> arguments,
        Optional<Path> baseline,
        Map<String, Double> tolerances,
        List<Path> reports) {
    private static final String CALIBRATION = "--calibration=";
    private static final String TIME_LIMIT = "--time-limit=";
    private static final String ISOLATE = "--isolate=";

    public Policy {
        arguments = List.copyOf(arguments);
        tolerances = Map.copyOf(tolerances);
        reports = List.copyOf(reports);
    }

    /** An option, such as {@code --rank=fixed:16}, and the value that it was made of. */
    record Argument(String text, Value value) {

        boolean isSubjectOf(String message) {
            String strategy = text.startsWith("--rank=") ? text.substring("--rank=".length()) : "";
            return message.startsWith(text.replaceFirst("=", " ") + ": ")
                    || (!strategy.isEmpty() && message.startsWith("strategy `%s`: ".formatted(strategy)));
        }
    }

    /**
     * Reads a policy; its paths are relative to the file.
     *
     * @param compress whose options {@code compress:} may have
     * @param metrics the metrics to be had, with those of some jars
     * @throws InvalidInputException if the file does not say what is to be done, or says it in two ways
     */
    public static Policy read(Path file, CommandLine compress, Function<List<Path>, TaskMetrics> metrics) {
        return new PolicyReader(file, compress.getCommandSpec(), metrics).read();
    }

    /** The inputs that a model is calibrated on where the check builds it. */
    public Optional<Path> calibration() {
        return said(CALIBRATION).map(Path::of);
    }

    /** How long any load or run of a model may take, if the policy says so. */
    public Optional<TimeLimit> timeLimit() {
        return said(TIME_LIMIT).map(TimeLimit::parse);
    }

    /** Whether the check is to work in a separate process, if the policy says so. */
    public Optional<Boolean> isolate() {
        return said(ISOLATE).map(Boolean::valueOf);
    }

    private Optional<String> said(String option) {
        return arguments.stream()
                .map(Argument::text)
                .filter(text -> text.startsWith(option))
                .map(text -> text.substring(option.length()))
                .findFirst();
    }

    /**
     * Has a command run. What it says of a value of an option, {@code --shapes batch=0: …}, or of a strategy that an option
     * names, is said with the place of the value.
     *
     * @throws InvalidInputException as the command does
     */
    public <R> R placing(Supplier<R> command) {
        try {
            return command.get();
        } catch (InvalidInputException e) {
            String message = String.valueOf(e.getMessage());
            throw arguments.stream()
                    .filter(argument -> argument.isSubjectOf(message))
                    .findFirst()
                    .map(argument -> argument.value().refuse(message))
                    .orElse(e);
        }
    }

    /**
     * Has a command know the policy's options, and further arguments.
     *
     * @throws InvalidInputException if a value is not what its option takes
     */
    public void tell(CommandLine command, List<String> further) {
        String[] all = Stream.concat(arguments.stream().map(Argument::text), further.stream())
                .toArray(String[]::new);
        try {
            command.setExpandAtFiles(false)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(all);
        } catch (ParameterException e) {
            throw arguments.stream()
                    .filter(argument -> e.getArgSpec() instanceof CommandLine.Model.OptionSpec option
                            && argument.text().split("=", 2)[0].equals(option.longestName()))
                    .findFirst()
                    .map(argument -> argument.value().refuse(String.valueOf(e.getMessage())))
                    .orElseGet(() -> new InvalidInputException(String.valueOf(e.getMessage()), e));
        }
    }
}

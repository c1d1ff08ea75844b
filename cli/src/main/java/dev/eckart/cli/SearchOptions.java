package dev.eckart.cli;

import dev.eckart.cli.render.Numbers;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a setting is searched for that keeps the limits. */
final class SearchOptions {
    private static final int DEFAULT_TRIALS = 40;

    @Option(
            names = "--search-inputs",
            paramLabel = "INPUTS",
            description =
                    "Without --rank: inputs to measure what is tried on (default: those of --inputs, on which the model"
                            + " that is found is verified in any case).")
    private @Nullable Path inputs;

    /** Which inputs are meant by those that the user names. */
    private UnaryOperator<Path> meant = UnaryOperator.identity();

    @Option(
            names = "--search-labels",
            paramLabel = "FILE.npy|FILE.npz:NAME",
            description = "Class labels of --search-inputs.")
    private @Nullable String labels;

    @Option(
            names = "--search-trials",
            paramLabel = "N",
            description = "Without --rank: how many models are measured at most (default: " + DEFAULT_TRIALS + ").")
    private @Nullable Integer trials;

    /** Has other inputs taken than those that the user names. */
    void meaning(UnaryOperator<Path> others) {
        meant = others;
    }

    void require(boolean searched) {
        if (!searched && (inputs != null || labels != null || trials != null)) {
            throw new InvalidInputException(
                    "--%s belongs to a search: leave --rank and --size out and give a limit on what is lost, such as --min-cosine, --max-accuracy-drop, --max-relative-error, --min-part-cosine, --max-part-error or --limit"
                            .formatted(
                                    inputs != null
                                            ? "search-inputs"
                                            : labels != null ? "search-labels" : "search-trials"));
        }
        if (labels != null && inputs == null) {
            throw new InvalidInputException("--search-labels needs the inputs that they belong to: --search-inputs");
        }
        if (trials != null && trials < 1) {
            throw new InvalidInputException("--search-trials: expected a whole number from 1 but was: " + trials);
        }
    }

    int mostTrials() {
        return trials == null ? DEFAULT_TRIALS : trials;
    }

    Evaluation trialsOn(Evaluation compared) {
        return inputs == null
                ? compared
                : new Evaluation(
                        new InputSource.Given(meant.apply(inputs)),
                        Optional.ofNullable(labels).map(NpyFile::read).map(Labels::new),
                        compared.seed(),
                        compared.metrics());
    }

    /** The name of what was measured for a limit, without what the limit asks of it. */
    private static String shortened(String limit) {
        return limit.startsWith("min-") || limit.startsWith("max-") ? limit.substring("min-".length()) : limit;
    }

    private static String predicted(SearchEntry.Tried tried) {
        return Optional.ofNullable(tried.values().get(SearchEntry.PREDICTED))
                .map(error -> " (predicted %s)".formatted(Numbers.error(error)))
                .orElse("");
    }

    /** One line on what was tried. */
    static void say(String label, SearchEntry.Tried tried, Console console) {
        String values = tried.values().entrySet().stream()
                .filter(value -> !value.getKey().equals(Limit.MAX_SIZE_RATIO.label())
                        && !value.getKey().equals(SearchEntry.PREDICTED))
                .map(value -> "%s %s%s"
                        .formatted(
                                shortened(value.getKey()),
                                Numbers.plain(value.getValue()),
                                value.getKey().equals(Limit.MAX_RELATIVE_ERROR.label()) ? predicted(tried) : ""))
                .collect(Collectors.joining(", "));
        console.tell("tried %s: %s of the size, %s, %s%s"
                .formatted(
                        label,
                        Numbers.percent(tried.sizeRatio()),
                        values,
                        tried.kept() ? "accepted" : "rejected",
                        tried.remembered() ? " (measured before)" : ""));
    }
}

package dev.eckart.cli;

import dev.eckart.cli.render.Numbers;
import dev.eckart.cli.text.TextFile;
import dev.eckart.cli.text.TextTokenizer;
import dev.eckart.cli.text.TokenizerFile;
import dev.eckart.cli.text.TokenizerLibrary;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.onnx.run.TokenInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart inputs MODEL --text FILE}. */
@Command(
        name = "inputs",
        description = "Makes inputs of texts, for --calibration and --inputs.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class InputsCommand implements Callable<Integer> {
    private static final int USUAL_LENGTH = 128;

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "The model of texts that the inputs are for; never changed.")
    private Path model = Path.of("");

    @Option(names = "--text", required = true, paramLabel = "FILE", description = "Texts in UTF-8, one in each line.")
    private Path text = Path.of("");

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "The model's tokenizer.json (default: the file of this name beside MODEL).")
    private @Nullable Path tokenizer;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE.npz",
            description = "The file to write.")
    private Path output = Path.of("");

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Tokens to which longer texts are cut (default: as many as MODEL takes, or else as the tokenizer"
                            + " cuts texts to, or else " + USUAL_LENGTH + ").")
    private @Nullable Integer maxLength;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "At most so many texts, from all over the file (default: all).")
    private @Nullable Integer samples;

    @Option(names = "--force", description = "Overwrite an existing file.")
    private boolean force;

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    InputsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        TokenizerLibrary.require(Version.current());
        requirePositive("--max-length", maxLength);
        requirePositive("--samples", samples);
        Path json = tokenizer();
        requireOutput(json);
        TokenInputs inputs = TokenInputs.of(model);
        TokenizerFile file = TokenizerFile.read(json);
        TextFile texts = texts(inputs);
        int length = length(inputs, file);
        TextTokenizer.Tokens tokens = tokens(json, length, texts);
        Map<String, NpyArray> arrays = inputs.arrays(tokens.texts(), file.filler());
        NpyFile.writeAll(output, arrays);
        if (!options.quiet()) {
            console.println("%s: %s samples: %s%s"
                    .formatted(
                            output,
                            Numbers.count(tokens.texts().size()),
                            arrays.entrySet().stream()
                                    .map(array -> "%s %s"
                                            .formatted(
                                                    array.getKey(),
                                                    array.getValue().describe()))
                                    .collect(Collectors.joining(", ")),
                            tokens.cut() == 0
                                    ? ""
                                    : "; %s cut to %d tokens"
                                            .formatted(
                                                    tokens.cut() == 1
                                                            ? "1 text was"
                                                            : Numbers.count(tokens.cut()) + " texts were",
                                                    length)));
        }
        return ExitCode.DONE;
    }

    private static TextTokenizer.Tokens tokens(Path json, int length, TextFile texts) {
        try (TextTokenizer opened = TextTokenizer.open(json, length)) {
            return opened.tokens(texts.texts());
        }
    }

    private static void requirePositive(String option, @Nullable Integer number) {
        if (number != null && number < 1) {
            throw new InvalidInputException("%s: expected a whole number from 1 but was: %d".formatted(option, number));
        }
    }

    private Path tokenizer() {
        return Optional.ofNullable(tokenizer).orElseGet(() -> {
            Path beside = model.resolveSibling("tokenizer.json");
            if (!Files.exists(beside)) {
                throw new InvalidInputException(
                        "there is no tokenizer: `%s` does not exist; give the tokenizer.json that belongs to the model with --tokenizer"
                                .formatted(beside));
            }
            return beside;
        });
    }

    private void requireOutput(Path json) {
        new RunFiles()
                .readsModel("the model", model)
                .reads("the texts", text)
                .reads("the tokenizer", json)
                .writes("--output", output)
                .require();
        if (!output.toString().endsWith(".npz")) {
            throw new InvalidInputException("--output: `%s` has an unknown ending; expected .npz".formatted(output));
        }
        Destination.of(output);
        if (Files.exists(output) && !force) {
            throw new InvalidInputException(
                    "`%s` already exists; name another file, or overwrite the file with --force".formatted(output));
        }
    }

    private TextFile texts(TokenInputs inputs) {
        TextFile all = TextFile.read(text);
        TextFile wanted = (samples == null ? all : all.spread(samples)).inRunsOf(inputs.texts());
        if (wanted.texts().isEmpty()) {
            throw new InvalidInputException("`%s` takes %d texts at a time, and `%s` has %d; give more texts"
                    .formatted(model, inputs.texts(), text, all.texts().size()));
        }
        return wanted;
    }

    private int length(TokenInputs inputs, TokenizerFile file) {
        OptionalInt fixed = inputs.positions();
        if (maxLength == null) {
            return fixed.orElseGet(() -> file.maxLength().orElse(USUAL_LENGTH));
        }
        if (fixed.isPresent() && maxLength > fixed.getAsInt()) {
            throw new InvalidInputException("--max-length %d: `%s` takes %d tokens; expected no more than these"
                    .formatted(maxLength, model, fixed.getAsInt()));
        }
        return maxLength;
    }
}

package dev.eckart.cli.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.run.TokenInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes tokens of texts, as a {@code tokenizer.json} says. */
public final class TextTokenizer implements AutoCloseable {
    private static final int BATCH = 256;

    private final Path path;
    private final HuggingFaceTokenizer tokenizer;
    private final int maxLength;

    private TextTokenizer(Path path, HuggingFaceTokenizer tokenizer, int maxLength) {
        this.path = path;
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
    }

    /**
     * Loads a tokenizer.
     *
     * @param maxLength tokens to which texts are cut, 1 or more
     * @throws InvalidInputException if the library is not for this machine, or refuses the file
     */
    public static TextTokenizer open(Path path, int maxLength) {
        List<HuggingFaceTokenizer> loaded = new ArrayList<>();
        TokenizerLibrary.loading(() -> loaded.add(load(path, maxLength)));
        return new TextTokenizer(path, loaded.get(0), maxLength);
    }

    private static HuggingFaceTokenizer load(Path path, int maxLength) {
        String length = String.valueOf(maxLength);
        try {
            return HuggingFaceTokenizer.newInstance(
                    path,
                    Map.of("padding", "false", "truncation", "true", "maxLength", length, "modelMaxLength", length));
        } catch (EngineException | UnsatisfiedLinkError e) {
            throw new InvalidInputException(
                    "the tokenizers' native library cannot be loaded on %s %s: %s; tokenize elsewhere, and give the .npz file"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), cause(e)),
                    e);
        } catch (IOException | RuntimeException e) {
            throw new InvalidInputException(
                    "the tokenizers' library refuses `%s`: %s; expected a tokenizer.json".formatted(path, cause(e)), e);
        }
    }

    /** The library wraps what happened into sentences on itself. */
    private static String cause(Throwable thrown) {
        Throwable last = thrown;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /**
     * Tokens of texts, at most so many of each as the tokenizer was loaded for.
     *
     * @param texts those that were too long
     */
    public record Tokens(List<TokenInputs.Text> texts, int cut) {
        public Tokens {
            texts = List.copyOf(texts);
        }
    }

    /**
     * Makes tokens of texts.
     *
     * @throws InvalidInputException if the library fails on one
     */
    public Tokens tokens(List<String> texts) {
        List<TokenInputs.Text> tokens = new ArrayList<>();
        int cut = 0;
        for (int from = 0; from < texts.size(); from += BATCH) {
            for (Encoding encoding : encode(texts.subList(from, Math.min(texts.size(), from + BATCH)))) {
                requireCut(encoding);
                tokens.add(new TokenInputs.Text(list(encoding.getIds()), list(encoding.getTypeIds())));
                cut += encoding.exceedMaxLength() ? 1 : 0;
            }
        }
        return new Tokens(tokens, cut);
    }

    /** The library cuts no text to fewer tokens than it puts around each. */
    private void requireCut(Encoding encoding) {
        if (encoding.getIds().length > maxLength) {
            throw new InvalidInputException(
                    "`%s` puts more tokens around each text than %d, the most that it may have; raise --max-length"
                            .formatted(path, maxLength));
        }
    }

    private Encoding[] encode(List<String> texts) {
        try {
            return tokenizer.batchEncode(texts);
        } catch (RuntimeException e) {
            throw new InvalidInputException(
                    "the tokenizer of `%s` fails at %d tokens a text: %s".formatted(path, maxLength, cause(e)), e);
        }
    }

    private static List<Long> list(long... numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

package dev.eckart.cli.text;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.run.TokenInputs;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a {@code tokenizer.json} says of texts that are too long or too short.
 *
 * @param path of the file
 * @param maxLength tokens to which it cuts texts, if it does
 * @param filler what it fills short ones up with
 */
public record TokenizerFile(Path path, OptionalInt maxLength, TokenInputs.Filler filler) {
    /** Names of tokens to fill up with, as the common families have them. */
    private static final Set<String> PADS = Set.of("[PAD]", "<pad>", "<|endoftext|>", "<|padding|>");

    /**
     * Reads a file in the format of Hugging Face's tokenizers.
     *
     * @throws InvalidInputException if it cannot be read, or is none
     */
    public static TokenizerFile read(Path path) {
        NamedFile.require(path, "a tokenizer.json");
        JsonNode root;
        try {
            root = JsonMapper.builder().build().readTree(path.toFile());
        } catch (JacksonException e) {
            throw new InvalidInputException(
                    "`%s` is no JSON document (%s); expected a tokenizer.json".formatted(path, e.getOriginalMessage()),
                    e);
        }
        if (!root.path("model").isObject()) {
            throw new InvalidInputException(
                    "`%s` has no object `model`; expected a tokenizer.json, in the format of Hugging Face's tokenizers"
                            .formatted(path));
        }
        JsonNode longest = root.path("truncation").path("max_length");
        JsonNode padding = root.path("padding");
        return new TokenizerFile(
                path,
                longest.isInt() && longest.asInt() > 0 ? OptionalInt.of(longest.asInt()) : OptionalInt.empty(),
                new TokenInputs.Filler(
                        padding.path("pad_id").isInt()
                                ? padding.path("pad_id").asLong()
                                : pad(root.path("added_tokens")),
                        padding.path("direction").asString("").equals("Left")));
    }

    /** The mask says that nothing stands there, so that any token would do but for models that go by it. */
    private static long pad(JsonNode tokens) {
        return tokens.valueStream()
                .filter(token -> PADS.contains(token.path("content").asString("")))
                .mapToLong(token -> token.path("id").asLong(0))
                .findFirst()
                .orElse(0);
    }
}

package dev.eckart.models.sentences;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Writes texts as the numbers that all-MiniLM-L6-v2 takes: {@code TokenizeSentences TEXTS.txt TOKENS.npz}.
 *
 * <p>The file has {@code input_ids}, {@code attention_mask} and {@code token_type_ids}, int64 {@code [texts × positions]},
 * padded with 0 to the longest text.
 */
public final class TokenizeSentences {
    private static final String VOCABULARY = "/all-minilm-l6-v2-tokenizer.json";

    static {
        // The library would otherwise look whether it runs in a certain cloud, and say so.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    private TokenizeSentences() {}

    /**
     * Tokenises a file of texts.
     *
     * @param arguments the texts, by kind, and the file to write
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("TokenizeSentences: usage: TokenizeSentences TEXTS.txt TOKENS.npz");
            System.exit(2);
        }
        NpyFile.writeAll(
                Path.of(arguments[1]),
                tokens(SentenceFile.read(Path.of(arguments[0])).texts()));
    }

    static Map<String, NpyArray> tokens(List<String> texts) throws IOException {
        try (InputStream vocabulary = Objects.requireNonNull(
                        TokenizeSentences.class.getResourceAsStream(VOCABULARY), "the vocabulary's resource");
                HuggingFaceTokenizer tokenizer =
                        HuggingFaceTokenizer.newInstance(vocabulary, Map.of("padding", "true", "truncation", "true"))) {
            Encoding[] encodings = tokenizer.batchEncode(texts);
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            arrays.put("input_ids", array(encodings, Encoding::getIds));
            arrays.put("attention_mask", array(encodings, Encoding::getAttentionMask));
            arrays.put("token_type_ids", array(encodings, Encoding::getTypeIds));
            return arrays;
        }
    }

    private static NpyArray array(Encoding[] encodings, Function<Encoding, long[]> part) {
        int positions = part.apply(encodings[0]).length;
        ByteBuffer bytes =
                ByteBuffer.allocate(encodings.length * positions * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Encoding encoding : encodings) {
            for (long number : part.apply(encoding)) {
                bytes.putLong(number);
            }
        }
        return NpyArray.of(NpyType.INT64, List.of(encodings.length, positions), bytes.flip());
    }
}

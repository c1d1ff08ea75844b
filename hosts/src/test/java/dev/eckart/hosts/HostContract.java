package dev.eckart.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds of a client that is given a compressed model in place of the original, and is told of nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostContract {
    /** Pairs of texts about one thing, and so with a nearest neighbour that is no matter of chance. */
    private static final List<String> TEXTS = List.of(
            "How do I reset my password?",
            "I have forgotten the password of my account.",
            "The parcel has not arrived yet.",
            "My delivery is a week late.",
            "Boil the potatoes for twenty minutes, then drain them.",
            "A recipe for mashed potatoes with butter and cream.",
            "The central bank left its key interest rate unchanged.",
            "Borrowing money becomes no cheaper, economists say, as long as prices go on rising.",
            "Heavy rain blocked two of the roads to the coast.",
            "A storm flooded the valley, and the motorway is closed.",
            "Why does the moon look larger near the horizon?",
            "Which planets can be seen without a telescope?");

    /** Sums of 384 and 1,536 products in float32, in another order. A wrong token is off by more than a tenth. */
    private static final double FLOAT_ROUNDING = 1e-5;

    /** Measured: .945 to .965. */
    private static final double AGREEMENT = 0.93;

    /** Of the original, without a client; set up after a client, as not all clients want to be second. */
    private @Nullable Neighbours original;

    /** A vector for each text, of any length. */
    abstract List<float[]> embeddings(SentenceModel model, List<String> texts) throws Exception;

    /** How this client makes inputs of texts. */
    abstract DirectRuntime.Batching batching();

    @Test
    void should_embed_as_onnx_runtime_does() throws Exception {
        holds(SentenceModel.ANY);
    }

    @Test
    @Tag("standard")
    void should_embed_as_onnx_runtime_does_with_standard_operators() throws Exception {
        holds(SentenceModel.STANDARD);
    }

    private void holds(SentenceModel model) throws Exception {
        List<float[]> embeddings = embeddings(model, TEXTS);

        List<float[]> expected = direct(model);
        assertThat(embeddings).hasSameSizeAs(TEXTS);
        for (int text = 0; text < TEXTS.size(); text++) {
            assertThat(Vectors.distance(embeddings.get(text), expected.get(text)))
                    .as(TEXTS.get(text))
                    .isCloseTo(0, within(FLOAT_ROUNDING));
        }
        Neighbours compressed = Neighbours.of(embeddings);
        Neighbours original = original();
        assertThat(compressed.nearest()).isEqualTo(original.nearest());
        assertThat(compressed.agreement(original)).isGreaterThan(AGREEMENT);
    }

    private Neighbours original() throws IOException, OrtException {
        if (original == null) {
            original = Neighbours.of(direct(SentenceModel.ORIGINAL));
        }
        return original;
    }

    private List<float[]> direct(SentenceModel model) throws IOException, OrtException {
        return new DirectRuntime(batching()).embeddings(model, TEXTS);
    }
}

package dev.eckart.models.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceEmbeddingsTest {
    /** What the encoder of these tests makes of the tokens 0, 1 and 2. */
    private static final Matrix TABLE = Matrix.ofRows(new double[][] {{9, 9}, {1, 0}, {0, 1}});

    @TempDir
    private Path folder;

    @Test
    void should_be_the_mean_of_what_is_no_padding() throws IOException {
        Path tokens = tokens(ids(3, 1, 1, 2, 2, 0, 0), ids(3, 1, 1, 1, 1, 0, 0));

        SentenceEmbeddings embeddings = SentenceEmbeddings.of(encoder("encoder", TABLE), tokens);

        assertThat(embeddings.vectors().get(0, 0)).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(embeddings.vectors().get(0, 1)).isCloseTo(1.0 / 3, within(1e-15));
        assertThat(embeddings.vectors().get(1, 0)).isZero();
        assertThat(embeddings.vectors().get(1, 1)).isEqualTo(1);
    }

    @Test
    void should_compare_each_sentence_with_itself() throws IOException {
        Path tokens = tokens(ids(1, 1, 2), ids(1, 1, 1));
        Path original = encoder("encoder", TABLE);
        Path turned = encoder("turned", Matrix.ofRows(new double[][] {{9, 9}, {2, 0}, {3, 3}}));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        CompareEmbeddings.run(
                List.of(tokens.toString(), original.toString(), original.toString(), turned.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8));

        // Cosines of 1 and of 1/√2.
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        original + ": 2 sentences, cosine 1.0000 in the mean, 1.0000 at the least",
                        turned + ": 2 sentences, cosine 0.8536 in the mean, 0.7071 at the least");
    }

    @Test
    void should_refuse_a_network_without_a_mask() throws IOException {
        Path file = folder.resolve("plain.onnx");
        Files.write(
                file,
                ModelBuilder.model("plain", 17)
                        .input("input_ids", DataType.INT64, "sentences", "positions")
                        .output("states", "sentences", "positions", 2)
                        .weight("table", TABLE)
                        .node("Gather", List.of("table", "input_ids"), "states")
                        .build()
                        .toByteArray());
        Path tokens = tokens(ids(1, 1, 2), ids(1, 1, 1));

        assertThatThrownBy(() -> SentenceEmbeddings.of(file, tokens))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("expected an input `attention_mask`");
    }

    /** Looks each token up, and is given a mask that it does nothing with. */
    private Path encoder(String name, Matrix table) throws IOException {
        Path file = folder.resolve(name + ".onnx");
        Files.write(
                file,
                ModelBuilder.model(name, 17)
                        .input("input_ids", DataType.INT64, "sentences", "positions")
                        .input("attention_mask", DataType.INT64, "sentences", "positions")
                        .output("states", "sentences", "positions", 2)
                        .output("mask", DataType.INT64, "sentences", "positions")
                        .weight("table", table)
                        .node("Gather", List.of("table", "input_ids"), "states")
                        .node("Identity", List.of("attention_mask"), "mask")
                        .build()
                        .toByteArray());
        return file;
    }

    private Path tokens(NpyArray ids, NpyArray mask) {
        Path file = folder.resolve("tokens.npz");
        NpyFile.writeAll(file, Map.of("input_ids", ids, "attention_mask", mask));
        return file;
    }

    /** Two sentences, of as many positions. */
    private static NpyArray ids(int positions, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return NpyArray.of(NpyType.INT64, List.of(2, positions), bytes.flip());
    }
}

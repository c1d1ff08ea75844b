package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Holds all-MiniLM-L6-v2 close to what docs/results.md is about, on every twelfth of the sentences there, none of which it was
 * calibrated on: what is missing is room for other processors' rounding.
 */
class SentenceEncoderIT {
    private static final Path SENTENCES = Path.of("..", "test-models", "data", "sentences");

    /** Of 384 sentences, so that all kinds of them are among those: a proof runs the network on each several times. */
    private static final int[] JUDGED = IntStream.range(0, 32).map(i -> 12 * i).toArray();

    /** Of 256. */
    private static final int[] CALIBRATED =
            IntStream.range(0, 64).map(i -> 4 * i).toArray();

    @TempDir
    private static Path folder;

    private static Path model = Path.of("");
    private static Path tokens = Path.of("");
    private static Path calibration = Path.of("");

    @BeforeAll
    static void extract() throws IOException {
        model = folder.resolve("model.onnx");
        try (InputStream resource = Objects.requireNonNull(
                SentenceEncoderIT.class.getResourceAsStream("/all-minilm-l6-v2.onnx"), "the network's resource")) {
            Files.copy(resource, model);
        }
        tokens = some("test.npz", JUDGED);
        calibration = some("calibration.npz", CALIBRATED);
    }

    private static Path some(String file, int[] samples) throws IOException {
        Map<String, NpyArray> some = new LinkedHashMap<>();
        NpyFile.readAll(SENTENCES.resolve(file)).forEach((name, all) -> some.put(name, all.take(samples)));
        Path path = folder.resolve(file);
        NpyFile.writeAll(path, some);
        return path;
    }

    @Test
    void should_keep_embeddings_where_they_were_with_three_fifths_of_the_products() {
        JsonNode report = compress(
                "embedding-cosine>=0.84",
                "--rank",
                "budget:0.6,rounds=0",
                "--exclude",
                "embeddings.*",
                "--calibration",
                calibration,
                "--metric",
                "embedding-spearman");

        assertThat(shareOfProducts(report)).isLessThanOrEqualTo(0.6);
        assertThat(report.get("verification").get("metrics"))
                .extracting(metric -> metric.get("note").asString())
                .satisfiesExactly(
                        note -> assertThat(note).startsWith("mean of 32 samples"),
                        note -> assertThat(note).isEqualTo("on 496 pairs of 32 samples"));
    }

    @Test
    void should_keep_embeddings_where_they_were_in_a_quarter_of_the_bytes() {
        JsonNode report = compress("embedding-cosine>=0.999", "--encoding", "bits:8");

        assertThat(report.at("/output/bytes").asDouble())
                .isLessThan(0.26 * report.at("/model/bytes").asDouble());
    }

    private static JsonNode compress(String limit, Object... options) {
        List<Object> all = new ArrayList<>(List.of("compress", model, "-o", folder.resolve("out.onnx"), "--force"));
        all.addAll(List.of("--inputs", tokens, "--metric", "embedding-cosine", "--limit", limit, "--json"));
        all.addAll(List.of(options));

        CommandLineRun run = eckart(all.toArray());

        assertThat(run.code()).as(run.err()).isZero();
        return run.json();
    }

    /** How much is left of the parameters of the products' weights, tables of embeddings left aside. */
    private static double shareOfProducts(JsonNode report) {
        double before = 0;
        double after = 0;
        for (JsonNode weight : report.get("weights")) {
            if (weight.get("operator").asString().equals("MatMul")) {
                before += weight.get("parametersBefore").asLong();
                after += weight.get("parametersAfter").asLong();
            }
        }
        return after / before;
    }
}

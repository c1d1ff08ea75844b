package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code --refit} on a network of several layers, with biases, all of them cut. */
class RefitCommandTest {
    private static final int WIDTH = 48;
    private static final int LAYERS = 6;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path calibration = Path.of("");
    private Path heldOut = Path.of("");

    @BeforeEach
    void write() throws IOException {
        ModelBuilder deep = ModelBuilder.model("deep", 13).input("x", "batch", WIDTH);
        String at = "x";
        for (int layer = 1; layer <= LAYERS; layer++) {
            deep.weight("w" + layer, scaled(RandomMatrices.normal(WIDTH, WIDTH, layer), 1 / Math.sqrt(WIDTH)))
                    .weight("b" + layer, scaled(RandomMatrices.normal(1, WIDTH, 50 + layer), 0.3))
                    .node("MatMul", List.of(at, "w" + layer), "p" + layer)
                    .node("Add", List.of("p" + layer, "b" + layer), "s" + layer);
            at = "s" + layer;
            if (layer < LAYERS) {
                deep.node("Relu", List.of(at), "h" + layer);
                at = "h" + layer;
            }
        }
        deep.output(at, "batch", WIDTH);
        model = Files.write(folder.resolve("model.onnx"), deep.build().toByteArray());
        out = folder.resolve("out.onnx");
        Matrix mixing = RandomMatrices.normal(WIDTH, WIDTH, 70);
        calibration =
                inputs("calibration", RandomMatrices.normal(600, WIDTH, 71).times(mixing));
        heldOut = inputs("held-out", RandomMatrices.normal(400, WIDTH, 72).times(mixing));
    }

    private static Matrix scaled(Matrix matrix, double factor) {
        double[] numbers = matrix.toArray();
        Arrays.setAll(numbers, i -> numbers[i] * factor);
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    private Path inputs(String name, Matrix x) throws IOException {
        Path directory = Files.createDirectory(folder.resolve(name));
        double[] numbers = x.toArray();
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        NpyFile.write(directory.resolve("x.npy"), NpyArray.ofFloats(List.of(x.rows(), x.columns()), floats));
        return directory;
    }

    private JsonNode compress(Object... further) {
        CommandLineRun run = eckart(Stream.concat(
                        Stream.of(
                                "compress",
                                model,
                                "-o",
                                out,
                                "--calibration",
                                calibration,
                                "--inputs",
                                heldOut,
                                "--json",
                                "--force"),
                        Arrays.stream(further))
                .toArray());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run.json();
    }

    private static JsonNode output(JsonNode report) {
        return report.get("verification").get("outputs").get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.4", "0.6"})
    void should_lose_less_on_inputs_that_it_has_not_seen(String ratio) {
        JsonNode plain = compress("--rank", "ratio:" + ratio);
        JsonNode refitted = compress("--rank", "ratio:" + ratio, "--refit");

        assertThat(output(refitted).get("relativeError").asDouble())
                .isLessThan(output(plain).get("relativeError").asDouble());
        assertThat(plain.get("settings").get("refit").asBoolean()).isFalse();
        assertThat(refitted.get("settings").get("refit").asBoolean()).isTrue();
        assertThat(refitted.get("calibration").get("notes")).isEmpty();
        assertThat(refitted.get("verification").get("rewriteError").asDouble()).isLessThan(1e-5);
        for (int i = 0; i < LAYERS; i++) {
            assertThat(refitted.get("weights").get(i).get("rank"))
                    .isEqualTo(plain.get("weights").get(i).get("rank"));
        }
    }

    @Test
    void should_measure_what_it_predicted_where_nothing_comes_before_and_more_behind() {
        JsonNode weights = compress("--rank", "ratio:0.5").get("weights");

        JsonNode first = weights.get(0);
        double predicted = first.get("predictedError").asDouble();
        // Rounding of float32.
        assertThat(first.get("measuredError").asDouble()).isCloseTo(predicted, within(1e-4 * predicted));
        JsonNode last = weights.get(LAYERS - 1);
        assertThat(last.get("measuredError").asDouble())
                .isGreaterThan(last.get("predictedError").asDouble());
    }

    @Test
    void should_be_the_same_model_with_any_number_of_threads() throws IOException {
        compress("--rank", "ratio:0.5", "--refit", "--threads", "1");
        byte[] one = Files.readAllBytes(out);
        compress("--rank", "ratio:0.5", "--refit", "--threads", "3");

        assertThat(Files.readAllBytes(out)).isEqualTo(one);
    }

    @Test
    void should_refit_layers_that_are_factored_jointly_and_what_a_search_finds() {
        JsonNode joint = compress("--rank", "ratio:0.5", "--refit", "--joint");
        JsonNode found = compress("--min-cosine", "0.9", "--refit", "--quiet");

        assertThat(joint.get("settings").get("refit").asBoolean()).isTrue();
        assertThat(found.get("settings").get("refit").asBoolean()).isTrue();
        assertThat(output(found).get("cosine").asDouble()).isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void should_say_so_in_text() {
        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "ratio:0.5", "--calibration", calibration, "--refit");

        assertThat(run.out())
                .contains("pairs refitted to the inputs of their layers in the compressed network", "error → measured");
    }

    @Test
    void should_say_which_pairs_it_could_not_refit() throws IOException {
        Path few = inputs("few", RandomMatrices.normal(WIDTH - 1, WIDTH, 9));
        calibration = few;
        JsonNode report = compress("--rank", "ratio:0.5", "--refit");

        assertThat(report.get("calibration").get("notes")).hasSize(LAYERS);
        assertThat(report.get("calibration").get("notes").get(0).asString())
                .isEqualTo("`w1` is not refitted: the calibration has fewer rows than the weight has inputs");
    }

    @Test
    void should_refuse_to_refit_without_a_calibration() {
        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "ratio:0.5", "--refit");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("--refit", "--calibration INPUTS");
        assertThat(out).doesNotExist();
    }
}

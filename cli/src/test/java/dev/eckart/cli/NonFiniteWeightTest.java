package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

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

/** A network with a mask in a weight: a column of −∞, which a softmax takes for zeros. */
class NonFiniteWeightTest {
    private static final int WIDTH = 32;
    private static final int RANK = 3;
    private static final String REASON = "holds numbers that are not finite: -Infinity at [0, 5]";

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path inputs = Path.of("");

    @BeforeEach
    void write() throws IOException {
        ModelBuilder network = ModelBuilder.model("masked", 13)
                .input("x", "batch", WIDTH)
                .weight("w", lowRank(1))
                .weight("masked", masked(lowRank(2)))
                .weight("k", lowRank(3))
                .weight("v", lowRank(4))
                .node("MatMul", List.of("x", "w"), "p")
                .node("Sigmoid", List.of("p"), "h")
                .node("MatMul", List.of("h", "masked"), "scores")
                .node("Softmax", List.of("scores"), "shares")
                .node("MatMul", List.of("h", "k"), "hk")
                .node("MatMul", List.of("h", "v"), "hv")
                .node("Mul", List.of("hk", "shares"), "weighted")
                .node("Add", List.of("weighted", "hv"), "y")
                .output("y", "batch", WIDTH);
        model = Files.write(folder.resolve("model.onnx"), network.build().toByteArray());
        out = folder.resolve("out.onnx");
        inputs = Files.createDirectory(folder.resolve("inputs"));
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(64, WIDTH), floats(64 * WIDTH)));
    }

    private static Matrix lowRank(int seed) {
        Matrix product = RandomMatrices.normal(WIDTH, RANK, seed).times(RandomMatrices.normal(RANK, WIDTH, 100 + seed));
        double[] numbers = product.toArray();
        Arrays.setAll(numbers, i -> numbers[i] / WIDTH);
        return Matrix.of(WIDTH, WIDTH, numbers);
    }

    private static Matrix masked(Matrix weight) {
        double[] numbers = weight.toArray();
        for (int row = 0; row < WIDTH; row++) {
            numbers[row * WIDTH + 5] = Double.NEGATIVE_INFINITY;
        }
        return Matrix.of(WIDTH, WIDTH, numbers);
    }

    private static float[] floats(int count) {
        double[] numbers = RandomMatrices.normal(1, count, 9).toArray();
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    private static CommandLineRun succeeding(Stream<Object> args) {
        CommandLineRun run = eckart(args.toArray());
        assertThat(run.code()).as(run.err() + run.out()).isZero();
        return run;
    }

    private static JsonNode weight(JsonNode report, String name) {
        return report.get("weights")
                .valueStream()
                .filter(weight -> weight.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void requireOnlyMaskedSkipped(JsonNode report, String... factored) {
        assertThat(weight(report, "masked").get("decision").asString()).isEqualTo("skipped");
        assertThat(weight(report, "masked").get("reason").asString()).isEqualTo(REASON);
        for (String name : factored) {
            assertThat(weight(report, name).get("decision").asString()).as(name).isEqualTo("factored");
        }
        assertThat(report.get("weights")).hasSize(1 + factored.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rank numerical --backend ejml",
                "--rank numerical --backend openblas",
                "--rank budget:0.5 --calibration INPUTS",
                "--rank ratio:0.5",
                "--rank numerical --calibration INPUTS --refit",
                "--min-cosine 0.9 --search-trials 4 --encoding pair",
                "--min-cosine 0.9 --search-trials 4 --encoding pair --calibration INPUTS",
            })
    void should_compress_the_others(String options) {
        CommandLineRun run = succeeding(Stream.concat(
                Stream.of("compress", model, "-o", out, "--inputs", inputs, "--json", "--quiet"),
                Arrays.stream(options.split(" ")).map(option -> option.equals("INPUTS") ? inputs : option)));

        requireOnlyMaskedSkipped(run.json(), "w", "k", "v");
        assertThat(run.json()
                        .get("verification")
                        .get("outputs")
                        .get(0)
                        .get("relativeError")
                        .asDouble())
                .isLessThan(0.5);
        assertThat(out).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--min-cosine 0.9", "--min-cosine 0.9 --calibration INPUTS", "--size 90%"})
    void should_choose_forms_for_the_others(String options) {
        JsonNode report = succeeding(Stream.concat(
                        Stream.of("compress", model, "-o", out, "--inputs", inputs, "--json", "--quiet"),
                        Arrays.stream(options.split(" ")).map(option -> option.equals("INPUTS") ? inputs : option)))
                .json();

        assertThat(weight(report, "masked").get("decision").asString()).isEqualTo("skipped");
        assertThat(report.at("/output/bytes").asLong())
                .isLessThan(report.at("/model/bytes").asLong());
    }

    @ParameterizedTest
    @ValueSource(strings = {"numerical", "budget:0.5"})
    void should_factor_the_others_of_a_joint_group_as_one(String rank) {
        CommandLineRun run = succeeding(Stream.of(
                "compress", model, "-o", out, "--rank", rank, "--joint", "--inputs", inputs, "--json", "--quiet"));

        requireOnlyMaskedSkipped(run.json(), "w", "k+v");
    }

    @Test
    void should_skip_it_again_where_the_others_come_from_the_cache() {
        for (int time = 0; time < 2; time++) {
            CommandLineRun run = succeeding(Stream.of(
                    "compress",
                    model,
                    "-o",
                    out,
                    "--force",
                    "--rank",
                    "numerical",
                    "--cache",
                    folder.resolve("cache"),
                    "--inputs",
                    inputs,
                    "--json",
                    "--quiet"));

            requireOnlyMaskedSkipped(run.json(), "w", "k", "v");
        }
    }

    @Test
    void should_scan_the_others() {
        JsonNode report = succeeding(Stream.of("scan", model, "--rank", "numerical", "--json", "--quiet"))
                .json();

        requireOnlyMaskedSkipped(report, "w", "k", "v");
        assertThat(weight(report, "w").get("rankAtEnergy").get("0.99").asInt()).isLessThanOrEqualTo(RANK);
    }

    @Test
    void should_sweep_the_others() {
        JsonNode setting = succeeding(Stream.of(
                        "sweep", model, "--rank", "fixed:3", "--inputs", inputs, "--no-latency", "--json", "--quiet"))
                .json()
                .get("settings")
                .get(0);

        assertThat(setting.get("ranks").propertyNames()).containsExactlyInAnyOrder("k", "v", "w");
    }
}

package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Too few samples for what is claimed: said in the report, with the number that would do. */
class ThinEvidenceCommandTest {
    private static final int WIDTH = 40;
    private static final int CLASSES = 20;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("classifier", 13)
                        .input("x", "batch", WIDTH)
                        .weight("w", RandomMatrices.normal(WIDTH, CLASSES, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", CLASSES)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
    }

    private Path samples(int count) {
        double[] numbers = RandomMatrices.normal(count, WIDTH, 3).toArray();
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        Path file = folder.resolve(count + ".npz");
        NpyFile.writeAll(
                file,
                Map.of(
                        "x",
                        NpyArray.ofFloats(List.of(count, WIDTH), floats),
                        "labels",
                        NpyArray.of(NpyType.INT8, List.of(count), ByteBuffer.allocate(count))));
        return file;
    }

    private static List<String> warnings(CommandLineRun run) {
        return run.json().get("warnings").valueStream().map(JsonNode::asString).toList();
    }

    private CommandLineRun compress(Object... further) {
        return eckart(Stream.concat(
                        Stream.of("compress", model, "-o", out, "--rank", "fixed:5", "--json", "--quiet"),
                        Arrays.stream(further))
                .toArray());
    }

    @Test
    void should_warn_of_a_calibration_of_fewer_rows_than_a_layer_has_inputs() {
        assertThat(warnings(compress("--calibration", samples(10), "--no-verify")))
                .containsExactly(
                        "1 of 1 calibrated weights have more inputs than the calibration has rows for them (10 rows for up to 40 inputs); about 40 samples would do");
        assertThat(warnings(compress("--calibration", samples(40), "--no-verify", "--force")))
                .isEmpty();
        assertThat(warnings(eckart("scan", model, "--calibration", samples(10), "--json")))
                .hasSize(1);
    }

    @Test
    void should_warn_of_limits_that_are_judged_on_too_few_samples() {
        Path one = samples(1);
        Path few = samples(50);

        assertThat(warnings(compress("--inputs", one, "--min-cosine", "-1")))
                .containsExactly(
                        "min-cosine is judged on one sample, which may be typical of nothing else; 32 samples would do");
        assertThat(warnings(eckart(
                        "verify",
                        model,
                        out,
                        "--inputs",
                        few,
                        "--labels",
                        few + ":labels",
                        "--max-accuracy-drop",
                        "0.01",
                        "--json")))
                .singleElement()
                .asString()
                .startsWith(
                        "max-accuracy-drop 0.01 is judged on 50 labels, of which a single one is a larger drop; about ");
        assertThat(warnings(eckart("verify", model, out, "--inputs", one, "--json")))
                .isEmpty();
    }

    /** Nothing was replaced: there is nothing to time, and a limit on the ratio is judged at 1. */
    @Test
    void should_say_nothing_of_the_latency_of_one_and_the_same_model() {
        CommandLineRun run = eckart("verify", model, model, "--max-latency-ratio", "0.9", "--json");

        assertThat(run.json().get("verification").has("latency")).isFalse();
        assertThat(run.json().get("limits").get(0).get("value").asDouble()).isEqualTo(1);
        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(eckart("verify", model, model).out()).doesNotContain("latency");
    }
}

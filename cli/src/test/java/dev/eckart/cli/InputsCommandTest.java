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
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What users give as inputs, good and bad. */
class InputsCommandTest {
    private static final int SAMPLES = 6;
    private static final int WIDTH = 20;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path good = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("masked", 13)
                        .input("x", "batch", WIDTH)
                        .input("mask", "batch", WIDTH)
                        .weight("w", RandomMatrices.normal(WIDTH, 30, 1))
                        .node("Add", List.of("x", "mask"), "s")
                        .node("Softmax", List.of("s"), "p")
                        .node("MatMul", List.of("p", "w"), "y")
                        .output("y", "batch", 30)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
        good = inputs("good", 0, 0);
    }

    /** Normal numbers but for one of sample 4, and a mask of zeros but for one of them. */
    private Path inputs(String name, float number, float masked) {
        Random random = new Random(1);
        float[] x = new float[SAMPLES * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        x[4 * WIDTH + 3] = number;
        float[] mask = new float[SAMPLES * WIDTH];
        mask[4 * WIDTH + 3] = masked;
        Path file = folder.resolve(name + ".npz");
        NpyFile.writeAll(
                file,
                Map.of(
                        "x", NpyArray.ofFloats(List.of(SAMPLES, WIDTH), x),
                        "mask", NpyArray.ofFloats(List.of(SAMPLES, WIDTH), mask)));
        return file;
    }

    @ParameterizedTest
    @CsvSource({"--inputs, NaN", "--search-inputs, NaN", "--calibration, NaN", "--inputs, Infinity"})
    void should_name_inputs_that_are_not_finite_as_bad_input(String option, float number) {
        Path bad = inputs("bad", number, 0);
        Object[] search = {"compress", model, "-o", out, "--inputs", good, "--min-cosine", "0.5", option, bad};
        Object[] given = {"compress", model, "-o", out, "--rank", "4", option, bad};

        CommandLineRun run = eckart(option.equals("--search-inputs") ? search : given);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains(
                        "`%s`: input `x` has numbers that are not finite: 1 in 1 of its 6 samples, the first of them %s in sample 4, at [4, 3]; expected finite numbers"
                                .formatted(bad, (double) number))
                .doesNotContain("rewrite");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_prove_a_rewrite_on_a_mask_of_negative_infinities() {
        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "4",
                "--inputs",
                inputs("masked", 0, Float.NEGATIVE_INFINITY),
                "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode verification = run.json().get("verification");
        assertThat(verification.get("samples").asInt()).isEqualTo(SAMPLES);
        assertThat(verification.get("rewriteError").asDouble())
                .isLessThan(verification.get("rewriteTolerance").asDouble());
    }

    @Test
    void should_say_on_standard_error_that_a_sweep_rounds_its_inputs() {
        ByteBuffer numbers = ByteBuffer.allocate(SAMPLES * WIDTH * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putDouble(0.1);
        }
        NpyArray float64 = NpyArray.of(NpyType.FLOAT64, List.of(SAMPLES, WIDTH), numbers.flip());
        Path inputs = folder.resolve("float64.npz");
        NpyFile.writeAll(inputs, Map.of("x", float64, "mask", float64));

        CommandLineRun run = eckart("sweep", model, "--rank", "fixed:4", "--inputs", inputs, "--no-latency");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .containsOnlyOnce(
                        "`%s`: array `x` is float64 and is rounded to float32, the type of the input; the largest change is 1.5e-09"
                                .formatted(inputs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.npz", "x.npy", "folder"})
    void should_say_in_a_sentence_what_is_wrong_with_files_that_hold_no_arrays(String name) throws IOException {
        Path file = folder.resolve(name);
        if (name.contains(".")) {
            Files.write(file, "x,y\n1,2\n".getBytes(StandardCharsets.UTF_8));
        } else {
            Files.createDirectory(file);
        }

        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "4", "--inputs", file);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().strip())
                .contains(file.toString())
                .contains(";")
                .doesNotContain("\n")
                .doesNotContain("Exception");
    }
}

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
import tools.jackson.databind.JsonNode;

/** {@code --calibration} on a layer whose inputs vary in a few directions only. */
class CalibrationCommandTest {
    private static final int IN = 48;
    private static final int DIRECTIONS = 6;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path calibration = Path.of("");
    private Path heldOut = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", IN)
                        .weight("fc.weight", RandomMatrices.normal(IN, 40, 1))
                        .node("MatMul", List.of("x", "fc.weight"), "y")
                        .output("y", "batch", 40)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
        Matrix directions = RandomMatrices.normal(DIRECTIONS, IN, 2);
        calibration =
                inputs("calibration", RandomMatrices.normal(100, DIRECTIONS, 3).times(directions));
        heldOut = inputs("held-out", RandomMatrices.normal(50, DIRECTIONS, 4).times(directions));
    }

    /** A folder of one array. */
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

    @Test
    void should_keep_what_the_inputs_show_of_a_weight_at_a_rank_at_which_the_plain_pair_loses_most() {
        JsonNode plain = compress();
        JsonNode calibrated = compress("--calibration", calibration, "--force");

        // What was not used to calibrate lies in the same few directions.
        assertThat(relativeError(plain)).isGreaterThan(0.5);
        assertThat(relativeError(calibrated)).isLessThan(1e-4);
        assertThat(plain.get("settings").get("calibrated").asBoolean()).isFalse();
        assertThat(plain.has("calibration")).isFalse();
        assertThat(calibrated.get("settings").get("calibrated").asBoolean()).isTrue();
        assertThat(calibrated.get("calibration").get("samples").asInt()).isEqualTo(100);
        assertThat(calibrated.get("calibration").get("weights").asInt()).isEqualTo(1);
        assertThat(calibrated.get("weights").get(0).get("calibrated").asBoolean())
                .isTrue();
        assertThat(calibrated.get("weights").get(0).get("predictedError").asDouble())
                .isLessThan(1e-4);
    }

    private JsonNode compress(Object... further) {
        CommandLineRun run = eckart(Stream.concat(
                        Stream.of("compress", model, "-o", out, "--rank", DIRECTIONS, "--inputs", heldOut, "--json"),
                        Arrays.stream(further))
                .toArray());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run.json();
    }

    private static double relativeError(JsonNode report) {
        return report.get("verification")
                .get("outputs")
                .get(0)
                .get("relativeError")
                .asDouble();
    }

    @Test
    void should_calibrate_a_sweep_and_a_search_too() {
        CommandLineRun sweep = eckart(
                "sweep", model, "--rank", "fixed:6", "--calibration", calibration, "--inputs", heldOut, "--json");
        assertThat(sweep.code()).as(sweep.err()).isZero();
        assertThat(sweep.out()).contains("fixed:6");

        CommandLineRun search = eckart(
                "compress",
                model,
                "-o",
                out,
                "--min-cosine",
                "0.999",
                "--calibration",
                calibration,
                "--inputs",
                heldOut,
                "--json",
                "--quiet");
        assertThat(search.code()).as(search.err()).isZero();
        assertThat(search.json().get("weights").get(0).get("rank").asInt()).isLessThanOrEqualTo(DIRECTIONS);
    }

    @Test
    void should_say_in_text_what_it_was_calibrated_on() {
        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "6", "--calibration", calibration);

        assertThat(run.out()).contains("calibrated on 100 samples of " + calibration + " (100 rows) for 1 weights");
    }

    @Test
    void should_refuse_what_cannot_be_calibrated_on() throws IOException {
        refused("does not exist", "--calibration", folder.resolve("none"));
        refused(
                "--mask marks padding in the calibration inputs, which are missing; add --calibration INPUTS",
                "--mask",
                "m");
        refused("m", "--calibration", calibration, "--mask", "m");
        Path wrong = Files.createDirectory(folder.resolve("wrong"));
        NpyFile.write(wrong.resolve("x.npy"), NpyArray.ofFloats(List.of(1, 2), 1, 2));
        refused("x", "--calibration", wrong);
        float[] bad = new float[IN];
        bad[3] = Float.NaN;
        NpyFile.write(wrong.resolve("x.npy"), NpyArray.ofFloats(List.of(1, IN), bad));
        refused("NaN", "--calibration", wrong);
    }

    private void refused(String sentence, Object... further) {
        CommandLineRun run = eckart(Stream.concat(
                        Stream.of("compress", model, "-o", out, "--rank", "6", "--no-verify"), Arrays.stream(further))
                .toArray());
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).contains(sentence).doesNotContain("Exception");
        assertThat(out).doesNotExist();
    }
}

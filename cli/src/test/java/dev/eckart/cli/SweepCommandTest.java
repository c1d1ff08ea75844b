package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code sweep} on a network of two layers. */
class SweepCommandTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 64)
                        .weight("fc1", RandomMatrices.ofRank(5, 64, 48, 1))
                        .node("MatMul", List.of("x", "fc1"), "h")
                        .node("Sigmoid", List.of("h"), "s")
                        .weight("fc2", RandomMatrices.normal(48, 32, 3))
                        .node("MatMul", List.of("s", "fc2"), "y")
                        .output("y", "batch", 32)
                        .build()
                        .toByteArray());
    }

    @Test
    void should_show_a_row_for_each_setting() {
        CommandLineRun run = eckart("sweep", model, "--rank", "energy:0.5..0.9", "--steps", "3", "--rank", "fixed:4");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .anyMatch(
                        line -> line.matches(
                                "--rank\\s+ranks\\s+parameters\\s+of original\\s+file\\s+of original\\s+error\\s+cosine\\s+latency"))
                .anyMatch(line -> line.startsWith("energy:0.5 "))
                .anyMatch(line -> line.startsWith("energy:0.7 "))
                .anyMatch(line -> line.startsWith("energy:0.9 "))
                .anyMatch(line -> line.matches("fixed:4\\s+4, 4\\s+768\\s+16\\.7 %.*×"));
    }

    @Test
    void should_not_time_a_setting_that_replaces_nothing() {
        JsonNode settings = eckart("sweep", model, "--rank", "fixed:4", "--rank", "fixed:32", "--json")
                .json()
                .get("settings");

        assertThat(settings.get(0).has("latency")).isTrue();
        assertThat(settings.get(1).get("ranks")).isEmpty();
        assertThat(settings.get(1).has("latency")).isFalse();
    }

    @Test
    void should_try_a_range_of_each_strategy_by_default() {
        JsonNode report = eckart("sweep", model, "--json", "--no-latency").json();

        assertThat(report.get("settings")
                        .valueStream()
                        .map(setting -> setting.get("rank").asString()))
                .contains("energy:0.5", "energy:0.99", "fixed:4")
                .hasSizeGreaterThan(15);
        assertThat(report.get("skipped")
                        .valueStream()
                        .map(setting -> setting.get("rank").asString()))
                .contains("fixed:128");
    }

    @Test
    void should_give_a_report_with_the_fields_that_scripts_rely_on() {
        CommandLineRun run = eckart("sweep", model, "--rank", "fixed:4", "--rank", "ranks,fc1=4,fc2=4", "--json");
        JsonNode report = run.json();

        assertThat(report.propertyNames())
                .containsExactly(
                        "schema",
                        "tool",
                        "command",
                        "model",
                        "backend",
                        "seed",
                        "inputs",
                        "inputsKind",
                        "samples",
                        "settings",
                        "skipped",
                        "seconds");
        assertThat(report.get("schema").asString()).isEqualTo("eckart.sweep/1");
        assertThat(report.get("command").asString()).isEqualTo("sweep");
        assertThat(report.get("settings").get(0).propertyNames())
                .containsExactly(
                        "rank",
                        "ranks",
                        "factored",
                        "kept",
                        "parameters",
                        "parametersRatio",
                        "linearParameters",
                        "linearParametersRatio",
                        "bytes",
                        "sizeRatio",
                        "sha256",
                        "relativeError",
                        "cosine",
                        "outputs",
                        "latency",
                        "seconds");
        assertThat(report.get("settings").get(0).get("relativeError").propertyNames())
                .containsExactly("worst", "mean");
        assertThat(report.get("settings").get(0).get("outputs").get(0).propertyNames())
                .containsExactly("name", "maxAbsoluteError", "relativeError", "cosine", "top1Agreement");
        assertThat(report.get("settings").get(1).get("sameAs").asString()).isEqualTo("fixed:4");
    }

    @Test
    void should_write_a_table_for_spreadsheets_and_json() throws IOException {
        Path csv = folder.resolve("sweep.csv");
        Path json = folder.resolve("sweep.json");

        CommandLineRun run = eckart(
                "sweep",
                model,
                "--rank",
                "fixed:4",
                "--rank",
                "ranks,fc1=4",
                "--no-latency",
                "--quiet",
                "--report",
                csv,
                "--report",
                json);

        assertThat(run.out()).isEmpty();
        assertThat(Files.readAllLines(csv))
                .hasSize(3)
                .element(0)
                .isEqualTo(
                        "rank,same_as,factored,kept,lowest_rank,median_rank,highest_rank,parameters,parameters_ratio,"
                                + "linear_parameters,linear_parameters_ratio,bytes,size_ratio,relative_error_worst,"
                                + "relative_error_mean,cosine_worst,cosine_mean,accuracy_original,accuracy_compressed,"
                                + "accuracy_drop,latency_ratio,seconds,part_error_worst,part_cosine_worst");
        assertThat(Files.readAllLines(csv).get(1)).matches("fixed:4,,2,0,4,4,4,768,0\\.16666.*,,,,,[0-9.E-]+,,");
        assertThat(Files.readAllLines(csv).get(2)).startsWith("\"ranks,fc1=4\",,1,1,4,4,4,");
        assertThat(JsonMapper.builder().build().readTree(Files.readString(json)).get("settings"))
                .hasSize(2);
    }

    @Test
    void should_measure_accuracy_where_there_are_labels() {
        Path classifier = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);

        CommandLineRun run = eckart(
                "sweep",
                classifier,
                "--rank",
                "fixed:16",
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--no-latency",
                "--json");

        JsonNode setting = run.json().get("settings").get(0);
        assertThat(setting.get("accuracy").get("original").asDouble()).isEqualTo(BundledClassifier.HELD_OUT_ACCURACY);
        assertThat(setting.get("accuracy").get("drop").asDouble()).isEqualTo(0.0035);
        assertThat(setting.get("parameters").asLong()).isEqualTo(26_054);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "ejml"})
    void should_measure_the_model_that_compress_writes_whatever_the_backend(String backend) throws IOException {
        Path out = folder.resolve("out.onnx");
        JsonNode report = eckart(
                        "sweep", model, "--rank", "fixed:3..12", "--backend", backend, "--no-latency", "--json")
                .json();

        for (JsonNode setting : report.get("settings")) {
            eckart(
                    "compress",
                    model,
                    "-o",
                    out,
                    "--rank",
                    setting.get("rank").asString(),
                    "--backend",
                    backend,
                    "--force",
                    "--no-verify");
            assertThat(setting.get("sha256").asString()).isEqualTo(sha256(out));
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}

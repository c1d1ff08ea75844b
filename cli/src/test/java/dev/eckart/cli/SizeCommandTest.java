package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code eckart compress --size}. */
class SizeCommandTest {
    private static final int WORDS = 500;
    private static final int LENGTH = 6;
    private static final int WIDTH = 64;
    private static final int HIDDEN = 96;
    private static final int SAMPLES = 48;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path inputs = Path.of("");
    private Path out = Path.of("");

    /** Words looked up in a table, two layers, and a third that what it gives hardly counts for. */
    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.onnx");
        out = folder.resolve("out.onnx");
        inputs = folder.resolve("inputs.npz");
        Files.write(
                model,
                ModelBuilder.model("words", 13)
                        .input("ids", DataType.INT64, "batch", LENGTH)
                        .output("y", "batch", LENGTH, WIDTH)
                        .weight("table", RandomMatrices.normal(WORDS, WIDTH, 1))
                        .weight("up", RandomMatrices.normal(WIDTH, HIDDEN, 2))
                        .weight("down", RandomMatrices.normal(HIDDEN, WIDTH, 3))
                        .weight("aside", RandomMatrices.normal(WIDTH, WIDTH, 4))
                        .weight("little", Matrix.of(1, 1, 0.01))
                        .node("Gather", List.of("table", "ids"), "x")
                        .node("MatMul", List.of("x", "up"), "h")
                        .node("Relu", List.of("h"), "a")
                        .node("MatMul", List.of("a", "down"), "d")
                        .node("MatMul", List.of("x", "aside"), "e")
                        .node("Mul", List.of("e", "little"), "f")
                        .node("Add", List.of("d", "f"), "y")
                        .build()
                        .toByteArray());
        long[] ids = new Random(5)
                .ints((long) SAMPLES * LENGTH, 0, WORDS)
                .asLongStream()
                .toArray();
        ByteBuffer numbers = ByteBuffer.allocate(ids.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        numbers.asLongBuffer().put(ids);
        NpyFile.writeAll(inputs, Map.of("ids", NpyArray.of(NpyType.INT64, List.of(SAMPLES, LENGTH), numbers)));
    }

    private CommandLineRun compress(String... options) {
        return CommandLineRun.eckart(
                Stream.concat(Stream.of("compress", model, "-o", out, "--json"), Stream.of(options))
                        .toArray());
    }

    private long size() throws IOException {
        return Files.size(out);
    }

    private static String encodingOf(JsonNode report, String weight) {
        for (JsonNode entry : report.get("weights")) {
            if (entry.get("name").asString().equals(weight)) {
                return entry.get("encoding").asString();
            }
        }
        throw new AssertionError(weight);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.19, 0.2, 0.21})
    void should_fill_the_size_and_no_more(double share) throws IOException {
        long most = (long) (share * Files.size(model));

        CommandLineRun run = compress("--size", most + "B", "--calibration", inputs.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(size()).isLessThanOrEqualTo(most);
        // A further bit of the smallest weight does not fit.
        assertThat(size()).isGreaterThan(most - WIDTH * WIDTH / 2 - 300);
    }

    /** What a budget leaves, and what nodes and names add, differ from one size to the next. */
    @Test
    void should_come_close_to_any_size() throws IOException {
        for (int most = 34_000; most < 38_400; most += 200) {
            CommandLineRun run =
                    compress("--size", most + "B", "--calibration", inputs.toString(), "--no-verify", "--force");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(size()).as("%d", most).isBetween(most - WIDTH * WIDTH / 2L - 300, (long) most);
        }
    }

    @Test
    void should_give_bits_to_weights_that_the_outputs_lose_more_by() {
        JsonNode report =
                compress("--size", "19%", "--calibration", inputs.toString()).json();

        assertThat(report.at("/settings/encoding").asString()).isEqualTo("pair,pair-bits,int8,packed,bits");
        assertThat(encodingOf(report, "aside")).isEqualTo("int8:4");
        assertThat(encodingOf(report, "up")).startsWith("int8:").isGreaterThan("int8:4");
        assertThat(encodingOf(report, "table")).isEqualTo("packed:4");
    }

    @Test
    void should_lose_less_in_more_bytes() {
        double small = compress("--size", "20%", "--calibration", inputs.toString())
                .json()
                .at("/verification/outputs/0/relativeError")
                .asDouble();
        double large = compress("--size", "30%", "--calibration", inputs.toString(), "--force")
                .json()
                .at("/verification/outputs/0/relativeError")
                .asDouble();

        assertThat(large).isPositive().isLessThan(small / 2);
    }

    /** Without a calibration, nobody knows what the inputs of layers are like. */
    @Test
    void should_round_no_inputs_without_a_calibration() {
        JsonNode report = compress("--size", "20%").json();

        assertThat(report.at("/settings/encoding").asString()).isEqualTo("pair,pair-bits,bits");
        assertThat(Stream.of("table", "up", "down", "aside").map(name -> encodingOf(report, name)))
                .allSatisfy(encoding -> assertThat(encoding).startsWith("bits:"));
        assertThat(report.at("/verification").has("rewriteFault")).isFalse();
        assertThat(report.at("/verification").has("rewriteError")).isTrue();
    }

    @Test
    void should_run_no_model_where_none_is_to_be_run() throws IOException {
        CommandLineRun run = compress("--size", "20%", "--no-verify");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(size()).isLessThanOrEqualTo(Files.size(model) / 5);
    }

    @Test
    void should_keep_to_the_encodings_that_are_named() {
        JsonNode report =
                compress("--size", "30%", "--encoding", "bits:5,packed").json();

        assertThat(encodingOf(report, "up")).isEqualTo("bits:5");
    }

    /** Elsewhere than on ONNX Runtime there are only ONNX's own operators. */
    @Test
    void should_keep_to_standard_operators_if_told_to() throws IOException {
        JsonNode report = compress("--size", "30%", "--operators", "standard", "--calibration", inputs.toString())
                .json();

        assertThat(encodingOf(report, "table")).startsWith("bits:");
        assertThat(ModelProto.parseFrom(Files.readAllBytes(out)).getGraph().getNodeList())
                .isNotEmpty()
                .allMatch(node -> node.getDomain().isEmpty());
    }

    @Test
    void should_show_the_plan_and_write_nothing() {
        JsonNode report = CommandLineRun.eckart(
                        "compress", model, "--size", "20%", "--dry-run", "--json", "--calibration", inputs)
                .json();

        assertThat(encodingOf(report, "table")).isEqualTo("packed:4");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_have_nothing_to_gain_in_the_size_of_the_original() {
        CommandLineRun run = compress("--size", "100%");

        assertThat(run.code()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(out).doesNotExist();
    }

    @Test
    void should_say_the_least_that_is_possible() {
        CommandLineRun run = compress("--size", "1kB");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .containsPattern(
                        "--size 1kB: the smallest model that pair,pair-bits,bits makes has .* kB \\(\\d+ bytes\\); give more, or other encodings");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--size 15            | --size: expected a share of the original above 0% and up to 100%, such as 15%, or a size such as 15MB but was: 15",
                "--size 20% --rank energy:0.9 | --rank is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options",
                "--size 20% --refit --calibration INPUTS | --refit is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options",
                "--size 20% --keep-if-faster | --keep-if-faster is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options",
                "--size 20% --operators standard --encoding packed | --operators standard: packed takes operators of ONNX Runtime's own; leave it out of --encoding",
                "--encoding packed:4 --operators standard | --operators standard: packed:4 takes operators of ONNX Runtime's own; leave it out of --encoding",
                "--size 20% --joint | --joint is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options",
                "--size 20% --mark-if-slower | --mark-if-slower is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options"
            })
    void should_refuse_what_no_size_is_divided_among(String options, String sentence) {
        CommandLineRun run =
                compress(options.strip().replace("INPUTS", inputs.toString()).split(" "));

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains(sentence);
        assertThat(out).doesNotExist();
    }
}

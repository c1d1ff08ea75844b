package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * {@code --keep-if-faster} and {@code --mark-if-slower} on a network with a layer that has 250 times as many operations as
 * its pair, and a table, of which rows are copied as they are but by a pair.
 */
class TimingCommandTest {
    private static final int WIDTH = 1024;
    private static final int SAMPLES = 32;
    private static final int WORDS = 64;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("table", 13)
                        .input("x", "batch", WIDTH)
                        .input("words", DataType.INT64, "batch", "length")
                        .weight("layer", RandomMatrices.normal(WIDTH, WIDTH, 1))
                        .weight("table", RandomMatrices.normal(2000, 128, 2))
                        .node("MatMul", List.of("x", "layer"), "y")
                        .node("Gather", List.of("table", "words"), "rows")
                        .output("y", "batch", WIDTH)
                        .output("rows", "batch", "length", 128)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
        Path inputs = Files.createDirectory(folder.resolve("inputs"));
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(SAMPLES, WIDTH), new float[SAMPLES * WIDTH]));
        NpyFile.write(
                inputs.resolve("words.npy"),
                NpyArray.of(NpyType.INT64, List.of(SAMPLES, WORDS), ByteBuffer.allocate(SAMPLES * WORDS * Long.BYTES)));
    }

    private CommandLineRun compress(Object... further) {
        return eckart(Stream.concat(
                        Stream.of("compress", model, "--inputs", folder.resolve("inputs")), Arrays.stream(further))
                .toArray());
    }

    private CommandLineRun timed(String option, Object... further) {
        CommandLineRun run =
                compress(Stream.concat(Stream.of("--rank", "ranks,layer=2,table=64", option), Arrays.stream(further))
                        .toArray());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run;
    }

    private static void requireTimed(JsonNode weight, String decision, boolean sizeOnly) {
        assertThat(weight.get("decision").asString()).isEqualTo(decision);
        assertThat(weight.get("sizeOnly").asBoolean()).isEqualTo(sizeOnly);
        assertThat(weight.get("latency").get("originalMs").asDouble()).isPositive();
        assertThat(weight.get("latency").get("compressedMs").asDouble()).isPositive();
    }

    private static double ratio(JsonNode weight) {
        return weight.get("latency").get("ratio").asDouble();
    }

    @Test
    void should_keep_what_is_no_faster_as_a_pair() {
        JsonNode report = timed("--keep-if-faster", "-o", out, "--json").json();
        JsonNode layer = report.get("weights").get(0);
        JsonNode table = report.get("weights").get(1);

        requireTimed(layer, "factored", false);
        assertThat(ratio(layer)).isLessThan(1);
        assertThat(layer.get("reason").asString()).contains("a pair of rank 2 is smaller", "the pair takes 0.");
        requireTimed(table, "kept", false);
        assertThat(ratio(table)).isGreaterThanOrEqualTo(1);
        assertThat(table.get("reason").asString())
                .matches(
                        "the pair takes \\d+\\.\\d\\d times as long \\(\\d+\\.\\d+ ms dense, \\d+\\.\\d+ ms factored\\)");
        assertThat(table.get("parametersAfter").asLong()).isEqualTo(2000 * 128);
        assertThat(out).exists();
    }

    @Test
    void should_mark_what_is_no_faster() {
        JsonNode report = timed("--mark-if-slower", "-o", out, "--json").json();

        requireTimed(report.get("weights").get(0), "factored", false);
        requireTimed(report.get("weights").get(1), "factored", true);
        assertThat(report.get("weights").get(1).get("reason").asString()).contains("for size only: the pair takes ");
    }

    @Test
    void should_plan_and_say_so_in_words() {
        CommandLineRun run = timed("--mark-if-slower", "--dry-run", "--report", folder.resolve("r.md"));

        assertThat(run.out())
                .containsPattern("table +Gather .* \\d+\\.\\d\\d× \\(for size only\\)\n")
                .contains("2 weights factored, 1 of them for size only, 0 unchanged");
        assertThat(folder.resolve("r.md")).content().contains("for size only: the pair takes ");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_take_the_option_from_a_policy() throws IOException {
        Path policy = Files.writeString(folder.resolve("policy.yml"), """
                model: model.onnx
                inputs: inputs
                compress: { rank: "ranks,layer=2,table=64", keep-if-faster: true }
                """);

        CommandLineRun run = eckart("check", policy, "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.json().get("weights").get(1).get("decision").asString()).isEqualTo("kept");
    }

    @Test
    void should_refuse_what_contradicts_itself() {
        assertThat(compress("-o", out, "--keep-if-faster", "--mark-if-slower"))
                .satisfies(run -> assertThat(run.code()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("give only one of these options"));
        assertThat(compress("-o", out, "--keep-if-faster", "--min-cosine", "0.9"))
                .satisfies(run -> assertThat(run.code()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("name one setting, such as --rank energy:0.99"));
    }
}

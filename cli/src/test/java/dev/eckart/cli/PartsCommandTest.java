package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

/**
 * What hides in a detector's output {@code [batch, 6, 8]}: four channels of coordinates in the hundreds, and two of scores
 * below 1.
 */
class PartsCommandTest {
    private static final int SIZE = 32;
    private static final int PLACES = 8;
    private static final int SAMPLES = 40;

    @TempDir
    private Path folder;

    private Path detector = Path.of("");
    private Path blind = Path.of("");
    private Path inputs = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        detector = detector("detector", RandomMatrices.ofRank(4, SIZE, 2 * PLACES, 3));
        blind = detector("blind", RandomMatrices.ofRank(4, SIZE, 2 * PLACES, 9));
        inputs = folder.resolve("x.npz");
        Random random = new Random(1);
        float[] numbers = new float[SAMPLES * SIZE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(SAMPLES, SIZE), numbers)));
        out = folder.resolve("out.onnx");
    }

    private Path detector(String name, Matrix scores) throws IOException {
        return Files.write(
                folder.resolve(name + ".onnx"),
                ModelBuilder.model(name, 13)
                        .input("x", "batch", SIZE)
                        .weight("boxes.weight", RandomMatrices.ofRank(4, SIZE, 4 * PLACES, 1))
                        .node("MatMul", List.of("x", "boxes.weight"), "offsets")
                        .weight("anchors", constant(4 * PLACES, 300))
                        .node("Add", List.of("offsets", "anchors"), "flat")
                        .initializer(ModelBuilder.integers("of boxes", List.of(3L), -1L, 4L, (long) PLACES))
                        .node("Reshape", List.of("flat", "of boxes"), "boxes")
                        .weight("scores.weight", scores)
                        .node("MatMul", List.of("x", "scores.weight"), "logits")
                        .weight("prior", constant(2 * PLACES, -6))
                        .node("Add", List.of("logits", "prior"), "rare")
                        .node("Sigmoid", List.of("rare"), "chances")
                        .initializer(ModelBuilder.integers("of scores", List.of(3L), -1L, 2L, (long) PLACES))
                        .node("Reshape", List.of("chances", "of scores"), "scores")
                        .node("Concat", List.of("boxes", "scores"), "y", ModelBuilder.attribute("axis", 1))
                        .output("y", "batch", 6, PLACES)
                        .build()
                        .toByteArray());
    }

    private static Matrix constant(int columns, double value) {
        double[] numbers = new double[columns];
        Arrays.fill(numbers, value);
        return Matrix.of(1, columns, numbers);
    }

    private CommandLineRun verify(Object... more) {
        Object[] args = {"verify", detector, blind, "--inputs", inputs};
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return eckart(all);
    }

    @Test
    void should_show_the_scores_that_are_destroyed_where_the_whole_output_looks_right() throws IOException {
        Path markdown = folder.resolve("r.md");
        Path html = folder.resolve("r.html");
        Path junit = folder.resolve("r.xml");

        CommandLineRun run = verify("--min-cosine", "0.999", "--report", markdown, "--report", html, "--report", junit);

        // By this limit alone a dead detector passes.
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern(
                        "worst part +axis 1, index [45] +of `y`: relative error \\S+, cosine \\S+; the whole output: ");
        assertThat(Files.readString(markdown)).contains("worst part");
        assertThat(Files.readString(html)).contains("worst part", "axis 1, index");
        assertThat(Files.readString(junit)).contains("; its worst part: axis 1, index");
    }

    @Test
    void should_name_the_worst_part_in_json() {
        JsonNode output =
                verify("--json").json().get("verification").get("outputs").get(0);

        assertThat(output.get("cosine").asDouble()).isGreaterThan(0.999);
        JsonNode worst = output.get("worstPart");
        assertThat(worst.propertyNames()).containsExactly("axis", "index", "relativeError", "cosine");
        assertThat(worst.get("axis").asInt()).isEqualTo(1);
        assertThat(worst.get("index").asInt()).isBetween(4, 5);
        assertThat(worst.get("relativeError").asDouble()).isGreaterThan(0.8);
        assertThat(worst.get("cosine").asDouble()).isLessThan(0.5);
        // Three axes of fixed length: the last may be one of anything.
        assertThat(output.get("top1Agreement").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"--min-part-cosine, 0.9, min-part-cosine", "--max-part-error, 0.5, max-part-error"})
    void should_hold_the_worst_part_to_a_limit(String option, String value, String name) {
        CommandLineRun run = verify(option, value, "--json");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).contains(name + " " + value);
        assertThat(eckart("verify", detector, detector, "--inputs", inputs, option, value)
                        .code())
                .isZero();
    }

    @Test
    void should_write_no_model_with_destroyed_scores() {
        CommandLineRun run = compress("--rank", "ranks,boxes.weight=4,scores.weight=1", "--min-cosine", "0.999");
        assertThat(run.code()).as(run.err()).isZero();

        CommandLineRun refused =
                compress("--rank", "ranks,boxes.weight=4,scores.weight=1", "--min-part-cosine", "0.9", "--force");

        assertThat(refused.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
    }

    /** The scores' weight is of rank 4: a limit on parts keeps it there, and one on the whole does not. */
    @Test
    void should_search_for_the_smallest_model_whose_parts_are_right() {
        assertThat(rankOfScores(compress("--min-cosine", "0.999", "--json"))).isLessThan(4);

        Path cache = folder.resolve("cache");
        CommandLineRun first = compress("--min-part-cosine", "0.999", "--cache", cache, "--json", "--force");
        CommandLineRun second = compress("--min-part-cosine", "0.999", "--cache", cache, "--json", "--force");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(rankOfScores(first)).isEqualTo(4);
        assertThat(first.json().get("search").get("limit").asString()).isEqualTo("min-part-cosine");
        // What a cache remembers is what was measured.
        assertThat(second.json().get("limits")).isEqualTo(first.json().get("limits"));
        for (int i = 0; i < first.json().get("search").get("tried").size(); i++) {
            JsonNode tried = second.json().get("search").get("tried").get(i);
            assertThat(tried.get("remembered").asBoolean()).isTrue();
            assertThat(tried.get("value"))
                    .isEqualTo(first.json().get("search").get("tried").get(i).get("value"));
        }
    }

    @Test
    void should_measure_anew_what_a_cache_of_another_format_tells() throws IOException {
        Path cache = folder.resolve("cache");
        compress("--min-part-cosine", "0.999", "--search-trials", "3", "--cache", cache);
        Path trials;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(cache, "trials-*.json")) {
            trials = files.iterator().next();
        }
        Files.writeString(trials, Files.readString(trials).replace("eckart.trials/4", "eckart.trials/3"));

        CommandLineRun run =
                compress("--min-part-cosine", "0.999", "--search-trials", "3", "--cache", cache, "--json", "--force");

        assertThat(run.err()).doesNotContain("cache file");
        assertThat(run.json().get("search").get("tried"))
                .isNotEmpty()
                .allMatch(tried -> !tried.get("remembered").asBoolean());
    }

    private CommandLineRun compress(Object... more) {
        Object[] args = {"compress", detector, "-o", out, "--encoding", "pair", "--inputs", inputs};
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return eckart(all);
    }

    private static int rankOfScores(CommandLineRun run) {
        return run.json()
                .get("weights")
                .valueStream()
                .filter(weight -> weight.get("name").asString().equals("scores.weight"))
                .findFirst()
                .orElseThrow()
                .get("rank")
                .asInt();
    }

    @Test
    void should_hold_parts_to_a_policy_and_a_baseline() throws IOException {
        Path policy = folder.resolve("policy.yml");
        String head = "model: detector.onnx\ninputs: x.npz\nbaseline: lock.json\n";
        Files.writeString(policy, head + "compressed: detector.onnx\nlimits: { min-part-cosine: 0.9 }\n");
        assertThat(eckart("check", policy, "--update-baseline").code()).isZero();

        Files.writeString(
                policy, head + "compressed: blind.onnx\nlimits: { min-part-cosine: 0.9, max-part-error: 2 }\n");
        CommandLineRun run = eckart("check", policy);

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err())
                .contains("min-part-cosine 0.9", "part-cosine is worse than in", "part-error is worse than in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-part-cosine: 1.5", "max-part-error: -1"})
    void should_refuse_a_limit_on_parts_that_means_nothing(String limit) throws IOException {
        Path policy = folder.resolve("policy.yml");
        Files.writeString(
                policy,
                "model: detector.onnx\ninputs: x.npz\ncompressed: blind.onnx\nlimits: { %s }\n".formatted(limit));

        CommandLineRun run = eckart("check", policy);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("policy.yml:4:", "expected a number from");
    }

    /** A network that gives a number for each sample, or what class it is of, or both. */
    private Path small(String name, boolean number, boolean type) throws IOException {
        ModelBuilder model = ModelBuilder.model(name, 13)
                .input("x", "batch", SIZE)
                .weight("w", RandomMatrices.ofRank(4, SIZE, SIZE, 1))
                .node("MatMul", List.of("x", "w"), "h")
                .weight("v", RandomMatrices.normal(SIZE, 1, 2))
                .node("MatMul", List.of("h", "v"), "number")
                .node(
                        "ArgMax",
                        List.of("h"),
                        "class",
                        ModelBuilder.attribute("axis", 1),
                        ModelBuilder.attribute("keepdims", 0));
        if (number) {
            model.output("number", "batch", 1);
        }
        if (type) {
            model.output("class", DataType.INT64, "batch");
        }
        return Files.write(folder.resolve(name + ".onnx"), model.build().toByteArray());
    }

    @Test
    void should_give_what_has_no_cosine_none() throws IOException {
        Path model = small("both", true, true);

        CommandLineRun run = eckart("compress", model, "-o", out, "--inputs", inputs, "--rank", "ranks,w=2", "--json");

        JsonNode outputs = run.json().get("verification").get("outputs");
        assertThat(outputs).hasSize(2);
        JsonNode number = outputs.get(0);
        JsonNode type = outputs.get(1);
        assertThat(number.get("cosine").isNull()).isTrue();
        assertThat(number.get("relativeError").asDouble()).isGreaterThan(0.01);
        assertThat(number.has("agreement")).isFalse();
        assertThat(type.get("cosine").isNull()).isTrue();
        assertThat(type.get("top1Agreement").isNull()).isTrue();
        assertThat(type.get("agreement").asDouble()).isBetween(0.01, 0.99);
        assertThat(type.has("worstPart")).isFalse();
        assertThat(eckart("verify", model, out, "--inputs", inputs).out())
                .containsPattern("output +relative error +largest error +same numbers")
                .doesNotContain("cosine", "top-1");
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, '(`number` has one number per sample); use --max-relative-error instead'",
        "false, true, '(`class` holds whole numbers); use --max-accuracy-drop with --labels, or --max-relative-error, instead'",
    })
    void should_refuse_a_limit_on_a_cosine_that_no_output_has(boolean number, boolean type, String message)
            throws IOException {
        Path model = small("model", number, type);
        for (List<Object> command : List.of(
                List.<Object>of("compress", model, "-o", out, "--rank", "fixed:2"),
                // A search measures nothing first.
                List.<Object>of("compress", model, "-o", out),
                List.<Object>of("verify", model, model))) {
            Object[] args = Arrays.copyOf(command.toArray(), command.size() + 4);
            System.arraycopy(new Object[] {"--inputs", inputs, "--min-cosine", "0.9"}, 0, args, command.size(), 4);

            CommandLineRun run = eckart(args);

            assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(run.err().strip())
                    .isEqualTo("eckart: --min-cosine cannot be judged: no output has a cosine that means anything "
                            + message);
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void should_refuse_a_limit_on_parts_of_too_few_numbers() throws IOException {
        Path few = folder.resolve("few.npz");
        NpyFile.writeAll(few, Map.of("x", NpyArray.ofFloats(List.of(4, SIZE), new float[4 * SIZE])));
        Path model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", SIZE)
                        .weight("w", RandomMatrices.normal(SIZE, SIZE, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", SIZE)
                        .build()
                        .toByteArray());

        CommandLineRun run = eckart("verify", model, model, "--inputs", few, "--min-part-cosine", "0.9");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .contains("--min-part-cosine cannot be judged: no output has parts of enough numbers on these samples;"
                        + " give more samples with --inputs, or use --min-cosine instead");
        assertThat(eckart("verify", model, model, "--inputs", inputs, "--min-part-cosine", "0.9")
                        .code())
                .isZero();
    }
}

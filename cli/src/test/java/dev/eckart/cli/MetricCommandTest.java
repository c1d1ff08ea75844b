package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * {@code --metric} and {@code --limit}, on two networks that foretell a token from the one before: of three tokens, the one
 * gives the next in a circle a share of a half, and the other all of them a third.
 */
class MetricCommandTest {
    @TempDir
    private Path folder;

    private Path sure = Path.of("");
    private Path unsure = Path.of("");
    private Path inputs = Path.of("");

    @BeforeEach
    void write() throws IOException {
        sure = tokens("sure", Math.log(2));
        unsure = tokens("unsure", 0);
        inputs = folder.resolve("eval.npz");
        NpyFile.writeAll(
                inputs,
                Map.of(
                        "input_ids", whole(List.of(2, 4), 0, 1, 2, 0, 2, 2, 1, 1),
                        "attention_mask", whole(List.of(2, 4), 1, 1, 1, 1, 1, 1, 0, 0),
                        "targets", whole(List.of(2, 4), 1, 2, 0, -100, 0, 1, 0, 0),
                        "scores", NpyArray.ofFloats(List.of(2), 1, 2)));
    }

    private Path tokens(String name, double score) throws IOException {
        return Files.write(
                folder.resolve(name + ".onnx"),
                ModelBuilder.model(name, 17)
                        .input("input_ids", DataType.INT64, "samples", "positions")
                        .input("attention_mask", DataType.INT64, "samples", "positions")
                        .output("states", "samples", "positions", 3)
                        .output("logits", "samples", "positions", 3)
                        .output("mask", DataType.INT64, "samples", "positions")
                        .weight("table", Matrix.ofRows(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}))
                        .node("Gather", List.of("table", "input_ids"), "states")
                        .weight("next", Matrix.ofRows(new double[][] {{0, score, 0}, {0, 0, score}, {score, 0, 0}}))
                        .node("MatMul", List.of("states", "next"), "logits")
                        .node("Identity", List.of("attention_mask"), "mask")
                        .build()
                        .toByteArray());
    }

    private static NpyArray whole(List<Integer> shape, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return NpyArray.of(NpyType.INT64, shape, bytes.flip());
    }

    private CommandLineRun verify(Object... more) {
        return eckart(Stream.concat(Stream.of("verify", sure, unsure, "--inputs", inputs), Stream.of(more))
                .toArray());
    }

    private static JsonNode metric(CommandLineRun run, int number) {
        return run.json().get("verification").get("metrics").get(number);
    }

    @Test
    void should_measure_what_both_foretell() {
        CommandLineRun run = verify(
                "--metric",
                "perplexity,output=logits",
                "--metric",
                "token-agreement,output=logits",
                "--limit",
                "perplexity<=1.6",
                "--limit",
                "token-agreement>=0.5",
                "--json");

        assertThat(run.code()).as(run.err()).isZero();
        // Three foretold tokens of the first sample are the next in the circle; one of the second sample is not.
        // Shares of a half and of a quarter, beside thirds. The scores are float32.
        double perplexity = Math.pow(2 * 2 * 2 * 4, 1 / 4.0);
        JsonNode first = metric(run, 0);
        assertThat(first.get("name").asString()).isEqualTo("perplexity");
        assertThat(first.get("original").asDouble()).isCloseTo(perplexity, within(1e-6));
        assertThat(first.get("compressed").asDouble()).isCloseTo(3, within(1e-6));
        assertThat(first.get("value").asDouble()).isCloseTo(3 / perplexity, within(1e-6));
        assertThat(first.get("judged").asString()).isEqualTo("ratio");
        assertThat(first.get("better").asString()).isEqualTo("lower");
        assertThat(first.get("note").asString()).isEqualTo("on 4 positions");
        // Of equal scores the first token's is the highest, which is the next one of token 2.
        assertThat(metric(run, 1).get("value").asDouble()).isEqualTo(3.0 / 6);
        assertThat(run.json().get("limits").get(0).get("name").asString()).isEqualTo("perplexity");
        assertThat(run.json().get("limits").get(1).get("value").asDouble()).isEqualTo(0.5);
    }

    @Test
    void should_take_labels_of_positions_for_targets() {
        CommandLineRun run = verify("--metric", "perplexity,output=logits", "--labels", inputs + ":targets", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(metric(run, 0).get("original").asDouble())
                .isCloseTo(Math.pow(2 * 2 * 2 * 2 * 4, 1 / 5.0), within(1e-6));
        assertThat(run.json().get("verification").has("accuracy")).isFalse();
    }

    @Test
    void should_compare_embeddings_in_every_report() throws IOException {
        CommandLineRun run = verify(
                "--metric",
                "embedding-cosine,output=logits",
                "--metric",
                "embedding-cosine,output=states,as=states",
                "--limit",
                "states>=0.99",
                "--limit",
                "embedding-cosine>=0.99",
                "--report",
                folder.resolve("r.md"),
                "--report",
                folder.resolve("r.html"),
                "--report",
                folder.resolve("r.xml"));

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        // All scores of the other network are 0.
        assertThat(run.err()).isEqualTo("eckart: embedding-cosine 0.99 is exceeded: measured 0\n");
        assertThat(run.out()).contains("higher is better; mean of 2 samples, lowest 1.0000", "states", "EXCEEDED");
        assertThat(Files.readString(folder.resolve("r.md"))).contains("| embedding-cosine | 0 | higher is better;");
        assertThat(Files.readString(folder.resolve("r.html"))).contains("higher is better; mean of 2 samples");
        assertThat(Files.readString(folder.resolve("r.xml")))
                .contains(
                        "name=\"embedding-cosine\" classname=\"eckart.verify.metric\"",
                        "name=\"embedding-cosine\" classname=\"eckart.verify.limit\"",
                        "failures=\"1\"");
    }

    @Test
    void should_let_nothing_pass_that_has_no_value() {
        Path same = folder.resolve("same.npz");
        NpyFile.writeAll(
                same,
                Map.of(
                        "input_ids", whole(List.of(3, 1), 1, 1, 1),
                        "attention_mask", whole(List.of(3, 1), 1, 1, 1)));

        CommandLineRun run = eckart(
                "verify", sure, sure, "--inputs", same, "--metric", "embedding-spearman,output=states", "--json");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err())
                .isEqualTo("eckart: metric embedding-spearman has no finite value: on 3 pairs of 3 samples, all equally"
                        + " similar in the original network: there is nothing to rank\n");
        assertThat(metric(run, 0).get("value").isNull()).isTrue();
    }

    @Test
    void should_measure_on_inputs_that_are_made_up() {
        CommandLineRun run = eckart("verify", sure, sure, "--metric", "perplexity,output=logits");
        CommandLineRun judged =
                eckart("verify", sure, sure, "--metric", "perplexity,output=logits", "--limit", "perplexity<=1");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("inputs: made up; they show whether the rewrite is right, not what is lost");
        assertThat(judged.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(judged.err())
                .isEqualTo(
                        "eckart: limit `perplexity<=1.0` judges what is lost, which made-up inputs do not show; give --inputs INPUTS\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            perplexty                                | | unknown metric `perplexty`: expected one of embedding-cosine,
            perplexity,out=logits                    | | metric `perplexity,out=logits`: unknown option `out`; `perplexity` has the options output, mask, targets
            perplexity                               | | metric `perplexity`: the model has several outputs [samples×positions×vocabulary]: `states` [1×4×3], `logits` [1×4×3]; choose one with output=NAME
            perplexity,output=lgits                  | | metric `perplexity,output=lgits`: the model has no floating-point output `lgits`; its floating-point outputs: `states` [1×4×3], `logits` [1×4×3]
            perplexity,output=logits,targets=ids     | | metric `perplexity,output=logits,targets=ids`: the model has no input `ids` to take targets from; give --labels, or name an input with targets=INPUT: input_ids, attention_mask
            perplexity,output=logits,mask=m          | | metric `perplexity,output=logits,mask=m`: the model has no input `m`; its inputs: input_ids, attention_mask
            top-k:2                                  | | metric `top-2-accuracy` needs labels; give --labels, and the --inputs that they belong to
            perplexity,output=logits                 | perplexity>=1 | limit `perplexity>=1.0`: the ratio of `perplexity` is better the lower it is; expected <=1.0
            perplexity,output=logits                 | top-5-accuracy<=0 | limit `top-5-accuracy<=0.0`: no metric with this name is measured; measured metrics: perplexity
            perplexity,output=logits                 | perplexity<0 | limit `perplexity<0`: expected NAME>=NUMBER or NAME<=NUMBER
            """)
    void should_say_in_one_sentence_what_does_not_fit(String metric, String limit, String sentence) {
        Object[] more =
                limit == null ? new Object[] {"--metric", metric} : new Object[] {"--metric", metric, "--limit", limit};
        CommandLineRun run = verify(more);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).startsWith("eckart: " + sentence);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void should_refuse_labels_that_fit_nothing_and_metrics_of_one_name() {
        assertThat(verify("--labels", inputs + ":scores").err())
                .isEqualTo("eckart: the labels are float32 [2]; expected whole numbers, one for each sample\n");
        CommandLineRun wrong = verify("--metric", "perplexity,output=logits", "--labels", inputs + ":scores");
        assertThat(wrong.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(wrong.err()).contains("the targets (labels) are float32 [1]; expected whole numbers [1, 4]");
        CommandLineRun twice = verify("--metric", "token-agreement", "--metric", "token-agreement,output=logits");
        assertThat(twice.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(twice.err()).contains("two metrics are named `token-agreement`");
    }

    @Test
    void should_refuse_to_measure_without_running_a_model_and_before_any_work() {
        Path out = folder.resolve("out.onnx");

        CommandLineRun run =
                eckart("compress", sure, "-o", out, "--metric", "perplexity", "--no-verify", "--rank", "fixed:1");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo(
                        "eckart: --metric perplexity runs both models but --no-verify runs neither; give only one of these options\n");
        CommandLineRun limited =
                eckart("compress", sure, "-o", out, "--limit", "perplexity<=1", "--no-verify", "--rank", "fixed:1");
        assertThat(limited.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(limited.err()).contains("limit `perplexity<=1.0` cannot be judged with --no-verify");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_not_write_a_model_that_loses_more_than_a_metric_may() {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);
        Path out = folder.resolve("out.onnx");

        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "fixed:2",
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--metric",
                "top-k:3",
                "--metric",
                "top-k:1",
                "--limit",
                "top-3-accuracy<=0.001",
                "--json");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).startsWith("eckart: top-3-accuracy 0.001 is exceeded: measured 0.");
        assertThat(out).doesNotExist();
        // One of one class is the accuracy that is measured anyway.
        JsonNode accuracy = run.json().get("verification").get("accuracy");
        JsonNode topOne = metric(run, 1);
        assertThat(topOne.get("original")).isEqualTo(accuracy.get("original"));
        assertThat(topOne.get("compressed")).isEqualTo(accuracy.get("compressed"));
        assertThat(topOne.get("value")).isEqualTo(accuracy.get("drop"));
        assertThat(topOne.get("low")).isEqualTo(accuracy.get("dropLow"));
        assertThat(topOne.get("high")).isEqualTo(accuracy.get("dropHigh"));
        assertThat(metric(run, 0).get("original").asDouble())
                .isGreaterThan(topOne.get("original").asDouble());
    }

    @Test
    void should_search_by_other_limits_and_hold_what_is_found_to_those_on_metrics() {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);
        List<Object> search = List.of(
                "compress",
                model,
                "-o",
                folder.resolve("out.onnx"),
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--encoding",
                "pair",
                "--search-inputs",
                data,
                "--min-cosine",
                "0.4",
                "--search-trials",
                "3",
                "--metric",
                "top-k:3",
                "--json",
                "--limit");

        CommandLineRun kept = eckart(
                Stream.concat(search.stream(), Stream.of("top-3-accuracy<=1")).toArray());
        CommandLineRun failed = eckart(Stream.concat(search.stream(), Stream.of("top-3-accuracy<=-1", "--force"))
                .toArray());

        assertThat(kept.code()).as(kept.err()).isZero();
        assertThat(kept.json().get("search").get("limit").asString()).isEqualTo("min-cosine");
        assertThat(kept.json()
                        .get("limits")
                        .valueStream()
                        .map(limit -> limit.get("name").asString()))
                .containsExactly("min-cosine", "top-3-accuracy");
        assertThat(failed.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(failed.err()).contains("eckart: top-3-accuracy -1 is exceeded: measured ");
    }

    @Test
    void should_hold_a_model_to_metrics_of_a_policy_and_to_its_baseline() throws IOException {
        String head = """
                model: sure.onnx
                compressed: MODEL.onnx
                inputs: eval.npz
                metrics: ['perplexity,output=logits', 'token-agreement,output=logits']
                baseline: lock.json
                """;
        String policy = head.replace("MODEL", "unsure");
        String generous = "size-ratio: 9, cosine: 9, relative-error: 9, part-cosine: 9, part-error: 9";
        Path file = folder.resolve("policy.yml");
        Files.writeString(file, head.replace("MODEL", "sure"));
        assertThat(eckart("check", file, "--update-baseline").code()).isZero();
        assertThat(Files.readString(folder.resolve("lock.json")))
                .contains("\"perplexity\" : 1.0", "\"token-agreement\" : 1.0");
        assertThat(eckart("check", file).code()).isZero();

        Files.writeString(file, policy + "limits: { perplexity: '<=1.2' }\ntolerance: { %s }\n".formatted(generous));
        CommandLineRun worse = eckart("check", file);
        assertThat(worse.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(worse.err())
                .startsWith("eckart: perplexity 1.2 is exceeded: measured 1.26")
                .contains("perplexity is worse than in `", "token-agreement is worse than in `")
                .contains("1 → 0.5, by -0.5; tolerance 0.001");

        Files.writeString(
                file,
                policy
                        + "limits: { perplexity: '<= 1.3' }\ntolerance: { %s, perplexity: 0.3, token-agreement: 0.5 }\n"
                                .formatted(generous));
        CommandLineRun kept = eckart("check", file);
        assertThat(kept.code()).as(kept.err()).isZero();

        Files.writeString(file, policy.replaceFirst("metrics.*\n", "") + "tolerance: { %s }\n".formatted(generous));
        CommandLineRun unmeasured = eckart("check", file);
        assertThat(unmeasured.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(unmeasured.err()).contains("perplexity is worse than in `", "1 → NaN");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            metrics: [top-5]                         | 3:11: `metrics`: unknown metric `top-5`
            metrics: top-k:5                         | 3:10: `metrics`: expected a list but was: text `top-k:5`
            metrics: ['top-k:2', top-k]              | 3:22: `metrics`: metric `top-k`: expected a value after the name
            metrics: ['top-k:2', 'top-k:2']          | 3:22: `metrics`: two metrics are named `top-2-accuracy`
            metrics: ['top-k:2,as=cosine']           | 3:11: `metrics`: a policy uses the name `cosine` for a number of its own
            metrics: ['top-k:2'];limits: { top-2-accuracy: 0.1 } | 4:27: `top-2-accuracy`: expected text but was: `0.1`
            metrics: ['top-k:2'];limits: { top-2-accuracy: '>=0.1' } | 4:27: `top-2-accuracy`: limit `top-2-accuracy>=0.1`: the drop of
            metrics: ['top-k:2'];limits: { top-3-accuracy: '>=0.1' } | 4:11: unknown key `top-3-accuracy` in `limits`; did you mean `top-2-accuracy`?
            metrics: ['top-k:2'];plugin: none.jar    | 3:10: `metrics`: --plugin: cannot find file `
            """)
    void should_say_where_in_a_policy_a_metric_is_wrong(String lines, String message) throws IOException {
        Path file = Files.writeString(
                folder.resolve("policy.yml"), "model: sure.onnx\ncompressed: unsure.onnx\n" + lines.replace(';', '\n'));

        CommandLineRun run = eckart("check", file);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).startsWith("eckart: %s:%s".formatted(file, message));
    }

    @Test
    void should_list_metrics_beside_strategies() {
        assertThat(eckart("strategies").out())
                .contains("--metric", "top-k:5", "embedding-cosine,output=NAME,pooling=mean|first|none,mask=INPUT");
        assertThat(eckart("strategies", "--json")
                        .json()
                        .get("metrics")
                        .valueStream()
                        .map(metric -> metric.get("name").asString()))
                .containsExactly("embedding-cosine", "embedding-spearman", "perplexity", "token-agreement", "top-k");
    }
}

package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code compress}, {@code verify} and {@code scan} on a network of two layers. */
class CompressCommandTest {
    /** Out of the way of what is written. */
    @TempDir
    private Path given;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path inputs = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 64)
                        .weight("fc1.weight", RandomMatrices.ofRank(5, 64, 48, 1))
                        .node("MatMul", List.of("x", "fc1.weight"), "h")
                        .node("Sigmoid", List.of("h"), "s")
                        .weight("fc2.weight", RandomMatrices.normal(48, 32, 3))
                        .node("MatMul", List.of("s", "fc2.weight"), "y")
                        .output("y", "batch", 32)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
        inputs = RandomInputs.write(given.resolve("inputs.npz"), 9, 64, 5);
    }

    @Test
    void should_say_in_text_what_became_of_each_weight() {
        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "energy:0.9");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains(
                        "fc1.weight",
                        "fc2.weight",
                        "1 weight factored, 1 unchanged, 0 skipped",
                        "rewrite  proved",
                        "\nunjudged in ",
                        " s: cosine 1.0000, relative error ",
                        "; no limit was set\n");
        assertThat(out).exists();
    }

    @Test
    void should_give_the_same_bytes_from_the_cache_as_without_one() throws IOException {
        Path cache = folder.resolve("cache");
        eckart("compress", model, "-o", out, "--rank", "energy:0.8");
        byte[] expected = Files.readAllBytes(out);

        // A first run at another setting, which fills it, and then from it.
        eckart("compress", model, "-o", out, "--force", "--rank", "energy:0.9", "--cache", cache, "--cache-vectors");
        CommandLineRun run = eckart(
                "compress", model, "-o", out, "--force", "--rank", "energy:0.8", "--cache", cache, "--cache-vectors");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(out).hasBinaryContent(expected);
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).allMatch(file -> file.toString().matches(".*[.](values|vectors)"));
        }
    }

    @Test
    void should_find_the_same_ranks_with_either_backend() {
        JsonNode one = eckart("compress", model, "--dry-run", "--json", "--backend", "openblas")
                .json();
        JsonNode other = eckart("compress", model, "--dry-run", "--json", "--backend", "ejml")
                .json();

        assertThat(one.get("settings").get("backend").asString()).isEqualTo("openblas");
        assertThat(other.get("settings").get("backend").asString()).isEqualTo("ejml");
        for (int i = 0; i < one.get("weights").size(); i++) {
            assertThat(one.get("weights").get(i).get("rank"))
                    .isEqualTo(other.get("weights").get(i).get("rank"));
        }
    }

    @Test
    void should_give_the_report_with_the_fields_that_scripts_rely_on() throws IOException {
        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "energy:0.99", "--json");

        JsonNode report = run.json();
        assertThat(report.get("schema").asString()).isEqualTo("eckart.report/1");
        assertThat(report.get("command").asString()).isEqualTo("compress");
        assertThat(report.get("model").get("bytes").asLong()).isEqualTo(Files.size(model));
        assertThat(report.get("output").get("bytes").asLong()).isEqualTo(Files.size(out));
        assertThat(report.get("model").get("linearParameters").asLong()).isEqualTo(64 * 48 + 48 * 32);
        assertThat(report.get("output").get("linearParameters").asLong()).isEqualTo(5 * (64 + 48) + 48 * 32);
        assertThat(report.get("settings").propertyNames()).contains("rank", "calibrated", "seed", "backend");
        assertThat(report.get("weights").get(0).propertyNames())
                .contains(
                        "name",
                        "operator",
                        "rows",
                        "columns",
                        "type",
                        "decision",
                        "reason",
                        "rank",
                        "breakEvenRank",
                        "energy",
                        "parametersBefore",
                        "parametersAfter",
                        "predictedError");
        assertThat(report.get("verification").propertyNames())
                .contains("inputs", "samples", "rewriteError", "noiseFloor", "outputs", "latency");
        assertThat(report.get("verification").get("outputs").get(0).propertyNames())
                .contains("name", "maxAbsoluteError", "relativeError", "cosine", "top1Agreement");
        assertThat(report.get("verification").get("latency").propertyNames())
                .contains("originalMs", "compressedMs", "ratio");
        assertThat(report.get("seconds").propertyNames()).contains("read", "decompose", "rewrite", "verify", "total");
        assertThat(report.get("limits").isArray()).isTrue();
        assertThat(report.get("verdict").asString()).isEqualTo("unjudged");
    }

    @Test
    void should_write_no_pair_at_or_above_break_even_and_say_so() throws IOException {
        JsonNode report = eckart("compress", model, "-o", out, "--rank", "energy:1.0", "--json")
                .json();

        for (JsonNode weight : report.get("weights")) {
            if (weight.get("decision").asString().equals("factored")) {
                assertThat(weight.get("rank").asInt())
                        .isLessThan(weight.get("breakEvenRank").asInt());
            } else {
                assertThat(weight.get("reason").asString()).contains("; a pair is smaller only below ");
            }
        }
        assertThat(report.get("weights").get(1).get("decision").asString()).isEqualTo("kept");
    }

    @ParameterizedTest
    @CsvSource({
        "--max-size-ratio, 0.05, max-size-ratio",
        "--min-cosine, 0.9999999, min-cosine",
        "--max-relative-error, 0.000001, max-relative-error"
    })
    void should_fail_and_write_nothing_if_a_limit_is_not_kept(String option, String value, String name) {
        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "fixed:2", option, value, "--inputs", inputs, "--json");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).contains(name, "is exceeded", "not written");
        assertThat(run.json().get("verdict").asString()).isEqualTo("fail");
        assertThat(run.json().get("limits").get(0).get("kept").asBoolean()).isFalse();
        assertThat(files()).containsExactly("model.onnx");
    }

    @Test
    void should_write_what_failed_if_told_to() {
        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "fixed:2",
                "--min-cosine",
                "0.9999999",
                "--inputs",
                inputs,
                "--keep-failed");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(out).exists();
    }

    @Test
    void should_pass_if_every_limit_is_kept() {
        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "numerical",
                "--max-size-ratio",
                "0.9",
                "--min-cosine",
                "0.99",
                "--max-relative-error",
                "0.01",
                "--inputs",
                inputs,
                "--json");

        assertThat(run.code()).isZero();
        assertThat(run.json().get("limits")).hasSize(3);
        assertThat(run.json().get("verdict").asString()).isEqualTo("pass");
    }

    @Test
    void should_say_in_every_report_what_made_up_inputs_do_not_show() throws IOException {
        String sentence = "made up; they show whether the rewrite is right, not what is lost";
        Path page = given.resolve("r.html");
        Path markdown = given.resolve("r.md");
        Path junit = given.resolve("r.xml");
        Path json = given.resolve("r.json");

        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "fixed:2",
                "--report",
                page,
                "--report",
                markdown,
                "--report",
                junit,
                "--report",
                json);
        CommandLineRun sweep = eckart("sweep", model, "--rank", "fixed:2", "--no-latency");

        assertThat(run.out()).contains("5 samples, inputs: " + sentence);
        for (Path report : List.of(page, markdown, junit)) {
            assertThat(report).content().contains(sentence);
        }
        assertThat(json).content().contains("\"inputs\" : \"made up\"", "\"inputsKind\" : \"made-up\"");
        assertThat(sweep.out()).contains("5 samples, inputs: " + sentence);
    }

    @Test
    void should_only_look_in_a_dry_run() {
        CommandLineRun run = eckart("compress", model, "--dry-run", "--rank", "fixed:2", "--json");

        assertThat(run.code()).isZero();
        assertThat(run.json().get("weights").get(0).get("rank").asInt()).isEqualTo(2);
        assertThat(run.json().has("output")).isFalse();
        assertThat(files()).containsExactly("model.onnx");
    }

    @Test
    void should_not_run_the_models_if_told_not_to() {
        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "fixed:2", "--no-verify", "--json");

        assertThat(run.code()).isZero();
        assertThat(run.json().has("verification")).isFalse();
        assertThat(out).exists();
    }

    @Test
    void should_judge_nothing_by_its_size_where_the_outputs_were_not_compared() {
        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "fixed:2", "--no-verify", "--max-size-ratio", "0.9");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("max-size-ratio +met +measured 0\\.\\d+, limit 0\\.9\\n")
                .endsWith(": the outputs were not compared\n")
                .doesNotContain("pass");
    }

    @Test
    void should_write_nothing_and_say_so_by_its_status_if_there_is_nothing_to_gain() {
        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "energy:1.0", "--exclude", "fc1*", "--json");
        CommandLineRun text = eckart("compress", model, "-o", out, "--rank", "energy:1.0", "--exclude", "fc1*");

        assertThat(run.code()).isEqualTo(5).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(run.err())
                .startsWith(
                        "eckart: nothing to gain: pairs at the ranks of energy:1.0 save less than 2 % of the model's"
                                + " 18.67 kB; try lower ranks, such as --rank ratio:0.5,")
                .endsWith("; `%s` was not written%n".formatted(out));
        assertThat(run.json().get("nothingToGain").get("reason").asString()).contains("save less than 2 %");
        assertThat(run.json().get("nothingToGain").get("advice").asString()).contains("--rank ratio:0.5");
        assertThat(run.json().get("verdict").asString()).isEqualTo("unjudged");
        assertThat(text.out())
                .contains("0 weights factored, 1 unchanged, 1 skipped\nnothing to gain: pairs at the ranks of")
                .containsPattern("\nunjudged in \\S+ s: nothing to gain; no limit was set\n$");
        assertThat(files()).containsExactly("model.onnx");
    }

    @Test
    void should_write_the_model_with_nothing_replaced_if_told_to() {
        CommandLineRun run = eckart(
                "compress", model, "-o", out, "--rank", "energy:1.0", "--exclude", "fc1*", "--write-anyway", "--json");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.json().has("nothingToGain")).isTrue();
        assertThat(run.json().get("output").get("parameters").asLong()).isEqualTo(64 * 48 + 48 * 32);
        assertThat(out).exists();
    }

    @Test
    void should_tell_of_an_exceeded_limit_rather_than_of_nothing_to_gain() {
        CommandLineRun exceeded = eckart(
                "compress", model, "-o", out, "--rank", "energy:1.0", "--exclude", "fc1*", "--max-size-ratio", "0.9");
        CommandLineRun met = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "energy:1.0",
                "--exclude",
                "fc1*",
                "--inputs",
                inputs,
                "--min-cosine",
                "0.9");

        assertThat(exceeded.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(exceeded.err()).startsWith("eckart: max-size-ratio 0.9 is exceeded");
        assertThat(met.code()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(files()).containsExactly("model.onnx");
    }

    @Test
    void should_say_in_a_dry_run_and_a_scan_that_there_is_nothing_to_gain() {
        CommandLineRun dry = eckart("compress", model, "--dry-run", "--rank", "energy:1.0", "--exclude", "fc1*");
        CommandLineRun scan = eckart("scan", model, "--rank", "energy:1.0", "--exclude", "fc1*");

        assertThat(dry.code()).isZero();
        assertThat(dry.out()).contains("\nnothing to gain: pairs at the ranks of energy:1.0 save less than 2 %");
        assertThat(scan.code()).isZero();
        assertThat(scan.out()).contains("\nnothing to gain: pairs at the ranks of energy:1.0 save less than 2 %");
    }

    @Test
    void should_leave_the_weights_alone_that_it_is_told_to() {
        JsonNode report = eckart("compress", model, "-o", out, "--rank", "fixed:2", "--exclude", "fc2*", "--json")
                .json();

        assertThat(report.get("weights").get(0).get("decision").asString()).isEqualTo("factored");
        assertThat(report.get("weights").get(1).get("decision").asString()).isEqualTo("skipped");
        assertThat(report.get("weights").get(1).get("reason").asString()).contains("--exclude");
    }

    @Test
    void should_write_reports_to_files() throws IOException {
        Path json = folder.resolve("report.json");
        Path markdown = folder.resolve("report.md");
        Path html = folder.resolve("report.html");
        Path junit = folder.resolve("report.xml");

        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "fixed:2",
                "--report",
                json,
                "--report",
                markdown,
                "--report",
                html,
                "--report",
                junit,
                "--quiet");

        assertThat(run.out()).isEmpty();
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(Files.readString(json))
                        .get("verdict")
                        .asString())
                .isEqualTo("unjudged");
        assertThat(Files.readString(markdown)).contains("| fc1.weight | MatMul | 64×48 |");
        assertThat(Files.readString(html)).contains("<bdi>fc1.weight</bdi>");
        assertThat(Files.readString(junit)).contains("<testcase name=\"the rewrite is right\"");
    }

    @Test
    void should_write_the_same_bytes_again_and_on_any_number_of_threads() {
        Path other = folder.resolve("other.onnx");

        eckart("compress", model, "-o", out, "--threads", "1");
        eckart("compress", model, "-o", other, "--threads", "4");

        assertThat(other).hasSameBinaryContentAs(out);
    }

    @Test
    void should_split_singular_values_evenly_if_told_to() throws IOException {
        Path balanced = folder.resolve("balanced.onnx");

        eckart("compress", model, "-o", out, "--rank", "fixed:4");
        CommandLineRun run =
                eckart("compress", model, "-o", balanced, "--rank", "fixed:4", "--factors", "balanced", "--json");

        assertThat(run.json().get("verdict").asString()).isEqualTo("unjudged");
        assertThat(Files.size(balanced)).isEqualTo(Files.size(out));
        assertThat(Files.mismatch(balanced, out)).isNotNegative();
    }

    @Test
    void should_prove_a_rewrite_from_the_two_files_alone() {
        eckart("compress", model, "-o", out, "--rank", "fixed:3");

        CommandLineRun run = eckart("verify", model, out, "--json");

        assertThat(run.code()).isZero();
        assertThat(run.json().get("command").asString()).isEqualTo("verify");
        assertThat(run.json().get("verification").get("rewriteError").asDouble())
                .isLessThan(1e-5);
        assertThat(run.json()
                        .get("verification")
                        .get("outputs")
                        .get(0)
                        .get("relativeError")
                        .asDouble())
                .isGreaterThan(1e-3);
    }

    @Test
    void should_say_in_every_form_of_report_why_there_is_no_proof() throws IOException {
        eckart("compress", model, "-o", out, "--rank", "fixed:3");
        tamper(metadata -> {
            if (metadata.getKey().startsWith("eckart.pair.")) {
                metadata.setKey("eckart.pair.gone");
            }
        });
        Path junit = folder.resolve("report.xml");
        Path markdown = folder.resolve("report.md");
        Path html = folder.resolve("report.html");
        String reason = "changed since it was compressed: its metadata speaks of a weight `gone`, which the original"
                + " does not have";

        CommandLineRun run =
                eckart("verify", model, out, "--json", "--report", junit, "--report", markdown, "--report", html);

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode verification = run.json().get("verification");
        assertThat(verification.get("noProof").asString()).isEqualTo(reason);
        assertThat(verification.has("rewriteError")).isFalse();
        assertThat(verification.get("outputs")).isNotEmpty();
        assertThat(Files.readString(junit)).contains("skipped=\"2\"", "<skipped message=\"no proof: " + reason + "\"");
        assertThat(Files.readString(markdown)).contains("| no proof | " + reason.replace("`", "\\`") + " |");
        assertThat(Files.readString(html)).contains("no proof", reason);
        assertThat(eckart("verify", model, out).out()).containsPattern("rewrite +no proof +changed since");
        assertThat(eckart("verify", model, out, "--inputs", inputs, "--min-cosine", "0.999999999")
                        .code())
                .isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(eckart("verify", model, model, "--json")
                        .json()
                        .get("verification")
                        .get("noProof")
                        .asString())
                .isEqualTo("the model does not say what was replaced");
    }

    /** Whoever made the model: it was not made in this run. */
    @Test
    void should_call_no_wrong_model_a_bug_that_was_made_before() throws IOException {
        eckart("compress", model, "-o", out, "--rank", "fixed:3");
        tamper(metadata -> {
            if (metadata.getKey().startsWith("eckart.checksum.")) {
                metadata.setValue("00000000");
            }
        });

        CommandLineRun run = eckart("verify", model, out);

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.out()).containsPattern("rewrite +WRONG +factor `");
        assertThat(run.err())
                .startsWith(
                        "eckart: the rewrite is wrong: the compressed model does not compute what its metadata says:"
                                + " factor `")
                .doesNotContain("bug");
    }

    /** Changes entries of the compressed model's metadata. */
    private void tamper(Consumer<StringStringEntryProto.Builder> change) throws IOException {
        ModelProto.Builder changed = ModelProto.parseFrom(Files.readAllBytes(out)).toBuilder();
        changed.getMetadataPropsBuilderList().forEach(change);
        Files.write(out, changed.build().toByteArray());
    }

    @Test
    void should_compress_what_was_compressed_before() {
        Path again = folder.resolve("again.onnx");
        eckart("compress", model, "-o", out, "--rank", "fixed:12", "--exclude", "fc1*");

        CommandLineRun run = eckart("compress", out, "-o", again, "--rank", "fixed:4", "--json");

        assertThat(run.code()).isZero();
        assertThat(run.json().get("verdict").asString()).isEqualTo("unjudged");
        assertThat(eckart("verify", out, again, "--json")
                        .json()
                        .get("verification")
                        .has("rewriteError"))
                .isTrue();
    }

    @Test
    void should_refuse_to_compare_networks_of_another_make() throws IOException {
        Path other = Files.write(
                folder.resolve("other.onnx"),
                ModelBuilder.model("other", 13)
                        .input("z", "batch", 8)
                        .node("Neg", List.of("z"), "y")
                        .output("y", "batch", 8)
                        .build()
                        .toByteArray());

        CommandLineRun run = eckart("verify", model, other);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("which takes other inputs");
    }

    @Test
    void should_show_every_weight_in_a_scan() {
        CommandLineRun text = eckart("scan", model);
        JsonNode json = eckart("scan", model, "--json").json();

        assertThat(text.out()).contains("fc1.weight", "fc2.weight", "break-even");
        assertThat(json.get("model").get("parameters").asLong()).isEqualTo(64 * 48 + 48 * 32);
        JsonNode ranks = json.get("weights").get(0).get("rankAtEnergy");
        assertThat(ranks.propertyNames()).containsExactly("0.9", "0.95", "0.99");
        assertThat(ranks.get("0.99").asInt()).isEqualTo(5);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

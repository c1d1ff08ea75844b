package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code check} on the bundled classifier. */
class CheckCommandTest {
    private static final String HEAD = """
            model: mnist-784-500-10.onnx
            inputs: mnist-heldout.npz
            labels: mnist-heldout.npz:labels
            """;

    private static final String BUILD = "compress: { rank: 'fixed:16' }\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void extract() {
        BundledClassifier.MODEL.extractTo(folder);
        BundledClassifier.HELD_OUT.extractTo(folder);
    }

    private Path policy(String text) throws IOException {
        return Files.writeString(folder.resolve("policy.yml"), text);
    }

    private CommandLineRun check(String policy, Object... more) throws IOException {
        return eckart(Stream.concat(Stream.of("check", policy(policy)), Stream.of(more))
                .toArray());
    }

    @Test
    void should_pass_the_bundled_example_beside_its_baseline() {
        CommandLineRun run = eckart("check", Path.of("../examples/policy/check.yml"), "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        assertThat(report.get("command").asString()).isEqualTo("check");
        assertThat(report.get("limits")
                        .valueStream()
                        .map(limit -> limit.get("name").asString()))
                .containsExactly("max-accuracy-drop", "min-cosine", "max-relative-error", "max-size-ratio");
        assertThat(report.get("baseline").get("kept").asBoolean()).isTrue();
        assertThat(report.get("verdict").asString()).isEqualTo("pass");
    }

    @ParameterizedTest
    @CsvSource({
        "max-size-ratio, 0.01",
        "max-accuracy-drop, -0.5",
        "min-cosine, 0.9999999",
        "max-relative-error, 1e-9",
        "max-latency-ratio, 1e-6",
    })
    void should_fail_and_name_the_limit_that_is_too_tight(String limit, String value) throws IOException {
        CommandLineRun run =
                check(HEAD + BUILD + "limits: { %s: %s }\nreports: [build/r.xml]\n".formatted(limit, value));

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).startsWith("eckart: " + limit).contains("is exceeded: measured ");
        assertThat(Files.readString(folder.resolve("build/r.xml")))
                .contains("failures=\"1\"", "classname=\"eckart.check.limit\"", "name=\"" + limit + "\"");
    }

    @Test
    void should_say_that_the_model_is_written_where_the_baseline_cannot_be() throws IOException {
        String baseline = "b".repeat(240) + ".json";

        CommandLineRun run = check(
                HEAD
                        + "compress: { rank: 'fixed:16', output: out.onnx }\n"
                        + "limits: { max-size-ratio: 0.9 }\nbaseline: %s\n".formatted(baseline),
                "--update-baseline");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains(baseline + "` cannot be written: ", "out.onnx` is written");
        assertThat(folder.resolve("out.onnx")).isRegularFile();
    }

    @Test
    void should_judge_nothing_without_limits_and_baseline() throws IOException {
        CommandLineRun run = check(HEAD + BUILD + "reports: [r.xml]\n", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("verdict").asString()).isEqualTo("unjudged");
        assertThat(folder.resolve("r.xml")).content().contains("value=\"unjudged\"", "skipped=\"1\"");
    }

    @Test
    void should_judge_a_model_in_which_nothing_was_replaced_as_any_other() throws IOException {
        String build = "compress: { rank: 'energy:1.0', output: out/same.onnx }\n";
        CommandLineRun met = check(HEAD + build + "limits: { max-accuracy-drop: 0 }\n", "--json");
        CommandLineRun exceeded = check(HEAD + build + "limits: { max-size-ratio: 0.9 }\n", "--json");

        assertThat(met.code()).as(met.err()).isZero();
        assertThat(met.err()).isEmpty();
        assertThat(met.json().get("verdict").asString()).isEqualTo("pass");
        assertThat(met.json().get("nothingToGain").get("reason").asString()).contains("save less than 2 %");
        assertThat(folder.resolve("out/same.onnx")).exists();
        assertThat(exceeded.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(exceeded.json().get("limits").get(0).get("value").asDouble()).isCloseTo(1, within(0.001));
    }

    @Test
    void should_name_a_weight_unchanged_that_a_baseline_has_no_rank_of() throws IOException {
        String baseline = "baseline: lock.json\ntolerance: 1\n";
        check(HEAD + BUILD + baseline, "--update-baseline");

        CommandLineRun run = check(HEAD + "compress: { rank: 'fixed:8' }\n" + baseline);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("rank of fc1.weight +changed +16 → 8\n")
                .containsPattern("rank of fc2.weight +changed +unchanged → 8\n");
    }

    @Test
    void should_check_a_model_that_was_made_before() throws IOException {
        eckart(
                "compress",
                folder.resolve("mnist-784-500-10.onnx"),
                "-o",
                folder.resolve("small.onnx"),
                "--rank",
                "fixed:16",
                "--no-verify");

        CommandLineRun run = check(
                HEAD + "compressed: small.onnx\nlimits: { max-size-ratio: 0.1, max-accuracy-drop: 0.01 }\n", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("output").get("path").asString())
                .isEqualTo(folder.resolve("small.onnx").toString());
        assertThat(run.json().get("verification").get("rewriteError").isNumber())
                .isTrue();
    }

    @Test
    void should_keep_the_model_it_builds_where_the_policy_wants_it_and_only_if_it_passes() throws IOException {
        String build = "compress: { rank: 'fixed:16', output: out/small.onnx }\n";
        Path small = folder.resolve("out/small.onnx");

        assertThat(check(HEAD + build + "limits: { max-size-ratio: 0.01 }\n").code())
                .isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(small).doesNotExist();
        CommandLineRun run = check(HEAD + build + "limits: { max-size-ratio: 0.1 }\n", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("output").get("path").asString()).isEqualTo(small.toString());
        assertThat(small).hasSize(run.json().get("output").get("bytes").asLong());
        assertThat(eckart("verify", folder.resolve("mnist-784-500-10.onnx"), small)
                        .code())
                .isZero();
        try (Stream<Path> left = Files.list(small.resolveSibling(""))) {
            assertThat(left).containsExactly(small);
        }
    }

    @Test
    void should_never_write_over_the_original() throws IOException {
        byte[] before = Files.readAllBytes(folder.resolve("mnist-784-500-10.onnx"));
        Files.createSymbolicLink(folder.resolve("link.onnx"), folder.resolve("mnist-784-500-10.onnx"));

        for (String output : List.of("mnist-784-500-10.onnx", "./link.onnx")) {
            CommandLineRun run = check(HEAD + "compress: { rank: 'fixed:16', output: %s }\n".formatted(output));
            assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(run.err()).contains("is the original model, which is never overwritten");
        }
        assertThat(folder.resolve("mnist-784-500-10.onnx")).hasBinaryContent(before);
    }

    @Test
    void should_search_for_a_setting_where_the_policy_names_none() throws IOException {
        CommandLineRun run = check(
                HEAD + "compress: { search-trials: 8 }\nlimits: { max-accuracy-drop: 0.05, max-latency-ratio: 1000 }\n",
                "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("search").get("tried").size()).isBetween(1, 8);
    }

    @Test
    void should_say_that_no_setting_keeps_the_limits() throws IOException {
        CommandLineRun run =
                check(HEAD + "compress: { search-trials: 2 }\nlimits: { max-accuracy-drop: 0, max-size-ratio: 0.001 }\n"
                        + "reports: [ in-vain.xml, in-vain.md, in-vain.html ]\n");

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.out()).contains("FAIL");
        assertThat(folder.resolve("in-vain.xml")).content().contains("name=\"eckart.check\"", "<failure message=\"no ");
        assertThat(folder.resolve("in-vain.md")).content().startsWith("# eckart check: **FAIL**\n\nno ");
        assertThat(folder.resolve("in-vain.html")).content().contains("of the size: the smallest of those tried ");
    }

    @Test
    void should_judge_on_what_the_calibration_holds_back_and_tell_a_baseline_of_it_from_another() throws IOException {
        Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 20)
                        .weight("w", RandomMatrices.ofRank(3, 20, 20, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", 20)
                        .build()
                        .toByteArray());
        RandomInputs.write(folder.resolve("real.npz"), 30, 20, 2);
        String policy = """
                model: model.onnx
                compress: { rank: 'fixed:3', calibration: real.npz }
                limits: { min-cosine: 0.9 }
                baseline: lock.json
                """;

        CommandLineRun run = check(policy, "--update-baseline", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("verification").get("inputs").asString())
                .isEqualTo("10 of 30 samples of `%s`, held back from the calibration"
                        .formatted(folder.resolve("real.npz")));
        assertThat(run.json().get("calibration").get("samples").asInt()).isEqualTo(20);
        assertThat(check(policy).code()).isZero();
        assertBad(
                check(policy + "inputs: real.npz\n"),
                "is on held-back inputs, and this run on given ones; if that is meant, run the check with --update-baseline");
        RandomInputs.write(folder.resolve("few.npz"), 2, 20, 2);
        assertBad(
                check(policy.replace("real.npz", "few.npz")),
                "policy.yml:2:43: `calibration`: --calibration " + folder.resolve("few.npz")
                        + ": a third cannot be held back of 2 samples");
    }

    @Test
    void should_give_the_same_report_and_the_same_baseline_twice() throws IOException {
        String policy = HEAD + BUILD + "baseline: lock.json\n";
        JsonNode one = check(policy, "--update-baseline", "--json").json();
        String lock = Files.readString(folder.resolve("lock.json"));
        JsonNode other = check(policy, "--update-baseline", "--json").json();

        assertThat(Files.readString(folder.resolve("lock.json"))).isEqualTo(lock);
        assertThat(timeless(one)).isEqualTo(timeless(other));
    }

    private static JsonNode timeless(JsonNode report) {
        ((ObjectNode) report).remove("seconds");
        ((ObjectNode) report.get("verification")).remove("latency");
        return report;
    }

    @Test
    void should_fail_where_a_number_is_worse_than_in_the_baseline_and_say_which() throws IOException {
        String baseline = "baseline: lock.json\n";
        assertThat(check(HEAD + BUILD + baseline, "--update-baseline").code()).isZero();
        assertThat(check(HEAD + BUILD + baseline).out()).contains("no number changed");

        CommandLineRun worse =
                check(HEAD + "compress: { rank: 'fixed:8' }\nreports: [r.md, r.xml, r.html]\n" + baseline, "--json");

        assertThat(worse.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(worse.err())
                .matches(
                        "(?s).*accuracy is worse than in `\\S+lock.json`: 0.\\d+ → 0.\\d+, by -0.\\d+; tolerance 0.001.*");
        JsonNode moved = worse.json().get("baseline").get("moved");
        assertThat(moved.valueStream().map(number -> number.get("name").asString()))
                .containsExactly(
                        "size-ratio",
                        "accuracy",
                        "cosine",
                        "relative-error",
                        "part-cosine",
                        "part-error",
                        "rank of fc1.weight",
                        "rank of fc2.weight");
        assertThat(moved.get(0).get("kept").asBoolean()).isTrue();
        assertThat(moved.get(1).get("kept").asBoolean()).isFalse();
        assertThat(moved.get(6).get("tolerance").isNull()).isTrue();
        assertThat(Files.readString(folder.resolve("r.md"))).contains("WORSE", "accuracy is worse than");
        assertThat(Files.readString(folder.resolve("r.html"))).contains("WORSE");
        assertThat(Files.readString(folder.resolve("r.xml")))
                .contains("classname=\"eckart.check.baseline\"", "failures=\"1\"");
    }

    @Test
    void should_let_numbers_be_worse_by_their_tolerance() throws IOException {
        String baseline = "baseline: lock.json\n";
        check(HEAD + BUILD + baseline, "--update-baseline");
        String worse = HEAD + "compress: { rank: 'fixed:15' }\n" + baseline;

        assertThat(check(worse + "tolerance: 0\n").code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(check(worse + "tolerance: 0.5\n").code()).isZero();
        CommandLineRun single = check(worse + "tolerance: { accuracy: 0.5, cosine: 0.5, relative-error: 1e-9 }\n");
        assertThat(single.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(single.err()).startsWith("eckart: relative-error is worse").doesNotContain("; accuracy");
    }

    @Test
    void should_not_make_a_baseline_of_a_run_that_fails() throws IOException {
        CommandLineRun run =
                check(HEAD + BUILD + "baseline: lock.json\nlimits: { max-size-ratio: 0.01 }\n", "--update-baseline");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(folder.resolve("lock.json")).doesNotExist();
    }

    @Test
    void should_say_what_is_wrong_with_a_baseline() throws IOException {
        String policy = HEAD + BUILD + "baseline: lock.json\n";
        assertBad(
                check(policy), "baseline `", "does not exist; run the check once with --update-baseline to create it");
        Files.writeString(folder.resolve("lock.json"), "{");
        assertBad(check(policy), "is not a baseline");
        Files.writeString(folder.resolve("lock.json"), "{\"schema\": \"eckart.lock/1\", \"ranks\": 3}");
        assertBad(check(policy), "`ranks` is missing, or not an object");
        assertBad(check(HEAD + BUILD, "--update-baseline"), "has no `baseline`");
    }

    @Test
    void should_refuse_a_baseline_of_another_model_or_of_other_inputs() throws IOException {
        String policy = HEAD + BUILD + "baseline: lock.json\n";
        check(policy, "--update-baseline");
        assertBad(
                check(policy.replace("inputs: mnist-heldout.npz\n", "").replaceAll("labels.*\n", "")),
                "on other inputs");
        Path lock = folder.resolve("lock.json");
        Files.writeString(
                lock, Files.readString(lock).replaceFirst("(?s)(\"model\".*?\\.onnx\" : \")[0-9a-f]{4}", "$10000"));
        assertBad(check(policy), "of another original model: expected mnist-784-500-10.onnx (SHA-256 0000");
    }

    private static void assertBad(CommandLineRun run, String... parts) {
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(parts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            model: m.onnx                              | 1:8: `model`: `
            compress: {}                               | 1:1: the policy: `model` is missing; add it
            MODEL                                      | 1:1: the policy: `compressed` and `compress` are missing; add one of them
            MODEL;compress: {};compressed: MODELFILE   | 1:1: the policy: `compressed` names a model but
            MODEL;compress: {};limts: {}               | 3:1: unknown key `limts` in the policy; did you mean `limits`?
            MODEL;compress: {};zzzzzzzz: {}            | 3:1: unknown key `zzzzzzzz` in the policy; expected one of model,
            MODEL;compress: { rnk: x }                 | 2:13: unknown key `rnk` in `compress`; did you mean `rank`?
            MODEL;compress: { threads: 2 }             | 2:13: unknown key `threads` in `compress`
            MODEL;compress: { rank: 3 }                | 2:19: `rank`: expected text but was: `3`
            MODEL;compress: { joint: maybe }           | 2:20: `joint`: expected true or false but was: text `maybe`
            MODEL;compress: { factors: round }         | 2:22: `factors`: Invalid value for option '--factors'
            MODEL;compress: { mask: m }                | 2:19: `mask`: this key needs `calibration`, which is missing; add it
            MODEL;compress: { search-trials: 2 }       | 2:28: `search-trials`: this key is for a search, which needs a limit on loss or on size, and no `rank`
            MODEL;compress: [rank]                     | 2:11: `compress`: expected a mapping but was: a list
            MODEL;compress:                            | 2:10: `compress`: expected a mapping but was: nothing
            MODEL;compress: {};labels: x.npy           | 3:9: `labels`: labels belong to `inputs`, which is missing; add it
            MODEL;compress: {};limits: { min-cosine: 2 } | 3:23: `min-cosine`: expected a number from -1 to 1 but was: 2
            MODEL;compress: {};limits: { max-accuracy-drop: 5 } | 3:30: `max-accuracy-drop`: expected a share from -1 to 1
            MODEL;compress: {};limits: { max-size-ratio: 0 } | 3:27: `max-size-ratio`: expected a ratio above 0, such as 0.5 for half of the original's
            MODEL;compress: {};limits: { max-size-ratio: half } | 3:27: `max-size-ratio`: expected a number but was: text `half`
            MODEL;compress: {};limits: { max-accuracy-drop: 0.1 } | 3:30: `max-accuracy-drop`: a limit on accuracy needs `inputs` and `labels`; add them
            MODEL;compress: {};limits: { min-cosine: 99 } | 3:23: `min-cosine`: expected a number from -1 to 1 but was: 99 (did you mean 0.99?)
            MODEL;compress: {};limits: { max-size-ratio: 60 } | (did you mean 0.6?)
            MODEL;compress: {};limits: { min-cosine: 0.9 } | 3:23: `min-cosine`: this judges what is lost, which made-up inputs do not show; give `inputs`, or `calibration` in `compress`, of which a third is held back to judge on
            MODEL;compressed: MODELFILE;limits: { min-cosine: 0.9 } | 3:23: `min-cosine`: this judges what is lost, which made-up inputs do not show; give `inputs`
            MODEL;compress: {};metrics: [embedding-cosine];limits: { embedding-cosine: '>=0.9' } | 4:29: `embedding-cosine`: this judges what is lost
            MODEL;compress: {};limits: { max-size-ratio: 0.5 } | 2:11: `compress`: without `rank`, a setting is searched for by what is lost, which made-up inputs do not show; give `inputs`
            MODEL;compress: { rank: '0.5' }            | 2:19: `rank`: strategy `0.5`: expected name[:value][,key=value...], such as energy:0.99 (did you mean `ratio:0.5`, or `energy:0.5`?)
            MODEL;compress: {};tolerance: 0.1          | 3:12: `tolerance`: a tolerance needs a `baseline`, which is missing; add it
            MODEL;compress: {};baseline: b;tolerance: { acuracy: 1 } | 4:14: unknown key `acuracy` in `tolerance`; did you mean `accuracy`?
            MODEL;compress: {};reports: r.xml          | 3:10: `reports`: expected a list but was: text `r.xml`
            MODEL;compress: {};compress: {}            | 3:1: key `compress` is given twice
            MODEL;compress: &a {}                      | 2:11: a policy cannot have anchors and aliases
            MODEL;compress: !!map {}                   | 2:11: a policy cannot have tags
            MODEL;compress: {};---;MODEL               | 3:1: a second document begins here
            MODEL;compress: {                          | not YAML:
            [[[[[[[[[[[[[[[[[[[[                       | 1:17: lists and mappings are nested deeper than 16
            """)
    void should_say_in_one_sentence_what_is_wrong_and_where(String lines, String message) throws IOException {
        CommandLineRun run = check(lines.replace(';', '\n')
                .replace("MODELFILE", "mnist-784-500-10.onnx")
                .replace("MODEL", "model: mnist-784-500-10.onnx"));

        assertBad(run, message);
        assertThat(run.err()).startsWith("eckart: " + folder.resolve("policy.yml") + ":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "--- \n"})
    void should_refuse_a_policy_that_says_nothing(String text) throws IOException {
        assertThat(check(text).code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void should_refuse_reports_of_an_unknown_kind_before_any_work() throws IOException {
        assertBad(check(HEAD + BUILD + "reports: [r.pdf]\n"), "unknown ending");
    }
}

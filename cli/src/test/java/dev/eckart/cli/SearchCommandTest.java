package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code compress} with a limit and no setting. */
class SearchCommandTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path cache = Path.of("");
    private Path inputs = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        write(RandomMatrices.ofRank(5, 64, 48, 1));
        out = folder.resolve("out.onnx");
        cache = folder.resolve("cache");
        inputs = RandomInputs.write(folder.resolve("inputs.npz"), 20, 64, 7);
    }

    private void write(Matrix weight) throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 64)
                        .weight("fc", weight)
                        .node("MatMul", List.of("x", "fc"), "y")
                        .output("y", "batch", 48)
                        .build()
                        .toByteArray());
    }

    private CommandLineRun search(Object... more) {
        return eckart(Stream.concat(
                        Stream.of("compress", model, "-o", out, "--encoding", "pair", "--inputs", inputs),
                        Arrays.stream(more))
                .toArray());
    }

    @Test
    void should_write_the_smallest_model_that_keeps_the_limit_and_say_what_it_tried() {
        CommandLineRun run = search("--max-relative-error", "0.001", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        assertThat(report.get("weights").get(0).get("rank").asInt()).isEqualTo(5);
        assertThat(report.get("verdict").asString()).isEqualTo("pass");
        assertThat(report.get("search").get("limit").asString()).isEqualTo("max-relative-error");
        JsonNode tried = report.get("search").get("tried");
        assertThat(tried.get(0).propertyNames())
                .containsExactly("rank", "sizeRatio", "value", "kept", "remembered", "values");
        assertThat(run.err().lines())
                .hasSize(tried.size())
                .allMatch(
                        line -> line.matches(
                                "tried \\S+( at rank \\d+)?: \\d+\\.\\d % of the size, relative-error \\S+, (accepted|rejected)"));
    }

    @Test
    void should_write_the_model_that_the_setting_it_tells_of_gives() {
        String rank = search("--max-relative-error", "0.001", "--json")
                .json()
                .get("settings")
                .get("rank")
                .asString();
        Path other = folder.resolve("other.onnx");

        eckart("compress", model, "-o", other, "--rank", rank);

        assertThat(other).hasSameBinaryContentAs(out);
    }

    @Test
    void should_say_nothing_of_what_it_tries_if_it_is_to_be_quiet() {
        CommandLineRun run = search("--max-relative-error", "0.001", "--quiet");

        assertThat(run.code()).isZero();
        assertThat(run.out() + run.err()).isEmpty();
    }

    @Test
    void should_measure_nothing_anew_with_the_same_cache() throws IOException {
        JsonNode first = search("--max-relative-error", "0.001", "--cache", cache, "--json")
                .json();
        byte[] trials = Files.readAllBytes(trials());

        JsonNode second = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force")
                .json();

        assertThat(first.get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
        assertThat(second.get("search").get("tried"))
                .hasSameSizeAs(first.get("search").get("tried"))
                .allMatch(tried -> tried.get("remembered").asBoolean());
        assertThat(second.get("settings")).isEqualTo(first.get("settings"));
        assertThat(trials()).hasBinaryContent(trials);
    }

    @Test
    void should_measure_anew_what_it_cannot_read() throws IOException {
        search("--max-relative-error", "0.001", "--cache", cache);
        Files.writeString(trials(), "{\"schema\":\"eckart.trials/4\",\"trials\":[{}]}");

        CommandLineRun run = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force");

        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("is damaged; its trials are measured again");
        assertThat(run.json().get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
    }

    /** The trials of another model, whose ranks would be taken over without a measurement. */
    @Test
    void should_measure_anew_what_is_under_the_name_of_another_search() throws IOException {
        search("--max-relative-error", "0.001", "--cache", cache);
        byte[] others = Files.readAllBytes(trials());
        Files.delete(trials());
        write(RandomMatrices.ofRank(12, 64, 48, 2));
        JsonNode expected = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force")
                .json();
        Files.write(trials(), others);

        CommandLineRun run = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force");

        assertThat(run.err()).contains("holds the trials of another search; its trials are measured again");
        assertThat(run.json().get("settings")).isEqualTo(expected.get("settings"));
        assertThat(run.json().get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
    }

    /** A loss that was not measured, in a file that is whole in every other respect. */
    @Test
    void should_measure_anew_trials_whose_numbers_were_changed() throws IOException {
        search("--max-relative-error", "0.001", "--cache", cache);
        String kept = Files.readString(trials());
        Files.writeString(trials(), kept.replaceAll("\"relativeError\" : [-0-9.E]+", "\"relativeError\" : 0.5"));
        assertThat(trials()).content().isNotEqualTo(kept);

        CommandLineRun run = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force");

        assertThat(run.err()).contains("is damaged; its trials are measured again");
        assertThat(run.json().get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
        assertThat(trials()).content().isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "link to a device", "pipe"})
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void should_measure_anew_what_is_no_regular_file(String what) throws Exception {
        search("--max-relative-error", "0.001", "--cache", cache);
        Path trials = trials();
        byte[] kept = Files.readAllBytes(trials);
        Path moved = Files.move(trials, folder.resolve("moved"));
        switch (what) {
            case "link" -> Files.createSymbolicLink(trials, moved);
            case "link to a device" -> Files.createSymbolicLink(trials, Path.of("/dev/zero"));
            default ->
                assertThat(new ProcessBuilder("mkfifo", trials.toString())
                                .start()
                                .waitFor())
                        .isZero();
        }

        CommandLineRun run = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force");

        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("is not a regular file; its trials are measured again");
        assertThat(run.json().get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
        assertThat(Files.isRegularFile(trials, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(trials).hasBinaryContent(kept);
        assertThat(moved).hasBinaryContent(kept);
    }

    private Path trials() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(cache, "trials-*.json")) {
            return files.iterator().next();
        }
    }

    @Test
    void should_tell_by_its_exit_code_that_no_setting_keeps_the_limit() {
        CommandLineRun run = search("--max-relative-error", "0.000000001", "--json");

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE).isEqualTo(4);
        JsonNode report = run.json();
        assertThat(report.get("verdict").asString()).isEqualTo("fail");
        assertThat(report.has("output")).isFalse();
        assertThat(report.get("limits"))
                .singleElement()
                .satisfies(limit -> assertThat(limit.get("kept").asBoolean()).isFalse());
        assertThat(report.get("weights")).isNotEmpty();
        assertThat(report.get("search").get("tried")).isNotEmpty();
        assertThat(run.err())
                .contains("eckart: " + report.get("search").get("unreachable").asString());
        assertThat(run.err().lines().toList().get((int) run.err().lines().count() - 1))
                .startsWith("eckart: no setting meets --max-relative-error 0.000000001: the closest of those tried, ");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_find_the_model_of_a_size_that_loses_least() throws IOException {
        write(RandomMatrices.normal(64, 48, 1));

        CommandLineRun run = search("--max-size-ratio", "0.5", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        assertThat(report.get("search").get("limit").asString()).isEqualTo("max-size-ratio");
        double size = report.get("limits").get(0).get("value").asDouble();
        // A rank is 64+48 numbers, 448 bytes of 12,422.
        assertThat(size).isGreaterThan(0.5 - 448.0 / 12_422).isLessThanOrEqualTo(0.5);
        JsonNode tried = report.get("search").get("tried");
        assertThat(tried).isNotEmpty().allSatisfy(trial -> {
            assertThat(trial.get("value").asDouble())
                    .isEqualTo(trial.get("sizeRatio").asDouble());
            assertThat(trial.get("values").propertyNames()).containsExactly("max-size-ratio", "min-cosine");
        });
        assertThat(report.get("verification")
                        .get("outputs")
                        .get(0)
                        .get("cosine")
                        .asDouble())
                .isEqualTo(tried.valueStream()
                        .filter(trial -> trial.get("kept").asBoolean())
                        .mapToDouble(
                                trial -> trial.get("values").get("min-cosine").asDouble())
                        .max()
                        .orElseThrow());
        assertThat(run.err().lines())
                .allMatch(line -> line.matches(
                        "tried (budget|ratio):\\S+: \\d+\\.\\d % of the size, cosine \\S+, (accepted|rejected)"));
    }

    @Test
    void should_say_how_small_the_smallest_is_where_no_setting_is_of_the_size() {
        CommandLineRun run = search("--max-size-ratio", "0.01", "--quiet");

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .matches(
                        "eckart: no setting meets --max-size-ratio 0\\.01: the smallest model of those tried is that of"
                                + " (budget|ratio):\\S+, with \\d+\\.\\d % of the size\n");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_begin_with_a_budget_where_there_is_a_calibration() {
        JsonNode report = search("--max-relative-error", "0.5", "--calibration", inputs, "--json")
                .json();

        JsonNode tried = report.get("search").get("tried");
        assertThat(tried.get(0).get("rank").asString()).startsWith("budget:");
        assertThat(tried).anyMatch(trial -> trial.get("rank").asString().startsWith("ratio:"));
    }

    @Test
    void should_judge_on_a_third_of_the_calibration_where_there_are_no_inputs() throws IOException {
        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                out,
                "--max-relative-error",
                "0.5",
                "--calibration",
                inputs,
                "--json",
                "--report",
                folder.resolve("r.html"),
                "--report",
                folder.resolve("r.md"),
                "--report",
                folder.resolve("r.xml"));

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        String heldBack = "6 of 20 samples of `%s`, held back from the calibration".formatted(inputs);
        for (JsonNode judged : List.of(report.get("verification"), report.get("search"))) {
            assertThat(judged.get("inputs").asString()).isEqualTo(heldBack);
            assertThat(judged.get("inputsKind").asString()).isEqualTo("held-back");
        }
        assertThat(report.get("verification").get("samples").asInt()).isEqualTo(6);
        assertThat(report.get("calibration").get("samples").asInt()).isEqualTo(14);
        assertThat(Files.readString(folder.resolve("r.html"))).contains(escaped(heldBack));
        assertThat(Files.readString(folder.resolve("r.md")))
                .contains("6 of 20 samples of", "held back from the calibration");
        assertThat(Files.readString(folder.resolve("r.xml")))
                .contains(
                        "<property name=\"verification.inputs\" value=\"" + heldBack + "\">",
                        "<property name=\"calibration.samples\" value=\"14\">");
    }

    private static String escaped(String text) {
        return text.replace("`", "&#x60;");
    }

    @Test
    void should_refuse_to_search_without_inputs_to_judge_on() {
        for (String[] limit : new String[][] {
            {"--max-relative-error", "0.5", "--max-relative-error judges what is lost"},
            {
                "--max-size-ratio",
                "0.5",
                "--max-size-ratio without --rank searches for the model that loses least at that size"
            }
        }) {
            CommandLineRun run = eckart("compress", model, "-o", out, "--encoding", "pair", limit[0], limit[1]);

            assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(run.err())
                    .isEqualTo(
                            "eckart: %s, which made-up inputs do not show; give --inputs INPUTS, or --calibration INPUTS, of which a third is held back to judge on%n"
                                    .formatted(limit[2]));
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void should_refuse_a_calibration_of_which_no_third_can_be_held_back() {
        Path two = RandomInputs.write(folder.resolve("two.npz"), 2, 64, 3);

        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "fixed:5", "--min-cosine", "0.9", "--calibration", two);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo(
                        "eckart: --calibration %s: a third cannot be held back of 2 samples; give 3 or more, or other inputs to judge what is lost with --inputs%n"
                                .formatted(two));
    }

    @Test
    void should_measure_what_it_tries_on_other_inputs_if_told_to() {
        Path others = RandomInputs.write(folder.resolve("others.npz"), 3, 64, 9);

        JsonNode report = search(
                        "--max-relative-error", "0.001", "--search-inputs", others, "--search-trials", "9", "--json")
                .json();

        assertThat(report.get("search").get("inputs").asString()).isEqualTo(others.toString());
        assertThat(report.get("search")
                        .get("tried")
                        .valueStream()
                        .map(tried -> tried.get("sizeRatio").asDouble())
                        .distinct())
                .hasSizeLessThanOrEqualTo(9);
        assertThat(report.get("verification").get("inputs").asString()).isEqualTo(inputs.toString());
    }
}

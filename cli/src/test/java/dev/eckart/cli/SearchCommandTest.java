package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code compress} with a limit and no setting. */
class SearchCommandTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");
    private Path cache = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 64)
                        .weight("fc", RandomMatrices.ofRank(5, 64, 48, 1))
                        .node("MatMul", List.of("x", "fc"), "y")
                        .output("y", "batch", 48)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
        cache = folder.resolve("cache");
    }

    private CommandLineRun search(Object... more) {
        Object[] args = new Object[4 + more.length];
        args[0] = "compress";
        args[1] = model;
        args[2] = "-o";
        args[3] = out;
        System.arraycopy(more, 0, args, 4, more.length);
        return eckart(args);
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
                .allMatch(line -> line.matches(
                        "tried \\S+( at rank \\d+)?: \\d+\\.\\d % of the size, relative-error \\S+, (not )?kept"));
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
        Files.writeString(trials(), "{\"schema\":\"eckart.trials/1\",\"trials\":[{}]}");

        CommandLineRun run = search("--max-relative-error", "0.001", "--cache", cache, "--json", "--force");

        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("is damaged; its trials are measured again");
        assertThat(run.json().get("search").get("tried"))
                .allMatch(tried -> !tried.get("remembered").asBoolean());
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
                .startsWith("eckart: no setting keeps --max-relative-error 0.000000001: the closest of those tried, ");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_search_for_nothing_where_only_the_size_is_limited() {
        CommandLineRun run = search("--max-size-ratio", "0.9", "--json");

        assertThat(run.json().has("search")).isFalse();
        assertThat(run.json().get("settings").get("rank").asString()).isEqualTo("energy:0.99");
    }

    @Test
    void should_measure_what_it_tries_on_other_inputs_if_told_to() throws IOException {
        Path inputs = Files.createDirectory(folder.resolve("inputs"));
        float[] numbers = new float[3 * 64];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % 7 - 3;
        }
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(3, 64), numbers));

        JsonNode report = search(
                        "--max-relative-error", "0.001", "--search-inputs", inputs, "--search-trials", "9", "--json")
                .json();

        assertThat(report.get("search").get("inputs").asString()).isEqualTo(inputs.toString());
        assertThat(report.get("search")
                        .get("tried")
                        .valueStream()
                        .map(tried -> tried.get("sizeRatio").asDouble())
                        .distinct())
                .hasSizeLessThanOrEqualTo(9);
        assertThat(report.get("verification").get("inputs").asString()).isEqualTo("made up");
    }
}

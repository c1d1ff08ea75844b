package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code eckart compress} where the user says what the model is to come to, and nothing of ranks or bits. */
class AimCommandTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path inputs = Path.of("");
    private Path out = Path.of("");

    /** A layer of rank 8 but for some noise, and one of full rank. */
    @BeforeEach
    void write() throws IOException {
        Matrix product = RandomMatrices.normal(96, 8, 1).times(RandomMatrices.normal(8, 128, 2));
        double[] noise = RandomMatrices.normal(96, 128, 3).toArray();
        Arrays.setAll(noise, i -> 0.03 * noise[i]);
        model = folder.resolve("model.onnx");
        out = folder.resolve("out.onnx");
        inputs = RandomInputs.write(folder.resolve("inputs.npz"), 60, 96, 4);
        Files.write(
                model,
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 96)
                        .weight("low", product.plus(Matrix.of(96, 128, noise)))
                        .weight("full", RandomMatrices.normal(128, 64, 5))
                        .node("MatMul", List.of("x", "low"), "h")
                        .node("Tanh", List.of("h"), "a")
                        .node("MatMul", List.of("a", "full"), "y")
                        .output("y", "batch", 64)
                        .build()
                        .toByteArray());
    }

    private CommandLineRun compress(Object... options) {
        return CommandLineRun.eckart(
                Stream.concat(Stream.of("compress", model, "-o", out, "--json", "--force"), Arrays.stream(options))
                        .toArray());
    }

    private static long bytes(CommandLineRun run) {
        return run.json().at("/output/bytes").asLong();
    }

    @Test
    void should_find_a_smaller_model_by_ranks_and_bits_than_by_either() {
        Object[] limit = {"--max-relative-error", "0.1", "--inputs", inputs};
        CommandLineRun both = compress(limit);
        CommandLineRun bits = compress(Stream.concat(Arrays.stream(limit), Stream.of("--encoding", "bits"))
                .toArray());
        CommandLineRun ranks = compress(Stream.concat(Arrays.stream(limit), Stream.of("--encoding", "pair"))
                .toArray());

        assertThat(both.code()).as(both.err()).isZero();
        assertThat(both.json().at("/verification/outputs/0/relativeError").asDouble())
                .isLessThan(0.1);
        assertThat(bytes(both)).isLessThan(bytes(bits)).isLessThan(bytes(ranks));
        assertThat(both.json().at("/search/limit").asString()).isEqualTo("max-relative-error");
        assertThat(both.json().at("/search/tried").size()).isLessThanOrEqualTo(12);
        for (JsonNode tried : both.json().at("/search/tried")) {
            double measured = tried.at("/values/max-relative-error").asDouble();
            assertThat(tried.at("/values/predicted-relative-error").asDouble())
                    .isBetween(measured / 1.5, 1.5 * measured);
        }
        assertThat(both.err().lines().filter(line -> line.startsWith("tried ")))
                .isNotEmpty()
                .allMatch(
                        line -> line.matches(
                                "tried \\S+ (k|M)?B: \\d+\\.\\d % of the size, relative-error \\S+ \\(predicted \\S+\\), (accepted|rejected)"));
    }

    @Test
    void should_measure_nothing_anew_that_a_cache_remembers() {
        Object[] search = {"--min-cosine", "0.995", "--inputs", inputs, "--cache", folder.resolve("cache")};

        CommandLineRun first = compress(search);
        CommandLineRun second = compress(search);

        assertThat(first.json().at("/search/tried")).isNotEmpty().noneMatch(AimCommandTest::isRemembered);
        assertThat(second.json().at("/search/tried")).isNotEmpty().allMatch(AimCommandTest::isRemembered);
        assertThat(second.json().get("weights")).isEqualTo(first.json().get("weights"));
        // Other encodings are another search.
        assertThat(compress(Stream.concat(Arrays.stream(search), Stream.of("--encoding", "bits"))
                                .toArray())
                        .json()
                        .at("/search/tried"))
                .isNotEmpty()
                .noneMatch(AimCommandTest::isRemembered);
    }

    private static boolean isRemembered(JsonNode tried) {
        return tried.get("remembered").asBoolean();
    }

    @Test
    void should_search_by_a_metric_of_the_task() {
        CommandLineRun run =
                compress("--inputs", inputs, "--metric", "embedding-cosine", "--limit", "embedding-cosine>=0.99");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().at("/search/limit").asString()).isEqualTo("embedding-cosine");
        assertThat(run.json().at("/search/tried"))
                .isNotEmpty()
                .allMatch(tried -> tried.at("/values/embedding-cosine").isNumber());
        assertThat(run.json().at("/limits/0/kept").asBoolean()).isTrue();
    }

    /** What other inputs show may be worse by chance. */
    @Test
    void should_keep_a_margin() {
        CommandLineRun run = compress("--max-relative-error", "0.1", "--inputs", inputs);

        for (JsonNode tried : run.json().at("/search/tried")) {
            double error = tried.at("/values/max-relative-error").asDouble();
            assertThat(tried.get("kept").asBoolean()).isEqualTo(error * error * (1 + 1 / Math.sqrt(60)) <= 0.01);
        }
    }

    @Test
    void should_say_which_comes_closest_where_no_model_keeps_the_limit() {
        CommandLineRun run = compress("--max-relative-error", "1e-12", "--inputs", inputs);

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .containsPattern(
                        "no smaller model keeps max-relative-error 1\\.000e-12: the closest of those tried has \\S+ kB, \\d+\\.\\d % of the size, and measures ");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_say_so_where_limits_cannot_be_kept_together() {
        CommandLineRun run = compress("--max-relative-error", "0.01", "--max-size-ratio", "0.05", "--inputs", inputs);

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .contains(
                        "no model that keeps max-relative-error 0.01000 has 5.0 % of the size: the smallest of those tried");
        assertThat(out).doesNotExist();
    }

    /** Neither serves anything but products. */
    @Test
    void should_choose_ranks_where_there_is_nothing_else() {
        CommandLineRun run = compress("--size", "60%", "--encoding", "pair,pair-bits");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(bytes(run)).isLessThan(run.json().at("/model/bytes").asLong() * 6 / 10);
        assertThat(run.json().get("weights"))
                .anyMatch(weight -> weight.get("encoding").asString().startsWith("pair"));
    }

    @Test
    void should_take_a_limit_on_the_size_alone_for_a_size_to_keep_to() throws IOException {
        CommandLineRun run = compress("--max-size-ratio", "0.2");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Files.size(out)).isBetween(Files.size(model) * 15 / 100, Files.size(model) / 5);
        assertThat(run.json().at("/limits/0/kept").asBoolean()).isTrue();
    }

    @Test
    void should_lose_next_to_nothing_where_nothing_is_said() {
        CommandLineRun run = compress("--inputs", inputs);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(bytes(run)).isLessThan(run.json().at("/model/bytes").asLong() * 35 / 100);
        assertThat(run.json().at("/verification/outputs/0/relativeError").asDouble())
                .isLessThan(0.03);
        for (JsonNode weight : run.json().get("weights")) {
            // Without a calibration, no inputs are rounded.
            assertThat(weight.get("encoding").asString()).matches("pair|pair-bits:\\d|bits:\\d");
            assertThat(weight.get("predictedError").asDouble()).isLessThan(0.0101);
        }
        assertThat(run.err()).contains("smaller, at a loss that you name: --size ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--min-cosine 0.99 | which made-up inputs do not show; give --inputs INPUTS",
                "--min-cosine 0.99 --inputs INPUTS --no-verify | the limits start a search, which measures models",
                "--min-cosine 0.99 --inputs INPUTS --dry-run | the limits start a search, which measures models",
                "--search-trials 3 | belongs to a search",
                "--size 10% --search-trials 3 | belongs to a search"
            })
    void should_refuse_what_no_search_can_do(String options, String sentence) {
        CommandLineRun run = compress(
                (Object[]) options.strip().replace("INPUTS", inputs.toString()).split(" "));

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains(sentence);
        assertThat(out).doesNotExist();
    }
}

package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.run.MemoryMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code compare} of the bundled classifier with smaller ones. */
class CompareCommandTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path inputs = Path.of("");
    private Path good = Path.of("");
    private Path bad = Path.of("");

    @BeforeEach
    void compress() {
        model = BundledClassifier.MODEL.extractTo(folder);
        inputs = BundledClassifier.HELD_OUT.extractTo(folder);
        good = compressed("good.onnx", "fixed:16");
        bad = compressed("bad.onnx", "fixed:8");
    }

    private Path compressed(String name, String rank) {
        Path out = folder.resolve(name);
        assertThat(eckart("compress", model, "-o", out, "--rank", rank, "--no-verify")
                        .code())
                .isZero();
        return out;
    }

    @Test
    void should_show_models_beside_the_original() {
        CommandLineRun run = eckart("compare", model, good, bad, "--inputs", inputs, "--labels", inputs + ":labels");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .anyMatch(line -> line.matches("original\\s+\\S+\\s+1\\.59 MB\\s+100\\.0 %"))
                .anyMatch(line -> line.matches("A\\s+\\S+\\s+10[45]\\.\\d\\d kB\\s+6\\.6 %\\s+yes"))
                .anyMatch(line -> line.matches("\\s+error\\s+cosine\\s+.*accuracy \\(92\\.85 %\\)\\s+lost"))
                .anyMatch(line -> line.matches("A\\s+.*92\\.50 %\\s+0\\.35 points"))
                .anyMatch(line -> line.matches("B\\s+.*85\\.15 %\\s+7\\.70 points"))
                .anyMatch(line -> line.startsWith("2,000 samples, inputs: " + inputs))
                .anyMatch(line -> line.matches("unjudged in .* s: no limit was set"));
    }

    @Test
    void should_measure_what_verify_measures_and_time_and_memory_of_each() {
        JsonNode report = eckart("compare", model, bad, "--inputs", inputs, "--labels", inputs + ":labels", "--json")
                .json();
        JsonNode verified = eckart("verify", model, bad, "--inputs", inputs, "--labels", inputs + ":labels", "--json")
                .json();
        JsonNode found = report.get("models").get(0);

        assertThat(found.get("outputs")).isEqualTo(verified.get("verification").get("outputs"));
        assertThat(found.get("accuracy")).isEqualTo(verified.get("verification").get("accuracy"));
        assertThat(found.get("bytes")).isEqualTo(verified.get("output").get("bytes"));
        assertThat(found.get("loadMs").asDouble()).isPositive();
        assertThat(report.at("/original/run/medianMs").asDouble()).isPositive();
        assertThat(found.at("/run/lowMs").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(found.at("/run/medianMs").asDouble());
        assertThat(found.at("/latency/ratio").asDouble())
                .isBetween(
                        found.at("/latency/ratioLow").asDouble(),
                        found.at("/latency/ratioHigh").asDouble());
        assertThat(found.has("memory")).isEqualTo(MemoryMeter.isAvailable());
        assertThat(report.get("front").get("measure").asString()).isEqualTo("accuracy drop");
    }

    @Test
    void should_find_nothing_lost_in_the_original_itself() {
        JsonNode report = eckart("compare", model, model, "--inputs", inputs, "--no-memory", "--no-latency", "--json")
                .json();

        assertThat(report.at("/models/0/relativeError/worst").asDouble()).isZero();
        assertThat(report.at("/models/0/sizeRatio").asDouble()).isEqualTo(1);
        assertThat(report.get("original").has("memory")).isFalse();
        assertThat(report.get("original").has("run")).isFalse();
    }

    @Test
    void should_hold_each_model_to_the_limits() {
        Object[] limited = {
            "compare",
            model,
            good,
            bad,
            "--inputs",
            inputs,
            "--labels",
            inputs + ":labels",
            "--max-accuracy-drop",
            "0.01",
            "--no-memory",
            "--no-latency"
        };

        CommandLineRun run = eckart(limited);

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err())
                .contains("`%s`: max-accuracy-drop 0.01 is exceeded: measured 0.077".formatted(bad))
                .doesNotContain(good.toString());
        assertThat(run.out())
                .containsPattern("A +max-accuracy-drop +met")
                .containsPattern("B +max-accuracy-drop +EXCEEDED")
                .contains("FAIL in ");
        CommandLineRun passed = eckart(
                "compare",
                model,
                good,
                "--inputs",
                inputs,
                "--metric",
                "embedding-cosine",
                "--limit",
                "embedding-cosine>=0.9",
                "--max-size-ratio",
                "0.5",
                "--no-memory",
                "--no-latency");
        assertThat(passed.code()).as(passed.err()).isZero();
        assertThat(passed.out()).contains(": all 2 limits are met by the model");
    }

    @Test
    void should_judge_no_loss_on_made_up_inputs_and_say_what_they_do_not_show() {
        assertThat(eckart("compare", model, good, "--no-memory", "--no-latency").out())
                .contains("made up; they do not show what is lost: give --inputs");
        CommandLineRun refused = eckart("compare", model, good, "--min-cosine", "0.9");
        assertThat(refused.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(refused.err())
                .isEqualTo(
                        "eckart: --min-cosine judges what is lost, which made-up inputs do not show; give --inputs INPUTS\n");
    }

    @Test
    void should_refuse_limits_on_what_is_not_measured() {
        assertThat(eckart("compare", model, good, "--no-latency", "--max-latency-ratio", "1")
                        .err())
                .isEqualTo("eckart: --max-latency-ratio cannot be judged with --no-latency; leave one of them out\n");
        assertThat(eckart("compare", model, good, "--no-memory", "--max-memory-ratio", "1")
                        .err())
                .isEqualTo("eckart: --max-memory-ratio cannot be judged with --no-memory; leave one of them out\n");
        assertThat(eckart("compare", model, good, "--threads", "0").err())
                .isEqualTo("eckart: --threads: expected a whole number from 1 but was: 0\n");
    }

    @Test
    void should_refuse_models_of_other_inputs_or_outputs_in_a_sentence() throws IOException {
        Path one = write("one.onnx", "x", 6, 4, "y");
        refused(
                "other.onnx` takes other inputs than `",
                ": expected x FLOAT [batch×6] but was: z FLOAT [batch×6]; compare models of the same inputs and outputs",
                one,
                write("other.onnx", "z", 6, 4, "y"));
        refused(
                "other.onnx` has no output `y` of numbers, which `",
                "` has; it has: logits; compare models of the same inputs and outputs",
                one,
                write("other.onnx", "x", 6, 4, "logits"));
        refused(
                "other.onnx` gives output `y` as ",
                "compare models of the same inputs and outputs",
                one,
                write("other.onnx", "x", 6, 5, "y"));
        CommandLineRun missing = eckart("compare", model);
        assertThat(missing.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(missing.err()).startsWith("eckart: Missing required parameter: 'MODEL'");
    }

    private static void refused(String start, String end, Path original, Path other) {
        CommandLineRun run = eckart("compare", original, other);
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(start).endsWith(end + "\n");
    }

    private Path write(String name, String input, int in, int out, String output) throws IOException {
        return Files.write(
                folder.resolve(name),
                ModelBuilder.model("one", 13)
                        .input(input, "batch", in)
                        .weight("fc", RandomMatrices.normal(in, out, 1))
                        .node("MatMul", List.of(input, "fc"), output)
                        .output(output, "batch", out)
                        .build()
                        .toByteArray());
    }

    @Test
    void should_leave_aside_outputs_that_the_original_has_not() throws IOException {
        Path one = write("one.onnx", "x", 6, 4, "y");
        Path more = Files.write(
                folder.resolve("more.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 6)
                        .weight("fc", RandomMatrices.normal(6, 4, 1))
                        .node("MatMul", List.of("x", "fc"), "y")
                        .node("Sigmoid", List.of("y"), "s")
                        .output("y", "batch", 4)
                        .output("s", "batch", 4)
                        .build()
                        .toByteArray());

        JsonNode report = eckart("compare", one, more, "--no-memory", "--no-latency", "--json")
                .json();

        assertThat(report.at("/models/0/outputs"))
                .extracting(output -> output.get("name").asString())
                .containsExactly("y");
        assertThat(report.at("/models/0/relativeError/worst").asDouble()).isZero();
    }

    @Test
    void should_write_a_page_and_never_over_a_model() throws IOException {
        Path page = folder.resolve("compare.html");

        CommandLineRun run = eckart("compare", model, good, bad, "--no-memory", "--report", page, "--quiet");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(Files.readString(page)).contains("Size against loss").contains("data-chart=\"comparison\"");
        assertThat(eckart("compare", model, good, "--report", folder.resolve("c.csv"))
                        .err())
                .contains("expected .html or .json");
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), good);
        assertThat(eckart("compare", model, good, "--report", link).err()).contains("is a model to compare");
    }
}

package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code --shapes} and {@code --memory}, from the command line and from a policy. */
class RunOptionsTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path small = Path.of("");

    @BeforeEach
    void extract() {
        model = BundledClassifier.MODEL.extractTo(folder);
        small = folder.resolve("small.onnx");
    }

    private CommandLineRun compress(Object... more) {
        Object[] all = new Object[more.length + 6];
        System.arraycopy(new Object[] {"compress", model, "-o", small, "--rank", "fixed:16"}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return eckart(all);
    }

    @Test
    void should_prove_at_every_size_and_report_it_in_every_form() throws IOException {
        Path junit = folder.resolve("r.xml");
        Path markdown = folder.resolve("r.md");

        CommandLineRun run = compress(
                "--shapes", "batch=1", "--shapes", "image[0]=33", "--report", junit, "--report", markdown, "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode bindings = run.json().get("verification").get("bindings");
        assertThat(bindings).hasSize(2);
        assertThat(bindings.get(0).get("axes").get("batch").asInt()).isEqualTo(1);
        assertThat(bindings.get(1).get("axes").get("batch").asInt()).isEqualTo(33);
        assertThat(bindings).allSatisfy(binding -> {
            assertThat(binding.get("rewriteError").asDouble())
                    .isLessThanOrEqualTo(binding.get("rewriteTolerance").asDouble());
            assertThat(binding.get("noiseFloor").isNumber()).isTrue();
            assertThat(binding.get("outputs").get(0).get("cosine").isNumber()).isTrue();
            assertThat(binding.get("latency").get("ratio").isNumber()).isTrue();
        });
        assertThat(Files.readString(junit))
                .contains("name=\"at batch=1\" classname=\"eckart.compress.binding\"", "name=\"at batch=33\"");
        assertThat(Files.readString(markdown)).contains("| at batch=1 | proved |");
        assertThat(eckart("verify", model, small, "--shapes", "batch=4").out())
                .containsPattern("at batch=4 +proved +correct: differs by .*, allowed ");
    }

    @Test
    void should_refuse_sizes_that_do_not_fit_and_write_nothing() {
        assertBad(
                compress("--shapes", "samples=1"),
                "--shapes samples=1: the model has no dynamic axis `samples`; its dynamic axes: batch");
        assertBad(compress("--shapes", "batch=0"), "--shapes batch=0: expected AXIS=SIZE, with a size from 1");
        assertBad(compress("--shapes", "image[1]=784"), "axis 1 of input `image` is fixed at 784; leave it out");
        assertBad(
                compress("--shapes", "batch=2", "--shapes", "image[0]=2"),
                "--shapes image[0]=2: these sizes are given twice; leave one of them out");
        assertBad(compress("--shapes", "batch=2", "--no-verify"), "--shapes batch=2 runs both models");
        assertBad(compress("--memory", "--no-verify"), "--memory runs both models");
        assertBad(
                compress("--max-memory-ratio", "1", "--no-verify"),
                "--max-memory-ratio cannot be judged with --no-verify");
        // Before anything is tried.
        assertBad(
                eckart(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--min-cosine",
                        "0.9",
                        "--inputs",
                        BundledClassifier.HELD_OUT.extractTo(folder),
                        "--shapes",
                        "samples=1"),
                "the model has no dynamic axis `samples`");
        assertThat(small).doesNotExist();
    }

    @Test
    void should_say_where_in_a_policy_sizes_are_wrong() throws IOException {
        assertBad(policy("shapes: ['batch=0']"), "policy.yml:3:10: `shapes`: --shapes batch=0: expected AXIS=SIZE");
        assertBad(policy("shapes: batch=1"), "policy.yml:3:9: `shapes`: expected a list");
        assertBad(policy("memory: 3"), "policy.yml:3:9: `memory`: expected true or false");
        assertBad(
                policy("limits: { max-memory-ratio: 0 }"),
                "policy.yml:3:29: `max-memory-ratio`: expected a ratio above 0, such as 0.5 for half of the original's");
        assertBad(
                policy("shapes: [batch=1, 'samples=2']"),
                "policy.yml:3:19: `shapes`: --shapes samples=2: the model has no dynamic axis `samples`");
    }

    @Test
    void should_take_sizes_from_a_policy() throws IOException {
        CommandLineRun run = policy("shapes: ['batch=1', 'batch=9']", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json()
                        .get("verification")
                        .get("bindings")
                        .get(1)
                        .get("axes")
                        .get("batch")
                        .asInt())
                .isEqualTo(9);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_measure_memory_where_it_is_asked_for_or_limited() throws IOException {
        CommandLineRun run = compress("--memory", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode memory = run.json().get("verification").get("memory");
        assertThat(memory.get("originalBytes").asLong()).isPositive();
        assertThat(memory.get("ratio").asDouble())
                .isEqualTo(memory.get("compressedBytes").asDouble()
                        / memory.get("originalBytes").asDouble());

        CommandLineRun failed = policy("limits: { max-memory-ratio: 1e-6 }\nreports: [r.xml]", "--json");
        assertThat(failed.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(failed.err()).startsWith("eckart: max-memory-ratio 0.000001 is exceeded: measured ");
        assertThat(Files.readString(folder.resolve("r.xml"))).contains("name=\"model.memory\"");
        assertThat(eckart("verify", model, small, "--memory").out())
                .containsPattern("memory +[0-9.]+× +a session takes .* → .* at its peak, and .* → .* once\\s+loaded");
    }

    private CommandLineRun policy(String more, Object... options) throws IOException {
        Path policy = Files.writeString(
                folder.resolve("policy.yml"),
                "model: %s\ncompress: { rank: 'fixed:16' }\n%s\n".formatted(model.getFileName(), more));
        return options.length == 0 ? eckart("check", policy) : eckart("check", policy, options[0]);
    }

    private static void assertBad(CommandLineRun run, String part) {
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(part);
    }
}

package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A real exported transformer, all-MiniLM-L6-v2 of 90 MB, end to end.
 *
 * <p>The tests' JVM has 512 MB of heap, which is what compressing this network may take at the most.
 */
class MiniLmIT {
    private static final int LINEAR_WEIGHTS = 39;

    @TempDir
    private static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void extract() throws IOException {
        model = folder.resolve("model.onnx");
        try (InputStream resource = Objects.requireNonNull(
                MiniLmIT.class.getResourceAsStream("/all-minilm-l6-v2.onnx"), "the network's resource")) {
            Files.copy(resource, model);
        }
    }

    @Test
    void should_be_smaller_by_what_the_report_says_and_rightly_rewritten() throws IOException {
        Path out = folder.resolve("small.onnx");

        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "energy:0.9", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        assertThat(report.get("model").get("bytes").asLong()).isEqualTo(Files.size(model));
        assertThat(report.get("output").get("bytes").asLong())
                .isEqualTo(Files.size(out))
                .isLessThan(Files.size(model));
        long parametersSaved = report.get("model").get("parameters").asLong()
                - report.get("output").get("parameters").asLong();
        long savedByWeights = 0;
        int factored = 0;
        for (JsonNode weight : report.get("weights")) {
            savedByWeights += weight.get("parametersBefore").asLong()
                    - weight.get("parametersAfter").asLong();
            factored += weight.get("decision").asString().equals("factored") ? 1 : 0;
        }
        assertThat(parametersSaved).isEqualTo(savedByWeights);
        // What the numbers saved is what the file lost, but for the names of the new nodes and tensors.
        assertThat(Files.size(model) - Files.size(out))
                .isBetween(4 * parametersSaved - 1000L * factored, 4 * parametersSaved);
        JsonNode verification = report.get("verification");
        assertThat(verification.get("rewriteError").asDouble())
                .isLessThanOrEqualTo(verification.get("rewriteTolerance").asDouble())
                .isLessThan(1e-4);
        assertThat(verification.get("inputs").asString()).isEqualTo("made up");
        assertThat(report.get("verdict").asString()).isEqualTo("unjudged");
        assertThat(factored).isGreaterThan(LINEAR_WEIGHTS / 2);

        JsonNode again = eckart("verify", model, out, "--json").json();
        assertThat(again.get("verification").get("outputs")).isEqualTo(verification.get("outputs"));
    }

    @Test
    void should_write_no_pair_at_or_above_break_even_and_say_so_of_each_weight() {
        Path out = folder.resolve("same.onnx");

        CommandLineRun run = eckart("compress", model, "-o", out, "--rank", "energy:1.0", "--no-verify", "--json");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(out).doesNotExist();
        int kept = 0;
        for (JsonNode weight : run.json().get("weights")) {
            assertThat(weight.get("decision").asString()).isNotEqualTo("factored");
            if (weight.get("decision").asString().equals("kept")) {
                kept++;
                int breakEven = weight.get("breakEvenRank").asInt();
                assertThat(weight.get("reason").asString())
                        .endsWith(
                                breakEven <= 1
                                        ? "too small to gain from a pair"
                                        : "a pair is smaller only below " + breakEven);
            }
        }
        assertThat(kept).isEqualTo(LINEAR_WEIGHTS);
    }

    @Test
    void should_write_the_same_bytes_on_any_number_of_threads() {
        Path one = folder.resolve("one.onnx");
        Path three = folder.resolve("three.onnx");

        eckart(onSomeWeights(one, "1"));
        eckart(onSomeWeights(three, "3"));

        assertThat(three).hasSameBinaryContentAs(one);
    }

    /** On a third of the weights, of all shapes. */
    private static Object[] onSomeWeights(Path out, String threads) {
        return new Object[] {
            "compress",
            model,
            "-o",
            out,
            "--rank",
            "energy:0.8",
            "--no-verify",
            "--threads",
            threads,
            "--include",
            "*MatMul_81*",
            "--include",
            "*MatMul_82*"
        };
    }
}

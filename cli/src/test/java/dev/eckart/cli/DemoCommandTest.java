package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The bundled classifier: what the demo shows of it, and the limits that it keeps or not. */
class DemoCommandTest {
    @TempDir
    private Path folder;

    @Test
    void should_show_size_against_accuracy_and_leave_everything_to_look_at() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("de\u202Emo"));
        // What an earlier demo left is overwritten.
        Files.writeString(directory.resolve("compressed-fixed-16.onnx"), "old");

        CommandLineRun run = eckart("demo", "-o", directory);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("(nothing)", "--size 10%", "--max-accuracy-drop .005", "--rank fixed:16", "92.85 %", "proved")
                .containsPattern(
                        "--max-accuracy-drop \\.005 +pair-bits:\\d rank \\d+, bits:\\d +\\d\\d\\.\\d+ kB +1\\.\\d %")
                .doesNotContain("WRONG", "nothing to");
        assertThat(run.out()).contains("All models are in ", "de\\u{202E}mo").doesNotContain("\u202E");
        assertThat(Files.size(directory.resolve("compressed-fixed-16.onnx"))).isGreaterThan(100_000);
        assertThat(directory.resolve("compressed-drop.onnx")).exists();
        assertThat(Files.readString(directory.resolve("report.md"))).startsWith("# eckart compress: pass");
        assertThat(Files.readString(directory.resolve("report.html"))).startsWith("<!DOCTYPE html>");
    }

    @Test
    void should_hold_the_classifier_to_a_drop_in_accuracy() {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);

        CommandLineRun kept = compress(model, data, "fixed:32", "0.02");
        CommandLineRun broken = compress(model, data, "fixed:2", "0.02");

        assertThat(kept.code()).as(kept.err()).isZero();
        JsonNode accuracy = kept.json().get("verification").get("accuracy");
        assertThat(accuracy.get("original").asDouble()).isEqualTo(BundledClassifier.HELD_OUT_ACCURACY);
        assertThat(accuracy.get("samples").asInt()).isEqualTo(2000);
        assertThat(kept.json().get("limits").get(0).get("name").asString()).isEqualTo("max-accuracy-drop");
        assertThat(broken.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(folder.resolve("fixed-2.onnx")).doesNotExist();
    }

    private CommandLineRun compress(Path model, Path data, String rank, String drop) {
        return eckart(
                "compress",
                model,
                "-o",
                folder.resolve(rank.replace(':', '-') + ".onnx"),
                "--rank",
                rank,
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--max-accuracy-drop",
                drop,
                "--json");
    }
}

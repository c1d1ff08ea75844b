package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The example of a metric in a jar of its own, as its author and users would have it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class ExampleMetricIT {
    private static final Path EXAMPLE =
            Path.of("..", "examples", "macro-f1").toAbsolutePath().normalize();
    private static final Path JAR = EXAMPLE.resolve("target/macro-f1.jar");

    @TempDir
    private Path folder;

    @BeforeAll
    static void should_have_been_built() {
        assertThat(JAR)
                .as("a build of this module alone leaves the example out: `mvn -pl examples/macro-f1 -am package`")
                .exists();
    }

    @Test
    void should_measure_the_classifier() throws Exception {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);

        LaunchedRun run = LaunchedRun.of(
                folder,
                LaunchedRun.LAUNCHER,
                "compress",
                model,
                "-o",
                "small.onnx",
                "--rank",
                "fixed:16",
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--plugin",
                JAR,
                "--metric",
                "macro-f1",
                "--limit",
                "macro-f1<=0.01",
                "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        JsonNode metric = run.json().get("verification").get("metrics").get(0);
        assertThat(metric.get("name").asString()).isEqualTo("macro-f1");
        assertThat(metric.get("judged").asString()).isEqualTo("drop");
        // The classes are as frequent as each other, nearly, so that it is near the accuracy.
        double accuracy =
                run.json().get("verification").get("accuracy").get("compressed").asDouble();
        assertThat(Math.abs(metric.get("compressed").asDouble() - accuracy)).isLessThan(0.01);
    }

    /** What authors copy from the page is what is built and run here. */
    @Test
    void should_be_the_class_that_the_page_shows() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "metrics.md")))
                .contains(Files.readString(EXAMPLE.resolve("src/main/java/org/example/MacroF1.java")));
    }
}

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

/** The example of an encoding in a jar of its own, as its author and users would have it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class ExampleEncodingIT {
    private static final Path EXAMPLE =
            Path.of("..", "examples", "clipped").toAbsolutePath().normalize();
    private static final Path JAR = EXAMPLE.resolve("target/clipped.jar");

    @TempDir
    private Path folder;

    @BeforeAll
    static void should_have_been_built() {
        assertThat(JAR)
                .as("a build of this module alone leaves the example out: `mvn -pl examples/clipped -am package`")
                .exists();
    }

    @Test
    void should_store_the_classifier_in_codes_and_prove_it() throws Exception {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);

        LaunchedRun run = LaunchedRun.of(
                folder,
                LaunchedRun.LAUNCHER,
                "compress",
                model,
                "-o",
                "small.onnx",
                "--plugin",
                JAR,
                "--encoding",
                "clipped:8",
                "--inputs",
                data,
                "--labels",
                data + ":labels",
                "--max-accuracy-drop",
                "0.005",
                "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        JsonNode report = run.json();
        assertThat(report.at("/settings/encoding").asString()).isEqualTo("clipped:8");
        assertThat(report.get("verdict").asString()).isEqualTo("pass");
        for (JsonNode weight : report.get("weights")) {
            assertThat(weight.get("encoding").asString()).isEqualTo("clipped:8");
            assertThat(weight.get("stored").asString()).isEqualTo("codes(8)");
        }
        JsonNode proof = report.get("verification");
        assertThat(proof.has("rewriteFault")).isFalse();
        assertThat(proof.get("rewriteError").asDouble())
                .isLessThanOrEqualTo(proof.get("rewriteTolerance").asDouble());
        assertThat(proof.at("/storedForms/weights").asInt()).isEqualTo(2);
        assertThat(Files.size(folder.resolve("small.onnx"))).isLessThan(Files.size(model) * 26 / 100);
    }

    /** What authors copy from the page is what is built and run here. */
    @Test
    void should_be_the_class_that_the_page_shows() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "encodings.md")))
                .contains(Files.readString(EXAMPLE.resolve("src/main/java/org/example/Clipped.java")));
    }
}

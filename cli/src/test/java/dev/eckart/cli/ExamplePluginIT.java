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

/** The example of a strategy in a jar of its own, as its author and users would have it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class ExamplePluginIT {
    private static final Path EXAMPLE =
            Path.of("..", "examples", "above-noise").toAbsolutePath().normalize();
    private static final Path JAR = EXAMPLE.resolve("target/above-noise.jar");

    @TempDir
    private Path folder;

    @BeforeAll
    static void should_have_been_built() {
        assertThat(JAR)
                .as("a build of this module alone leaves the example out: `mvn -pl examples/above-noise -am package`")
                .exists();
    }

    @Test
    void should_choose_ranks_for_the_classifier() throws Exception {
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
                "--rank",
                "above-noise",
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
        assertThat(report.get("settings").get("rank").asString()).isEqualTo("above-noise");
        assertThat(report.get("verdict").asString()).isEqualTo("pass");
        JsonNode first = report.get("weights").get(0);
        assertThat(first.get("decision").asString()).isEqualTo("factored");
        assertThat(first.get("rank").asInt()).isEqualTo(21);
        JsonNode second = report.get("weights").get(1);
        assertThat(second.get("decision").asString()).isEqualTo("kept");
        assertThat(second.get("reason").asString()).isEqualTo("no singular value stands out from noise");
        assertThat(Files.size(folder.resolve("small.onnx"))).isLessThan(Files.size(model) / 10);
    }

    @Test
    void should_be_listed_with_its_jar_and_how_it_is_called() throws Exception {
        LaunchedRun run = LaunchedRun.of(folder, LaunchedRun.LAUNCHER, "strategies", "--plugin", JAR);

        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("above-noise ")
                        .contains("the singular values that stand out from noise")
                        .endsWith(JAR.toString()))
                .anySatisfy(line -> assertThat(line).startsWith("  above-noise:0.5 "))
                .anySatisfy(line -> assertThat(line).startsWith("energy ").endsWith("built in"));
    }

    /** What authors copy from the page is what is built and run here. */
    @Test
    void should_be_the_class_that_the_page_shows() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "strategies.md")))
                .contains(Files.readString(EXAMPLE.resolve("src/main/java/org/example/AboveNoise.java")));
    }
}

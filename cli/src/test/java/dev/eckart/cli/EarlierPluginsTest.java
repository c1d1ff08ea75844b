package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Plug-ins that were compiled earlier, and are not compiled here. */
class EarlierPluginsTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void extract() throws IOException {
        model = BundledClassifier.MODEL.extractTo(folder);
        data = BundledClassifier.HELD_OUT.extractTo(folder);
    }

    private Path jar(String name) throws IOException {
        Path jar = folder.resolve(name + ".jar");
        try (InputStream in = EarlierPluginsTest.class.getResourceAsStream("/earlier-plugins/" + jar.getFileName())) {
            Files.copy(Objects.requireNonNull(in), jar);
        }
        return jar;
    }

    @ParameterizedTest
    @CsvSource({"strategies, above-noise", "encodings, clipped", "strategies, macro-f1"})
    void should_be_listed(String command, String name) throws IOException {
        Path jar = jar(name);

        CommandLineRun run = eckart(command, "--plugin", jar);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .anySatisfy(line -> assertThat(line).startsWith(name + " ").endsWith(jar.toString()));
    }

    @Test
    void should_choose_ranks() throws IOException {
        JsonNode report = compressed("above-noise", "--rank", "above-noise");

        assertThat(report.at("/weights/0/rank").asInt()).isEqualTo(21);
        assertThat(report.at("/weights/1/reason").asString()).isEqualTo("no singular value stands out from noise");
    }

    @Test
    void should_store_codes() throws IOException {
        JsonNode report = compressed("clipped", "--encoding", "clipped:8");

        assertThat(report.at("/weights/0/stored").asString()).isEqualTo("codes(8)");
        assertThat(report.at("/verification/storedForms/weights").asInt()).isEqualTo(2);
    }

    @Test
    void should_measure_outputs() throws IOException {
        JsonNode report = compressed("macro-f1", "--rank", "fixed:16", "--metric", "macro-f1");

        assertThat(report.at("/verification/metrics/0/name").asString()).isEqualTo("macro-f1");
        assertThat(report.at("/verification/metrics/0/original").asDouble()).isGreaterThan(0.9);
    }

    private JsonNode compressed(String plugin, String... options) throws IOException {
        Object[] command = {
            "compress",
            model,
            "-o",
            folder.resolve("small.onnx"),
            "--plugin",
            jar(plugin),
            "--inputs",
            data,
            "--labels",
            data + ":labels",
            "--json"
        };
        Object[] all =
                Stream.concat(Arrays.stream(command), Arrays.stream(options)).toArray();
        CommandLineRun run = eckart(all);
        assertThat(run.code()).as(run.err()).isZero();
        return run.json();
    }
}

package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application, started by the launcher at the project's root. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherIT {
    @TempDir
    private Path folder;

    @Test
    void should_run_from_any_directory_and_through_a_link() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), LaunchedRun.LAUNCHER);

        LaunchedRun result = LaunchedRun.of(folder, link, "--version");
        Files.delete(link);

        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void should_compress_without_a_word_on_standard_error() throws Exception {
        CatalogueModel entry = Catalogue.all().get(0);
        Files.write(folder.resolve("model.onnx"), entry.model().toByteArray());

        LaunchedRun result = LaunchedRun.of(
                folder,
                LaunchedRun.LAUNCHER,
                "compress",
                "model.onnx",
                "-o",
                "small.onnx",
                "--rank",
                "numerical",
                "--json");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.json().get("verdict").asString()).isEqualTo("pass");
        assertThat(folder.resolve("small.onnx")).exists();
    }

    @Test
    void should_pass_the_exit_status_on() throws Exception {
        LaunchedRun result = LaunchedRun.of(folder, LaunchedRun.LAUNCHER, "scan", "none.onnx");

        assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(result.err()).isEqualTo("eckart: `none.onnx` does not exist; expected an .onnx file\n");
        assertThat(result.out()).isEmpty();
    }
}

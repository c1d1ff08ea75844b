package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The packaged application, started by the launcher at the project's root. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherIT {
    @TempDir
    private Path folder;

    @Test
    void should_run_from_any_directory_and_through_a_link() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), LaunchedRun.LAUNCHER);

        LaunchedRun result = run(link.toString(), "--version");
        Files.delete(link);

        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void should_compress_without_a_word_on_standard_error() throws Exception {
        CatalogueModel entry = Catalogue.all().get(0);
        Files.write(folder.resolve("model.onnx"), entry.model().toByteArray());

        LaunchedRun result = run(
                LaunchedRun.LAUNCHER.toString(),
                "compress",
                "model.onnx",
                "-o",
                "small.onnx",
                "--rank",
                "numerical",
                "--json");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(result.out())
                        .get("verdict")
                        .asString())
                .isEqualTo("unjudged");
        assertThat(folder.resolve("small.onnx")).exists();
    }

    @Test
    void should_pass_the_exit_status_on() throws Exception {
        LaunchedRun result = run(LaunchedRun.LAUNCHER.toString(), "scan", "none.onnx");

        assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(result.err()).isEqualTo("eckart: `none.onnx` does not exist; expected an .onnx file\n");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void should_take_classes_from_an_archive_that_it_makes_first() throws Exception {
        String launcher = install();
        run(launcher, "--version");
        Path archive = archive();

        assertThat(Files.size(archive)).isPositive();
        assertThat(archive.resolveSibling(System.mapLibraryName("onnxruntime"))).exists();
        assertThat(sharesClasses(launcher)).isTrue();
        assertThat(archives()).isEqualTo(1);
    }

    @Test
    void should_make_another_archive_for_another_build() throws Exception {
        String launcher = install();
        run(launcher, "--version");
        FileTime built = FileTime.from(Instant.now());
        Files.setLastModifiedTime(folder.resolve("home/cli/target/app/eckart.jar"), built);

        LaunchedRun result = run(launcher, "--version");

        assertThat(result.err()).isEmpty();
        assertThat(Files.getLastModifiedTime(archive())).isGreaterThan(built);
        assertThat(sharesClasses(launcher)).isTrue();
    }

    @Test
    void should_not_mention_an_archive_that_is_of_no_use() throws Exception {
        String launcher = install();
        run(launcher, "--version");
        Path archive = archive();
        Files.delete(archive);
        Files.writeString(archive, "no archive");

        LaunchedRun result = run(launcher, "--version");

        assertThat(result.out()).startsWith("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
        assertThat(sharesClasses(launcher)).isFalse();
    }

    @Test
    void should_run_where_no_archive_can_be_made() throws Exception {
        String launcher = install();
        // Nobody can make a folder in a file, not even root, who can in a folder that is read-only.
        Files.createFile(folder.resolve("home/cli/target/app/start"));

        LaunchedRun result = run(launcher, "--version");

        assertThat(result.out()).startsWith("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @Test
    void should_make_one_archive_when_two_start_at_once() throws Exception {
        String launcher = install();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new ProcessBuilder(launcher, "--version").start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }

        assertThat(archives()).isEqualTo(1);
        assertThat(sharesClasses(launcher)).isTrue();
    }

    /** A checkout without sources, and with a build that links to this one's libraries. */
    private String install() throws IOException {
        Path checkout = Path.of("..").toAbsolutePath().normalize();
        Path home = folder.resolve("home");
        Path app = Files.createDirectories(home.resolve("cli/target/app"));
        Files.createDirectories(home.resolve("cli/src/main"));
        Files.copy(checkout.resolve("pom.xml"), home.resolve("pom.xml"));
        Files.copy(checkout.resolve("cli/pom.xml"), home.resolve("cli/pom.xml"));
        Files.copy(checkout.resolve("cli/target/app/eckart.jar"), app.resolve("eckart.jar"));
        Files.createSymbolicLink(app.resolve("lib"), checkout.resolve("cli/target/app/lib"));
        return Files.copy(LaunchedRun.LAUNCHER, home.resolve("eckart"), StandardCopyOption.COPY_ATTRIBUTES)
                .toString();
    }

    /** How many there are, with what is left of such as were not finished. */
    private long archives() throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("home/cli/target/app/start"))) {
            return folders.count();
        }
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("home/cli/target/app/start"))) {
            return files.filter(file -> file.endsWith("classes.jsa"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private boolean sharesClasses(String launcher) throws IOException, InterruptedException {
        Path log = folder.resolve("classes.log");
        LaunchedRun.of(folder, Map.of("ECKART_OPTS", "-Xlog:class+load:file=" + log), launcher, "--version");
        return Files.readString(log).contains("dev.eckart.cli.Eckart source: shared objects file");
    }

    private LaunchedRun run(String... command) throws IOException, InterruptedException {
        return LaunchedRun.of(folder, Map.of(), (Object[]) command);
    }
}

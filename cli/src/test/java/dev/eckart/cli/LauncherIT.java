package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The packaged application, started by the launcher at the project's root. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherIT {
    /** A checkout with an archive, which takes some seconds to make: for tests that begin with one, and leave one. */
    @TempDir
    private static Path prepared;

    private static String launcher = "";

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        launcher = install(prepared);
        LaunchedRun.of(prepared, launcher, "--version");
    }

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
        Path archive = archive();

        assertThat(Files.size(archive)).isPositive();
        assertThat(archive.resolveSibling(System.mapLibraryName("onnxruntime"))).exists();
        assertThat(sharesClasses(launcher)).isTrue();
        assertThat(archives(prepared)).isEqualTo(1);
    }

    @Test
    void should_make_another_archive_for_another_build() throws Exception {
        FileTime built = FileTime.from(Instant.now());
        Files.setLastModifiedTime(prepared.resolve("home/cli/target/app/eckart.jar"), built);

        LaunchedRun result = run(launcher, "--version");

        assertThat(result.err()).isEmpty();
        assertThat(Files.getLastModifiedTime(archive())).isGreaterThan(built);
        assertThat(sharesClasses(launcher)).isTrue();
    }

    @Test
    void should_not_mention_an_archive_that_is_of_no_use() throws Exception {
        Path archive = archive();
        Path good = Files.move(archive, folder.resolve("classes.jsa"));
        Files.writeString(archive, "no archive");

        LaunchedRun result = run(launcher, "--version");
        boolean shares = sharesClasses(launcher);
        Files.move(good, archive, StandardCopyOption.REPLACE_EXISTING);

        assertThat(result.out()).startsWith("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
        assertThat(shares).isFalse();
    }

    @Test
    void should_run_where_no_archive_can_be_made() throws Exception {
        String own = install(folder);
        // Nobody can make a folder in a file, not even root, who can in a folder that is read-only.
        Files.createFile(folder.resolve("home/cli/target/app/start"));

        LaunchedRun result = run(own, "--version");

        assertThat(result.out()).startsWith("eckart " + Version.current() + "\n");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @Test
    void should_make_one_archive_when_two_start_at_once() throws Exception {
        String own = install(folder);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new ProcessBuilder(own, "--version").start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }

        assertThat(archives(folder)).isEqualTo(1);
        assertThat(sharesClasses(own)).isTrue();
    }

    @Test
    void should_clean_up_after_rehearsals_that_were_killed_and_builds_that_are_gone() throws Exception {
        String own = install(folder);
        Path start = folder.resolve("home/cli/target/app/start");
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        long alive = ProcessHandle.current().pid();
        Path killed = archiveIn(start.resolve("1." + ended.pid()));
        Path old = archiveIn(start.resolve("2"));
        Path rehearsing = archiveIn(start.resolve("3." + alive));
        Path emptyYet = Files.createDirectory(start.resolve("3"));
        Path elsewhere = archiveIn(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(start.resolve("4"), elsewhere);

        LaunchedRun.of(folder, Map.of("JAVA_HOME", javaThatFails()), own, "--version");

        assertThat(killed).doesNotExist();
        assertThat(old).doesNotExist();
        assertThat(rehearsing).isNotEmptyDirectory();
        assertThat(emptyYet).exists();
        assertThat(link).exists();
        assertThat(elsewhere).isNotEmptyDirectory();
    }

    @Test
    void should_open_names_that_the_locale_has_no_letters_for() throws Exception {
        assumeTrue(
                Charset.forName(System.getProperty("sun.jnu.encoding"))
                        .newEncoder()
                        .canEncode("\u00e4"),
                "this test could not pass such a name on");

        LaunchedRun result = LaunchedRun.of(folder, Map.of("LC_ALL", "C"), LaunchedRun.LAUNCHER, "scan", "\u00e4.onnx");

        assertThat(result.err()).isEqualTo("eckart: `\u00e4.onnx` does not exist; expected an .onnx file\n");
    }

    @Test
    void should_run_on_a_small_heap() throws Exception {
        LaunchedRun result =
                LaunchedRun.of(folder, Map.of("ECKART_OPTS", "-Xmx16m"), LaunchedRun.LAUNCHER, "--version");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -Xmx1m | eckart: Java does not start with -Xmx1m of ECKART_OPTS (
            -Xmx4m | eckart: a heap of
            """)
    void should_say_in_a_sentence_that_a_heap_is_too_small(String option, String sentence) throws Exception {
        LaunchedRun result = LaunchedRun.of(folder, Map.of("ECKART_OPTS", option), LaunchedRun.LAUNCHER, "--version");

        assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith(sentence).contains("ECKART_OPTS=-Xmx");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void should_say_that_too_few_files_may_be_open() throws Exception {
        LaunchedRun result = run("sh", "-c", "ulimit -n 40; exec \"$0\" --version", LaunchedRun.LAUNCHER.toString());

        assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(result.err())
                .isEqualTo(
                        "eckart: 40 files may be open at once; expected at least 128: raise the limit, as with `ulimit -n 1024`\n");
    }

    private static Path archiveIn(Path made) throws IOException {
        Files.writeString(Files.createDirectories(made).resolve("classes.jsa"), "archive");
        Files.setLastModifiedTime(made.resolve("classes.jsa"), FileTime.from(Instant.EPOCH));
        return made;
    }

    /** The home of a JVM that no archive can be made with. */
    private String javaThatFails() throws IOException {
        Path home = folder.resolve("java");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        return home.toString();
    }

    /** A checkout without sources, and with a build that links to this one's libraries. */
    private static String install(Path folder) throws IOException {
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
    private static long archives(Path folder) throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("home/cli/target/app/start"))) {
            return folders.count();
        }
    }

    private static Path archive() throws IOException {
        try (Stream<Path> files = Files.walk(prepared.resolve("home/cli/target/app/start"))) {
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

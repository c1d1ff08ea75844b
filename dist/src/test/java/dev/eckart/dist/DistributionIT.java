package dev.eckart.dist;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar alone, and the archives unpacked, in folders in which there is nothing else. */
class DistributionIT {
    private static final Path JAR = built("jar");
    private static final Path ZIP = built("zip");
    private static final Path TAR = built("tar.gz");
    private static final Path JAVA =
            Path.of(ProcessHandle.current().info().command().orElseThrow());

    @TempDir
    private static Path unpacked;

    @TempDir
    private Path folder;

    @BeforeAll
    static void unpack() throws Exception {
        Result result = run(unpacked, Map.of(), "tar", "-xzf", TAR, "--strip-components=1");
        assertThat(result.code()).as(result.err()).isZero();
    }

    @Test
    void jar_should_be_all_there_is_to_the_command() throws Exception {
        Path jar = Files.copy(JAR, folder.resolve("eckart.jar"));
        Path model = BundledClassifier.MODEL.extractTo(folder);

        Result result = run(
                folder,
                Map.of(),
                JAVA,
                "-jar",
                jar,
                "compress",
                model,
                "-o",
                "small.onnx",
                "--rank",
                "fixed:16",
                "--backend",
                "openblas");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("proved").contains("unjudged");
        assertThat(folder.resolve("small.onnx")).isNotEmptyFile();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void jar_should_be_all_there_is_to_the_processes_it_measures_memory_in() throws Exception {
        Path jar = Files.copy(JAR, folder.resolve("eckart.jar"));
        Path model = BundledClassifier.MODEL.extractTo(folder);

        Result result = run(folder, Map.of(), JAVA, "-jar", jar.getFileName(), "verify", model, model, "--memory");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("a session takes");
    }

    @Test
    void jar_should_make_tokens_of_texts_once_the_optional_part_is_beside_it() throws Exception {
        Path jar = Files.copy(JAR, folder.resolve("eckart.jar"));
        Path texts = Files.writeString(folder.resolve("texts.txt"), "one\n");
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Object[] command = {
            JAVA, "-jar", jar, "inputs", model, "--text", texts, "--tokenizer", "none.json", "-o", "a.npz"
        };

        assertThat(run(folder, Map.of(), command).err())
                .contains("put `eckart-tokenizers-", "directory of the command's jar");
        String optional = "eckart-tokenizers-" + System.getProperty("eckart.version") + ".jar";
        Files.copy(JAR.resolveSibling(optional), folder.resolve(optional));
        assertThat(run(folder, Map.of(), command).err()).contains("which is made of no text");
    }

    @Test
    void jar_should_hold_nothing_of_the_optional_part() throws Exception {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .noneMatch(name ->
                            name.matches("(ai/djl|com/google/gson|com/sun/jna|org/slf4j|org/apache/commons)/.*"));
        }
    }

    @Test
    void jar_should_find_the_strategies_of_its_services() throws Exception {
        Result result = run(folder, Map.of(), JAVA, "-jar", JAR, "strategies");

        assertThat(result.out()).contains("energy", "budget", "gavish-donoho");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void jar_should_say_what_it_is_made_of() throws Exception {
        Result result = run(folder, Map.of(), JAVA, "-jar", JAR, "--version");

        assertThat(result.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("eckart \\d+\\.\\d+\\.\\d+.*"),
                        line -> assertThat(line).startsWith("Java " + System.getProperty("java.version")),
                        line -> assertThat(line).matches("ONNX Runtime \\d+\\.\\d+\\.\\d+"),
                        line -> assertThat(line).matches("OpenBLAS \\d+\\.\\d+\\.\\d+"),
                        line -> assertThat(line).matches("EJML \\d+\\.\\d+(\\.\\d+)?"),
                        line -> assertThat(line).matches("protobuf \\d+\\.\\d+\\.\\d+"),
                        line -> assertThat(line)
                                .isEqualTo(System.getProperty("os.name") + " " + System.getProperty("os.arch")));
    }

    @Test
    void jar_should_ask_for_native_code_and_choose_classes_by_version() throws Exception {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
                    .isEqualTo("ALL-UNNAMED");
            assertThat(jar.isMultiRelease()).isTrue();
        }
    }

    @Test
    void jar_should_hold_native_libraries_for_every_platform() throws Exception {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            for (String name : List.of(
                    "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
                    "ai/onnxruntime/native/linux-aarch64/libonnxruntime.so",
                    "ai/onnxruntime/native/osx-aarch64/libonnxruntime.dylib",
                    "ai/onnxruntime/native/win-x64/onnxruntime.dll",
                    "org/bytedeco/openblas/linux-x86_64/libjniopenblas.so",
                    "org/bytedeco/openblas/linux-arm64/libjniopenblas.so",
                    "org/bytedeco/openblas/macosx-arm64/libjniopenblas.dylib",
                    "org/bytedeco/openblas/windows-x86_64/jniopenblas.dll")) {
                assertThat(jar.getEntry(name)).as(name).isNotNull();
            }
        }
    }

    @Test
    void jar_should_hold_no_debugging_symbols() throws Exception {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .noneMatch(name -> name.matches(".*(\\.dSYM/.*|\\.pdb)"));
        }
    }

    @Test
    void jar_should_name_the_licence_of_every_library_in_it() throws Exception {
        try (ZipFile jar = new ZipFile(JAR.toFile());
                InputStream list = jar.getInputStream(jar.getEntry("META-INF/licences/THIRD-PARTY.txt"))) {
            String licences = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            List<String> libraries = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches("META-INF/maven/[^/]+/[^/]+/pom.properties"))
                    .map(name -> name.replaceAll("META-INF/maven/([^/]+)/([^/]+)/.*", "$1:$2:"))
                    .filter(name -> !name.startsWith("dev.eckart:"))
                    .toList();

            assertThat(libraries)
                    .hasSizeGreaterThan(5)
                    .allSatisfy(name -> assertThat(licences).contains(name));
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(jar.getEntry("META-INF/NOTICE")).isNotNull();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_run_from_any_directory_and_through_a_link() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), launcher());

        Result result = run(folder, Map.of(), link, "scan", "none.onnx");
        Files.delete(link);

        assertThat(result.err()).isEqualTo("eckart: `none.onnx` does not exist; expected an .onnx file\n");
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_prefer_java_home() throws Exception {
        Path java = command(folder.resolve("home/bin/java"), "echo this one");

        Result result = run(folder, Map.of("JAVA_HOME", folder.resolve("home").toString()), launcher());

        assertThat(java).isExecutable();
        assertThat(result.out()).isEqualTo("this one\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_refuse_a_java_that_is_too_old() throws Exception {
        Path java = command(folder.resolve("home/bin/java"), "echo should not run");
        Files.writeString(folder.resolve("home/release"), "JAVA_VERSION=\"11.0.2\"\n");

        Result result = run(folder, Map.of("JAVA_HOME", folder.resolve("home").toString()), launcher());

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .isEqualTo("eckart: " + java
                        + " is older than Java 17; install Java 17 or newer, or set JAVA_HOME to where it is\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_run_on_a_small_heap_and_say_in_a_sentence_that_one_is_too_small() throws Exception {
        Result small = run(folder, Map.of("ECKART_OPTS", "-Xmx16m"), launcher(), "--version");
        Result none = run(folder, Map.of("ECKART_OPTS", "-Xmx1m"), launcher(), "--version");

        assertThat(small.code()).as(small.err()).isZero();
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err().lines())
                .singleElement(as(STRING))
                .startsWith("eckart: Java does not start with -Xmx1m of ECKART_OPTS (");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_say_that_too_few_files_may_be_open() throws Exception {
        Result result = run(folder, Map.of(), "sh", "-c", "ulimit -n 40; exec \"$0\" --version", launcher());

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo(
                        "eckart: 40 files may be open at once; expected at least 128: raise the limit, as with `ulimit -n 1024`\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_have_java_read_names_beyond_ascii_whatever_the_locale() throws Exception {
        command(folder.resolve("home/bin/java"), "echo \"$LC_ALL\"");
        Files.writeString(folder.resolve("home/release"), "JAVA_VERSION=\"17.0.1\"\n");
        String home = folder.resolve("home").toString();

        Result ascii = run(folder, Map.of("JAVA_HOME", home, "LC_ALL", "C"), launcher());
        Result unicode = run(folder, Map.of("JAVA_HOME", home, "LC_ALL", "C.utf8"), launcher());

        assertThat(ascii.out()).isEqualTo("C.UTF-8\n");
        assertThat(unicode.out()).isEqualTo("C.utf8\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
    void launcher_should_find_out_where_no_file_tells_how_old_java_is() throws Exception {
        command(folder.resolve("home/bin/java"), "exit 1");

        Result result = run(folder, Map.of("JAVA_HOME", folder.resolve("home").toString()), launcher());

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("is older than Java 17");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs bash")
    void completion_should_know_commands_and_options() throws Exception {
        Path script = unpacked.resolve("completion/eckart.bash");

        assertThat(completed(script, "comp")).contains("compress", "completion");
        assertThat(completed(script, "compress --max-acc")).isEqualTo("--max-accuracy-drop");
    }

    @Test
    void archives_should_hold_the_same_and_what_belongs_to_it() throws Exception {
        try (ZipFile zip = new ZipFile(ZIP.toFile());
                Stream<Path> files = Files.walk(unpacked)) {
            List<String> zipped = zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(entry -> entry.getName().replaceFirst("[^/]+/", ""))
                    .toList();

            assertThat(zipped)
                    .containsExactlyInAnyOrderElementsOf(files.filter(Files::isRegularFile)
                            .map(file -> unpacked.relativize(file).toString().replace(File.separatorChar, '/'))
                            .toList())
                    .contains("bin/eckart", "bin/eckart.bat", "lib/eckart.jar", "completion/eckart.bash")
                    .contains("LICENSE", "NOTICE", "README.md", "licences/THIRD-PARTY.txt", "licences/COPYRIGHT.txt");
        }
        assertThat(unpacked.resolve("lib/eckart.jar")).hasSameBinaryContentAs(JAR);
        assertThat(unpacked.resolve("README.md")).content().doesNotContain("${");
    }

    @Test
    void archives_should_not_tell_when_they_were_made() throws Exception {
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            assertThat(zip.stream().map(entry -> entry.getTimeLocal()).distinct())
                    .as("times of entries: one that the build fixes")
                    .hasSize(1);
        }
        try (InputStream tar = Files.newInputStream(TAR)) {
            // Four bytes from the fifth on: when the file was compressed, in seconds since 1970; 0 for not said.
            assertThat(Arrays.copyOfRange(tar.readNBytes(8), 4, 8)).containsOnly(0);
        }
    }

    private static Path launcher() {
        return unpacked.resolve("bin/eckart");
    }

    private static Path built(String ending) {
        return Path.of("target", "eckart-" + System.getProperty("eckart.version") + "." + ending)
                .toAbsolutePath();
    }

    private static Path command(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What bash offers for a line that is not finished. */
    private String completed(Path script, String line) throws IOException, InterruptedException {
        Result result = run(folder, Map.of(), "bash", "-c", """
                compopt() { :; } # Bash has it only while someone types.
                . "$1"
                COMP_WORDS=(eckart $2)
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _complete_eckart
                echo "${COMPREPLY[*]}"
                """, "bash", script, line);
        assertThat(result.err()).isEmpty();
        return result.out().strip();
    }

    private record Result(int code, String out, String err) {}

    private static Result run(Path folder, Map<String, String> environment, Object... command)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("out", "");
        Path err = Files.createTempFile("err", "");
        ProcessBuilder builder = new ProcessBuilder(
                        Arrays.stream(command).map(Object::toString).toList())
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        Result result = new Result(process.waitFor(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return result;
    }
}

package dev.eckart.cli;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.eckart.models.mnist.BundledClassifier;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged application with and without the native backend. */
class BackendIT {
    private static final Path APP = Path.of("target", "app");

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void extract() {
        model = BundledClassifier.MODEL.extractTo(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "openblas"})
    void should_use_openblas_where_it_is_there(String backend) throws Exception {
        Result result = run(jars(""), List.of(), backend);

        assertThat(result.err).isEmpty();
        assertThat(backend(result)).isEqualTo("openblas");
    }

    @Test
    void should_do_with_pure_java_where_there_are_no_native_libraries_and_say_why() throws Exception {
        Result result = run(jars("openblas-.*(linux|macosx|windows).*"), List.of(), "auto");

        assertThat(result.code).as(result.err).isZero();
        assertThat(result.err.lines()).hasSize(1);
        assertThat(result.err)
                .startsWith("eckart: OpenBLAS cannot be loaded (")
                .contains("jniopenblas")
                .endsWith("pure Java is used instead, which is slower\n");
        assertThat(backend(result)).isEqualTo("ejml");
    }

    @Test
    void should_do_with_pure_java_where_openblas_was_left_out_altogether() throws Exception {
        Result result = run(jars("(openblas|javacpp).*"), List.of(), "auto");

        assertThat(result.code).as(result.err).isZero();
        assertThat(result.err).startsWith("eckart: OpenBLAS cannot be loaded (not on the class path: ");
        assertThat(result.err.lines()).hasSize(1);
        assertThat(backend(result)).isEqualTo("ejml");
    }

    @Test
    void should_do_with_pure_java_where_the_libraries_cannot_be_unpacked() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        Result result = run(jars(""), List.of("-Duser.home=" + file, "-Djava.io.tmpdir=" + file), "auto");

        assertThat(result.code).as(result.err).isZero();
        // Newer JVMs say of their own accord that this is no folder.
        assertThat(result.err.lines().filter(line -> !line.startsWith("WARNING: java.io.tmpdir")))
                .as(result.err)
                .singleElement(as(STRING))
                .startsWith("eckart: OpenBLAS cannot be loaded (");
        assertThat(backend(result)).isEqualTo("ejml");
    }

    @Test
    void should_refuse_where_openblas_was_asked_for_by_name() throws Exception {
        Result result = run(jars("openblas-.*(linux|macosx|windows).*"), List.of(), "openblas");

        assertThat(result.code).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(result.out).isEmpty();
        assertThat(result.err)
                .startsWith("eckart: --backend: openblas cannot be loaded (")
                .endsWith("use auto or ejml\n");
    }

    private static String backend(Result result) {
        JsonNode report = JsonMapper.builder().build().readTree(result.out);
        return report.get("settings").get("backend").asString();
    }

    /** The application's classes and jars but for those whose names match; its own jar names the others. */
    private static String jars(String without) throws IOException {
        try (Stream<Path> files = Files.list(APP.resolve("lib"))) {
            return Stream.concat(Stream.of(Path.of("target", "classes")), files)
                    .filter(file -> !file.getFileName().toString().matches(without))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private record Result(int code, String out, String err) {}

    private Result run(String classPath, List<String> flags, String backend) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, "dev.eckart.cli.Eckart", "compress", model.toString()));
        command.addAll(List.of("--dry-run", "--json", "--rank", "fixed:16", "--backend", backend));
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Result(process.waitFor(), Files.readString(out), Files.readString(err));
    }
}

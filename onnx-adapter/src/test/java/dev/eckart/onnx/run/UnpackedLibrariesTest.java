package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibrariesTest {
    private static final String PENDING = ".%s.0123456789abcdef-fedcba9876543210.eckart-tmp";

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        folder = unpacked("onnxruntime-java17", "libonnxruntime.so", "libonnxruntime4j_jni.so");
    }

    @Test
    void should_remove_what_killed_processes_left() throws IOException {
        unpacked("onnxruntime-java18");
        Path pending = Files.createDirectory(temporary.resolve(PENDING.formatted("eckart-trials")));
        Files.createFile(pending.resolve(".lock"));
        Files.writeString(pending.resolve("model.onnx"), "half");

        UnpackedLibraries.removeLeftovers(temporary);

        assertThat(names()).isEmpty();
    }

    @Test
    void should_leave_what_a_process_may_be_about_to_load() throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));

        UnpackedLibraries.removeLeftovers(temporary);

        assertThat(folder.resolve("libonnxruntime.so")).exists();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere the system does not tell what a process has loaded")
    void should_leave_what_a_process_has_loaded() throws IOException {
        Path library = folder.resolve("libonnxruntime.so");
        try (FileChannel channel = FileChannel.open(library, StandardOpenOption.READ)) {
            Object loaded = channel.map(FileChannel.MapMode.READ_ONLY, 0, Files.size(library));

            UnpackedLibraries.removeLeftovers(temporary);

            assertThat(loaded).isNotNull();
        }
        assertThat(library).exists();
    }

    @Test
    void should_leave_a_folder_of_which_nobody_says_that_it_is_stale() throws IOException {
        Path pending = Files.createDirectory(temporary.resolve(PENDING.formatted("eckart-trials")));
        // Its process has not made the lock yet.
        Files.writeString(pending.resolve("model.onnx"), "half");

        UnpackedLibraries.removeLeftovers(temporary);

        assertThat(pending.resolve("model.onnx")).exists();
    }

    @Test
    void should_leave_what_others_put_there() throws IOException {
        unpacked("onnxruntime-java19", "libonnxruntime.so", "notes.txt");
        unpacked("onnxruntime-java-mine", "libonnxruntime.so");
        unpacked("mine.eckart-tmp", "model.onnx");
        Path elsewhere = unpacked("elsewhere", "libonnxruntime.so");
        Files.createSymbolicLink(temporary.resolve("onnxruntime-java20"), elsewhere);

        UnpackedLibraries.removeLeftovers(temporary);

        assertThat(names())
                .containsExactlyInAnyOrder(
                        "onnxruntime-java19",
                        "onnxruntime-java-mine",
                        "mine.eckart-tmp",
                        "elsewhere",
                        "onnxruntime-java20");
        assertThat(elsewhere.resolve("libonnxruntime.so")).exists();
        assertThat(temporary.resolve("onnxruntime-java19/libonnxruntime.so")).exists();
    }

    @Test
    void should_say_which_folder_is_full() {
        RuntimeException refusal = UnpackedLibraries.refusal(new ExceptionInInitializerError(
                new RuntimeException(new FileSystemException("file", null, "No space left on device"))));

        assertThat(refusal)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "ONNX Runtime's libraries cannot be written to the temporary folder `%s`: No space left on device; make room there, or name another folder with ECKART_OPTS=-Djava.io.tmpdir=FOLDER",
                        UnpackedLibraries.temporary());
    }

    @Test
    void should_say_which_folder_no_program_may_run_from() {
        assertThat(UnpackedLibraries.refusal(new UnsatisfiedLinkError("failed to map segment")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "ONNX Runtime's libraries cannot be loaded from the temporary folder `%s`: failed to map segment; allow",
                        UnpackedLibraries.temporary());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a folder that nobody can write to, not even root")
    void should_say_in_one_sentence_where_libraries_cannot_be_unpacked() throws Exception {
        Path temporary = Path.of("/proc/self");

        assertThat(starting(temporary).inputReader().lines())
                .singleElement(as(STRING))
                .contains("ONNX Runtime's libraries cannot be written to the temporary folder `" + temporary + "`");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere the system does not tell what a process has loaded")
    void should_leave_nothing_of_its_own_as_the_process_ends() throws Exception {
        Path own = Files.createDirectory(temporary.resolve("own"));

        Process process = starting(own);

        assertThat(process.waitFor()).isZero();
        assertThat(own).isEmptyDirectory();
    }

    private static Process starting(Path temporary) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Starting.class.getName())
                .redirectErrorStream(true)
                .start();
    }

    /** A process that starts the runtime, and says why that fails. */
    static final class Starting {
        public static void main(String[] arguments) {
            try {
                System.out.println(Session.environment());
            } catch (InvalidInputException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void should_not_speak_of_the_system_where_a_library_was_not_unpacked() {
        assertThat(UnpackedLibraries.refusal(new UnsatisfiedLinkError("no onnxruntime in java.library.path: /usr/lib")))
                .hasMessageStartingWith(
                        "ONNX Runtime's libraries cannot be unpacked to the temporary folder `%s`; make room",
                        UnpackedLibraries.temporary());
    }

    @Test
    void should_not_take_a_bug_or_a_small_heap_for_a_full_folder() {
        assertThat(UnpackedLibraries.refusal(new IllegalArgumentException("a bug")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> UnpackedLibraries.refusal(new RuntimeException(new OutOfMemoryError("heap"))))
                .isInstanceOf(OutOfMemoryError.class);
    }

    /** A folder that was made some time ago. */
    private Path unpacked(String name, String... files) throws IOException {
        Path made = Files.createDirectory(temporary.resolve(name));
        for (String file : files) {
            Files.writeString(made.resolve(file), "library");
        }
        return Files.setLastModifiedTime(made, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(temporary)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}

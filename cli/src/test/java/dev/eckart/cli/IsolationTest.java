package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process that runs another one, and what becomes of both. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class IsolationTest {
    private static final String LIMIT_EXCEEDED =
            " takes longer than 1 s; allow more with --time-limit, or change the model, which may never end\n";

    @TempDir
    private Path folder;

    private Path work = Path.of("");
    private Path temporary = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        work = Files.createDirectory(folder.resolve("work"));
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @Test
    void should_say_in_a_sentence_that_the_runtime_crashed_in_a_check() throws Exception {
        HostileModels.crashing(work);
        Files.writeString(work.resolve("policy.yml"), "model: crashing.onnx\ncompress: { rank: 'fixed:1' }\n");

        LaunchedRun run = run("check", "policy.yml", "--json", "--report", "report.md");

        assertThat(run.err())
                .endsWith(
                        "eckart: running `crashing.onnx` on `x` []: ONNX Runtime crashed (SIGABRT); give inputs that fit the model with --inputs, or report the crash to ONNX Runtime\n");
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertNothingLeft("crashing.onnx", "policy.yml");
    }

    @Test
    void should_work_in_this_process_where_it_is_asked_to() throws Exception {
        HostileModels.crashing(work);
        Files.writeString(work.resolve("policy.yml"), "model: crashing.onnx\ncompress: { rank: 'fixed:1' }\n");

        LaunchedRun run = run("check", "policy.yml", "--no-isolate");

        assertThat(run.err()).doesNotContain("eckart: running");
        assertThat(run.code()).isEqualTo(128 + 6);
    }

    @Test
    void should_pass_on_what_the_process_prints_and_its_status() throws Exception {
        HostileModels.endless(work);

        LaunchedRun run =
                run("compress", "endless.onnx", "-o", "small.onnx", "--no-verify", "--isolate", "--rank", "energy:1");

        assertThat(run.out()).contains("endless.onnx");
        assertThat(run.err()).startsWith("eckart: nothing to gain: ");
        assertThat(run.code()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertNothingLeft("endless.onnx");
    }

    @Test
    void should_end_a_load_that_would_never_end_at_the_limit_of_a_policy() throws Exception {
        HostileModels.exploding(work);
        Files.writeString(
                work.resolve("policy.yml"), "model: exploding.onnx\ncompress: { rank: 'fixed:1' }\ntime-limit: 1s\n");

        LaunchedRun run = run("check", "policy.yml");

        assertThat(run.err()).isEqualTo("eckart: loading `exploding.onnx`" + LIMIT_EXCEEDED);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertNothingLeft("exploding.onnx", "policy.yml");
    }

    @Test
    void should_end_itself_where_a_load_would_never_end() throws Exception {
        HostileModels.exploding(work);

        LaunchedRun run = run("compress", "exploding.onnx", "-o", "small.onnx", "--time-limit", "1s", "--json");

        assertThat(run.err()).isEqualTo("eckart: loading `exploding.onnx`" + LIMIT_EXCEEDED);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(names(temporary)).noneMatch(name -> name.endsWith(".eckart-tmp"));
    }

    @Test
    void should_say_that_the_process_was_killed() throws Exception {
        Process supervisor = endless();
        ProcessHandle running = running(supervisor);

        running.destroyForcibly();

        assertThat(supervisor.waitFor()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(Files.readString(folder.resolve("err")))
                .isEqualTo(
                        "eckart: running `endless.onnx` on `x` [2×4]: the process was killed, perhaps for want of memory; use a machine with more memory, fewer samples or --threads 1\n");
        assertNothingLeft("endless.onnx");
    }

    @Test
    void should_end_the_process_when_it_is_asked_to_end() throws Exception {
        Process supervisor = endless();
        ProcessHandle running = running(supervisor);

        supervisor.destroy();

        assertThat(supervisor.waitFor()).isEqualTo(143);
        assertThat(running.isAlive()).isFalse();
        assertThat(Files.readString(folder.resolve("err"))).isEmpty();
        assertNothingLeft("endless.onnx");
    }

    @Test
    void should_not_outlive_a_supervisor_that_is_killed() throws Exception {
        Process supervisor = endless();
        ProcessHandle running = running(supervisor);

        supervisor.destroyForcibly().waitFor();

        while (running.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertNothingLeft("endless.onnx");
    }

    private Process endless() throws IOException {
        HostileModels.endless(work);
        return start("compress", "endless.onnx", "-o", "small.onnx", "--isolate", "--time-limit", "none");
    }

    /** The process that is supervised, once it runs the model. */
    private ProcessHandle running(Process supervisor) throws IOException, InterruptedException {
        while (supervisor.isAlive()) {
            if (notes().anyMatch(note -> note.contains("running `endless.onnx`"))) {
                return supervisor.children().findFirst().orElseThrow();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new IllegalStateException("It ended: " + Files.readString(folder.resolve("err")));
    }

    private Stream<String> notes() throws IOException {
        List<String> notes = new ArrayList<>();
        for (String name : names(temporary)) {
            Path note = temporary.resolve(name).resolve("note");
            if (Files.exists(note)) {
                notes.add(new String(Files.readAllBytes(note), StandardCharsets.UTF_8));
            }
        }
        return notes.stream();
    }

    private LaunchedRun run(Object... arguments) throws IOException, InterruptedException {
        int code = start(arguments).waitFor();
        return new LaunchedRun(code, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    private Process start(Object... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
                .directory(work.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private List<String> command(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary));
        if (Runtime.version().feature() >= 24) {
            // From here on the JVM warns of native libraries that nobody allowed, and of what protobuf reads memory
            // with.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Eckart.class.getName()));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        return command;
    }

    private void assertNothingLeft(String... files) throws IOException {
        assertThat(names(work)).containsExactlyInAnyOrder(files);
        assertThat(names(temporary)).isEmpty();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

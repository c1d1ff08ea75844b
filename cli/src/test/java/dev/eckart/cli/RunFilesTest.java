package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run writes is none of what it reads, and goes to regular files; what it reads is regular files. */
@Timeout(60)
class RunFilesTest {
    private static final int IN = 24;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path matrix = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.json");
        Files.write(
                model,
                ModelBuilder.model("small", 13)
                        .input("x", "batch", IN)
                        .output("y", "batch", IN)
                        .weight("w", RandomMatrices.ofRank(2, IN, IN, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .build()
                        .toByteArray());
        matrix = folder.resolve("matrix.npy");
        NpyFile.write(matrix, NpyArray.ofMatrix(RandomMatrices.normal(4, 3, 2)));
    }

    private static void assertRefused(CommandLineRun run, String... words) {
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).startsWith("eckart: ").contains(words).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    private Path fifo(String name) throws Exception {
        Path pipe = folder.resolve(name);
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0);
        return pipe;
    }

    @Test
    void should_refuse_a_report_over_the_model_however_it_is_named() throws IOException {
        byte[] before = Files.readAllBytes(model);
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), model);
        Path hardLink = Files.createLink(folder.resolve("hard.json"), model);
        Path out = folder.resolve("out.onnx");
        for (Path report :
                List.of(model, link, hardLink, folder.resolve("../" + folder.getFileName() + "/model.json"))) {
            assertRefused(
                    eckart("compress", model, "-o", out, "--report", report),
                    "--report",
                    "is the original model, which is never overwritten");
            assertRefused(
                    eckart("scan", model, "--report", report),
                    "--report",
                    "is the original model, which is never overwritten");
            assertRefused(
                    eckart("sweep", model, "--report", report),
                    "--report",
                    "is the original model, which is never overwritten");
            assertRefused(
                    eckart("verify", model, model, "--report", report),
                    "--report",
                    "is the original model, which is never overwritten");
        }
        assertThat(model).hasBinaryContent(before);
        assertThat(out).doesNotExist();
    }

    /** Known only when it is written: the name of what is written beside it is longer. */
    @Test
    void should_write_and_print_everything_else_where_a_report_cannot_be_written() {
        Path out = folder.resolve("out.onnx");
        Path tooLong = folder.resolve("r".repeat(240) + ".json");
        Path other = folder.resolve("other.json");

        CommandLineRun run =
                eckart("compress", model, "-o", out, "--rank", "fixed:2", "--report", tooLong, "--report", other);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("eckart: `%s` cannot be written: ".formatted(tooLong));
        assertThat(run.out()).contains("1 weight factored");
        assertThat(out).isRegularFile();
        assertThat(other).isRegularFile();
    }

    @Test
    void should_refuse_a_report_over_the_output_or_the_inputs_or_another_report() throws IOException {
        Path out = folder.resolve("out.json");
        Path inputs = Files.writeString(folder.resolve("inputs.json"), "kept");
        assertRefused(eckart("compress", model, "-o", out, "--report", out), "--report", "--output");
        assertRefused(
                eckart("compress", model, "-o", out, "--inputs", inputs, "--report", inputs), "--report", "the inputs");
        assertRefused(
                eckart("compress", model, "-o", out, "--calibration", inputs, "--report", inputs),
                "--report",
                "the calibration inputs");
        Path twice = folder.resolve("twice.json");
        assertRefused(
                eckart("compress", model, "-o", out, "--report", twice, "--report", twice), "--report", "written as");
        assertThat(inputs).hasContent("kept");
        assertThat(twice).doesNotExist();
        assertThat(out).doesNotExist();
    }

    @Test
    void should_refuse_a_report_over_a_file_of_the_check() throws IOException {
        Path baseline = Files.writeString(folder.resolve("lock.json"), "{}");
        Path policy = folder.resolve("policy.json");
        for (Path report : List.of(policy, baseline, model)) {
            Files.writeString(policy, """
                    model: model.json
                    compress:
                      rank: fixed:2
                    baseline: lock.json
                    """);
            String before = Files.readString(policy);
            assertRefused(eckart("check", policy, "--report", report), "--report");
            assertThat(policy).hasContent(before);
            assertThat(baseline).hasContent("{}");
        }
    }

    @Test
    void should_refuse_a_matrix_under_another_name_as_output() throws IOException {
        byte[] before = Files.readAllBytes(matrix);
        Path link = Files.createLink(folder.resolve("other.npy"), matrix);

        assertRefused(eckart("svd", matrix, "--rank", "1", "-o", link, "--force"), "the matrix itself");
        assertThat(matrix).hasBinaryContent(before);
    }

    @Test
    void should_put_nothing_in_the_place_of_a_pipe_or_a_device() throws Exception {
        Path pipe = fifo("pipe.onnx");
        Path device = Files.createSymbolicLink(folder.resolve("device.json"), Path.of("/dev/null"));
        Path out = folder.resolve("out.onnx");

        assertRefused(eckart("compress", model, "-o", pipe, "--force"), "pipe.onnx", "a pipe");
        assertRefused(eckart("compress", model, "-o", device, "--force"), "device.json", "a device");
        assertRefused(eckart("compress", model, "-o", out, "--report", device), "device.json", "a device");
        assertRefused(
                eckart(
                        "svd",
                        matrix,
                        "--plot",
                        Files.createSymbolicLink(folder.resolve("plot.svg"), Path.of("/dev/null")),
                        "--force"),
                "plot.svg",
                "a device");
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(device).isSymbolicLink();
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
        assertThat(out).doesNotExist();
    }

    @Test
    void should_replace_what_a_link_leads_to_and_keep_the_link() throws IOException {
        Path real = Files.createDirectory(folder.resolve("store")).resolve("real.onnx");
        Files.writeString(real, "old");
        Path link = Files.createSymbolicLink(folder.resolve("out.onnx"), real);

        CommandLineRun run = eckart("compress", model, "-o", link, "--force", "--external-data", "always");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(link).isSymbolicLink();
        assertThat(eckart("verify", model, link).code()).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.json", "matrix.npy", "store", "out.onnx");
        }
    }

    @Test
    void should_refuse_a_link_to_nothing() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("out.onnx"), folder.resolve("gone.onnx"));

        assertRefused(eckart("compress", model, "-o", link), "a link to a file that does not exist");
    }

    @Test
    void should_write_a_report_through_to_standard_output() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("report.md"), Path.of("/dev/stdout"));

        assertThat(eckart("scan", model, "--report", "/dev/stdout", "--quiet")
                        .json()
                        .get("command")
                        .asString())
                .isEqualTo("scan");
        CommandLineRun run = eckart("compress", model, "-o", folder.resolve("out.onnx"), "--quiet", "--report", link);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("| ");
        assertThat(link).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compress", "verify", "scan", "svd", "check", "sweep", "compare"})
    void should_say_at_once_that_a_pipe_is_no_file_to_read(String command) throws Exception {
        Path pipe = fifo("pipe.npy");
        List<CommandLineRun> runs = switch (command) {
            case "compress" ->
                List.of(
                        eckart("compress", pipe, "-o", folder.resolve("out.onnx")),
                        eckart("compress", model, "-o", folder.resolve("out.onnx"), "--inputs", pipe),
                        eckart("compress", model, "-o", folder.resolve("out.onnx"), "--calibration", pipe),
                        eckart("compress", model, "-o", folder.resolve("out.onnx"), "--labels", pipe));
            case "verify", "compare" -> List.of(eckart(command, pipe, model), eckart(command, model, pipe));
            case "svd" -> List.of(eckart("svd", pipe));
            default -> List.of(eckart(command, pipe));
        };
        runs.forEach(run -> assertRefused(run, "pipe.npy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scan", "compress", "svd", "strategies", "completion", "help"})
    void should_fail_where_standard_output_takes_nothing(String command) throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Object[] arguments = switch (command) {
            case "scan" -> new Object[] {"scan", model, "--json"};
            case "compress" -> new Object[] {"compress", model, "--dry-run", "--json"};
            case "svd" -> new Object[] {"svd", matrix, "--json"};
            case "completion" -> new Object[] {"completion"};
            case "help" -> new Object[] {"compress", "--help"};
            default -> new Object[] {command};
        };
        String[] texts = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(new FileOutputStream(full.toFile()), false, StandardCharsets.UTF_8)) {
            int code = Eckart.run(new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), false), texts);

            assertThat(code).isEqualTo(2);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard output cannot be written to");
    }
}

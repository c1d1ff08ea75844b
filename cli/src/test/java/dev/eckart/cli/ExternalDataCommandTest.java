package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code --external-data}, and what becomes of data files. */
class ExternalDataCommandTest {
    private static final int IN = 300;
    private static final int OUT = 200;

    @TempDir
    private Path folder;

    private Path whole = Path.of("");
    private Path split = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void writeModels() throws IOException {
        whole = Files.write(
                folder.resolve("whole.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", IN)
                        .weight("fc1.weight", RandomMatrices.normal(IN, OUT, 1))
                        .node("MatMul", List.of("x", "fc1.weight"), "h")
                        .weight("fc2.weight", RandomMatrices.normal(OUT, IN, 2))
                        .node("MatMul", List.of("h", "fc2.weight"), "y")
                        .output("y", "batch", IN)
                        .build()
                        .toByteArray());
        split = folder.resolve("split.onnx");
        OnnxWriter.write(OnnxReader.read(whole), split, ExternalData.ALWAYS);
        out = folder.resolve("out.onnx");
    }

    @ParameterizedTest
    @CsvSource({
        "whole.onnx, '', false",
        "whole.onnx, auto, false",
        "whole.onnx, always, true",
        "whole.onnx, never, false",
        "split.onnx, '', true",
        "split.onnx, auto, true",
        "split.onnx, ALWAYS, true",
        "split.onnx, never, false"
    })
    void should_keep_tensors_where_they_are_wanted(String model, String wanted, boolean outside) throws IOException {
        Object[] arguments = Stream.of(
                        Stream.of("compress", folder.resolve(model), "-o", out, "--rank", "16", "--json"),
                        wanted.isEmpty() ? Stream.<Object>empty() : Stream.<Object>of("--external-data", wanted))
                .flatMap(part -> part)
                .toArray();

        CommandLineRun run = eckart(arguments);

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = run.json();
        JsonNode written = report.get("output");
        assertThat(data().toFile().exists()).isEqualTo(outside);
        assertThat(written.get("dataFiles")).hasSize(outside ? 1 : 0);
        if (outside) {
            assertThat(written.get("dataFiles").get(0).asString()).isEqualTo(data().toString());
        }
        assertThat(written.get("bytes").asLong()).isEqualTo(Files.size(out) + (outside ? Files.size(data()) : 0));
        long before = Files.size(folder.resolve(model)) + (model.equals("split.onnx") ? Files.size(dataOf(split)) : 0);
        assertThat(report.get("model").get("bytes").asLong()).isEqualTo(before);
        assertThat(report.get("verification").get("rewriteError").asDouble()).isLessThan(1e-5);
        assertThat(eckart("verify", folder.resolve(model), out).code()).isZero();
        assertThat(eckart("scan", out).code()).isZero();
    }

    @Test
    void should_say_that_the_two_files_belong_together() throws IOException {
        Path markdown = folder.resolve("report.md");

        CommandLineRun run = eckart("compress", split, "-o", out, "--rank", "16", "--report", markdown);

        assertThat(run.out()).contains("`%s` has tensors in `%s`: copy the files together".formatted(out, data()));
        assertThat(Files.readString(markdown)).contains("copy the files together");
    }

    @Test
    void should_refuse_to_put_into_one_file_what_no_file_can_hold_before_any_work() throws IOException {
        long bytes = 3L << 30;
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("table.bin"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
        TensorProto table = TensorProto.newBuilder()
                .setName("table")
                .addDims(bytes)
                .setDataType(TensorProto.DataType.INT8_VALUE)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue("table.bin"))
                .build();
        Path large = Files.write(
                folder.resolve("large.onnx"),
                ModelBuilder.model("large", 13)
                        .input("x", TensorProto.DataType.INT64, "batch")
                        .initializer(table)
                        // The work would fail on this.
                        .node("NoSuchOperator", List.of("table", "x"), "y")
                        .output("y", TensorProto.DataType.INT8, "batch")
                        .build()
                        .toByteArray());

        CommandLineRun run = eckart("compress", large, "-o", out, "--external-data", "never");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .contains("must stay below 2 GiB; --external-data auto writes its tensors to a separate file")
                .hasLineCount(1);
        assertThat(names()).doesNotContain("out.onnx");
    }

    @Test
    void should_refuse_what_makes_no_sense() throws IOException {
        assertRefused("expected one of", "compress", whole, "-o", out, "--external-data", "sometimes");
        assertRefused(
                "is a file of tensors of the original model, which is never overwritten",
                "compress",
                split,
                "-o",
                dataOf(split),
                "--force");
        Files.delete(dataOf(split));
        assertRefused("which does not exist; put the file there", "compress", split, "-o", out);
        assertRefused("which does not exist; put the file there", "scan", split);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_refuse_a_folder_that_takes_no_files_before_any_work() throws IOException {
        assertRefused("`/proc/out.onnx` cannot be written: ", "compress", whole, "-o", "/proc/out.onnx", "--no-verify");
    }

    private void assertRefused(String sentence, Object... arguments) throws IOException {
        List<String> before = names();

        CommandLineRun run = eckart(arguments);

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: ")
                .contains(sentence)
                .hasLineCount(1)
                .doesNotContain("Exception");
        assertThat(names()).isEqualTo(before);
    }

    /** As on a disk that is full: once for the factors, and once for the tensors that stay as they are. */
    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @CsvSource({"64, never", "64, always", "192, never", "192, always"})
    void should_write_nothing_if_the_files_grow_too_large(int kibibytes, String wanted) throws Exception {
        Files.writeString(out, "old");
        List<String> before = names();
        Path said = folder.resolve("said");

        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f \"$1\"; shift; exec \"$@\"",
                        "bash",
                        String.valueOf(kibibytes),
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Eckart.class.getName(),
                        "compress",
                        whole.toString(),
                        "-o",
                        out.toString(),
                        "--force",
                        "--no-verify",
                        "--rank",
                        "80",
                        "--include",
                        "fc1*",
                        "--external-data",
                        wanted)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process.getOutputStream().close();

        assertThat(process.waitFor()).as(Files.readString(said)).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(Files.readString(said))
                .hasLineCount(1)
                .startsWith("eckart: `%s` cannot be written: File too large".formatted(out));
        Files.delete(said);
        assertThat(out).hasContent("old");
        assertThat(names()).isEqualTo(before);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path data() throws IOException {
        return dataOf(out);
    }

    /** A model's data file, whose name has a sum over its bytes in it; a name that there is not, if there is none. */
    private Path dataOf(Path model) throws IOException {
        String name = Pattern.quote(model.getFileName().toString()) + "\\.[0-9a-f]{8}\\.data";
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .findFirst()
                    .orElse(folder.resolve("none"));
        }
    }
}

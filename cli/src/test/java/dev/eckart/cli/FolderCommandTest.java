package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code compress} of an exported folder: an encoder, a decoder with data beside it, a tokenizer and a configuration. */
class FolderCommandTest {
    private static final int IN = 96;
    private static final int OUT = 64;

    @TempDir
    private Path around;

    private Path folder = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void export() throws IOException {
        folder = Files.createDirectory(around.resolve("exported"));
        out = around.resolve("small");
        Files.createDirectory(folder.resolve("onnx"));
        Files.createDirectories(folder.resolve("empty"));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.writeString(folder.resolve("onnx/config.json"), "{\"a\": 1}");
        writeModel("onnx/encoder.onnx", "x", IN);
        writeModel("whole.onnx", "h", OUT);
        OnnxWriter.write(
                OnnxReader.read(folder.resolve("whole.onnx")),
                folder.resolve("onnx/decoder.onnx"),
                ExternalData.ALWAYS);
        Files.delete(folder.resolve("whole.onnx"));
    }

    private void writeModel(String name, String input, int width) throws IOException {
        Files.write(
                folder.resolve(name),
                ModelBuilder.model("one", 13)
                        .input(input, "batch", width)
                        .weight("fc.weight", RandomMatrices.normal(width, IN, 1))
                        .node("MatMul", List.of(input, "fc.weight"), "y")
                        .output("y", "batch", IN)
                        .build()
                        .toByteArray());
    }

    /** A model in which there is nothing to compress. */
    private void writeSum(String name) throws IOException {
        Files.write(
                folder.resolve(name),
                ModelBuilder.model("sum", 13)
                        .input("x", "batch", 4)
                        .node("Add", List.of("x", "x"), "y")
                        .output("y", "batch", 4)
                        .build()
                        .toByteArray());
    }

    private static Map<String, Long> files(Path root) throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.filter(path -> !path.equals(root)).toList()) {
                found.put(root.relativize(each).toString(), Files.isDirectory(each) ? -1 : Files.size(each));
            }
        }
        return found;
    }

    private static List<String> names(Path root) throws IOException {
        return List.copyOf(files(root).keySet());
    }

    private CommandLineRun verified(Object... more) {
        return eckart(Stream.concat(Stream.of("compress", folder, "-o", out, "--rank", "fixed:4"), Arrays.stream(more))
                .toArray());
    }

    /** Without running the models, which takes most of the time. */
    private CommandLineRun compress(Object... more) {
        return verified(
                Stream.concat(Stream.of("--no-verify"), Arrays.stream(more)).toArray());
    }

    /** Refused with one sentence and status 2, with nothing written and nothing changed. */
    private void assertRefused(CommandLineRun run, String... parts) throws IOException {
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err().lines()).singleElement().asString().contains(parts);
        try (Stream<Path> all = Files.list(around)) {
            assertThat(all.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith("-tmp"));
        }
    }

    @Test
    void should_compress_each_model_and_carry_over_everything_else() throws IOException {
        Map<String, Long> before = files(folder);

        CommandLineRun run = compress("--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(files(folder)).isEqualTo(before);
        List<String> names = names(out);
        assertThat(names)
                .contains("empty", "tokenizer.json", "onnx/config.json", "onnx/encoder.onnx", "onnx/decoder.onnx")
                .hasSameSizeAs(before.keySet());
        String data = names.stream()
                .filter(name -> name.endsWith(".data"))
                .findFirst()
                .orElseThrow();
        assertThat(before).doesNotContainKey(data);
        for (String model : List.of("onnx/encoder.onnx", "onnx/decoder.onnx")) {
            assertThat(eckart("verify", folder.resolve(model), out.resolve(model))
                            .code())
                    .isZero();
        }
        JsonNode report = run.json();
        assertThat(report.get("schema").asString()).isEqualTo("eckart.folder/1");
        assertThat(report.get("written").asBoolean()).isTrue();
        assertThat(report.at("/models/0/name").asString()).isEqualTo("onnx/decoder.onnx");
        assertThat(report.at("/models/0/outcome").asString()).isEqualTo("compressed");
        assertThat(report.at("/models/0/report/output/path").asString())
                .isEqualTo(out.resolve("onnx/decoder.onnx").toString());
        assertThat(report.at("/models/0/report/output/dataFiles/0").asString())
                .isEqualTo(out.resolve(data).toString());
        assertThat(report.at("/carried/files").asInt()).isEqualTo(2);
        assertThat(report.get("bytesBefore").asLong()).isEqualTo(sum(before));
        assertThat(report.get("bytesAfter").asLong()).isEqualTo(sum(files(out)));
        assertThat(report.at("/models/0/bytesAfter").asLong())
                .isEqualTo(Files.size(out.resolve("onnx/decoder.onnx")) + Files.size(out.resolve(data)));
    }

    private static long sum(Map<String, Long> files) {
        return files.values().stream()
                .filter(size -> size > 0)
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void should_have_a_line_for_each_model_and_a_total() {
        Path markdown = around.resolve("report.md");
        CommandLineRun run = verified("--report", markdown);

        assertThat(run.out().lines())
                .anyMatch(line -> line.matches("onnx/decoder.onnx +\\S+ kB +\\S+ kB +\\S+ % +unjudged +cosine .*"))
                .anyMatch(line -> line.matches("onnx/encoder.onnx +\\S+ kB +\\S+ kB +\\S+ % +unjudged +cosine .*"))
                .anyMatch(line -> line.matches("other files \\(2\\) +\\S+ B +\\S+ B +100.0 % +as before"))
                .anyMatch(line -> line.matches("total +\\S+ kB +\\S+ kB +\\S+ %"))
                .anyMatch(line -> line.matches("unjudged in \\S+ s: 2 of 2 models smaller"));
        assertThat(run.err()).contains("onnx/decoder.onnx (1 of 2)");
        assertThat(markdown).content().contains("| onnx/encoder.onnx |", "2 of 2 models smaller");
    }

    @Test
    void should_carry_over_a_model_in_which_there_is_nothing_to_gain() throws IOException {
        writeSum("sum.onnx");

        CommandLineRun run = compress("--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(out.resolve("sum.onnx")).hasSameBinaryContentAs(folder.resolve("sum.onnx"));
        JsonNode sum = run.json().at("/models/2");
        assertThat(sum.get("outcome").asString()).isEqualTo("unchanged");
        assertThat(sum.get("reason").asString()).contains("no weights");
        assertThat(sum.get("bytesAfter").asLong()).isEqualTo(Files.size(folder.resolve("sum.onnx")));
    }

    @Test
    void should_write_nothing_and_say_so_where_no_model_becomes_smaller() throws IOException {
        folder = Files.createDirectory(around.resolve("sums"));
        writeSum("sum.onnx");

        CommandLineRun run = compress();

        assertThat(run.code()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(run.err()).contains("nothing to gain", "`%s` was not written".formatted(out));
        assertThat(out).doesNotExist();
        assertThat(compress("--write-anyway").code()).isZero();
        assertThat(out.resolve("sum.onnx")).hasSameBinaryContentAs(folder.resolve("sum.onnx"));
    }

    @Test
    void should_carry_over_data_files_with_a_model_that_is_not_chosen() throws IOException {
        CommandLineRun run = compress("--models", "*/enc*", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(names(out)).isEqualTo(names(folder));
        assertThat(out.resolve("onnx/decoder.onnx")).hasSameBinaryContentAs(folder.resolve("onnx/decoder.onnx"));
        assertThat(run.json().at("/models/0/outcome").asString()).isEqualTo("not-chosen");
        assertThat(Files.size(out.resolve("onnx/encoder.onnx")))
                .isLessThan(Files.size(folder.resolve("onnx/encoder.onnx")));
    }

    @Test
    void should_keep_a_data_file_that_another_model_goes_on_using() throws IOException {
        Files.copy(folder.resolve("onnx/decoder.onnx"), folder.resolve("onnx/second.onnx"));
        Map<String, Long> before = files(folder);

        CommandLineRun run = compress("--models", "onnx/decoder.onnx", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(names(out)).containsAll(before.keySet()).hasSize(before.size() + 1);
        assertThat(eckart("scan", out.resolve("onnx/second.onnx")).code()).isZero();
        assertThat(run.json().get("bytesAfter").asLong()).isEqualTo(sum(files(out)));
    }

    @Test
    void should_write_nothing_if_one_model_fails_and_judge_the_others() throws IOException {
        Files.writeString(folder.resolve("broken.onnx"), "no model");

        CommandLineRun run = compress("--json");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(out).doesNotExist();
        assertThat(run.err()).contains("`broken.onnx`: ", "`%s` was not written".formatted(out));
        assertThat(run.json().at("/models/0/outcome").asString()).isEqualTo("refused");
        assertThat(run.json().at("/models/1/outcome").asString()).isEqualTo("compressed");
        assertThat(run.json().get("verdict").asString()).isEqualTo("fail");
        assertThat(names(around)).doesNotContain("small").noneMatch(name -> name.contains("eckart-"));
    }

    @Test
    void should_end_with_the_status_of_the_model_that_fares_worst() {
        CommandLineRun run = compress("--max-size-ratio", "0.01");

        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).contains("max-size-ratio 0.01 is exceeded", "was not written");
        assertThat(out).doesNotExist();

        CommandLineRun kept = compress("--max-size-ratio", "0.01", "--keep-failed");

        assertThat(kept.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(kept.err()).contains("written anyway");
        assertThat(out.resolve("onnx/decoder.onnx")).exists();
    }

    @Test
    void should_plan_without_writing() throws IOException {
        CommandLineRun run = eckart("compress", folder, "--rank", "fixed:4", "--dry-run", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("written").asBoolean()).isFalse();
        assertThat(run.json().get("bytesAfter").asLong())
                .isLessThan(run.json().get("bytesBefore").asLong());
        assertThat(names(around)).doesNotContain("small");
    }

    @Test
    void should_give_each_model_its_own_inputs_out_of_a_folder_of_them() throws IOException {
        Path inputs = around.resolve("inputs");
        Files.createDirectories(inputs.resolve("onnx"));
        npz(inputs.resolve("onnx/encoder.npz"), "x", IN);

        CommandLineRun incomplete = verified("--inputs", inputs);

        assertThat(incomplete.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(incomplete.err())
                .contains(
                        "`onnx/decoder.onnx`: ",
                        "has inputs of other models",
                        inputs.resolve("onnx/decoder.npz").toString())
                .doesNotContain("`onnx/encoder.onnx`: ");

        npz(inputs.resolve("onnx/decoder.npz"), "h", OUT);
        CommandLineRun run = verified("--inputs", inputs, "--calibration", inputs, "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().at("/models/1/report/verification/inputs").asString())
                .endsWith("encoder.npz");
        assertThat(run.json().at("/models/0/report/calibration/samples").asInt())
                .isEqualTo(8);
    }

    @Test
    void should_say_which_model_calibration_inputs_do_not_fit() {
        Path inputs = around.resolve("cal.npz");
        npz(inputs, "x", IN);

        CommandLineRun run = verified("--calibration", inputs);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .contains("`onnx/decoder.onnx`: ", "no array for input `h`")
                .doesNotContain("encoder.onnx`:");
    }

    private static void npz(Path file, String name, int width) {
        float[] values = new float[8 * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        NpyFile.writeAll(file, Map.of(name, NpyArray.ofFloats(List.of(8, width), values)));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_follow_links() throws IOException {
        Path blobs = Files.createDirectory(around.resolve("blobs"));
        for (String name : names(folder)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                Files.move(file, blobs.resolve(name.replace('/', '-')));
                Files.createSymbolicLink(file, blobs.resolve(name.replace('/', '-')));
            }
        }
        Files.createSymbolicLink(folder.resolve("linked"), Files.createDirectory(around.resolve("elsewhere")));
        Files.writeString(around.resolve("elsewhere/more.txt"), "more");

        CommandLineRun run = compress();

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(out.resolve("tokenizer.json"))
                .hasContent("{}")
                .satisfies(file -> assertThat(file).isRegularFile());
        assertThat(Files.isSymbolicLink(out.resolve("onnx/encoder.onnx"))).isFalse();
        assertThat(out.resolve("linked/more.txt")).hasContent("more");
        try (Stream<Path> all = Files.walk(out)) {
            assertThat(all).noneMatch(Files::isSymbolicLink);
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_refuse_links_that_lead_nowhere_or_back() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("gone"), Path.of("nothing"));
        assertRefused(compress(), "`%s` is a link to a file that does not exist".formatted(link));
        Files.delete(link);
        Path back = Files.createSymbolicLink(folder.resolve("onnx/back"), Path.of(".."));
        assertRefused(compress(), "`%s` leads back to a folder that it is in".formatted(back));
        Files.delete(back);
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertRefused(compress(), "`%s` is a device, a pipe".formatted(pipe));
    }

    @Test
    void should_refuse_a_place_that_is_not_free() throws IOException {
        assertRefused(eckart("compress", folder, "-o", folder, "--force"), "is the original folder");
        assertRefused(eckart("compress", folder, "-o", folder.resolve("onnx/out")), "is in the original folder");
        assertRefused(eckart("compress", folder.resolve("onnx"), "-o", folder, "--force"), "which would be replaced");
        assertRefused(eckart("compress", folder, "-o", around.resolve("none/out")), "does not exist; create it first");
        Files.writeString(out, "a file");
        assertRefused(compress("--force"), "is no folder");
        assertRefused(eckart("compress", folder), "no output is given");
    }

    @Test
    void should_replace_a_folder_with_force_but_never_remove_what_is_not_its_own() throws IOException {
        Files.createDirectory(out);
        assertThat(compress().code()).isZero();
        assertRefused(compress(), "already exists and is not empty", "--force");
        List<String> before = names(out);

        assertThat(compress("--force", "--encoding", "bits:8", "--rank", "fixed:4")
                        .code())
                .isEqualTo(2);
        assertThat(names(out)).isEqualTo(before);
        CommandLineRun run = eckart("compress", folder, "-o", out, "--encoding", "bits:8", "--force");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(names(out)).hasSameSizeAs(before);

        Files.writeString(out.resolve("onnx/notes.txt"), "mine");
        assertRefused(compress("--force"), "holds `onnx/notes.txt`", "--force would remove");
        assertThat(out.resolve("onnx/notes.txt")).hasContent("mine");
    }

    @Test
    void should_refuse_folders_and_options_that_have_no_model() throws IOException {
        Path empty = Files.createDirectory(around.resolve("none"));
        assertRefused(eckart("compress", empty, "-o", out), "holds no model");
        assertRefused(compress("--models", "wrong"), "--models wrong", "onnx/decoder.onnx, onnx/encoder.onnx");
        assertRefused(
                eckart("compress", folder.resolve("onnx/encoder.onnx"), "-o", out, "--models", "*"),
                "--models chooses among the models of a folder");
        assertRefused(eckart("compress", folder, "-o", out, "--size", "15MB"), "--size 15MB", "a share of each");
        assertRefused(compress("--report", around.resolve("x.html")), "--report", "report of one model");
        assertRefused(compress("--report", out.resolve("x.json")), "--report", "in the folder that is written");
        assertRefused(compress("--report", folder.resolve("x.txt")), "unknown ending");
        assertRefused(
                compress("--report", Files.writeString(folder.resolve("x.json"), "kept")),
                "a file of the original folder");
        assertRefused(compress("--refit"), "add --calibration");
        assertThat(out).doesNotExist();
    }
}

package dev.eckart.onnx.job;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.report.Report;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with data files, in and out, as ONNX Runtime loads them. */
class ExternalDataJobTest {
    private static final int IN = 40;
    private static final int OUT = 30;

    private static final String NETWORK = input("x", FLOAT, "batch", IN)
            + node("MatMul", "x w", "h")
            + node("MatMul", "h v", "y")
            + output("y", FLOAT, "batch", IN)
            + randomMatrix("w", IN, OUT)
            + randomMatrix("v", OUT, IN);

    private static final CompressionJob JOB = new CompressionJob(
            new Engine("1.2.3", EjmlDecomposer::new, 2, Path.of(System.getProperty("java.io.tmpdir")), Progress.NONE));

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path elsewhere = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void nameFiles() throws IOException {
        model = folder.resolve("model.onnx");
        elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        out = elsewhere.resolve("out.onnx");
    }

    @Test
    void should_keep_tensors_outside_where_the_original_does() throws IOException {
        split(NETWORK);

        Report report = compress(ExternalData.AUTO);

        assertSound(report);
        assertThat(files(elsewhere))
                .containsOnlyKeys("out.onnx", data().getFileName().toString());
        assertThat(outside(out)).containsExactly("w.B", "w.A", "v");
        assertThat(report.networks().model().bytes()).isEqualTo(Files.size(model) + Files.size(dataOf(model)));
        assertThat(report.networks().model().dataFiles())
                .containsExactly(dataOf(model).toString());
        assertThat(report.networks().output().orElseThrow().bytes()).isEqualTo(Files.size(out) + Files.size(data()));
        assertThat(report.networks().output().orElseThrow().dataFiles()).containsExactly(data().toString());
    }

    @Test
    void should_prove_and_measure_the_size_of_what_it_wrote_from_the_files() throws IOException {
        split(NETWORK);
        Report compressed = compress(ExternalData.AUTO);

        Report report =
                JOB.verify(model, out, Evaluation.onMadeUpInputs(7), new Limits(Map.of(Limit.MAX_SIZE_RATIO, 1.0)));

        assertSound(report);
        assertThat(report.networks().model()).isEqualTo(compressed.networks().model());
        assertThat(report.networks().output()).isEqualTo(compressed.networks().output());
        assertThat(report.checks().limits())
                .extracting(Limit.Outcome::value)
                .containsExactly(
                        (double) compressed.networks().output().orElseThrow().bytes()
                                / compressed.networks().model().bytes());
    }

    @Test
    void should_count_data_files_where_it_judges_whether_a_saving_is_worthwhile() throws IOException {
        // Pairs of rank 16 save 640 bytes, more than 2 % of the file alone.
        split(NETWORK
                + randomMatrix("table", 1, 20_000)
                + node("Identity", "table", "t")
                + output("t", FLOAT, 1, 20_000));

        Report report = JOB.plan(model, selection(16, WeightFilter.ALL));

        assertThat(Files.size(model)).isLessThan(50 * 640);
        assertThat(report.weights().get(0).decided().reason()).startsWith("all replacements together save 640 B of ");
        assertThat(report.remarks().nothingToGain()).isPresent();
    }

    @Test
    void should_put_into_one_file_what_was_in_two_and_the_reverse() throws IOException {
        split(NETWORK);
        assertSound(compress(ExternalData.NEVER));
        assertThat(files(elsewhere)).containsOnlyKeys("out.onnx");

        write(NETWORK);
        Files.delete(out);
        assertSound(compress(ExternalData.ALWAYS));
        assertThat(files(elsewhere))
                .containsOnlyKeys("out.onnx", data().getFileName().toString());
        assertThat(outside(out)).containsExactly("w.B", "w.A", "v");
    }

    @ParameterizedTest
    @EnumSource(ExternalData.class)
    void should_load_half_precision(ExternalData wanted) throws IOException {
        ModelProto floats = TextModels.withGraph(NETWORK.replace("elem_type: 1 ", "elem_type: 10 "));
        GraphProto.Builder graph = floats.getGraph().toBuilder();
        graph.getInitializerBuilderList().forEach(tensor -> {
            ByteBuffer halves =
                    ByteBuffer.allocate(2 * tensor.getFloatDataCount()).order(ByteOrder.LITTLE_ENDIAN);
            tensor.getFloatDataList().forEach(value -> halves.putShort(Fp16Conversions.floatToFp16(value)));
            tensor.clearFloatData().setDataType(FLOAT16.getNumber()).setRawData(ByteString.copyFrom(halves.flip()));
        });
        TextModels.write(floats.toBuilder().setGraph(graph).build(), folder.resolve("whole.onnx"));
        OnnxWriter.write(OnnxReader.read(folder.resolve("whole.onnx")), model, ExternalData.ALWAYS);

        assertSound(compress(wanted));
    }

    @ParameterizedTest
    @EnumSource(ExternalData.class)
    void should_load_initializers_of_subgraphs_and_tensors_of_nodes(ExternalData wanted) throws IOException {
        String graph = NETWORK.replace(output("y", FLOAT, "batch", IN), "")
                + input("flag", BOOL)
                + "node { op_type: \"If\" input: \"flag\" output: \"z\" "
                + "attribute { name: \"then_branch\" type: GRAPH g { name: \"t\" "
                + node("MatMul", "y inner", "t_out") + output("t_out", FLOAT, "batch", OUT)
                + randomMatrix("inner", IN, OUT) + " } } "
                + "attribute { name: \"else_branch\" type: GRAPH g { name: \"e\" "
                + node("MatMul", "h square", "e_out") + output("e_out", FLOAT, "batch", OUT)
                + randomMatrix("square", OUT, OUT) + " } } } "
                + node(
                                "Constant",
                                "",
                                "c",
                                "attribute { name: \"value\" type: TENSOR t { dims: 30 dims: 30 data_type: 1 } }")
                        .replace("input: \"\"", "")
                + node("MatMul", "z c", "zc")
                + output("zc", FLOAT, "batch", OUT);
        ModelProto message = TextModels.withGraph(graph);
        GraphProto.Builder builder = message.getGraph().toBuilder();
        builder.getNodeBuilderList().stream()
                .filter(node -> node.getOpType().equals("Constant"))
                .forEach(node -> node.getAttributeBuilder(0)
                        .getTBuilder()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("constant.bin")));
        ByteBuffer numbers = ByteBuffer.allocate(4 * OUT * OUT).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < OUT * OUT; i++) {
            numbers.putFloat(i % 7 - 3);
        }
        Files.write(folder.resolve("constant.bin"), numbers.array());
        Path mixed = TextModels.write(message.toBuilder().setGraph(builder).build(), folder.resolve("mixed.onnx"));
        OnnxWriter.write(OnnxReader.read(mixed), model, ExternalData.ALWAYS);
        assertThat(outside(model)).contains("w", "v");

        assertSound(compress(wanted));
    }

    @Test
    void should_load_what_several_files_hold() throws IOException {
        severalFiles();

        Report report = compress(ExternalData.AUTO);

        assertSound(report);
        assertThat(report.networks().model().dataFiles()).hasSize(2);
        assertThat(files(elsewhere))
                .containsOnlyKeys("out.onnx", data().getFileName().toString());
    }

    @Test
    void should_load_what_a_cache_keeps_behind_links() throws IOException {
        split(NETWORK);
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/1"));
        Files.move(model, blobs.resolve("0a1b"));
        Path data = dataOf(model);
        Files.move(data, blobs.resolve("2c3d"));
        model = Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../blobs/0a1b"));
        Files.createSymbolicLink(snapshot.resolve(data.getFileName()), Path.of("../../blobs/2c3d"));

        assertSound(compress(ExternalData.AUTO));
        assertRefused(
                "`%s` holds tensors of the original".formatted(blobs.resolve("2c3d")),
                new Target(blobs.resolve("2c3d"), true, false));
    }

    private void severalFiles() throws IOException {
        ModelProto message = TextModels.withGraph(NETWORK);
        GraphProto.Builder graph = message.getGraph().toBuilder();
        Files.createDirectory(folder.resolve("tensors"));
        for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
            ByteBuffer numbers =
                    ByteBuffer.allocate(4 * tensor.getFloatDataCount()).order(ByteOrder.LITTLE_ENDIAN);
            tensor.getFloatDataList().forEach(numbers::putFloat);
            Files.write(folder.resolve("tensors/" + tensor.getName()), numbers.array());
            tensor.clearFloatData()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue("tensors/" + tensor.getName()));
        }
        TextModels.write(message.toBuilder().setGraph(graph).build(), model);
    }

    @Test
    void should_be_split_even_if_every_tensor_outside_is_replaced() throws IOException {
        split(NETWORK);

        Report report =
                JOB.compress(model, target(ExternalData.AUTO), selection(10, WeightFilter.ALL), madeUp(), Limits.NONE);

        assertSound(report);
        assertThat(outside(out)).containsExactly("w.B", "w.A", "v.B", "v.A");
    }

    @Test
    void should_write_the_same_bytes_again() throws IOException {
        split(NETWORK);
        compress(ExternalData.AUTO);
        Map<String, ByteBuffer> once = files(elsewhere);

        JOB.compress(model, new Target(out, true, false), selection(), madeUp(), Limits.NONE);

        assertThat(files(elsewhere)).isEqualTo(once);
    }

    @Test
    void should_remove_the_data_file_of_the_model_that_it_replaces() throws IOException {
        split(NETWORK);
        compress(ExternalData.AUTO);

        assertSound(JOB.compress(
                model, new Target(out, true, false, ExternalData.NEVER), selection(), madeUp(), Limits.NONE));

        assertThat(files(elsewhere)).containsOnlyKeys("out.onnx");
    }

    @Test
    void should_leave_a_file_alone_that_the_replaced_model_has_no_use_for() throws IOException {
        write(NETWORK);
        compress(ExternalData.NEVER);
        Path data = Files.writeString(out.resolveSibling("out.onnx.data"), "someone else's");

        assertSound(JOB.compress(
                model, new Target(out, true, false, ExternalData.NEVER), selection(), madeUp(), Limits.NONE));

        assertThat(data).hasContent("someone else's");
    }

    @Test
    void should_never_touch_a_file_of_the_original() throws IOException {
        // The original's data file has a name that one of the output's could have.
        write(NETWORK);
        Path original = out.resolveSibling("original.onnx");
        OnnxWriter.write(OnnxReader.read(model), out, ExternalData.ALWAYS);
        Files.move(out, original);
        model = original;
        Map<String, ByteBuffer> before = files(elsewhere);

        assertRefused(
                "`%s` holds tensors of the original model, which are never overwritten".formatted(data()),
                new Target(data(), true, false));
        assertRefused("`%s` is the original model".formatted(original), new Target(original, true, false));
        assertThat(files(elsewhere)).isEqualTo(before);

        for (ExternalData wanted : List.of(ExternalData.NEVER, ExternalData.ALWAYS, ExternalData.NEVER)) {
            assertSound(JOB.compress(model, new Target(out, true, false, wanted), selection(), madeUp(), Limits.NONE));
            assertThat(files(elsewhere)).containsAllEntriesOf(before);
        }
        assertThat(files(elsewhere)).hasSize(3);
    }

    @Test
    void should_leave_one_data_file_however_often_it_is_written() throws IOException {
        split(NETWORK);
        assertSound(JOB.compress(model, target(ExternalData.AUTO), selection(), madeUp(), Limits.NONE));
        Path first = data();
        Files.move(first, out.resolveSibling("out.onnx.data"));
        Files.write(
                out,
                new String(Files.readAllBytes(out), StandardCharsets.ISO_8859_1)
                        .replace(first.getFileName().toString(), "out.onnx.data.........")
                        .getBytes(StandardCharsets.ISO_8859_1));

        assertSound(JOB.compress(model, new Target(out, true, false), selection(), madeUp(), Limits.NONE));
        assertThat(data()).isEqualTo(first);
        assertSound(JOB.compress(
                model, new Target(out, true, false), selection(2, WeightFilter.ALL), madeUp(), Limits.NONE));

        assertThat(data()).isNotEqualTo(first);
        assertThat(first).doesNotExist();
    }

    @Test
    void should_refuse_a_second_writer_of_one_target() throws IOException {
        write(NETWORK);
        try (PendingFile first = PendingFile.onlyOneBeside(out)) {
            assertRefused("`%s` is being written by another run".formatted(out), new Target(out, true, false));
            assertThat(first.path()).doesNotExist();
        }
        compress(ExternalData.NEVER);
        assertThat(files(elsewhere)).containsOnlyKeys("out.onnx");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_refuse_a_target_that_another_process_is_writing_and_leave_that_alone() throws Exception {
        split(NETWORK);
        compress(ExternalData.AUTO);
        Map<String, ByteBuffer> before = files(elsewhere);
        Process other = BlockedRun.start(model, out, "Compressing");

        assertThatThrownBy(() -> JOB.compress(model, new Target(out, true, false), selection(), madeUp(), Limits.NONE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`%s` is being written by another run".formatted(out));

        assertThat(files(elsewhere)).containsAllEntriesOf(before);
        other.getOutputStream().close();
        assertThat(other.waitFor()).isZero();
        assertThat(files(elsewhere)).hasSize(2).doesNotContainEntry("out.onnx", before.get("out.onnx"));
        assertThat(entries()).hasSize(2);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_read_data_that_has_several_names_and_leave_it_alone_under_all_of_them() throws IOException {
        split(NETWORK);
        Path data = dataOf(model);
        Path other = Files.createLink(folder.resolve("other.data"), data);
        byte[] before = Files.readAllBytes(other);

        assertSound(compress(ExternalData.AUTO));

        assertThat(other).hasBinaryContent(before);
        assertThat(Files.isSameFile(other, data)).isTrue();
        assertRefused("`%s` holds tensors of the original".formatted(other), new Target(other, true, false));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_keep_the_data_of_an_old_model_that_has_another_name() throws IOException {
        split(NETWORK);
        compress(ExternalData.AUTO);
        Path first = data();
        Path kept = Files.createLink(out.resolveSibling("kept.onnx"), out);
        byte[] old = Files.readAllBytes(kept);

        assertSound(JOB.compress(
                model, new Target(out, true, false), selection(2, WeightFilter.ALL), madeUp(), Limits.NONE));

        assertThat(kept).hasBinaryContent(old);
        assertThat(out).isRegularFile();
        assertThat(Files.readAllBytes(out)).isNotEqualTo(old);
        assertThat(first).exists();
        assertThatCode(() -> OnnxNetwork.read(kept).inventory()).doesNotThrowAnyException();
    }

    @Test
    void should_say_after_the_plan_that_one_file_cannot_hold_what_is_left() throws IOException {
        int rows = 1 << 16;
        int columns = 1 << 13;
        ModelProto message = TextModels.withGraph(
                input("x", FLOAT, "batch", rows) + node("MatMul", "x w", "y") + output("y", FLOAT, "batch", columns));
        GraphProto.Builder graph = message.getGraph().toBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .addDims(rows)
                        .addDims(columns)
                        .setDataType(FLOAT.getNumber())
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("sparse.bin")));
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("sparse.bin"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(new byte[1]), 4L * rows * columns - 1);
        }
        TextModels.write(message.toBuilder().setGraph(graph).build(), model);
        OnnxNetwork network = OnnxNetwork.read(model);

        assertThatCode(() -> network.requireWritable(ExternalData.NEVER, 2L * rows * columns))
                .doesNotThrowAnyException();
        assertThatCode(() -> network.requireWritable(ExternalData.AUTO, 0)).doesNotThrowAnyException();
        assertThatThrownBy(() -> network.requireWritable(ExternalData.NEVER, 0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("must stay below 2 GiB; --external-data auto writes its tensors");
        // No weight is in the plan, so that all of it stays.
        assertThatThrownBy(() -> JOB.compress(
                        model,
                        target(ExternalData.NEVER),
                        selection(1, new WeightFilter(List.of(), List.of("w"))),
                        Optional.empty(),
                        Limits.NONE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("must stay below 2 GiB");
        assertThat(files(elsewhere)).isEmpty();
    }

    @Test
    void should_write_neither_file_if_a_limit_is_not_kept() throws IOException {
        split(NETWORK);

        Path inputs = folder.resolve("inputs.npz");
        float[] numbers = new float[3 * IN];
        Arrays.fill(numbers, 0.5f);
        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(3, IN), numbers)));

        Report report = JOB.compress(
                model,
                target(ExternalData.AUTO),
                selection(),
                Optional.of(new Evaluation(Optional.of(inputs), Optional.empty(), 7)),
                new Limits(Map.of(Limit.MIN_COSINE, 1.0)));

        assertThat(report.passed()).isFalse();
        assertThat(files(elsewhere)).isEmpty();
    }

    @ParameterizedTest
    @EnabledOnOs({OS.LINUX, OS.MAC})
    @ValueSource(strings = {"Compressing", "Verifying"})
    void should_keep_the_old_model_when_it_is_killed_and_clean_up_the_next_time(String stage) throws Exception {
        split(NETWORK);
        compress(ExternalData.AUTO);
        Map<String, ByteBuffer> before = files(elsewhere);
        Process process = BlockedRun.start(model, out, stage);
        assertThat(entries()).hasSize(4);

        process.destroyForcibly().waitFor();

        Map<String, ByteBuffer> left = files(elsewhere);
        assertThat(left.remove(".out.onnx.eckart-lock")).isNotNull();
        assertThat(left).isEqualTo(before);
        assertThat(entries()).hasSize(4);
        assertSound(JOB.compress(model, new Target(out, true, false), selection(), madeUp(), Limits.NONE));
        assertThat(files(elsewhere)).isEqualTo(before);
        assertThat(entries()).hasSize(2);
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> files = Files.list(elsewhere)) {
            return files.toList();
        }
    }

    @Test
    void should_leave_nothing_in_the_temporary_folder_of_what_it_proves_against() throws IOException {
        split(NETWORK);
        List<Path> before = references();

        compress(ExternalData.AUTO);

        assertThat(references()).isEqualTo(before);
    }

    private static List<Path> references() throws IOException {
        Path any = Files.createTempFile("eckart", "");
        Files.delete(any);
        try (Stream<Path> files = Files.list(any.getParent())) {
            return files.filter(file -> file.getFileName().toString().startsWith("eckart-reference"))
                    .sorted()
                    .toList();
        }
    }

    private void write(String graph) {
        TextModels.write(TextModels.withGraph(graph), model);
    }

    /** As {@link #write}, with its tensors in a data file. */
    private void split(String graph) throws IOException {
        Path whole = TextModels.write(TextModels.withGraph(graph), folder.resolve("whole.onnx"));
        OnnxWriter.write(OnnxReader.read(whole), model, ExternalData.ALWAYS);
    }

    private static Optional<Evaluation> madeUp() {
        return Optional.of(Evaluation.onMadeUpInputs(7));
    }

    private Target target(ExternalData wanted) {
        return new Target(out, false, false, wanted);
    }

    /** One weight of two, by factors with and without enough bytes to go outside. */
    private static Selection selection() {
        return selection(12, new WeightFilter(List.of("w"), List.of()));
    }

    private static Selection selection(int rank, WeightFilter filter) {
        return new Selection("fixed:" + rank, new FixedRankSelector(rank), filter, FactorPair.Balance.PLAIN);
    }

    private Report compress(ExternalData wanted) {
        return JOB.compress(model, target(wanted), selection(), madeUp(), Limits.NONE);
    }

    private static void assertSound(Report report) {
        assertThat(report.passed()).isTrue();
        assertThat(report.checks().verification().flatMap(Verification::proof).map(RewriteProof::holds))
                .contains(true);
    }

    private void assertRefused(String beginning, Target target) throws IOException {
        Map<String, ByteBuffer> before = files(elsewhere);

        assertThatThrownBy(() -> JOB.compress(model, target, selection(), madeUp(), Limits.NONE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(beginning);
        assertThat(files(elsewhere)).isEqualTo(before);
    }

    /** Everything in a folder but folders, hidden files too. */
    private static Map<String, ByteBuffer> files(Path folder) throws IOException {
        Map<String, ByteBuffer> contents = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    /** The names of the initializers that a file's data file holds. */
    private static List<String> outside(Path file) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
                .map(TensorProto::getName)
                .toList();
    }

    private Path data() throws IOException {
        return dataOf(out);
    }

    /** A model's data file, whose name has a sum over its bytes in it; a name that there is not, if there is none. */
    private static Path dataOf(Path model) throws IOException {
        try (Stream<Path> files = Files.list(model.toAbsolutePath().getParent())) {
            return files.filter(file -> OnnxWriter.isDataFile(file, model))
                    .findFirst()
                    .orElse(model.resolveSibling("none"));
        }
    }
}

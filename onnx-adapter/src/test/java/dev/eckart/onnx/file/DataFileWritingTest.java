package dev.eckart.onnx.file;

import static dev.eckart.onnx.file.ExternalTensors.bytes;
import static dev.eckart.onnx.file.ExternalTensors.content;
import static dev.eckart.onnx.file.ExternalTensors.model;
import static dev.eckart.onnx.file.ExternalTensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TrainingInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataFileWritingTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    @TempDir
    private Path folder;

    private Path source = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void nameFiles() throws IOException {
        source = folder.resolve("model.onnx");
        out = Files.createDirectory(folder.resolve("elsewhere")).resolve("out.onnx");
    }

    @Test
    void should_write_an_untouched_model_to_the_same_bytes() throws IOException {
        Files.write(folder.resolve("model.onnx.data"), bytes(2 * MIB + 5 * KIB, 1));
        TextModels.write(
                model(
                        tensor("a", "model.onnx.data", 0, 100),
                        tensor("b", "model.onnx.data", 100, 4 * KIB - 100),
                        tensor("c", "model.onnx.data", 4 * KIB, 2 * MIB),
                        tensor("d", "model.onnx.data", 2 * MIB + 4 * KIB, KIB)),
                source);
        Path copy = out.resolveSibling("model.onnx");

        Optional<Path> written = OnnxWriter.write(OnnxReader.read(source), copy);

        Path data = written.orElseThrow();
        assertThat(OnnxWriter.isDataFile(data, copy)).isTrue();
        assertThat(data).hasSameBinaryContentAs(folder.resolve("model.onnx.data"));
        ModelProto read = ModelProto.parseFrom(Files.readAllBytes(copy));
        assertThat(located(read, "model.onnx.data")).isEqualTo(ModelProto.parseFrom(Files.readAllBytes(source)));
    }

    @Test
    void should_take_no_more_room_whatever_the_order_and_leave_out_what_no_tensor_holds() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(100 * KIB, 1));
        TextModels.write(
                model(
                        tensor("last", "w.bin", 70001, 3),
                        tensor("paged", "w.bin", 8192, 5000),
                        tensor("first", "w.bin", 0, 10),
                        tensor("even", "w.bin", 20000, 5000),
                        tensor("odd", "w.bin", 13, 1001)),
                source);

        write(ExternalData.AUTO);

        // Each at the first place after the one before it that is a multiple of what its old place was.
        assertThat(offsets()).isEqualTo(Map.of("first", 0L, "odd", 10L, "paged", 4096L, "even", 9120L, "last", 14120L));
        assertThat(Files.size(data())).isEqualTo(14123);
        assertSameNumbers();
    }

    @Test
    void should_put_several_files_into_one() throws IOException {
        Files.write(folder.resolve("one.bin"), bytes(3 * KIB, 1));
        Files.write(folder.resolve("two.bin"), bytes(2 * MIB, 2));
        TextModels.write(
                model(
                        tensor("a", "one.bin", 0, KIB),
                        tensor("b", "two.bin", 0, 2 * MIB),
                        tensor("c", "one.bin", KIB, KIB)),
                source);

        write(ExternalData.AUTO);

        assertThat(offsets()).isEqualTo(Map.of("a", 0L, "c", 1024L, "b", 4096L));
        assertSameNumbers();
    }

    @Test
    void should_write_shared_bytes_once() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(4 * KIB, 1));
        TextModels.write(model(tensor("a", "w.bin", 16, 2000), tensor("b", "w.bin", 16, 2000)), source);

        write(ExternalData.AUTO);

        assertThat(offsets()).isEqualTo(Map.of("a", 0L, "b", 0L));
        assertThat(Files.size(data())).isEqualTo(2000);
        assertSameNumbers();
    }

    @Test
    void should_keep_what_else_is_said_of_a_tensor_but_for_what_was_true_of_its_old_file() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(KIB, 1));
        TextModels.write(
                model(tensor(
                        "w",
                        10,
                        "note",
                        "kept",
                        "checksum",
                        "0123",
                        "location",
                        "w.bin",
                        "prepacked_0",
                        "k|1;2;3",
                        "basepath",
                        "/home")),
                source);

        write(ExternalData.AUTO);

        assertThat(message().getGraph().getInitializer(0).getExternalDataList())
                .extracting(StringStringEntryProto::getKey, StringStringEntryProto::getValue)
                .containsExactly(
                        tuple("location", data().getFileName().toString()),
                        tuple("offset", "0"),
                        tuple("length", "10"),
                        tuple("note", "kept"));
    }

    @Test
    void should_leave_a_model_in_one_file_as_it_is() throws IOException {
        TextModels.write(everyKind(), source);

        assertThat(OnnxWriter.write(OnnxReader.read(source), out)).isEmpty();

        assertThat(message()).isEqualTo(everyKind());
        assertThat(data()).doesNotExist();
    }

    @Test
    void should_put_outside_what_may_be_if_wanted() throws IOException {
        TextModels.write(everyKind(), source);

        write(ExternalData.ALWAYS);

        assertThat(offsets())
                .isEqualTo(
                        Map.of("inner", 0L, "large", 4096L, "floats", 4096L + MIB, "doubles", 4096L + MIB + 4 * KIB));
        TensorProto floats = message().getGraph().getInitializer(3);
        assertThat(floats.getName()).isEqualTo("floats");
        assertThat(floats.getFloatDataCount()).isZero();
        assertSameNumbers();
    }

    @Test
    void should_put_everything_inside_if_wanted() throws IOException {
        TextModels.write(everyKind(), source);
        Path split = folder.resolve("split.onnx");
        OnnxWriter.write(OnnxReader.read(source), split, ExternalData.ALWAYS);

        Optional<Path> written = OnnxWriter.write(OnnxReader.read(split), out, ExternalData.NEVER);

        assertThat(written).isEmpty();
        assertThat(data()).doesNotExist();
        assertThat(offsets()).isEmpty();
        TensorProto floats = everyKind().getGraph().getInitializer(3);
        TensorProto read = message().getGraph().getInitializer(3);
        assertThat(read.hasDataLocation()).isFalse();
        assertThat(read.getExternalDataCount()).isZero();
        assertThat(read.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getFloat(4))
                .isEqualTo(floats.getFloatData(1));
        assertThat(message().getGraph().getInitializer(1))
                .isEqualTo(everyKind().getGraph().getInitializer(1));
    }

    @Test
    void should_keep_tensors_outside_that_were_wherever_they_are() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(4 * KIB, 1));
        ModelProto message = model(inside("w", 2000));
        TextModels.write(
                message.toBuilder()
                        .setGraph(message.getGraph().toBuilder()
                                .addNode(NodeProto.newBuilder()
                                        .setOpType("Constant")
                                        .addOutput("c")
                                        .addAttribute(AttributeProto.newBuilder()
                                                .setName("value")
                                                .setT(tensor("small", "w.bin", 64, 10)))))
                        .build(),
                source);

        write(ExternalData.AUTO);

        // What was inside stays there.
        assertThat(offsets()).isEqualTo(Map.of("small", 0L));
        assertSameNumbers();
    }

    @Test
    void should_keep_a_new_tensor_where_the_model_keeps_its_large_ones() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(4 * KIB, 1));
        TextModels.write(model(tensor("w", "w.bin", 0, 2000)), source);
        OnnxModel split = withNew(OnnxReader.read(source));
        TextModels.write(model(inside("w", 2000)), source);
        OnnxModel whole = withNew(OnnxReader.read(source));

        OnnxWriter.write(split, out);
        assertThat(offsets()).isEqualTo(Map.of("w", 0L, "new", 2048L));
        OnnxWriter.write(whole, out);
        assertThat(offsets()).isEmpty();
    }

    /** A model with one more initializer of 1 KiB, and one too small to go outside. */
    private static OnnxModel withNew(OnnxModel model) {
        GraphProto.Builder graph = model.message().getGraph().toBuilder();
        for (int size : new int[] {KIB, KIB - 1}) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName(size == KIB ? "new" : "small")
                    .addDims(size)
                    .setDataType(DataType.UINT8_VALUE)
                    .setPayload(TensorProto.Payload.newBuilder()
                            .setIndex(model.payloads().size() + (size == KIB ? 0 : 1))
                            .setField(TensorProto.RAW_DATA_FIELD_NUMBER)));
        }
        return new OnnxModel(
                model.message().toBuilder().setGraph(graph).build(),
                model.payloads()
                        .with(List.of(
                                Region.of(ByteBuffer.wrap(bytes(KIB, 8))),
                                Region.of(ByteBuffer.wrap(bytes(KIB - 1, 9))))));
    }

    @Test
    void should_write_no_data_file_for_tensors_without_numbers() throws IOException {
        Files.write(folder.resolve("w.bin"), bytes(KIB, 1));
        TextModels.write(model(tensor("none", "w.bin", 0, 0)), source);

        assertThat(OnnxWriter.write(OnnxReader.read(source), out)).isEmpty();

        assertThat(data()).doesNotExist();
        assertThat(message().getGraph().getInitializer(0).hasDataLocation()).isFalse();
    }

    @Test
    void should_refuse_to_put_into_one_file_what_no_file_can_hold() throws IOException {
        writeSparse(3L << 30);

        assertThatThrownBy(() -> OnnxWriter.write(OnnxReader.read(source), out, ExternalData.NEVER))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(
                        "must stay below 2 GiB; --external-data auto writes its tensors to a separate file");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(ExternalData.class)
    void should_split_what_comes_near_the_limit_unless_it_is_to_be_whole(ExternalData wanted) throws IOException {
        OnnxModel near = inOneFile(2_000_000_001);
        OnnxModel below = inOneFile(1_900_000_000);

        assertThat(OnnxWriter.hasDataFile(near, wanted)).isEqualTo(wanted != ExternalData.NEVER);
        assertThat(OnnxWriter.hasDataFile(below, wanted)).isEqualTo(wanted == ExternalData.ALWAYS);
        assertThat(OnnxWriter.bytesInOneFile(near)).isBetween(2_000_000_001L, 2_000_000_100L);
    }

    /** As if the tensor had been read from the model's own file. */
    private OnnxModel inOneFile(int bytes) throws IOException {
        writeSparse(bytes);
        OnnxModel read = OnnxReader.read(source);
        TensorProto inside = ExternalReference.inside(read.message().getGraph().getInitializer(0));
        return new OnnxModel(
                model(inside),
                Payloads.of(
                        List.of(new Payloads.Payload(read.payloads().get(0), new Origin.Inside())),
                        List.of(),
                        List.of(),
                        Scratch.onHeap()));
    }

    private void writeSparse(long bytes) throws IOException {
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("sparse.bin"),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
        TensorProto tensor = tensor("w", 0, "location", "sparse.bin").toBuilder()
                .setDims(0, bytes)
                .build();
        TextModels.write(model(tensor), source);
    }

    /** Initializers of each kind, in and out of the main graph, tensors elsewhere, large and small. */
    private static ModelProto everyKind() {
        TensorProto.Builder floats =
                TensorProto.newBuilder().setName("floats").addDims(KIB).setDataType(DataType.FLOAT_VALUE);
        TensorProto.Builder doubles =
                TensorProto.newBuilder().setName("doubles").addDims(KIB).setDataType(DataType.DOUBLE_VALUE);
        TensorProto.Builder halves =
                TensorProto.newBuilder().setName("halves").addDims(KIB).setDataType(DataType.FLOAT16_VALUE);
        TensorProto.Builder longs =
                TensorProto.newBuilder().setName("longs").addDims(KIB).setDataType(DataType.INT64_VALUE);
        for (int i = 0; i < KIB; i++) {
            floats.addFloatData(i / 3f);
            doubles.addDoubleData(i / 3.0);
            halves.addInt32Data(i);
            longs.addInt64Data(i);
        }
        GraphProto inner = GraphProto.newBuilder()
                .setName("inner")
                .addInitializer(inside("inner", KIB))
                .build();
        NodeProto node = NodeProto.newBuilder()
                .setOpType("If")
                .addAttribute(AttributeProto.newBuilder().setName("constant").setT(inside("constant", 2 * KIB)))
                .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(inner))
                .build();
        ModelProto model = model(
                inside("large", MIB),
                inside("small", KIB - 1),
                // Fewer bytes than it declares.
                inside("wrong", 2 * KIB).toBuilder().setDims(0, 3 * KIB).build(),
                floats.build(),
                halves.build(),
                longs.build(),
                doubles.build());
        return model.toBuilder()
                .setGraph(model.getGraph().toBuilder().addNode(node))
                .addTrainingInfo(TrainingInfoProto.newBuilder()
                        .setAlgorithm(GraphProto.newBuilder().addInitializer(inside("training", 2 * KIB))))
                .build();
    }

    private static TensorProto inside(String name, int bytes) {
        return TensorProto.newBuilder()
                .setName(name)
                .addDims(bytes)
                .setDataType(DataType.UINT8_VALUE)
                .setRawData(ByteString.copyFrom(bytes(bytes, name.hashCode())))
                .build();
    }

    private void write(ExternalData wanted) throws IOException {
        assertThat(OnnxWriter.write(OnnxReader.read(source), out, wanted)).contains(data());
    }

    private ModelProto message() throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(out));
    }

    /** Where the data file has which tensor, as the written model says. */
    private Map<String, Long> offsets() throws IOException {
        Map<String, Long> offsets = new TreeMap<>();
        TensorWalk.changeEach(message(), (tensor, initializer) -> {
            if (ExternalReference.isOutside(tensor)) {
                ExternalReference reference = ExternalReference.of(tensor, out);
                assertThat(OnnxWriter.isDataFile(Path.of(reference.location()), out))
                        .isTrue();
                offsets.put(tensor.getName(), reference.offset());
            }
            return tensor;
        });
        return offsets;
    }

    /** Each large tensor that was written has the bytes that it had in the source. */
    private void assertSameNumbers() {
        assertThat(numbers(out)).isEqualTo(numbers(source));
    }

    private static Map<String, List<Byte>> numbers(Path file) {
        OnnxModel model = OnnxReader.read(file);
        Map<String, List<Byte>> numbers = new TreeMap<>();
        TensorWalk.changeEach(model.message(), (tensor, initializer) -> {
            if (tensor.hasPayload()) {
                byte[] content = content(model, tensor);
                numbers.put(
                        tensor.getName(),
                        IntStream.range(0, content.length)
                                .mapToObj(i -> content[i])
                                .collect(Collectors.toList()));
            }
            return tensor;
        });
        return numbers;
    }

    /** The model with its data in a file of another name. */
    private static ModelProto located(ModelProto model, String location) {
        ModelProto.Builder renamed = model.toBuilder();
        renamed.getGraphBuilder()
                .getInitializerBuilderList()
                .forEach(tensor -> tensor.getExternalDataBuilderList().stream()
                        .filter(entry -> entry.getKey().equals("location"))
                        .forEach(entry -> entry.setValue(location)));
        return renamed.build();
    }

    /** The data file of the output, whose name has a sum over its bytes in it; a name that there is not, if there is none. */
    private Path data() throws IOException {
        try (Stream<Path> files = Files.list(out.getParent())) {
            return files.filter(file -> OnnxWriter.isDataFile(file, out))
                    .findFirst()
                    .orElse(out.resolveSibling("none"));
        }
    }
}

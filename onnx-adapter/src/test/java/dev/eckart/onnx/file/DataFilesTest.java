package dev.eckart.onnx.file;

import static dev.eckart.onnx.file.ExternalTensors.bytes;
import static dev.eckart.onnx.file.ExternalTensors.content;
import static dev.eckart.onnx.file.ExternalTensors.model;
import static dev.eckart.onnx.file.ExternalTensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TrainingInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataFilesTest {
    private static final byte[] DATA = bytes(1000, 1);

    @TempDir
    private Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void writeData() throws IOException {
        model = folder.resolve("model.onnx");
        Files.write(folder.resolve("w.bin"), DATA);
    }

    @Test
    void should_find_a_tensor_in_its_file() {
        OnnxModel read = read(tensor("w", "w.bin", 100, 50));

        assertThat(content(read, read.message().getGraph().getInitializer(0)))
                .isEqualTo(Arrays.copyOfRange(DATA, 100, 150));
        assertThat(read.payloads().dataFiles()).containsExactly(folder.resolve("w.bin"));
    }

    @Test
    void should_take_the_beginning_and_what_the_dimensions_need_where_nothing_else_is_said() {
        OnnxModel read = read(tensor("w", 50, "location", "w.bin"));

        assertThat(content(read, read.message().getGraph().getInitializer(0))).isEqualTo(Arrays.copyOf(DATA, 50));
    }

    @Test
    void should_take_the_rest_of_the_file_for_a_type_that_is_not_known() {
        OnnxModel read = read(tensor("w", 50, "location", "w.bin", "offset", "990").toBuilder()
                .setDataType(99)
                .build());

        assertThat(content(read, read.message().getGraph().getInitializer(0)))
                .isEqualTo(Arrays.copyOfRange(DATA, 990, 1000));
    }

    @Test
    void should_find_tensors_wherever_they_are_in_the_message() {
        TensorProto[] tensors = new TensorProto[9];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = tensor("t" + i, "w.bin", 100L * i, 10 + i);
        }
        GraphProto inner =
                GraphProto.newBuilder().setName("g").addInitializer(tensors[1]).build();
        NodeProto node = NodeProto.newBuilder()
                .addAttribute(AttributeProto.newBuilder().setT(tensors[2]))
                .addAttribute(AttributeProto.newBuilder().addTensors(tensors[3]))
                .addAttribute(AttributeProto.newBuilder().setG(inner))
                .addAttribute(AttributeProto.newBuilder()
                        .setSparseTensor(SparseTensorProto.newBuilder().setValues(tensors[4])))
                .build();
        ModelProto message = model(tensors[0]);
        message = message.toBuilder()
                .setGraph(message.getGraph().toBuilder()
                        .addNode(node)
                        .addSparseInitializer(SparseTensorProto.newBuilder()
                                .setValues(tensors[5])
                                .setIndices(tensors[6])))
                .addFunctions(FunctionProto.newBuilder()
                        .addNode(NodeProto.newBuilder()
                                .addAttribute(AttributeProto.newBuilder().setT(tensors[7]))))
                .addTrainingInfo(TrainingInfoProto.newBuilder()
                        .setAlgorithm(GraphProto.newBuilder().addInitializer(tensors[8])))
                .build();

        OnnxModel read = OnnxReader.read(TextModels.write(message, model));

        Map<String, byte[]> found = new HashMap<>();
        TensorWalk.changeEach(read.message(), (tensor, initializer) -> {
            found.put(tensor.getName(), content(read, tensor));
            assertThat(initializer)
                    .as(tensor.getName())
                    .isEqualTo(tensor.getName().equals("t0") || tensor.getName().equals("t1"));
            return tensor;
        });
        assertThat(found).hasSize(tensors.length);
        for (int i = 0; i < tensors.length; i++) {
            assertThat(found.get("t" + i)).isEqualTo(Arrays.copyOfRange(DATA, 100 * i, 100 * i + 10 + i));
        }
    }

    @Test
    void should_take_tensors_from_several_files_each_counted_once() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.write(folder.resolve("sub/v.bin"), bytes(10, 2));

        OnnxModel read =
                read(tensor("a", "w.bin", 0, 10), tensor("b", "sub/v.bin", 0, 10), tensor("c", "./w.bin", 20, 10));

        assertThat(read.payloads().dataFiles()).containsExactly(folder.resolve("w.bin"), folder.resolve("sub/v.bin"));
        assertThat(content(read, read.message().getGraph().getInitializer(1))).isEqualTo(bytes(10, 2));
    }

    @Test
    void should_let_two_tensors_share_the_same_bytes() {
        OnnxModel read = read(tensor("a", "w.bin", 10, 10), tensor("b", "w.bin", 10, 10));

        assertThat(read.payloads().size()).isEqualTo(1);
        assertThat(read.message().getGraph().getInitializer(1).getPayload())
                .isEqualTo(read.message().getGraph().getInitializer(0).getPayload());
    }

    @Test
    void should_reach_beyond_two_gigabytes() throws IOException {
        long offset = 5L << 30;
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("large.bin"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(DATA), offset);
        }

        OnnxModel read = read(tensor("w", "large.bin", offset, DATA.length));

        assertThat(content(read, read.message().getGraph().getInitializer(0))).isEqualTo(DATA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "..",
                "../w.bin",
                "sub/../w.bin",
                "..\\w.bin",
                "C:\\w.bin",
                "c:w.bin",
                "\\\\host\\w",
                "w\0.bin"
            })
    void should_refuse_a_location_that_leaves_the_folder_whatever_is_there(String location) {
        refused(tensor("w", location, 0, 10))
                .hasMessage(
                        "`%s` stores tensor `w` in `%s`; expected a file in the model's folder, or below it",
                        model, location.replace('\0', '?'));
    }

    @Test
    void should_refuse_a_file_that_is_missing_or_a_directory() throws IOException {
        Files.createDirectory(folder.resolve("sub"));

        refused(tensor("w", "none.bin", 0, 10)).hasMessageContaining("which does not exist; put the file there");
        refused(tensor("w", "w.bin/x", 0, 10)).hasMessageContaining("w.bin/x");
        refused(tensor("w", "sub", 0, 10)).hasMessageContaining("is a directory; expected a regular file");
        refused(tensor("w", ".", 0, 10)).hasMessageContaining("is a directory; expected a regular file");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void should_refuse_a_pipe_without_waiting_for_it() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            refused(tensor("w", "pipe", 0, 10)).hasMessageContaining("is not a regular file; expected a regular file");
            assertThatThrownBy(() -> OnnxReader.read(pipe))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is not a regular file");
        });
    }

    @Test
    void should_refuse_a_link_out_of_the_folder() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path link = Files.createSymbolicLink(inner.resolve("w.bin"), folder.resolve("w.bin"));
        Files.createSymbolicLink(inner.resolve("up"), folder);
        Files.createSymbolicLink(inner.resolve("circle"), inner.resolve("circle"));
        model = inner.resolve("model.onnx");

        refused(tensor("w", "w.bin", 0, 10))
                .hasMessage(
                        "`%s` stores tensor `w` in `%s`, a link to `%s` outside the model's folder; replace the link by the file",
                        model, link, folder.toRealPath().resolve("w.bin"));
        refused(tensor("w", "up/w.bin", 0, 10)).hasMessageContaining("outside the model's folder");
        refused(tensor("w", "circle", 0, 10)).hasMessageContaining("circle");
    }

    @Test
    void should_follow_links_that_stay_in_the_folder() throws IOException {
        Files.createSymbolicLink(folder.resolve("link.bin"), Path.of("w.bin"));

        assertThat(read(tensor("w", "link.bin", 0, 10)).payloads().size()).isEqualTo(1);
    }

    @Test
    void should_find_tensors_in_a_cache_that_keeps_links_to_files_in_one_folder() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/1"));
        TextModels.write(model(tensor("w", "model.onnx_data", 5, 10)), blobs.resolve("0a1b"));
        Files.write(blobs.resolve("2c3d"), DATA);
        Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../blobs/0a1b"));
        Files.createSymbolicLink(snapshot.resolve("model.onnx_data"), Path.of("../../blobs/2c3d"));

        OnnxModel read = OnnxReader.read(snapshot.resolve("model.onnx"));

        assertThat(content(read, read.message().getGraph().getInitializer(0)))
                .isEqualTo(Arrays.copyOfRange(DATA, 5, 15));
    }

    @ParameterizedTest
    @CsvSource({
        "offset, -1",
        "offset, one",
        "offset, 1.5",
        "offset, 9223372036854775808",
        "offset, ''",
        "offset, ٣",
        "length, -10",
        "length, ' 10'",
        "length, 0x10",
        "length, 99999999999999999999999"
    })
    void should_refuse_what_is_no_number_of_bytes(String key, String value) {
        refused(tensor("w", 10, "location", "w.bin", key, value))
                .hasMessage(
                        "`%s` gives `%s` as the %s of the external data of tensor `w`; expected a whole number of bytes",
                        model, value, key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"location", "offset", "length"})
    void should_refuse_what_is_said_twice(String key) {
        String value = key.equals("location") ? "w.bin" : "10";
        refused(tensor("w", 10, "location", "w.bin", key, value, key, value)).hasMessageContaining("more than once");
    }

    @ParameterizedTest
    @CsvSource({"995, 10", "1000, 10", "1001, 0", "9223372036854775807, 10", "0, 9223372036854775807"})
    void should_refuse_bytes_beyond_the_end_of_the_file(String offset, String length) {
        refused(tensor("w", 10, "location", "w.bin", "offset", offset, "length", length))
                .hasMessageContaining("which has 1000 bytes; check that the file is complete and belongs to the model");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 11})
    void should_refuse_another_number_of_bytes_than_the_dimensions_need(int length) {
        refused(tensor("w", 10, "location", "w.bin", "length", String.valueOf(length)))
                .hasMessage(
                        "`%s` stores tensor `w` in %d bytes of `%s`, but dimensions [10] of type UINT8 need 10; export the model again",
                        model, length, folder.resolve("w.bin"));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"UNDEFINED", "STRING"})
    void should_know_how_many_bytes_each_type_needs(DataType type) {
        int bits = switch (type) {
            case UINT2, INT2 -> 2;
            case UINT4, INT4, FLOAT4E2M1 -> 4;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
            case FLOAT, INT32, UINT32 -> 32;
            case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
            case COMPLEX128 -> 128;
            default -> 8;
        };
        TensorProto odd = TensorProto.newBuilder()
                .addDims(3)
                .addDims(3)
                .setDataType(type.getNumber())
                .build();

        assertThat(RawSize.of(odd)).hasValue((9 * bits + 7) / 8);
    }

    @Test
    void should_refuse_dimensions_that_nothing_can_have() {
        TensorProto negative =
                tensor("w", 10, "location", "w.bin").toBuilder().setDims(0, -1).build();
        TensorProto huge = tensor("w", 10, "location", "w.bin").toBuilder()
                .setDims(0, Long.MAX_VALUE)
                .addDims(2)
                .build();

        refused(negative).hasMessageContaining("tensor `w` declares impossible dimensions");
        refused(huge).hasMessageContaining("tensor `w` declares impossible dimensions");
    }

    @ParameterizedTest
    @CsvSource({"0, 10, 5, 10", "0, 10, 0, 5", "0, 10, 9, 1", "5, 1, 0, 10"})
    void should_refuse_tensors_that_share_some_of_their_bytes(int one, int oneBytes, int other, int otherBytes) {
        refused(tensor("a", "w.bin", one, oneBytes), tensor("b", "w.bin", other, otherBytes))
                .hasMessageContaining(" in overlapping bytes of `")
                .hasMessageContaining("; expected separate or identical bytes: export the model again")
                .hasMessageContaining("`a`")
                .hasMessageContaining("`b`");
    }

    @Test
    void should_refuse_texts_and_tensors_with_data_in_both_places() {
        refused(tensor("w", "w.bin", 0, 10).toBuilder()
                        .setDataType(DataType.STRING_VALUE)
                        .build())
                .hasMessageContaining("which the format does not allow for strings");
        refused(tensor("w", "w.bin", 0, 10).toBuilder()
                        .setRawData(ByteString.copyFrom(bytes(10, 1)))
                        .build())
                .hasMessageContaining("both as external data and in the model's own file");
        refused(tensor("w", "w.bin", 0, 1000).toBuilder().addFloatData(1).build())
                .hasMessageContaining("both as external data and in the model's own file");
    }

    private OnnxModel read(TensorProto... tensors) {
        return OnnxReader.read(TextModels.write(model(tensors), model));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(TensorProto... tensors) {
        return assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        tensors[0].getDims(0) < 0 || tensors[0].getDimsCount() > 1 ? "tensor" : "`" + model + "`");
    }
}

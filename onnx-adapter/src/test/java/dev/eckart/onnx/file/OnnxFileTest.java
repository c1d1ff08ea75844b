package dev.eckart.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFileTest {
    private static final int LARGE = 5000;

    @TempDir
    private Path folder;

    @Test
    void should_keep_the_data_of_large_tensors_out_of_the_message() {
        byte[] data = bytes(LARGE, 1);
        ModelProto model = withTensor(raw("w", data));

        OnnxModel read = OnnxReader.read(TextModels.write(model, folder.resolve("model.onnx")));

        TensorProto tensor = read.message().getGraph().getInitializer(0);
        assertThat(tensor.hasRawData()).isFalse();
        assertThat(tensor.getName()).isEqualTo("w");
        assertThat(content(read.payloads().get(tensor.getPayload().getIndex()))).isEqualTo(data);
    }

    @Test
    void should_read_small_tensors_into_the_message() {
        ModelProto model = withTensor(raw("w", bytes(100, 1)));

        OnnxModel read = OnnxReader.read(TextModels.write(model, folder.resolve("model.onnx")));

        assertThat(read.message()).isEqualTo(model);
        assertThat(read.payloads().size()).isZero();
    }

    @Test
    void should_write_every_kind_of_data_wherever_it_is_as_it_was_read() throws IOException {
        TensorProto.Builder floats = TensorProto.newBuilder().setName("floats").setDataType(1);
        TensorProto.Builder halves = TensorProto.newBuilder().setName("halves").setDataType(10);
        TensorProto.Builder longs = TensorProto.newBuilder().setName("longs").setDataType(7);
        for (int i = 0; i < LARGE; i++) {
            floats.addFloatData(i / 7f);
            halves.addInt32Data(i * 13);
            longs.addInt64Data(-i);
        }
        GraphProto inner = GraphProto.newBuilder()
                .setName("inner")
                .addInitializer(raw("deep", bytes(LARGE, 2)))
                .build();
        ModelProto model = ModelProto.newBuilder(withTensor(floats.build()))
                .setGraph(withTensor(floats.build()).getGraph().toBuilder()
                        .addInitializer(halves)
                        .addInitializer(longs)
                        .addInitializer(
                                raw("after", bytes(LARGE, 3)).toBuilder().setDocString("kept"))
                        .addNode(NodeProto.newBuilder()
                                .setOpType("If")
                                .addAttribute(AttributeProto.newBuilder()
                                        .setName("then_branch")
                                        .setG(inner))
                                .addAttribute(AttributeProto.newBuilder()
                                        .setName("value")
                                        .setT(raw("constant", bytes(LARGE, 4))))))
                .build();
        Path copy = folder.resolve("copy.onnx");

        OnnxWriter.write(OnnxReader.read(TextModels.write(model, folder.resolve("model.onnx"))), copy);

        assertThat(ModelProto.parseFrom(Files.readAllBytes(copy))).isEqualTo(model);
    }

    @Test
    void should_write_a_file_that_exporters_write_back_to_the_byte() throws IOException {
        Path original = TextModels.write(withTensor(raw("w", bytes(LARGE, 5))), folder.resolve("model.onnx"));
        Path copy = folder.resolve("copy.onnx");

        OnnxWriter.write(OnnxReader.read(original), copy);

        assertThat(copy).hasSameBinaryContentAs(original);
    }

    @Test
    void should_carry_fields_through_that_no_version_has_yet() throws IOException {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(
                        777,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(42)
                                .addLengthDelimited(ByteString.copyFromUtf8("newer"))
                                .addGroup(UnknownFieldSet.newBuilder()
                                        .addField(
                                                3,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addFixed32(7)
                                                        .build())
                                        .build())
                                .build())
                .build();
        TensorProto tensor =
                raw("w", bytes(LARGE, 6)).toBuilder().setUnknownFields(unknown).build();
        ModelProto model =
                withTensor(tensor).toBuilder().setUnknownFields(unknown).build();
        Path copy = folder.resolve("copy.onnx");

        OnnxWriter.write(OnnxReader.read(TextModels.write(model, folder.resolve("model.onnx"))), copy);

        assertThat(ModelProto.parseFrom(Files.readAllBytes(copy))).isEqualTo(model);
    }

    @Test
    void should_leave_data_in_several_pieces_to_protobuf() throws IOException {
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        withTensor(raw("w", bytes(LARGE, 7))).writeTo(pieces);
        // A second message of the same kind is merged into the first: the tensor's list grows, the graph is one.
        withTensor(raw("v", bytes(LARGE, 8))).writeTo(pieces);
        Path file = Files.write(folder.resolve("model.onnx"), pieces.toByteArray());
        Path copy = folder.resolve("copy.onnx");

        OnnxWriter.write(OnnxReader.read(file), copy);

        assertThat(ModelProto.parseFrom(Files.readAllBytes(copy)))
                .isEqualTo(ModelProto.parseFrom(pieces.toByteArray()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 50, 500, 5000})
    void should_refuse_a_file_that_is_cut_short(int missing) throws IOException {
        byte[] whole = withTensor(raw("w", bytes(LARGE, 9))).toByteArray();
        Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length - missing));

        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`%s` is not an ONNX model".formatted(file));
    }

    @Test
    void should_refuse_what_is_no_model() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "These are words.\n".repeat(9));
        Path empty = Files.createFile(folder.resolve("empty.onnx"));
        Path noGraph =
                TextModels.write(ModelProto.newBuilder().setIrVersion(8).build(), folder.resolve("no-graph.onnx"));

        assertThatThrownBy(() -> OnnxReader.read(text)).hasMessageContaining("is not an ONNX model");
        assertThatThrownBy(() -> OnnxReader.read(empty)).hasMessageContaining("is empty");
        assertThatThrownBy(() -> OnnxReader.read(folder)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> OnnxReader.read(folder.resolve("none.onnx"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> OnnxReader.read(noGraph)).hasMessageContaining("it has no graph");
    }

    @Test
    void should_refuse_messages_nested_deeper_than_protobuf_reads() throws IOException {
        byte[] nested = "name".getBytes(StandardCharsets.UTF_8);
        for (int depth = 0; depth < 3000; depth++) {
            // A graph in an attribute in a node in a graph.
            int field = List.of(
                            AttributeProto.G_FIELD_NUMBER,
                            NodeProto.ATTRIBUTE_FIELD_NUMBER,
                            GraphProto.NODE_FIELD_NUMBER)
                    .get(depth % 3);
            ByteArrayOutputStream outer = new ByteArrayOutputStream();
            outer.writeBytes(Wire.prefix(field, nested.length));
            outer.writeBytes(nested);
            nested = outer.toByteArray();
        }
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        model.writeBytes(Wire.prefix(ModelProto.GRAPH_FIELD_NUMBER, nested.length));
        model.writeBytes(nested);
        Path file = Files.write(folder.resolve("deep.onnx"), model.toByteArray());

        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("nested deeper than 100");
    }

    @Test
    void should_refuse_a_file_that_uses_the_field_kept_for_payloads() throws IOException {
        TensorProto tensor = TensorProto.newBuilder()
                .setName("w")
                .setPayload(TensorProto.Payload.newBuilder().setIndex(3).setField(9))
                .build();
        Path file = TextModels.write(withTensor(tensor), folder.resolve("forged.onnx"));

        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("which no ONNX version has");
    }

    @Test
    void should_never_fail_otherwise_on_damaged_bytes() throws IOException {
        byte[] whole = withTensor(raw("w", bytes(2 * LARGE, 10))).toByteArray();
        Random random = new Random(11);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int j = 0; j <= i % 4; j++) {
                // The head of the file, where its structure is.
                damaged[random.nextInt(80)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.onnx"), damaged);
            try {
                OnnxWriter.write(OnnxReader.read(file), folder.resolve("copy.onnx"));
            } catch (InvalidInputException e) {
                assertThat(e).hasMessageContaining("ONNX model");
            }
        }
    }

    @Test
    void should_write_a_tensor_with_data_in_two_fields_as_it_was_read() throws IOException {
        TensorProto.Builder tensor = raw("w", bytes(LARGE, 12)).toBuilder();
        for (int i = 0; i < LARGE; i++) {
            tensor.addFloatData(i);
        }
        ModelProto model = withTensor(tensor.build());
        Path copy = folder.resolve("copy.onnx");

        OnnxWriter.write(OnnxReader.read(TextModels.write(model, folder.resolve("model.onnx"))), copy);

        assertThat(ModelProto.parseFrom(Files.readAllBytes(copy))).isEqualTo(model);
    }

    @Test
    void should_refuse_a_tensor_in_two_pieces() throws IOException {
        AttributeProto one = AttributeProto.newBuilder()
                .setName("value")
                .setT(raw("w", bytes(LARGE, 13)))
                .build();
        AttributeProto other =
                AttributeProto.newBuilder().setT(raw("w", bytes(100, 14))).build();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(TextModels.withGraph("").toByteArray());
        file.writeBytes(inField(
                ModelProto.GRAPH_FIELD_NUMBER,
                inField(
                        GraphProto.NODE_FIELD_NUMBER,
                        inField(
                                NodeProto.ATTRIBUTE_FIELD_NUMBER,
                                one.toByteString().concat(other.toByteString()).toByteArray()))));
        Path path = Files.write(folder.resolve("pieces.onnx"), file.toByteArray());

        assertThatThrownBy(() -> OnnxReader.read(path))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a tensor in two pieces");
    }

    private static byte[] inField(int field, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Wire.prefix(field, content.length));
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private static ModelProto withTensor(TensorProto tensor) {
        ModelProto model = TextModels.withGraph("");
        return model.toBuilder()
                .setGraph(model.getGraph().toBuilder().addInitializer(tensor))
                .build();
    }

    private static TensorProto raw(String name, byte[] data) {
        return TensorProto.newBuilder()
                .setName(name)
                .addDims(data.length)
                .setDataType(TensorProto.DataType.UINT8_VALUE)
                .setRawData(ByteString.copyFrom(data))
                .build();
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] content(Region region) {
        byte[] bytes = new byte[(int) region.size()];
        region.read(0, bytes.length).get(bytes);
        return bytes;
    }
}

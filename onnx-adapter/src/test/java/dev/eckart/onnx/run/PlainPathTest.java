package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the runtime takes any name there")
class PlainPathTest {
    private static final String SMILE = "\ud83d\ude00";

    @TempDir
    private Path folder;

    @Test
    void should_load_a_model_whose_name_and_folder_have_characters_beyond_the_first_plane() throws IOException {
        Path model = Files.write(
                Files.createDirectory(folder.resolve("f" + SMILE)).resolve("m\u00e4" + SMILE + ".onnx"),
                model("").toByteArray());

        assertThat(runs(model)).isTrue();
    }

    @Test
    void should_load_data_of_such_a_model_from_its_files() throws IOException {
        Path home = Files.createDirectories(folder.resolve("f" + SMILE + "/sub"));
        Files.write(home.resolve("d" + SMILE + ".data"), new byte[] {0, 0, 0, 64});
        Path model = Files.write(
                home.resolveSibling("m" + SMILE + ".onnx"),
                model("sub/d" + SMILE + ".data").toByteArray());

        assertThat(runs(model)).isTrue();
    }

    @Test
    void should_leave_no_links() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.write(folder.resolve("sub/w.data"), new byte[] {0, 0, 0, 64});
        Path model = Files.write(
                folder.resolve("m" + SMILE + ".onnx"), model("sub/w.data").toByteArray());
        Path link;

        try (PlainPath plain = PlainPath.to(model)) {
            link = plain.path();
            assertThat(link).isSymbolicLink();
            assertThat(link.resolveSibling("sub/w.data")).hasSameBinaryContentAs(folder.resolve("sub/w.data"));
        }

        assertThat(link.getParent()).doesNotExist();
        assertThat(folder.resolve("sub/w.data")).exists();
    }

    @Test
    void should_take_a_plain_path_as_it_is() {
        Path model = folder.resolve("m\u00e4.onnx");

        try (PlainPath plain = PlainPath.to(model)) {
            assertThat(plain.path()).isSameAs(model);
        }
    }

    @Test
    void should_refuse_a_temporary_folder_that_the_runtime_cannot_write_to() {
        Path temporary = folder.resolve("t" + SMILE);

        assertThatThrownBy(() -> OperatorLog.in(temporary))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the temporary folder `%s` has characters", temporary);
    }

    private static boolean runs(Path model) {
        try (Session session = Session.open(model, Optimization.NONE, 1)) {
            return session.run(Map.of()).containsKey("y");
        }
    }

    /** Gives out the one number 2 that it stores, inside or in a data file. */
    private static ModelProto model(String location) {
        TensorProto.Builder weight = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(1);
        if (location.isEmpty()) {
            weight.setRawData(ByteString.copyFrom(new byte[] {0, 0, 0, 64}));
        } else {
            weight.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(location));
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(GraphProto.newBuilder()
                        .setName("g")
                        .addInitializer(weight)
                        .addNode(NodeProto.newBuilder()
                                .setOpType("Neg")
                                .addInput("w")
                                .addOutput("y"))
                        .addOutput(ValueInfoProto.newBuilder()
                                .setName("y")
                                .setType(TypeProto.newBuilder()
                                        .setTensorType(TypeProto.Tensor.newBuilder()
                                                .setElemType(TensorProto.DataType.FLOAT_VALUE)))))
                .build();
    }
}

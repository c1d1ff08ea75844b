package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InputFilesTest {
    private static final NpyArray X = NpyArray.ofFloats(List.of(2, 2), 1, 2, 3, 4);
    private static final NpyArray Y = NpyArray.ofFloats(List.of(2), 5, 6);

    @TempDir
    private Path folder;

    @Test
    void should_read_an_npz_file_by_the_names_of_the_inputs() {
        Path file = folder.resolve("inputs.npz");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("labels", NpyArray.ofFloats(List.of(3), 0, 0, 0));
        arrays.put("in/y:0", Y);
        arrays.put("x", X);
        NpyFile.writeAll(file, arrays);

        InputSet set = InputsAlone.read(file, List.of(matrix("x"), row("in/y:0")));

        assertThat(set.samples()).isEqualTo(2);
        assertThat(set.batch(0, 2)).isEqualTo(Map.of("x", X, "in/y:0", Y));
    }

    @Test
    void should_read_a_directory_of_npy_files() {
        NpyFile.write(folder.resolve("x.npy"), X);
        NpyFile.write(folder.resolve("in_y_0.npy"), Y);
        NpyFile.write(folder.resolve("labels.npy"), Y);

        InputSet set = InputsAlone.read(folder, List.of(matrix("x"), row("in/y:0")));

        assertThat(set.batch(0, 2)).isEqualTo(Map.of("x", X, "in/y:0", Y));
    }

    @Test
    void should_refuse_a_directory_without_the_file_of_an_input() {
        NpyFile.write(folder.resolve("x.npy"), X);

        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(matrix("x"), row("y"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.resolve("y.npy").toString())
                .hasMessageContaining("does not exist");
    }

    @Test
    void should_refuse_an_npz_file_without_the_array_of_an_input() {
        Path file = folder.resolve("inputs.npz");
        NpyFile.writeAll(file, Map.of("x", X));

        assertThatThrownBy(() -> InputsAlone.read(file, List.of(matrix("x"), row("y"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` has no array for input `y` (FLOAT [n]); it has: x", file);
    }

    @Test
    void should_refuse_a_path_that_is_not_there() {
        Path none = folder.resolve("none");

        assertThatThrownBy(() -> InputsAlone.read(none, List.of(matrix("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`%s` does not exist; expected an .npz file, a directory of .npy files, or an ONNX test data set",
                        none);
    }

    @Test
    void should_refuse_a_file_that_is_no_archive() throws IOException {
        Path file = Files.writeString(folder.resolve("inputs.npz"), "words");

        assertThatThrownBy(() -> InputsAlone.read(file, List.of(matrix("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("`%s`".formatted(file));
    }

    @Test
    void should_read_a_test_data_set_in_the_order_of_the_inputs() {
        writeTensor(0, raw(DataType.FLOAT, bytes(4).putFloat(5), 1));
        writeTensor(1, raw(DataType.FLOAT, bytes(8).putFloat(1).putFloat(2), 1, 2));
        // The expected outputs that come with such a set.
        NpyFile.write(folder.resolve("x.npy"), X);

        InputSet set = InputsAlone.read(folder, List.of(row("b"), matrix("a")));

        assertThat(set.samples()).isEqualTo(1);
        assertThat(set.batch(0, 1))
                .isEqualTo(Map.of(
                        "b", NpyArray.ofFloats(List.of(1), 5),
                        "a", NpyArray.ofFloats(List.of(1, 2), 1, 2)));
    }

    @Test
    void should_say_what_to_give_instead_of_one_array() {
        Path file = folder.resolve("x.npy");
        NpyFile.write(file, X);

        assertThatThrownBy(() -> InputsAlone.read(file, List.of(matrix("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`%s` is one array; expected an .npz file, which names each input's array, or a directory of .npy files: give `%s`, if the file is named after the input",
                        file, folder);
    }

    /** Tensors of one number: what it is, and as what. */
    private static Stream<Arguments> tensors() {
        return Stream.of(
                Arguments.of(raw(DataType.FLOAT, bytes(4).putFloat(0.1f), 1), NpyType.FLOAT32, (double) 0.1f),
                Arguments.of(typed(DataType.FLOAT).addFloatData(0.1f).build(), NpyType.FLOAT32, (double) 0.1f),
                Arguments.of(raw(DataType.DOUBLE, bytes(8).putDouble(0.1), 1), NpyType.FLOAT64, 0.1),
                Arguments.of(typed(DataType.DOUBLE).addDoubleData(0.1).build(), NpyType.FLOAT64, 0.1),
                Arguments.of(raw(DataType.FLOAT16, bytes(2).putShort((short) 0xc100), 1), NpyType.FLOAT16, -2.5),
                Arguments.of(typed(DataType.FLOAT16).addInt32Data(0xc100).build(), NpyType.FLOAT16, -2.5),
                Arguments.of(raw(DataType.BFLOAT16, bytes(2).putShort((short) 0xc020), 1), NpyType.BFLOAT16, -2.5),
                Arguments.of(typed(DataType.BFLOAT16).addInt32Data(0xc020).build(), NpyType.BFLOAT16, -2.5),
                Arguments.of(raw(DataType.INT64, bytes(8).putLong(-(1L << 40)), 1), NpyType.INT64, -0x1p40),
                Arguments.of(typed(DataType.INT64).addInt64Data(-(1L << 40)).build(), NpyType.INT64, -0x1p40),
                Arguments.of(raw(DataType.INT32, bytes(4).putInt(-7), 1), NpyType.INT32, -7.0),
                Arguments.of(typed(DataType.INT32).addInt32Data(-7).build(), NpyType.INT32, -7.0),
                Arguments.of(raw(DataType.INT16, bytes(2).putShort((short) -7), 1), NpyType.INT16, -7.0),
                Arguments.of(typed(DataType.INT16).addInt32Data(-7).build(), NpyType.INT16, -7.0),
                Arguments.of(raw(DataType.INT8, bytes(1).put((byte) -7), 1), NpyType.INT8, -7.0),
                Arguments.of(typed(DataType.INT8).addInt32Data(-7).build(), NpyType.INT8, -7.0),
                Arguments.of(raw(DataType.UINT8, bytes(1).put((byte) 200), 1), NpyType.UINT8, 200.0),
                Arguments.of(typed(DataType.UINT8).addInt32Data(200).build(), NpyType.UINT8, 200.0),
                Arguments.of(raw(DataType.BOOL, bytes(1).put((byte) 1), 1), NpyType.BOOL, 1.0),
                Arguments.of(typed(DataType.BOOL).addInt32Data(1).build(), NpyType.BOOL, 1.0));
    }

    @ParameterizedTest
    @MethodSource("tensors")
    void should_read_every_type_of_a_test_data_set(TensorProto tensor, NpyType type, double number) {
        writeTensor(0, tensor);

        NpyArray read = Objects.requireNonNull(InputsAlone.read(
                        folder, List.of(new ModelInput("x", javaType(type), List.of(new ModelInput.Dim(-1, "n")))))
                .batch(0, 1)
                .get("x"));

        assertThat(read.type()).isEqualTo(type);
        assertThat(read.shape()).containsExactly(1);
        assertThat(read.doubleAt(0)).isEqualTo(number);
    }

    @Test
    void should_refuse_a_test_data_set_without_the_tensor_of_an_input() {
        writeTensor(0, raw(DataType.FLOAT, bytes(4), 1));

        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"), row("y"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`%s`, for input `y`, cannot be read", folder.resolve("input_1.pb"));
    }

    /** Tensors whose dimensions are not those of their data. */
    private static Stream<TensorProto> contradictory() {
        return Stream.of(
                raw(DataType.FLOAT, bytes(12), 2),
                raw(DataType.FLOAT, bytes(6), 1),
                raw(DataType.FLOAT, bytes(8), -2, -1),
                raw(DataType.FLOAT, bytes(8), 1L << 40, 1L << 40),
                raw(DataType.FLOAT, bytes(0), 1L << 40, 0),
                typed(DataType.FLOAT).build());
    }

    @ParameterizedTest
    @MethodSource("contradictory")
    void should_refuse_a_tensor_whose_data_is_not_what_it_declares(TensorProto tensor) {
        writeTensor(0, tensor);

        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("declares");
    }

    @Test
    void should_refuse_what_is_no_tensor() throws IOException {
        Files.write(folder.resolve("input_0.pb"), new byte[] {(byte) 0xff, 1, 2});

        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is not an ONNX tensor");
    }

    @Test
    void should_refuse_a_tensor_that_cannot_be_fed() {
        writeTensor(
                0,
                typed(DataType.STRING)
                        .addStringData(ByteString.copyFromUtf8("a"))
                        .build());

        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` holds numbers of type 8, which cannot be fed", folder.resolve("input_0.pb"));
    }

    @Test
    void should_refuse_numbers_in_the_field_of_another_type() {
        writeTensor(0, typed(DataType.FLOAT).addDoubleData(1).build());
        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("declares [1] numbers of float32 but holds 8 bytes");

        writeTensor(0, typed(DataType.DOUBLE).addInt32Data(1).build());
        assertThatThrownBy(() -> InputsAlone.read(folder, List.of(row("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("declares [1] numbers of float64 but holds 4 bytes");
    }

    private void writeTensor(int number, TensorProto tensor) {
        try {
            Files.write(folder.resolve("input_%d.pb".formatted(number)), tensor.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ModelInput matrix(String name) {
        return new ModelInput(
                name, OnnxJavaType.FLOAT, List.of(new ModelInput.Dim(-1, "n"), new ModelInput.Dim(2, "")));
    }

    private static ModelInput row(String name) {
        return new ModelInput(name, OnnxJavaType.FLOAT, List.of(new ModelInput.Dim(-1, "n")));
    }

    private static OnnxJavaType javaType(NpyType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            default -> OnnxJavaType.valueOf(type.name());
        };
    }

    private static TensorProto raw(DataType type, ByteBuffer bytes, long... dims) {
        return TensorProto.newBuilder()
                .setDataType(type.getNumber())
                .addAllDims(Arrays.stream(dims).boxed().toList())
                .setRawData(ByteString.copyFrom(bytes.rewind()))
                .build();
    }

    private static TensorProto.Builder typed(DataType type) {
        return TensorProto.newBuilder().setDataType(type.getNumber()).addDims(1);
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }
}

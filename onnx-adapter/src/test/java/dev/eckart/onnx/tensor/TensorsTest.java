package dev.eckart.onnx.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorsTest {
    /** 48 bytes of the widest type: data that stays in the message. */
    private static final Shape SMALL = new Shape(2, 3);

    /** 4000 bytes of the narrowest type: data that is kept as a payload. */
    private static final Shape LARGE = new Shape(40, 50);

    @TempDir
    private Path folder;

    private record Shape(int rows, int columns) {
        int size() {
            return rows * columns;
        }
    }

    /** A number, and the bits that stand for it in a type. */
    private record Known(double number, long bits) {}

    private static List<Known> known(ElementType type) {
        return switch (type) {
            case FLOAT16 ->
                List.of(
                        new Known(1, 0x3c00),
                        new Known(-2, 0xc000),
                        new Known(0x1.554p-2, 0x3555),
                        new Known(65504, 0x7bff),
                        new Known(0x1p-24, 0x0001),
                        new Known(0, 0),
                        new Known(-0x1p-14, 0x8400));
            case BFLOAT16 ->
                List.of(
                        new Known(1, 0x3f80),
                        new Known(-2, 0xc000),
                        new Known(3.140625, 0x4049),
                        new Known(0x1.fep127, 0x7f7f),
                        new Known(0x1p-133, 0x0001),
                        new Known(0, 0),
                        new Known(-0.5, 0xbf00));
            case FLOAT32 ->
                List.of(
                        new Known(1, 0x3f800000L),
                        new Known(-2, 0xc0000000L),
                        new Known(0x1.555556p-2, 0x3eaaaaabL),
                        new Known(0x1.fffffep127, 0x7f7fffffL),
                        new Known(0x1p-149, 1),
                        new Known(0, 0),
                        new Known(-0.5, 0xbf000000L));
            case FLOAT64 ->
                List.of(
                        new Known(1, 0x3ff0000000000000L),
                        new Known(-2, 0xc000000000000000L),
                        new Known(0x1.5555555555555p-2, 0x3fd5555555555555L),
                        new Known(Double.MAX_VALUE, 0x7fefffffffffffffL),
                        new Known(Double.MIN_VALUE, 1),
                        new Known(0, 0),
                        new Known(-0.5, 0xbfe0000000000000L));
        };
    }

    private static Known known(ElementType type, int index) {
        List<Known> all = known(type);
        return all.get(index % all.size());
    }

    private static Matrix numbers(ElementType type, Shape shape) {
        return Matrix.of(
                shape.rows,
                shape.columns,
                IntStream.range(0, shape.size())
                        .mapToDouble(i -> known(type, i).number)
                        .toArray());
    }

    private static TensorProto.Builder tensor(ElementType type, Shape shape) {
        return TensorProto.newBuilder()
                .setName("w")
                .addDims(shape.rows)
                .addDims(shape.columns)
                .setDataType(TensorTypes.dataType(type));
    }

    private static TensorProto raw(ElementType type, Shape shape) {
        ByteBuffer bytes = ByteBuffer.allocate(shape.size() * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < shape.size(); i++) {
            long bits = known(type, i).bits;
            switch (type.bytes()) {
                case 2 -> bytes.putShort((short) bits);
                case 4 -> bytes.putInt((int) bits);
                default -> bytes.putLong(bits);
            }
        }
        return tensor(type, shape).setRawData(ByteString.copyFrom(bytes.flip())).build();
    }

    private static TensorProto typed(ElementType type, Shape shape) {
        TensorProto.Builder tensor = tensor(type, shape);
        for (int i = 0; i < shape.size(); i++) {
            Known known = known(type, i);
            switch (type) {
                case FLOAT16, BFLOAT16 -> tensor.addInt32Data((int) known.bits);
                case FLOAT32 -> tensor.addFloatData((float) known.number);
                case FLOAT64 -> tensor.addDoubleData(known.number);
            }
        }
        return tensor.build();
    }

    private static Stream<Arguments> everyTypeAndSize() {
        return Stream.of(ElementType.values())
                .flatMap(type -> Stream.of(Arguments.of(type, SMALL), Arguments.of(type, LARGE)));
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndSize")
    void should_read_raw_data(ElementType type, Shape shape) {
        assertThat(Matrix.copyOf(stored(raw(type, shape), shape, false))).isEqualTo(numbers(type, shape));
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndSize")
    void should_read_typed_data(ElementType type, Shape shape) {
        assertThat(Matrix.copyOf(stored(typed(type, shape), shape, false))).isEqualTo(numbers(type, shape));
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndSize")
    void should_read_a_transposed_tensor_as_its_transpose(ElementType type, Shape shape) {
        MatrixSource transposed = stored(typed(type, shape), shape, true);

        assertThat(transposed.rows()).isEqualTo(shape.columns);
        assertThat(transposed.columns()).isEqualTo(shape.rows);
        assertThat(Matrix.copyOf(transposed)).isEqualTo(numbers(type, shape).transpose());
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void should_read_16_bit_floats_whose_sign_was_extended(ElementType type) {
        for (Shape shape : List.of(SMALL, LARGE)) {
            TensorProto.Builder tensor = tensor(type, shape);
            IntStream.range(0, shape.size()).forEach(i -> tensor.addInt32Data((short) known(type, i).bits));

            assertThat(Matrix.copyOf(stored(tensor.build(), shape, false))).isEqualTo(numbers(type, shape));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_read_a_block(ElementType type) {
        Matrix all = numbers(type, LARGE);
        for (boolean transposed : List.of(false, true)) {
            MatrixSource source = stored(raw(type, LARGE), LARGE, transposed);
            Matrix expected = transposed ? all.transpose() : all;
            double[] block = new double[3 * 4];
            double[] expectedBlock = new double[3 * 4];

            source.read(30, 5, 3, 4, block);
            expected.read(30, 5, 3, 4, expectedBlock);

            assertThat(block).isEqualTo(expectedBlock);
        }
    }

    @Test
    void should_refuse_a_block_that_leaves_the_matrix() {
        MatrixSource source = stored(raw(ElementType.FLOAT32, LARGE), LARGE, false);
        double[] target = new double[100];

        assertThatThrownBy(() -> source.read(39, 0, 2, 1, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> source.read(0, 50, 1, 1, target)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource({"5", "20", "23", "28"})
    void should_refuse_data_of_another_length_than_declared(int bytes) {
        TensorProto tensor = tensor(ElementType.FLOAT32, SMALL)
                .setRawData(ByteString.copyFrom(new byte[bytes]))
                .build();

        assertThatThrownBy(() -> Tensors.view(tensor, model(tensor).payloads()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("tensor `w` declares [2×3] numbers of float32 but holds %d bytes", bytes);
    }

    @Test
    void should_refuse_dimensions_that_no_tensor_can_have() {
        TensorProto negative =
                TensorProto.newBuilder().setName("w").addDims(2).addDims(-1).build();
        TensorProto huge = TensorProto.newBuilder()
                .setName("w")
                .addDims(Long.MAX_VALUE)
                .addDims(2)
                .build();

        assertThatThrownBy(() -> Tensors.elements(negative))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("tensor `w` declares impossible dimensions: [2×-1]");
        assertThatThrownBy(() -> Tensors.elements(huge)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void should_count_the_numbers_that_dimensions_declare() {
        assertThat(Tensors.elements(TensorProto.newBuilder().build())).isEqualTo(1);
        assertThat(Tensors.elements(tensor(ElementType.FLOAT32, SMALL).build())).isEqualTo(6);
        assertThat(Tensors.elements(tensor(ElementType.FLOAT32, new Shape(3, 0)).build()))
                .isZero();
    }

    @Test
    void should_read_positions_of_both_widths_however_they_are_stored() {
        long far = Long.MIN_VALUE + 7;

        assertThat(Tensors.positions(positions("data_type: 7 dims: 3 int64_data: [2, -1, %d]".formatted(far))))
                .contains(List.of(2L, -1L, far));
        assertThat(Tensors.positions(positions("data_type: 6 dims: 2 int32_data: [2, -1]")))
                .contains(List.of(2L, -1L));
        assertThat(Tensors.positions(
                        positions("data_type: 7 dims: 2 raw_data: \"%s%s\"".formatted(escaped(2, 8), escaped(-1, 8)))))
                .contains(List.of(2L, -1L));
        assertThat(Tensors.positions(
                        positions("data_type: 6 dims: 2 raw_data: \"%s%s\"".formatted(escaped(2, 4), escaped(-1, 4)))))
                .contains(List.of(2L, -1L));
        assertThat(Tensors.positions(positions("data_type: 7 int64_data: 5"))).contains(List.of(5L));
        assertThat(Tensors.positions(positions("data_type: 7 dims: 0"))).contains(List.of());
    }

    @Test
    void should_not_take_other_numbers_or_many_for_positions() {
        TensorProto many = positions("data_type: 7 dims: 1000").toBuilder()
                .setRawData(ByteString.copyFrom(new byte[1000 * Long.BYTES]))
                .build();

        assertThat(Tensors.positions(positions("data_type: 1 dims: 1 float_data: 2")))
                .isEmpty();
        assertThat(Tensors.positions(positions("data_type: 9 dims: 1 int32_data: 1")))
                .isEmpty();
        assertThat(Tensors.positions(model(many).message().getGraph().getInitializer(0)))
                .isEmpty();
    }

    private static TensorProto positions(String tensor) {
        return TextModels.withGraph("initializer { name: \"i\" %s }".formatted(tensor))
                .getGraph()
                .getInitializer(0);
    }

    /** A number's bytes, the lowest first, as text of a message. */
    private static String escaped(long number, int bytes) {
        return IntStream.range(0, bytes)
                .mapToObj(i -> "\\x%02x".formatted((number >> (8 * i)) & 0xff))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndSize")
    void should_read_back_what_was_encoded(ElementType type, Shape shape) {
        Matrix numbers = numbers(type, shape);

        ByteBuffer bytes = encoded(numbers, type, "w");

        TensorProto tensor =
                tensor(type, shape).setRawData(ByteString.copyFrom(bytes)).build();
        assertThat(tensor).isEqualTo(raw(type, shape));
    }

    @ParameterizedTest
    @CsvSource({
        // Float16: 10 bits of fraction. The nearest, or of two at the same distance the even one.
        "FLOAT16, 0.1, 0x2e66",
        "FLOAT16, 0x1.002p0, 0x3c00",
        "FLOAT16, 0x1.006p0, 0x3c02",
        "FLOAT16, 0x1.0021p0, 0x3c01",
        "FLOAT16, -0x1.001fp0, 0xbc00",
        "FLOAT16, 65519, 0x7bff",
        // What rounding to a float first would take for a tie.
        "FLOAT16, 0x1.00200000001p0, 0x3c01",
        "FLOAT16, -0x1.005fffffffp0, 0xbc01",
        "FLOAT16, 0x1p-25, 0x0000",
        "FLOAT16, 0x1.0000000001p-25, 0x0001",
        "FLOAT16, -1e-300, 0x8000",
        "FLOAT16, 0x1.8p-25, 0x0001",
        // Bfloat16: 7 bits.
        "BFLOAT16, 0.1, 0x3dcd",
        "BFLOAT16, 0x1.01p0, 0x3f80",
        "BFLOAT16, 0x1.03p0, 0x3f82",
        "BFLOAT16, 0x1.011p0, 0x3f81",
        "BFLOAT16, -0x1.00fp0, 0xbf80",
        "BFLOAT16, 0x1.01000000001p0, 0x3f81",
        // Float32: 23 bits.
        "FLOAT32, 0.1, 0x3dcccccd",
        "FLOAT32, 0x1.000001p0, 0x3f800000",
        "FLOAT32, 0x1.0000011p0, 0x3f800001",
        "FLOAT32, 0x1p-150, 0x00000000",
    })
    void should_round_to_the_nearest_number(ElementType type, String number, String bits) {
        ByteBuffer bytes = encoded(Matrix.of(1, 1, Double.parseDouble(number)), type, "w");

        long encoded =
                type.bytes() == 2 ? Short.toUnsignedLong(bytes.getShort()) : Integer.toUnsignedLong(bytes.getInt());
        assertThat(Long.toHexString(encoded)).isEqualTo(Long.toHexString(Long.decode(bits)));
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT16, 65520, float16",
        "FLOAT16, -1e9, float16",
        "BFLOAT16, 3.4e38, bfloat16",
        "FLOAT32, -1e39, float32",
    })
    void should_refuse_a_number_that_is_too_large(ElementType type, double number, String label) {
        Matrix matrix = Matrix.of(1, 3, 1, number, 2);

        assertThatThrownBy(() -> encoded(matrix, type, "w.B"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`w.B`: %s is beyond the range of %s; --factors balanced makes the numbers smaller",
                        number, label);
    }

    private static ByteBuffer encoded(Matrix matrix, ElementType type, String name) {
        ByteBuffer all = ByteBuffer.allocate(matrix.rows() * matrix.columns() * type.bytes());
        Tensors.encode(TensorView.of(matrix), type, name, all::put);
        return all.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The tensor as read from a model's file. */
    private MatrixSource stored(TensorProto tensor, Shape shape, boolean transposed) {
        OnnxModel model = model(tensor);
        TensorProto read = model.message().getGraph().getInitializer(0);
        assertThat(read.hasPayload()).isEqualTo(shape.equals(LARGE));
        TensorView view = Tensors.view(read, model.payloads()).orElseThrow();
        return transposed ? view.matrix(List.of(1), List.of(0)) : view.matrix(List.of(0), List.of(1));
    }

    private OnnxModel model(TensorProto tensor) {
        ModelProto model = TextModels.withGraph("");
        return OnnxReader.read(TextModels.write(
                model.toBuilder()
                        .setGraph(model.getGraph().toBuilder().addInitializer(tensor))
                        .build(),
                folder.resolve("model.onnx")));
    }
}

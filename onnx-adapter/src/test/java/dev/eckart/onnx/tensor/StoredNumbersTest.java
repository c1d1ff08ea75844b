package dev.eckart.onnx.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eckart.onnx.ConstantModels;
import dev.eckart.onnx.Declarations;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.RawSize;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers as this code reads them, and as ONNX Runtime does. */
class StoredNumbersTest {
    /** Odd, so that half of the last byte is empty where two numbers are in one. */
    private static final int FEW = 17;

    /** More than are decoded at a time, and in every type too many for the message. */
    private static final int MANY = (1 << 16) + 301;

    @TempDir
    private Path folder;

    /** Where a tensor's numbers are. */
    private enum Place {
        RAW,
        FIELD
    }

    private static Stream<Arguments> everyTypeAndPlace() {
        return Stream.of(DataType.values())
                .filter(type -> StoredNumbers.isReadable(type.getNumber()))
                .flatMap(type -> Stream.of(Place.values())
                        .flatMap(place -> Stream.of(FEW, MANY).map(count -> Arguments.of(type, place, count))));
    }

    @ParameterizedTest
    @MethodSource("everyTypeAndPlace")
    void should_read_the_numbers_that_the_runtime_reads(DataType type, Place place, int count) {
        Path file = write(tensor(type, place, count));
        OnnxModel model = OnnxReader.read(file);
        TensorProto read = model.message().getGraph().getInitializer(0);

        assertThat(read.hasPayload()).isEqualTo(count == MANY);
        TensorView view = Tensors.view(read, model.payloads()).orElseThrow();
        double[] all = new double[count];
        view.numbers().read(0, count, all, 0);
        assertThat(all).isEqualTo(ConstantModels.numbers(ConstantModels.run(file)));
        expectStretches(view, all);
    }

    /** Of numbers that share a byte, every stretch that begins or ends inside of one. */
    private static void expectStretches(TensorView view, double[] all) {
        int[] borders = {0, 1, 2, 3, 8, 15, all.length - 2, all.length - 1, all.length};
        for (int from : borders) {
            for (int to : borders) {
                if (from <= to) {
                    double[] some = new double[to - from];
                    view.numbers().read(from, some.length, some, 0);
                    assertThat(some).isEqualTo(Arrays.copyOfRange(all, from, to));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "FLOAT",
                "DOUBLE",
                "FLOAT16",
                "BFLOAT16",
                "INT8",
                "UINT8",
                "INT16",
                "UINT16",
                "INT32",
                "INT4",
                "UINT4",
            },
            mode = Mode.EXCLUDE)
    void should_not_read_other_types(DataType type) {
        TensorProto tensor = TensorProto.newBuilder()
                .setName("w")
                .addDims(2)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(new byte[16]))
                .build();

        assertThat(Tensors.view(
                        tensor,
                        OnnxReader.read(write(tensor(DataType.FLOAT, Place.RAW, FEW)))
                                .payloads()))
                .isEmpty();
    }

    private Path write(TensorProto tensor) {
        ModelProto model = ConstantModels.withGraph(
                ConstantModels.NEWEST_OPSET,
                Declarations.node("Cast", "w", "y", Declarations.attribute("to", DataType.DOUBLE_VALUE))
                        + ConstantModels.output("y", DataType.DOUBLE_VALUE));
        return TextModels.write(
                model.toBuilder()
                        .setGraph(model.getGraph().toBuilder().addInitializer(tensor))
                        .build(),
                folder.resolve("model.onnx"));
    }

    /** Bits at random, but for those of a NaN or an infinity. */
    private static TensorProto tensor(DataType type, Place place, int count) {
        int bits = RawSize.bits(type.getNumber());
        byte[] bytes = new byte[(count * bits + 7) / 8];
        new Random(type.getNumber()).nextBytes(bytes);
        ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (TensorTypes.elementType(type.getNumber()).isPresent()) {
            for (int last = bits / 8 - 1; last < bytes.length; last += bits / 8) {
                // A bit of the exponent that is not set.
                bytes[last] &= ~0x20;
            }
        }
        if (bits == 4 && count % 2 == 1) {
            bytes[bytes.length - 1] &= 0xf;
        }
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName("w").addDims(count).setDataType(type.getNumber());
        if (place == Place.RAW) {
            return tensor.setRawData(ByteString.copyFrom(raw)).build();
        }
        while (raw.hasRemaining()) {
            switch (type) {
                case FLOAT -> tensor.addFloatData(raw.getFloat());
                case DOUBLE -> tensor.addDoubleData(raw.getDouble());
                case INT32 -> tensor.addInt32Data(raw.getInt());
                case INT16 -> tensor.addInt32Data(raw.getShort());
                case UINT16, FLOAT16, BFLOAT16 -> tensor.addInt32Data(raw.getShort() & 0xffff);
                case INT8 -> tensor.addInt32Data(raw.get());
                default -> tensor.addInt32Data(raw.get() & 0xff);
            }
        }
        return tensor.build();
    }
}

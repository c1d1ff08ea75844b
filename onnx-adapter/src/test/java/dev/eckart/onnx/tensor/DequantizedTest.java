package dev.eckart.onnx.tensor;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.onnx.ConstantModels;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.file.RawSize;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantized tensors as this code reads them, and as ONNX Runtime's {@code DequantizeLinear} computes them. */
class DequantizedTest {
    private static final List<Long> DIMS = List.of(3L, 5L, 7L);

    @TempDir
    private Path folder;

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    private static TensorProto integers(String name, DataType type, List<Long> dims, long seed) {
        int bits = RawSize.bits(type.getNumber());
        int size = Math.toIntExact(product(dims));
        byte[] bytes = new byte[(size * bits + 7) / 8];
        new Random(seed).nextBytes(bytes);
        if (bits == 4 && size % 2 == 1) {
            bytes[bytes.length - 1] &= 0xf;
        }
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes))
                .build();
    }

    private static TensorProto scales(List<Long> dims) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName("scale").addAllDims(dims).setDataType(DataType.FLOAT_VALUE);
        new Random(3).doubles(product(dims), 0.001, 0.1).forEach(scale -> tensor.addFloatData((float) scale));
        return tensor.build();
    }

    /** The same by both, to the bit: a product of 8 bits and 24 is exact in double, and rounded once by the runtime. */
    private void expectSame(DataType type, List<Long> scaleDims, boolean zeroPoint, int axis, int block) {
        TensorProto q = integers("q", type, DIMS, 1);
        TensorProto scale = scales(scaleDims);
        List<TensorProto> tensors = new ArrayList<>(List.of(q, scale));
        if (zeroPoint) {
            tensors.add(integers("zero", type, scaleDims, 2));
        }
        ModelProto model = ConstantModels.withGraph(
                ConstantModels.NEWEST_OPSET,
                node(
                                "DequantizeLinear",
                                zeroPoint ? "q scale zero" : "q scale",
                                "y",
                                attribute("axis", axis),
                                attribute("block_size", block))
                        + ConstantModels.output("y", DataType.FLOAT_VALUE));
        Path file = TextModels.write(
                model.toBuilder()
                        .setGraph(model.getGraph().toBuilder().addAllInitializer(tensors))
                        .build(),
                folder.resolve("model.onnx"));
        OnnxModel read = OnnxReader.read(file);
        List<TensorView> views = read.message().getGraph().getInitializerList().stream()
                .map(tensor -> Tensors.view(tensor, read.payloads()).orElseThrow())
                .toList();

        TensorView dequantized = views.get(0)
                .dequantized(views.get(1), zeroPoint ? Optional.of(views.get(2)) : Optional.empty(), axis, block)
                .orElseThrow();

        Output expected = ConstantModels.run(file);
        assertThat(dequantized.dims()).isEqualTo(expected.shape());
        assertThat(rounded(read(dequantized, 0, 105)))
                .as("%s %s %s %d %d", type, scaleDims, zeroPoint, axis, block)
                .isEqualTo(ConstantModels.numbers(expected));
        // A stretch that begins and ends between scales.
        assertThat(rounded(read(dequantized, 23, 60)))
                .isEqualTo(IntStream.range(23, 83).mapToDouble(expected::at).toArray());
    }

    private static double[] read(TensorView view, long from, int count) {
        double[] numbers = new double[count];
        view.numbers().read(from, count, numbers, 0);
        return numbers;
    }

    private static double[] rounded(double[] numbers) {
        return DoubleStream.of(numbers).map(number -> (float) number).toArray();
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "UINT8", "INT16", "UINT16", "INT4", "UINT4"})
    void should_read_one_scale_for_all(DataType type) {
        for (boolean zeroPoint : List.of(true, false)) {
            expectSame(type, List.of(), zeroPoint, 1, 0);
            expectSame(type, List.of(1L), zeroPoint, 1, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "UINT8", "INT16", "UINT16", "INT4", "UINT4"})
    void should_read_a_scale_for_each_position_on_an_axis(DataType type) {
        for (boolean zeroPoint : List.of(true, false)) {
            for (int axis = -3; axis < 3; axis++) {
                expectSame(type, List.of(DIMS.get(Math.floorMod(axis, 3))), zeroPoint, axis, 0);
            }
        }
    }

    /** Blocks that fill an axis, that leave a shorter one at its end, that are longer than it, and of one position. */
    @ParameterizedTest
    @EnumSource(names = {"INT8", "UINT8", "INT4", "UINT4"})
    void should_read_a_scale_for_each_block(DataType type) {
        for (boolean zeroPoint : List.of(true, false)) {
            for (int axis = -3; axis < 3; axis++) {
                int along = Math.floorMod(axis, 3);
                for (int block = 1; block <= DIMS.get(along) + 1; block++) {
                    List<Long> dims = new ArrayList<>(DIMS);
                    dims.set(along, (DIMS.get(along) + block - 1) / block);
                    expectSame(type, dims, zeroPoint, axis, block);
                }
            }
        }
    }

    @Test
    void should_not_take_scales_that_do_not_fit() {
        TensorView q = ones(3, 4);

        assertThat(q.dequantized(ones(1, 3), Optional.empty(), 0, 0)).isEmpty();
        assertThat(q.dequantized(row(3), Optional.empty(), 0, 0)).isPresent();
        assertThat(q.dequantized(row(3), Optional.empty(), 1, 0)).isEmpty();
        assertThat(q.dequantized(row(3), Optional.empty(), 2, 0)).isEmpty();
        assertThat(q.dequantized(row(3), Optional.empty(), -3, 0)).isEmpty();
        assertThat(q.dequantized(row(3), Optional.of(row(1)), 0, 0)).isEmpty();
        assertThat(q.dequantized(row(1), Optional.of(row(3)), 0, 0)).isEmpty();
        assertThat(q.dequantized(ones(3, 2), Optional.empty(), 1, 2)).isPresent();
        assertThat(q.dequantized(ones(3, 2), Optional.empty(), 1, 4)).isEmpty();
        assertThat(q.dequantized(ones(3, 2), Optional.empty(), 0, 2)).isEmpty();
    }

    private static TensorView ones(int rows, int columns) {
        return TensorView.of(Matrix.of(
                rows,
                columns,
                DoubleStream.generate(() -> 1).limit((long) rows * columns).toArray()));
    }

    private static TensorView row(int length) {
        return ones(1, length).reshaped(List.of((long) length));
    }
}

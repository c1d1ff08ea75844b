package dev.eckart.models;

import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.normal;

import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Map;

/** Weights that are stored as integers. Those that are made real again can be factored, where that is still smaller. */
final class QuantizedWeights {
    private static final int IN = 64;
    private static final int OUT = 48;

    private QuantizedWeights() {}

    static List<CatalogueModel> models() {
        return List.of(
                linear("quantized", integers(DataType.INT8, 1), Matrix.of(1, 1, 0.02), List.of(), 13),
                linear("quantized-unsigned", integers(DataType.UINT8, 1), Matrix.of(1, 1, 0.02), List.of(), 13),
                linear("quantized-full-rank", integers(DataType.INT8, OUT), Matrix.of(1, 1, 0.02), List.of(), 13),
                linear(
                        "quantized-per-column",
                        integers(DataType.INT8, 1),
                        magnitudes(1, OUT),
                        List.of((long) OUT),
                        13,
                        attribute("axis", 1)),
                linear(
                        "quantized-per-row",
                        integers(DataType.INT8, 1),
                        magnitudes(1, IN),
                        List.of((long) IN),
                        13,
                        attribute("axis", -2)),
                linear("quantized-four-bit", nibbles(), Matrix.of(1, 1, 0.02), List.of(), 21),
                blocks(),
                skipping("matmul-integer", SkipReason.QUANTIZED, matMulInteger()),
                skipping("matmul-of-n-bits", SkipReason.QUANTIZED, matMulOfNBits()));
    }

    private static CatalogueModel linear(
            String name,
            TensorProto weight,
            Matrix scale,
            List<Long> scaleDims,
            long opset,
            AttributeProto... attributes) {
        ModelProto model = model(name, opset)
                .format(opset > 20 ? 10 : 8)
                .input("x", "batch", IN)
                .initializer(weight)
                .initializer(tensor("scale", scale, ElementType.FLOAT32, scaleDims))
                .node("DequantizeLinear", List.of("w", "scale"), "real", attributes)
                .node("MatMul", List.of("x", "real"), "y")
                .output("y", "batch", OUT)
                .build();
        return new CatalogueModel(name, model, Map.of("w", name.endsWith("full-rank") ? OUT : 1), Map.of());
    }

    /** One scale for each 16 rows of a column; of rank 1, since the blocks' scales are. */
    private static CatalogueModel blocks() {
        Matrix scales = magnitudes(IN / 16, 1).times(magnitudes(1, OUT));
        ModelProto model = model("quantized-in-blocks", 21)
                .format(10)
                .input("x", "batch", IN)
                .initializer(integers(DataType.INT8, 1))
                .initializer(tensor("scale", scales, ElementType.FLOAT32))
                .node(
                        "DequantizeLinear",
                        List.of("w", "scale"),
                        "real",
                        attribute("axis", 0),
                        attribute("block_size", 16))
                .node("MatMul", List.of("x", "real"), "y")
                .output("y", "batch", OUT)
                .build();
        return new CatalogueModel("quantized-in-blocks", model, Map.of("w", 1), Map.of());
    }

    private static Matrix magnitudes(int rows, int columns) {
        Matrix numbers = normal(rows, columns, 5);
        double[] positive = numbers.toArray();
        for (int i = 0; i < positive.length; i++) {
            positive[i] = 0.01 + Math.abs(positive[i]);
        }
        return Matrix.of(rows, columns, positive);
    }

    /** Products of small whole numbers, so that the matrix is of rank 1; or whole numbers without any pattern. */
    private static TensorProto integers(DataType type, int rank) {
        Matrix column = normal(IN, 1, 6);
        Matrix row = normal(1, OUT, 7);
        Matrix all = normal(IN, OUT, 8);
        byte[] integers = new byte[IN * OUT];
        for (int i = 0; i < integers.length; i++) {
            double product = small(column.get(i / OUT, 0)) * small(row.get(0, i % OUT));
            integers[i] = (byte) (rank == 1 ? product : 40 * all.get(i / OUT, i % OUT));
            integers[i] = type == DataType.UINT8 ? (byte) Math.abs(integers[i]) : integers[i];
        }
        return stored(type, integers);
    }

    private static double small(double number) {
        return Math.rint(Math.max(-11, Math.min(11, 5 * number)));
    }

    /** Every row the same. */
    private static TensorProto nibbles() {
        byte[] packed = new byte[IN * OUT / 2];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (byte) (37 * (i % (OUT / 2)));
        }
        return stored(DataType.INT4, packed);
    }

    private static TensorProto stored(DataType type, byte[] bytes) {
        return TensorProto.newBuilder()
                .setName("w")
                .addDims(IN)
                .addDims(OUT)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes))
                .build();
    }

    private static ModelProto matMulInteger() {
        return model("matmul-integer", 13)
                .input("x", DataType.UINT8, "batch", IN)
                .initializer(integers(DataType.INT8, OUT))
                .node("MatMulInteger", List.of("x", "w"), "z")
                .node("Cast", List.of("z"), "y", attribute("to", DataType.FLOAT_VALUE))
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto matMulOfNBits() {
        TensorProto packed = TensorProto.newBuilder()
                .setName("w")
                .addDims(OUT)
                .addDims(IN / 32)
                .addDims(16)
                .setDataType(DataType.UINT8_VALUE)
                .setRawData(integers(DataType.INT8, OUT).getRawData().substring(0, OUT * IN / 2))
                .build();
        return model("matmul-of-n-bits", 17)
                .operators("com.microsoft", 1)
                .input("x", "batch", IN)
                .initializer(packed)
                .initializer(
                        tensor("scales", magnitudes(1, OUT * IN / 32), ElementType.FLOAT32, List.of(OUT * IN / 32L)))
                .node(ModelBuilder.node(
                                "MatMulNBits",
                                List.of("x", "w", "scales"),
                                List.of("y"),
                                attribute("K", IN),
                                attribute("N", OUT),
                                attribute("bits", 4),
                                attribute("block_size", 32))
                        .toBuilder()
                        .setDomain("com.microsoft")
                        .build())
                .output("y", "batch", OUT)
                .build();
    }
}

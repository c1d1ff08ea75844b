package dev.eckart.models;

import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.Catalogue.vector;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.normal;
import static dev.eckart.models.RandomMatrices.ofRank;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Kernels of convolutions, of exactly low rank in one way of splitting them. */
final class Convolutions {
    private static final int IN = 12;
    private static final int OUT = 16;
    private static final int RANK = 2;

    private Convolutions() {}

    static List<CatalogueModel> models() {
        return List.of(
                conv("conv-1x1", byChannels(1, 1)),
                conv("conv-1x1-strided-and-padded", byChannels(1, 1), strides(2, 2), pads(1, 0, 2, 1)),
                conv("conv-3x3-by-channels", byChannels(3, 3), kernel(3, 3), pads(1, 1, 1, 1)),
                conv(
                        "conv-3x3-by-channels-strided",
                        byChannels(3, 3),
                        strides(2, 1),
                        dilations(1, 2),
                        pads(0, 2, 1, 1)),
                conv("conv-3x3-by-rows-and-columns", byRowsAndColumns(3, 3), kernel(3, 3)),
                conv(
                        "conv-3x5-by-rows-and-columns",
                        byRowsAndColumns(3, 5),
                        kernel(3, 5),
                        strides(2, 3),
                        dilations(2, 1),
                        pads(1, 2, 3, 0)),
                conv(
                        "conv-rows-and-columns-same-padding",
                        byRowsAndColumns(3, 3),
                        strides(2, 2),
                        attribute("auto_pad", "SAME_UPPER")),
                conv("conv-channels-same-padding", byChannels(4, 4), kernel(4, 4), attribute("auto_pad", "SAME_LOWER")),
                conv("conv-3x1", byChannels(3, 1), kernel(3, 1)),
                spatial("conv-one-dimensional", List.of(3L), "batch", IN, 20),
                spatial("conv-three-dimensional", List.of(2L, 3L, 2L), "batch", IN, 6, 7, 8),
                sharedKernel(),
                fusedConv(),
                skipping("conv-depthwise", SkipReason.GROUPED_CONVOLUTION, grouped(IN, IN, 1)),
                skipping("conv-in-groups", SkipReason.GROUPED_CONVOLUTION, grouped(2, OUT, IN / 2)),
                skipping("conv-transposed", SkipReason.OPERATOR, transposed()));
    }

    private static AttributeProto kernel(long rows, long columns) {
        return attribute("kernel_shape", List.of(rows, columns));
    }

    private static AttributeProto strides(long rows, long columns) {
        return attribute("strides", List.of(rows, columns));
    }

    private static AttributeProto dilations(long rows, long columns) {
        return attribute("dilations", List.of(rows, columns));
    }

    private static AttributeProto pads(long... pads) {
        return attribute("pads", Arrays.stream(pads).boxed().toList());
    }

    /** {@code [out, in·k…]} of low rank. */
    private static TensorProto byChannels(long rows, long columns) {
        Matrix kernel = ofRank(RANK, OUT, (int) (IN * rows * columns), 21);
        return tensor("w", kernel, ElementType.FLOAT32, List.of((long) OUT, (long) IN, rows, columns));
    }

    /** {@code [in·rows, out·columns]} of low rank. */
    private static TensorProto byRowsAndColumns(int rows, int columns) {
        Matrix split = ofRank(RANK, IN * rows, OUT * columns, 22);
        double[] kernel = new double[OUT * IN * rows * columns];
        int next = 0;
        for (int o = 0; o < OUT; o++) {
            for (int i = 0; i < IN; i++) {
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < columns; column++) {
                        kernel[next++] = split.get(i * rows + row, o * columns + column);
                    }
                }
            }
        }
        return tensor(
                "w",
                Matrix.of(OUT, IN * rows * columns, kernel),
                ElementType.FLOAT32,
                List.of((long) OUT, (long) IN, (long) rows, (long) columns));
    }

    private static CatalogueModel conv(String name, TensorProto kernel, AttributeProto... attributes) {
        ModelProto model = model(name, 17)
                .input("x", "batch", IN, 11, 13)
                .initializer(kernel)
                .initializer(vector("bias", OUT))
                .node("Conv", List.of("x", "w", "bias"), "y", attributes)
                .output("y", "batch", OUT, "rows", "columns")
                .build();
        return new CatalogueModel(name, model, Map.of("w", RANK), Map.of());
    }

    private static CatalogueModel spatial(String name, List<Long> kernel, Object... inputDims) {
        long size = kernel.stream().reduce(1L, (a, b) -> a * b);
        List<Long> dims = new ArrayList<>(List.of((long) OUT, (long) IN));
        dims.addAll(kernel);
        ModelProto model = model(name, 17)
                .input("x", inputDims)
                .initializer(tensor("w", ofRank(RANK, OUT, (int) (IN * size), 23), ElementType.FLOAT32, dims))
                .node("Conv", List.of("x", "w"), "y")
                .build();
        model = model.toBuilder()
                .setGraph(model.getGraph().toBuilder()
                        .addOutput(model("output", 17)
                                .output("y", outputDims(inputDims))
                                .graph()
                                .getOutput(0)))
                .build();
        return new CatalogueModel(name, model, Map.of("w", RANK), Map.of());
    }

    private static Object[] outputDims(Object... inputDims) {
        Object[] dims = inputDims.clone();
        dims[1] = OUT;
        for (int axis = 2; axis < dims.length; axis++) {
            dims[axis] = "axis" + axis;
        }
        return dims;
    }

    private static CatalogueModel sharedKernel() {
        ModelProto model = model("conv-shared", 17)
                .input("x", "batch", IN, 11, 13)
                .input("z", "batch", IN, 20, 20)
                .initializer(byChannels(3, 3))
                .node("Conv", List.of("x", "w"), "y", pads(1, 1, 1, 1))
                .node("Conv", List.of("z", "w"), "v", strides(2, 2))
                .output("y", "batch", OUT, 11, 13)
                .output("v", "batch", OUT, 9, 9)
                .build();
        return new CatalogueModel("conv-shared", model, Map.of("w", RANK), Map.of());
    }

    private static CatalogueModel fusedConv() {
        NodeProto node = ModelBuilder.node(
                        "FusedConv",
                        List.of("x", "w", "bias"),
                        List.of("y"),
                        pads(1, 1, 1, 1),
                        attribute("activation", "Relu"))
                .toBuilder()
                .setDomain("com.microsoft")
                .build();
        ModelProto model = model("fused-conv", 17)
                .operators("com.microsoft", 1)
                .input("x", "batch", IN, 11, 13)
                .initializer(byChannels(3, 3))
                .initializer(vector("bias", OUT))
                .node(node)
                .output("y", "batch", OUT, 11, 13)
                .build();
        return new CatalogueModel("fused-conv", model, Map.of("w", RANK), Map.of());
    }

    private static ModelProto grouped(long groups, long out, long inOfGroup) {
        return model("conv-grouped", 17)
                .input("x", "batch", IN, 8, 8)
                .initializer(tensor(
                        "w",
                        normal((int) out, (int) inOfGroup * 9, 4),
                        ElementType.FLOAT32,
                        List.of(out, inOfGroup, 3L, 3L)))
                .node("Conv", List.of("x", "w"), "y", attribute("group", groups))
                .output("y", "batch", (int) out, 6, 6)
                .build();
    }

    private static ModelProto transposed() {
        return model("conv-transposed", 17)
                .input("x", "batch", IN, 8, 8)
                .initializer(tensor(
                        "w", normal(IN, OUT * 9, 4), ElementType.FLOAT32, List.of((long) IN, (long) OUT, 3L, 3L)))
                .node("ConvTranspose", List.of("x", "w"), "y")
                .output("y", "batch", OUT, 10, 10)
                .build();
    }
}

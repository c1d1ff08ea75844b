package dev.eckart.models;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.normal;
import static dev.eckart.models.RandomMatrices.ofRank;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Small networks built in code, each with its known answer: every pattern that is handled, and every one that is left
 * alone.
 */
public final class Catalogue {
    static final int IN = 24;
    static final int OUT = 16;
    static final int RANK = 3;
    static final Matrix W = ofRank(RANK, IN, OUT, 1);
    static final List<String> X_AND_W = List.of("x", "w");

    private Catalogue() {}

    /** All of them. */
    public static List<CatalogueModel> all() {
        return Stream.of(
                        plain(),
                        ViewedWeights.models(),
                        QuantizedWeights.models(),
                        SharedWeights.models(),
                        NestedWeights.models(),
                        Convolutions.models(),
                        FurtherOperators.models(),
                        CarriedThrough.models())
                .flatMap(List::stream)
                .toList();
    }

    /** Products with weights that are stored as such. */
    private static List<CatalogueModel> plain() {
        return List.of(
                matMul("matmul-2d", 13, "batch", IN),
                matMul("matmul-3d", 13, "batch", "time", IN),
                matMul("matmul-4d", 13, "batch", 2, 3, IN),
                matMul("matmul-vector", 13, IN),
                matMul("matmul-opset-7", 7, "batch", IN),
                gemm("gemm", 13, false, true),
                gemm("gemm-transb", 13, true, true, attribute("transB", 1)),
                gemm("gemm-transb-opset-7", 7, true, true, attribute("transB", 1)),
                gemm("gemm-alpha-beta", 13, false, true, attribute("alpha", 0.5f), attribute("beta", 2f)),
                gemm("gemm-without-bias", 13, false, false),
                gemmTransposed("gemm-transa", 13, false),
                gemmTransposed("gemm-transa-transb", 9, true),
                constantNode(),
                typed("float16", ElementType.FLOAT16, DataType.FLOAT16),
                typed("float64", ElementType.FLOAT64, DataType.DOUBLE),
                typedFields(),
                largeTypedField(),
                zeroWeight(),
                sharedWeight(),
                takenNames(),
                twoLayers(),
                notebookN1(),
                notebookN2(),
                notebookN3(),
                linear("left-operand", leftOperand()),
                linear("both-ways-round", bothWaysRound()),
                skipping("graph-input", SkipReason.INTERFACE, graphInput()),
                skipping("graph-output", SkipReason.INTERFACE, graphOutput()),
                skipping("batched-weight", SkipReason.NOT_A_MATRIX, batchedWeight()),
                new CatalogueModel("unused", unused(), Map.of(), Map.of()));
    }

    private static CatalogueModel matMul(String name, long opset, Object... inputDims) {
        Object[] outputDims = inputDims.clone();
        outputDims[outputDims.length - 1] = OUT;
        return linear(
                name,
                model(name, opset)
                        .input("x", inputDims)
                        .weight("w", W)
                        .node("MatMul", X_AND_W, "y")
                        .output("y", outputDims)
                        .build());
    }

    private static CatalogueModel gemm(
            String name, long opset, boolean transposed, boolean bias, AttributeProto... attributes) {
        ModelBuilder builder = model(name, opset).input("x", "batch", IN).weight("w", transposed ? W.transpose() : W);
        if (bias) {
            builder.initializer(vector("bias", OUT));
        }
        return linear(
                name,
                builder.node("Gemm", bias ? List.of("x", "w", "bias") : X_AND_W, "y", attributes)
                        .output("y", "batch", OUT)
                        .build());
    }

    private static CatalogueModel gemmTransposed(String name, long opset, boolean weightToo) {
        return linear(
                name,
                model(name, opset)
                        .input("x", IN, "batch")
                        .weight("w", weightToo ? W.transpose() : W)
                        .initializer(vector("bias", OUT))
                        .node(
                                "Gemm",
                                List.of("x", "w", "bias"),
                                "y",
                                attribute("transA", 1),
                                attribute("transB", weightToo ? 1 : 0),
                                attribute("alpha", 1.5f))
                        .output("y", "batch", OUT)
                        .build());
    }

    private static CatalogueModel constantNode() {
        return linear(
                "constant-node",
                model("constant-node", 13)
                        .input("x", "batch", IN)
                        .node("Constant", List.of(), "w", attribute("value", tensor("", W, ElementType.FLOAT32)))
                        .node("MatMul", X_AND_W, "y")
                        .output("y", "batch", OUT)
                        .build());
    }

    private static CatalogueModel typed(String name, ElementType type, DataType dataType) {
        return linear(
                name,
                model(name, 13)
                        .input("x", dataType, "batch", IN)
                        .initializer(tensor("w", W, type))
                        .node("MatMul", X_AND_W, "y")
                        .output("y", dataType, "batch", OUT)
                        .build());
    }

    /** A weight in {@code float_data}. */
    private static CatalogueModel typedFields() {
        return linear("float-data", withFloatData(W));
    }

    /** A weight in {@code float_data} large enough to be left in the file. */
    private static CatalogueModel largeTypedField() {
        return new CatalogueModel(
                "float-data-large", withFloatData(ofRank(RANK, 80, 64, 3)), Map.of("w", RANK), Map.of());
    }

    private static ModelProto withFloatData(Matrix weight) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("w")
                .addDims(weight.rows())
                .addDims(weight.columns())
                .setDataType(DataType.FLOAT_VALUE);
        Arrays.stream(weight.toArray()).forEach(number -> tensor.addFloatData((float) number));
        return model("float-data", 13)
                .input("x", "batch", weight.rows())
                .initializer(tensor.build())
                .node("MatMul", X_AND_W, "y")
                .output("y", "batch", weight.columns())
                .build();
    }

    private static CatalogueModel zeroWeight() {
        ModelProto model = model("zero-weight", 13)
                .input("x", "batch", IN)
                .weight("w", Matrix.diagonal(IN, OUT))
                .initializer(vector("bias", OUT))
                .node("Gemm", List.of("x", "w", "bias"), "y")
                .output("y", "batch", OUT)
                .build();
        return new CatalogueModel("zero-weight", model, Map.of("w", 0), Map.of());
    }

    private static CatalogueModel sharedWeight() {
        return linear(
                "shared-weight",
                model("shared-weight", 13)
                        .input("x", "batch", IN)
                        .input("z", "batch", IN)
                        .weight("w", W)
                        .node("MatMul", X_AND_W, "y")
                        .node("Gemm", List.of("z", "w"), "v")
                        .output("y", "batch", OUT)
                        .output("v", "batch", OUT)
                        .build());
    }

    /** The names that factors, nodes and values would get are taken already. */
    private static CatalogueModel takenNames() {
        return linear(
                "taken-names",
                model("taken-names", 13)
                        .input("x", "batch", IN)
                        .weight("w", W)
                        .initializer(vector("w.B", OUT))
                        .initializer(vector("w.A.1", OUT))
                        .node("MatMul", X_AND_W, "y")
                        .node("Add", List.of("y", "w.B"), "y.xB")
                        .node("Add", List.of("y.xB", "w.A.1"), "w.A")
                        .output("w.A", "batch", OUT)
                        .build());
    }

    private static CatalogueModel twoLayers() {
        ModelProto model = model("two-layers", 17)
                .input("x", "batch", 32)
                .weight("first", ofRank(4, 32, 40, 5))
                .initializer(vector("bias", 40))
                .node("Gemm", List.of("x", "first", "bias"), "h")
                .node("Sigmoid", List.of("h"), "s")
                .weight("second", normal(40, 20, 7))
                .node("MatMul", List.of("s", "second"), "y")
                .output("y", "batch", 20)
                .build();
        return new CatalogueModel("two-layers", model, Map.of("first", 4, "second", 20), Map.of());
    }

    /** A 10×10 layer of rank 2. */
    private static CatalogueModel notebookN1() {
        ModelProto model = model("n1", 13)
                .input("x", "batch", 10)
                .weight("w", normal(10, 2, 11).times(normal(2, 10, 12)))
                .initializer(vector("bias", 10))
                .node("Gemm", List.of("x", "w", "bias"), "y")
                .output("y", "batch", 10)
                .build();
        return new CatalogueModel("n1", model, Map.of("w", 2), Map.of());
    }

    /** [[2, 1], [−1, 1]]·(1, 3) = (5, 2): a matrix that multiplies columns is stored transposed. */
    private static CatalogueModel notebookN2() {
        ModelProto model = model("n2", 13)
                .input("x", "batch", 2)
                .weight("w", Matrix.of(2, 2, 2, 1, -1, 1))
                .node("Gemm", X_AND_W, "y", attribute("transB", 1))
                .output("y", "batch", 2)
                .build();
        return new CatalogueModel("n2", model, Map.of("w", 2), Map.of());
    }

    private static CatalogueModel notebookN3() {
        ModelProto model = model("n3", 13)
                .input("x", "batch", 2)
                .weight("w", Matrix.of(2, 2, 0.3439, 0.9503, -0.2960, 0.1503))
                .node("Gemm", X_AND_W, "y", attribute("transB", 1))
                .output("y", "batch", 2)
                .build();
        return new CatalogueModel("n3", model, Map.of("w", 2), Map.of());
    }

    private static ModelProto leftOperand() {
        return model("left-operand", 13)
                .input("x", OUT, "batch")
                .weight("w", W)
                .node("MatMul", List.of("w", "x"), "y")
                .output("y", IN, "batch")
                .build();
    }

    private static ModelProto bothWaysRound() {
        return model("both-ways-round", 13)
                .input("x", "batch", IN)
                .weight("w", W)
                .node("MatMul", X_AND_W, "h")
                .node("Gemm", List.of("h", "w"), "y", attribute("transB", 1))
                .output("y", "batch", IN)
                .build();
    }

    private static ModelProto graphInput() {
        return model("graph-input", 13)
                .input("x", "batch", IN)
                .input("w", IN, OUT)
                .weight("w", W)
                .node("MatMul", X_AND_W, "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto graphOutput() {
        return model("graph-output", 13)
                .input("x", "batch", IN)
                .weight("w", W)
                .node("MatMul", X_AND_W, "y")
                .output("y", "batch", OUT)
                .output("w", IN, OUT)
                .build();
    }

    private static ModelProto batchedWeight() {
        return model("batched-weight", 13)
                .input("x", 2, "time", IN)
                .initializer(
                        tensor("w", normal(2 * IN, OUT, 2), ElementType.FLOAT32, List.of(2L, (long) IN, (long) OUT)))
                .node("MatMul", X_AND_W, "y")
                .output("y", 2, "time", OUT)
                .build();
    }

    private static ModelProto unused() {
        return model("unused", 13)
                .input("x", "batch", IN)
                .weight("w", W)
                .initializer(integers("axes", List.of(1L), 0L))
                .node("Unsqueeze", List.of("x", "axes"), "y")
                .output("y", 1, "batch", IN)
                .build();
    }

    static CatalogueModel linear(String name, ModelProto model) {
        return new CatalogueModel(name, model, Map.of("w", RANK), Map.of());
    }

    static CatalogueModel skipping(String name, SkipReason reason, ModelProto model) {
        return new CatalogueModel(name, model, Map.of(), Map.of("w", reason));
    }

    static TensorProto vector(String name, int length) {
        return tensor(name, normal(1, length, length), ElementType.FLOAT32, List.of((long) length));
    }
}

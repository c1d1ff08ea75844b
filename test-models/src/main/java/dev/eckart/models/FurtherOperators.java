package dev.eckart.models;

import static dev.eckart.models.Catalogue.IN;
import static dev.eckart.models.Catalogue.OUT;
import static dev.eckart.models.Catalogue.W;
import static dev.eckart.models.Catalogue.X_AND_W;
import static dev.eckart.models.Catalogue.linear;
import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.Catalogue.vector;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.normal;
import static dev.eckart.models.RandomMatrices.ofRank;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Tables, ONNX Runtime's own products, and recurrent layers. */
final class FurtherOperators {
    private FurtherOperators() {}

    static List<CatalogueModel> models() {
        return List.of(
                linear("embedding", embedding("batch", "time")),
                linear("embedding-of-one", embedding()),
                linear("positions", positions()),
                skipping("gather-of-columns", SkipReason.OPERATOR, gatherOfColumns()),
                linear("fused-matmul", fusedMatMul("fused-matmul", false, false)),
                linear("fused-matmul-transb", fusedMatMul("fused-matmul-transb", false, true)),
                linear("fused-matmul-transa", fusedMatMul("fused-matmul-transa", true, true)),
                linear("fused-matmul-left", fusedMatMulLeft()),
                linear("fused-gemm", fusedGemm()),
                attention(),
                new CatalogueModel(
                        "lstm",
                        recurrent("LSTM", 4),
                        Map.of(),
                        Map.of("w", SkipReason.RECURRENT, "r", SkipReason.RECURRENT)),
                new CatalogueModel(
                        "gru",
                        recurrent("GRU", 3),
                        Map.of(),
                        Map.of("w", SkipReason.RECURRENT, "r", SkipReason.RECURRENT)),
                new CatalogueModel(
                        "rnn",
                        recurrent("RNN", 1),
                        Map.of(),
                        Map.of("w", SkipReason.RECURRENT, "r", SkipReason.RECURRENT)));
    }

    private static ModelProto embedding(Object... dims) {
        Object[] output = Arrays.copyOf(dims, dims.length + 1);
        output[dims.length] = OUT;
        return model("embedding", 17)
                .input("ids", DataType.INT64, dims)
                .weight("w", W)
                .node("Gather", List.of("w", "ids"), "y")
                .output("y", output)
                .build();
    }

    /** A table whose rows are picked by constants, some of them counted from its end. */
    private static ModelProto positions() {
        return model("positions", 17)
                .input("x", "batch", 3, OUT)
                .weight("w", W)
                .initializer(integers("places", List.of(3L), 0L, 5L, -1L))
                .node("Gather", List.of("w", "places"), "embedded", attribute("axis", -2))
                .node("Add", List.of("x", "embedded"), "y")
                .output("y", "batch", 3, OUT)
                .build();
    }

    private static ModelProto gatherOfColumns() {
        return model("gather-of-columns", 17)
                .input("ids", DataType.INT64, "batch")
                .weight("w", W)
                .node("Gather", List.of("w", "ids"), "y", attribute("axis", 1))
                .output("y", IN, "batch")
                .build();
    }

    private static ModelProto fusedMatMul(String name, boolean transA, boolean transB) {
        return model(name, 17)
                .operators("com.microsoft", 1)
                .input("x", transA ? new Object[] {2, IN, "time"} : new Object[] {2, "time", IN})
                .weight("w", transB ? W.transpose() : W)
                .node(microsoft(
                        "FusedMatMul",
                        X_AND_W,
                        attribute("alpha", 0.25f),
                        attribute("transA", transA ? 1 : 0),
                        attribute("transB", transB ? 1 : 0)))
                .output("y", 2, "time", OUT)
                .build();
    }

    private static ModelProto fusedMatMulLeft() {
        return model("fused-matmul-left", 17)
                .operators("com.microsoft", 1)
                .input("x", "time", IN)
                .weight("w", W)
                .node(microsoft(
                        "FusedMatMul",
                        List.of("w", "x"),
                        attribute("alpha", 3f),
                        attribute("transA", 1),
                        attribute("transB", 1)))
                .output("y", OUT, "time")
                .build();
    }

    private static ModelProto fusedGemm() {
        return model("fused-gemm", 17)
                .operators("com.microsoft", 1)
                .input("x", "batch", IN)
                .weight("w", W.transpose())
                .initializer(vector("bias", OUT))
                .node(microsoft(
                        "FusedGemm",
                        List.of("x", "w", "bias"),
                        attribute("transB", 1),
                        attribute("alpha", 0.5f),
                        attribute("activation", "Relu")))
                .output("y", "batch", OUT)
                .build();
    }

    /** The operator that holds query, key and value projections in one weight. */
    private static CatalogueModel attention() {
        int width = 32;
        ModelProto model = model("fused-attention", 17)
                .operators("com.microsoft", 1)
                .input("x", "batch", "time", width)
                .weight("w", ofRank(5, width, 3 * width, 31))
                .initializer(vector("bias", 3 * width))
                .node(microsoft("Attention", List.of("x", "w", "bias"), attribute("num_heads", 4)))
                .output("y", "batch", "time", width)
                .build();
        return new CatalogueModel("fused-attention", model, Map.of("w", 5), Map.of());
    }

    private static NodeProto microsoft(String operator, List<String> inputs, AttributeProto... attributes) {
        return ModelBuilder.node(operator, inputs, List.of("y"), attributes).toBuilder()
                .setDomain("com.microsoft")
                .build();
    }

    private static ModelProto recurrent(String operator, int gates) {
        int hidden = 8;
        return model(operator, 14)
                .input("x", "time", "batch", IN)
                .initializer(tensor(
                        "w",
                        normal(gates * hidden, IN, 32),
                        ElementType.FLOAT32,
                        List.of(1L, (long) gates * hidden, (long) IN)))
                .initializer(tensor(
                        "r",
                        normal(gates * hidden, hidden, 33),
                        ElementType.FLOAT32,
                        List.of(1L, (long) gates * hidden, (long) hidden)))
                .node(operator, List.of("x", "w", "r"), "y", attribute("hidden_size", hidden))
                .output("y", "time", 1, "batch", hidden)
                .build();
    }
}

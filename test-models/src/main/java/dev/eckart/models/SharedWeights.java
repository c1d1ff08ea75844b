package dev.eckart.models;

import static dev.eckart.models.Catalogue.IN;
import static dev.eckart.models.Catalogue.OUT;
import static dev.eckart.models.Catalogue.W;
import static dev.eckart.models.Catalogue.X_AND_W;
import static dev.eckart.models.Catalogue.linear;
import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.normal;
import static dev.eckart.models.RandomMatrices.ofRank;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Map;

/** Weights that several nodes take, on either side and either way round, and several weights on one input. */
final class SharedWeights {
    private SharedWeights() {}

    static List<CatalogueModel> models() {
        return List.of(
                linear("tied-embedding", tiedEmbedding()),
                linear("tied-embedding-gemm", tiedEmbeddingOfGemm()),
                linear("left-and-right", leftAndRight()),
                linear("left-and-transposed-right", leftAndTransposedRight()),
                linear("left-of-more-dimensions", leftOfMoreDimensions()),
                linear("left-of-vector", leftOfVector()),
                leftOfGemm("left-of-gemm", false),
                leftOfGemm("left-of-gemm-transa", true),
                linear("one-matrix-in-three-dimensions", oneMatrixInThreeDimensions(true)),
                linear("one-matrix-in-three-dimensions-of-a-flat-input", oneMatrixInThreeDimensions(false)),
                attention(),
                new CatalogueModel(
                        "product-of-constants",
                        productOfConstants(),
                        Map.of(),
                        Map.of("w", SkipReason.COMPUTED, "v", SkipReason.COMPUTED)),
                skipping("frozen-in-older-format", SkipReason.INTERFACE, olderFormat()));
    }

    /** An embedding, and the output projection that is its transpose. */
    private static ModelProto tiedEmbedding() {
        return model("tied-embedding", 17)
                .input("ids", DataType.INT64, "batch", "time")
                .weight("w", W)
                .node("Gather", List.of("w", "ids"), "embedded")
                .node("Tanh", List.of("embedded"), "h")
                .node("Transpose", List.of("w"), "head", attribute("perm", List.of(1L, 0L)))
                .node("MatMul", List.of("h", "head"), "y")
                .output("y", "batch", "time", IN)
                .build();
    }

    private static ModelProto tiedEmbeddingOfGemm() {
        return model("tied-embedding-gemm", 17)
                .input("ids", DataType.INT64, "batch")
                .weight("w", W)
                .node("Gather", List.of("w", "ids"), "h")
                .node("Gemm", List.of("h", "w"), "y", attribute("transB", 1))
                .output("y", "batch", IN)
                .build();
    }

    private static ModelProto leftAndRight() {
        return model("left-and-right", 17)
                .input("x", "batch", IN)
                .input("z", OUT, "batch")
                .weight("w", W)
                .node("MatMul", X_AND_W, "y")
                .node("MatMul", List.of("w", "z"), "v")
                .output("y", "batch", OUT)
                .output("v", IN, "batch")
                .build();
    }

    private static ModelProto leftAndTransposedRight() {
        return model("left-and-transposed-right", 17)
                .input("x", "batch", OUT)
                .input("z", OUT, "batch")
                .weight("w", W)
                .node("MatMul", List.of("w", "z"), "v")
                .node("Gemm", X_AND_W, "y", attribute("transB", 1))
                .output("y", "batch", IN)
                .output("v", IN, "batch")
                .build();
    }

    private static ModelProto leftOfMoreDimensions() {
        return model("left-of-more-dimensions", 17)
                .input("x", "batch", 3, OUT, "time")
                .weight("w", W)
                .node("MatMul", List.of("w", "x"), "y")
                .output("y", "batch", 3, IN, "time")
                .build();
    }

    private static ModelProto leftOfVector() {
        return model("left-of-vector", 17)
                .input("x", OUT)
                .weight("w", W)
                .node("MatMul", List.of("w", "x"), "y")
                .output("y", IN)
                .build();
    }

    /** Its bias is a column, which no product takes. */
    private static CatalogueModel leftOfGemm(String name, boolean transposed) {
        ModelProto model = model(name, 17)
                .input("x", "batch", OUT)
                .weight("w", transposed ? W.transpose() : W)
                .initializer(tensor("bias", normal(IN, 1, 3), ElementType.FLOAT32))
                .node(
                        "Gemm",
                        List.of("w", "x", "bias"),
                        "y",
                        attribute("transA", transposed ? 1 : 0),
                        attribute("transB", 1),
                        attribute("alpha", 0.5f))
                .output("y", IN, "batch")
                .build();
        return new CatalogueModel(name, model, Map.of("w", Catalogue.RANK), Map.of());
    }

    private static ModelProto oneMatrixInThreeDimensions(boolean deepInput) {
        Object[] dims = deepInput ? new Object[] {"batch", "time", IN} : new Object[] {"batch", IN};
        Object[] outputs = deepInput ? new Object[] {"batch", "time", OUT} : new Object[] {1, "batch", OUT};
        return model("one-matrix-in-three-dimensions", 17)
                .input("x", dims)
                .initializer(tensor("w", W, ElementType.FLOAT32, List.of(1L, (long) IN, (long) OUT)))
                .node("MatMul", X_AND_W, "y")
                .output("y", outputs)
                .build();
    }

    /** Query, key and value projections of one input, whose weights together are of rank 5. */
    private static CatalogueModel attention() {
        int width = 32;
        Matrix joint = ofRank(5, width, 3 * width, 9);
        ModelBuilder model = model("attention", 17).input("x", "batch", "time", width);
        for (int i = 0; i < 3; i++) {
            double[] block = new double[width * width];
            joint.read(0, i * width, width, width, block);
            String name = List.of("query", "key", "value").get(i);
            model.weight(name + ".weight", Matrix.of(width, width, block))
                    .initializer(Catalogue.vector(name + ".bias", width))
                    .node("MatMul", List.of("x", name + ".weight"), name + ".product")
                    .node("Add", List.of(name + ".product", name + ".bias"), name);
        }
        ModelProto proto = model.node("Transpose", List.of("key"), "turned", attribute("perm", List.of(0L, 2L, 1L)))
                .node("MatMul", List.of("query", "turned"), "scores")
                .node("Softmax", List.of("scores"), "attention")
                .node("MatMul", List.of("attention", "value"), "y")
                .output("y", "batch", "time", width)
                .build();
        return new CatalogueModel(
                "attention", proto, Map.of("query.weight", 5, "key.weight", 5, "value.weight", 5), Map.of());
    }

    private static ModelProto productOfConstants() {
        return model("product-of-constants", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .weight("v", normal(OUT, IN, 4))
                .node("MatMul", List.of("w", "v"), "square")
                .node("MatMul", List.of("x", "square"), "y")
                .output("y", "batch", IN)
                .build();
    }

    /** As files were before initializers could do without being inputs. */
    private static ModelProto olderFormat() {
        return model("older-format", 8)
                .format(3)
                .input("x", "batch", IN)
                .input("w", IN, OUT)
                .input("axes", DataType.INT64, 1)
                .weight("w", W)
                .initializer(integers("axes", List.of(1L), 0L))
                .node("MatMul", X_AND_W, "h")
                .node("Unsqueeze", List.of("h"), "y", attribute("axes", List.of(0L)))
                .output("y", 1, "batch", OUT)
                .build();
    }
}

package dev.eckart.models;

import static dev.eckart.models.Catalogue.IN;
import static dev.eckart.models.Catalogue.OUT;
import static dev.eckart.models.Catalogue.W;
import static dev.eckart.models.Catalogue.X_AND_W;
import static dev.eckart.models.Catalogue.linear;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static dev.eckart.models.RandomMatrices.ofRank;

import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Map;

/** Weights in graphs inside of nodes, and weights around them that these use. */
final class NestedWeights {
    private static final Matrix SQUARE = ofRank(3, IN, IN, 15);

    private NestedWeights() {}

    static List<CatalogueModel> models() {
        return List.of(
                linear("used-in-branch", usedInBranch()),
                linear("used-in-branch-through-view", usedInBranchThroughView()),
                new CatalogueModel(
                        "stored-in-branches",
                        storedInBranches(),
                        Map.of("y_If.then_branch/w", 3, "y_If.else_branch/w", 3),
                        Map.of()),
                linear("used-in-loop", usedInLoop()),
                linear("used-in-scan", usedInScan()));
    }

    private static GraphProto branch(String output, String... inputs) {
        return model(output, 17)
                .node("MatMul", List.of(inputs), output)
                .output(output, "batch", OUT)
                .graph();
    }

    private static ModelProto usedInBranch() {
        return model("used-in-branch", 17)
                .input("x", "batch", IN)
                .input("flag", DataType.BOOL)
                .weight("w", W)
                .node("MatMul", X_AND_W, "h")
                .node(
                        "If",
                        List.of("flag"),
                        "y",
                        attribute("then_branch", branch("then_y", "x", "w")),
                        attribute("else_branch", negated("h")))
                .output("y", "batch", OUT)
                .build();
    }

    private static GraphProto negated(String value) {
        return model("else", 17)
                .node("Neg", List.of(value), "else_y")
                .output("else_y", "batch", OUT)
                .graph();
    }

    /** The transpose is made inside, of a weight that is outside. */
    private static ModelProto usedInBranchThroughView() {
        GraphProto then = model("then", 17)
                .node("Transpose", List.of("w"), "view")
                .node("MatMul", List.of("x", "view"), "then_y")
                .output("then_y", "batch", OUT)
                .graph();
        GraphProto otherwise = model("else", 17)
                .node("Transpose", List.of("w"), "view")
                .node("Neg", List.of("x"), "n")
                .node("MatMul", List.of("n", "view"), "else_y")
                .output("else_y", "batch", OUT)
                .graph();
        return model("used-in-branch-through-view", 17)
                .input("x", "batch", IN)
                .input("flag", DataType.BOOL)
                .weight("w", W.transpose())
                .node("If", List.of("flag"), "y", attribute("then_branch", then), attribute("else_branch", otherwise))
                .output("y", "batch", OUT)
                .build();
    }

    /** Two tensors of the same name, each in a branch of its own. */
    private static ModelProto storedInBranches() {
        GraphProto then = branch("then_y", "x", "w").toBuilder()
                .addInitializer(tensor("w", W, ElementType.FLOAT32))
                .build();
        GraphProto otherwise = branch("else_y", "x", "w").toBuilder()
                .addInitializer(tensor("w", ofRank(3, IN, OUT, 16), ElementType.FLOAT32))
                .build();
        return model("stored-in-branches", 17)
                .input("x", "batch", IN)
                .input("flag", DataType.BOOL)
                .node(ModelBuilder.node(
                        "If",
                        List.of("flag"),
                        List.of("y"),
                        attribute("then_branch", then),
                        attribute("else_branch", otherwise)))
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto usedInLoop() {
        GraphProto body = model("body", 17)
                .input("i", DataType.INT64)
                .input("go", DataType.BOOL)
                .input("state", "batch", IN)
                .node("MatMul", List.of("state", "w"), "product")
                .node("Tanh", List.of("product"), "next")
                .node("Identity", List.of("go"), "on")
                .output("on", DataType.BOOL)
                .output("next", "batch", IN)
                .graph();
        return model("used-in-loop", 17)
                .input("x", "batch", IN)
                .weight("w", SQUARE)
                .initializer(integers("times", List.of(), 3L))
                .initializer(TensorProto.newBuilder()
                        .setName("true")
                        .setDataType(DataType.BOOL_VALUE)
                        .setRawData(ByteString.copyFrom(new byte[] {1}))
                        .build())
                .node("Loop", List.of("times", "true", "x"), "y", attribute("body", body))
                .output("y", "batch", IN)
                .build();
    }

    private static ModelProto usedInScan() {
        GraphProto body = model("body", 17)
                .input("state", IN)
                .input("step", IN)
                .node("Add", List.of("state", "step"), "sum")
                .node("MatMul", List.of("sum", "w"), "product")
                .node("Tanh", List.of("product"), "next")
                .output("next", IN)
                .graph();
        return model("used-in-scan", 17)
                .input("x", "time", IN)
                .input("start", IN)
                .weight("w", SQUARE)
                .node("Scan", List.of("start", "x"), "y", attribute("body", body), attribute("num_scan_inputs", 1))
                .output("y", IN)
                .build();
    }
}

package dev.eckart.models;

import static dev.eckart.models.Catalogue.IN;
import static dev.eckart.models.Catalogue.OUT;
import static dev.eckart.models.Catalogue.RANK;
import static dev.eckart.models.Catalogue.W;
import static dev.eckart.models.Catalogue.X_AND_W;
import static dev.eckart.models.Catalogue.linear;
import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.node;
import static dev.eckart.models.ModelBuilder.tensor;

import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TrainingInfoProto;
import java.util.List;
import java.util.Map;

/** What a model may hold beside weights: it stays as it is, while the weight beside it is factored. */
final class CarriedThrough {
    private CarriedThrough() {}

    static List<CatalogueModel> models() {
        return List.of(
                new CatalogueModel("function", function(), Map.of("w", RANK), Map.of("Shift/v", SkipReason.FUNCTION)),
                skipping("weight-of-a-function", SkipReason.OPERATOR, weightOfAFunction()),
                new CatalogueModel("sparse", sparse(), Map.of("w", RANK), Map.of("s", SkipReason.SPARSE)),
                linear("texts", texts()),
                linear("sequence", sequence()),
                linear("optional", optional()),
                linear("known-values-and-metadata", knownValues()),
                skipping("trained", SkipReason.SHARED, trained()));
    }

    private static FunctionProto.Builder shift() {
        return FunctionProto.newBuilder()
                .setName("Shift")
                .setDomain("own")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .addInput("a")
                .addOutput("b");
    }

    private static ModelBuilder calling(String name, FunctionProto function) {
        return model(name, 17).operators("own", 1).function(function).input("x", "batch", IN);
    }

    /** A function of the model's own, with a constant in it. */
    private static ModelProto function() {
        TensorProto constant = tensor("", Matrix.diagonal(OUT, OUT, 1, 2, 3), ElementType.FLOAT32);
        FunctionProto function = shift().addNode(
                        node("Constant", List.of(), List.of("v"), attribute("value", constant)))
                .addNode(node("MatMul", List.of("a", "v"), List.of("b")))
                .build();
        return calling("function", function)
                .weight("w", W)
                .node("MatMul", X_AND_W, "h")
                .node(node("Shift", List.of("h"), List.of("y")).toBuilder()
                        .setDomain("own")
                        .build())
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto weightOfAFunction() {
        FunctionProto function = shift().addInput("c")
                .addNode(node("MatMul", List.of("a", "c"), List.of("b")))
                .build();
        return calling("weight-of-a-function", function)
                .weight("w", W)
                .node(node("Shift", X_AND_W, List.of("y")).toBuilder()
                        .setDomain("own")
                        .build())
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto sparse() {
        SparseTensorProto sparse = SparseTensorProto.newBuilder()
                .setValues(tensor("s", Matrix.of(1, 3, 1, 2, 3), ElementType.FLOAT32, List.of(3L)))
                .setIndices(integers("", List.of(3L), 0L, 17L, 255L))
                .addDims(OUT)
                .addDims(OUT)
                .build();
        return model("sparse", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .sparse(sparse)
                .node("MatMul", X_AND_W, "h")
                .node("MatMul", List.of("h", "s"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto texts() {
        TensorProto names = TensorProto.newBuilder()
                .setName("names")
                .addDims(2)
                .addDims(1)
                .setDataType(DataType.STRING_VALUE)
                .addStringData(ByteString.copyFromUtf8("one"))
                .addStringData(ByteString.copyFromUtf8("two"))
                .build();
        return model("texts", 17)
                .input("x", "batch", IN)
                .input("which", DataType.INT64, "few")
                .weight("w", W)
                .initializer(names)
                .node("MatMul", X_AND_W, "y")
                .node("Gather", List.of("names", "which"), "chosen")
                .output("y", "batch", OUT)
                .output("chosen", DataType.STRING, "few", 1)
                .build();
    }

    private static ModelProto sequence() {
        return model("sequence", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .initializer(integers("first", List.of(), 0L))
                .node("SequenceConstruct", List.of("x", "x"), "several")
                .node("SequenceAt", List.of("several", "first"), "one")
                .node("MatMul", List.of("one", "w"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto optional() {
        return model("optional", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .node("Optional", List.of("x"), "maybe")
                .node("OptionalGetElement", List.of("maybe"), "one")
                .node("MatMul", List.of("one", "w"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto knownValues() {
        ModelProto model = model("known-values-and-metadata", 17)
                .input("x", "batch", IN)
                .weight("w", W.transpose())
                .known("view", DataType.FLOAT, IN, OUT)
                .known("h", DataType.FLOAT, "batch", OUT)
                .node("Transpose", List.of("w"), "view")
                .node("MatMul", List.of("x", "view"), "h")
                .node("Tanh", List.of("h"), "y")
                .output("y", "batch", OUT)
                .build();
        return model.toBuilder()
                .setDocString("a model of the catalogue")
                .addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey("author").setValue("me"))
                .build();
    }

    private static ModelProto trained() {
        ModelProto model = model("trained", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .node("MatMul", X_AND_W, "y")
                .output("y", "batch", OUT)
                .build();
        return model.toBuilder()
                .addTrainingInfo(TrainingInfoProto.newBuilder()
                        .setAlgorithm(model("step", 17)
                                .node("Neg", List.of("w"), "w.next")
                                .output("w.next", IN, OUT)
                                .graph())
                        .addUpdateBinding(
                                StringStringEntryProto.newBuilder().setKey("w").setValue("w.next")))
                .build();
    }
}

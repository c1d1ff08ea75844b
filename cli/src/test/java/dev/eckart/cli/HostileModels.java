package dev.eckart.cli;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.node;

import dev.eckart.core.model.ElementType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small models that are valid, and on which ONNX Runtime never comes to an end, or crashes. */
final class HostileModels {
    private static final long OPSET = 17;
    private static final int SIZE = 4;

    /** Each of this many functions calls the one before twice. */
    private static final int FUNCTIONS = 26;

    private HostileModels() {}

    /** A product, for comparison. */
    static Path harmless(Path folder) throws IOException {
        return write(
                folder.resolve("harmless.onnx"),
                withProduct("harmless").output("p", "batch", SIZE).build());
    }

    /** A product beside a loop of 2⁶² turns. */
    static Path endless(Path folder) throws IOException {
        GraphProto body = model("body", OPSET)
                .input("i", DataType.INT64)
                .input("go", DataType.BOOL)
                .input("state", "batch", SIZE)
                .node("Identity", List.of("go"), "on")
                .node("Tanh", List.of("state"), "next")
                .output("on", DataType.BOOL)
                .output("next", "batch", SIZE)
                .graph();
        return write(
                folder.resolve("endless.onnx"),
                withProduct("endless")
                        .initializer(integers("turns", List.of(), 1L << 62))
                        .node("Loop", List.of("turns", "", "p"), "y", attribute("body", body))
                        .output("y", "batch", SIZE)
                        .build());
    }

    /** Functions that come to 2²⁶ nodes while the model is loaded. */
    static Path exploding(Path folder) throws IOException {
        ModelBuilder model = withProduct("exploding").operators("bomb", 1).format(8);
        for (int i = 0; i < FUNCTIONS; i++) {
            String called = i == 0 ? "Neg" : "F" + (i - 1);
            String domain = i == 0 ? "" : "bomb";
            model.function(FunctionProto.newBuilder()
                    .setDomain("bomb")
                    .setName("F" + i)
                    .addInput("a")
                    .addOutput("c")
                    .addNode(
                            node(called, List.of("a"), List.of("b")).toBuilder().setDomain(domain))
                    .addNode(
                            node(called, List.of("b"), List.of("c")).toBuilder().setDomain(domain))
                    .addOpsetImport(
                            OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                    .addOpsetImport(
                            OperatorSetIdProto.newBuilder().setDomain("bomb").setVersion(1))
                    .build());
        }
        return write(
                folder.resolve("exploding.onnx"),
                model.node(node("F" + (FUNCTIONS - 1), List.of("p"), List.of("y")).toBuilder()
                                .setDomain("bomb")
                                .build())
                        .output("y", "batch", SIZE)
                        .build());
    }

    /** A recurrent layer on a sum of an input without a shape, which is made up as a scalar. */
    static Path crashing(Path folder) throws IOException {
        ModelProto model = model("crashing", OPSET)
                .initializer(ModelBuilder.tensor(
                        "W",
                        RandomMatrices.normal(4 * SIZE, SIZE, 1),
                        ElementType.FLOAT32,
                        List.of(1L, 4L * SIZE, (long) SIZE)))
                .initializer(ModelBuilder.tensor(
                        "R",
                        RandomMatrices.normal(4 * SIZE, SIZE, 2),
                        ElementType.FLOAT32,
                        List.of(1L, 4L * SIZE, (long) SIZE)))
                .node("Sum", List.of("x"), "sum")
                .node("LSTM", List.of("sum", "W", "R"), "y", attribute("hidden_size", SIZE))
                .build();
        ModelProto.Builder unshaped = model.toBuilder();
        unshaped.getGraphBuilder().addInput(unshaped("x")).addOutput(unshaped("y"));
        return write(folder.resolve("crashing.onnx"), unshaped.build());
    }

    private static ValueInfoProto unshaped(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber())))
                .build();
    }

    private static ModelBuilder withProduct(String name) {
        return model(name, OPSET)
                .input("x", "batch", SIZE)
                .weight("w", RandomMatrices.normal(SIZE, SIZE, 1))
                .node("MatMul", List.of("x", "w"), "p");
    }

    private static Path write(Path file, ModelProto model) throws IOException {
        return Files.write(file, model.toByteArray());
    }
}

package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.ConstantModels;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.TemporaryModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueShapesTest {
    @TempDir
    private Path folder;

    @Test
    void should_give_the_shapes_and_types_of_values_and_none_of_them() throws IOException {
        Path file = Files.write(
                folder.resolve("model.onnx"),
                TextModels.withGraph(input("x", DataType.FLOAT, "batch", 4)
                                + node("MatMul", "x w", "h")
                                + node("Shape", "h", "n")
                                + node("Size", "n", "x.shape")
                                + output("h", DataType.FLOAT, "batch", 5)
                                + output("x.shape", DataType.INT64)
                                + randomMatrix("w", 4, 5))
                        .toByteArray());

        ValueShapes shapes = ValueShapes.of(OnnxNetwork.read(file).model(), List.of("x", "h", "x.shape"));

        try (TemporaryModel model = TemporaryModel.open(shapes.model(), file, 1, folder, "shapes.onnx")) {
            Map<String, Output> outputs =
                    model.session().run(Map.of("x", NpyArray.ofFloats(List.of(3, 4), new float[12])));
            assertThat(outputs.values().stream().mapToInt(Output::size)).containsExactly(2, 0, 2, 0, 0, 0);
            assertThat(shapes.shapes())
                    .extracting(shape -> ConstantModels.numbers(Objects.requireNonNull(outputs.get(shape.shape()))))
                    .containsExactly(new double[] {3, 4}, new double[] {3, 5}, new double[0]);
            assertThat(shapes.shapes())
                    .extracting(shape -> model.session().outputTypes().get(shape.nothing()))
                    .containsExactly(OnnxJavaType.FLOAT, OnnxJavaType.FLOAT, OnnxJavaType.INT64);
        }
        assertThat(folder).isDirectoryNotContaining(left -> !left.equals(file));
    }
}

package dev.eckart.models.fuzz;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.models.Catalogue;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolatedRuntimeTest {
    @TempDir
    private Path folder;

    @Test
    void should_outlive_a_model_that_ends_the_runtime() throws IOException {
        Path sound = file("sound", Catalogue.all().get(0).model());
        Path broken = file("broken", model("broken", 13).output("y", 2).build());
        Path hostile = file("hostile", loopWithDefault());

        try (IsolatedRuntime runtime = new IsolatedRuntime()) {
            assertThat(runtime.loads(sound)).isTrue();
            assertThat(runtime.loads(broken)).isFalse();
            assertThat(runtime.loads(hostile)).isFalse();
            assertThat(runtime.loads(sound)).isTrue();
        }
    }

    /** A loop whose body has an initializer for one of its inputs: release 1.29 ends with an assertion. */
    private static ModelProto loopWithDefault() {
        GraphProto body = model("body", 13)
                .input("i", DataType.INT64)
                .input("go", DataType.BOOL)
                .input("s", 1, 2)
                .weight("s", Matrix.of(1, 2, 1, 2))
                .node("Neg", List.of("s"), "next")
                .node("Identity", List.of("go"), "on")
                .output("on", DataType.BOOL)
                .output("next", 1, 2)
                .graph();
        return model("hostile", 13)
                .input("x", 1, 2)
                .initializer(integers("times", List.of(), 2L))
                .initializer(TensorProto.newBuilder()
                        .setName("yes")
                        .setDataType(DataType.BOOL_VALUE)
                        .setRawData(ByteString.copyFrom(new byte[] {1}))
                        .build())
                .node("Loop", List.of("times", "yes", "x"), "y", attribute("body", body))
                .output("y", 1, 2)
                .build();
    }

    private Path file(String name, ModelProto model) throws IOException {
        return Files.write(folder.resolve(name + ".onnx"), model.toByteArray());
    }
}

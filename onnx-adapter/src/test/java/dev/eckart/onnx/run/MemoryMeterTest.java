package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Memory;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class MemoryMeterTest {
    private static final int ROWS = 1024;

    @TempDir
    private Path folder;

    @Test
    void should_find_that_ten_times_the_weights_take_more() {
        Memory.Taken small = measure(ROWS);
        Memory.Taken large = measure(10 * ROWS);

        // Of the small weights a process may keep what it loaded them from, and what it packed them into.
        long least = (10 - 3) * (long) ROWS * ROWS * Float.BYTES;
        assertThat(large.loaded() - small.loaded()).isGreaterThan(least);
        assertThat(large.peak()).isGreaterThanOrEqualTo(large.loaded());
        assertThat(large.peak() - small.peak()).isGreaterThan(least);
    }

    @Test
    void should_say_in_a_sentence_why_a_process_fails() throws IOException {
        Path model = Files.writeString(folder.resolve("none.onnx"), "none");

        assertThatThrownBy(() -> MemoryMeter.measure(model, Map.of(), 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the memory of `%s` cannot be measured: ", model)
                .hasMessageContaining("the process ended with status 1: ONNX Runtime cannot load `" + model)
                .hasMessageEndingWith("; leave out --memory and --max-memory-ratio");
    }

    @Test
    void should_end_with_the_process_that_started_it() throws Exception {
        Process process = MemoryMeter.start(write(ROWS), 1);

        process.getOutputStream().close();

        assertThat(process.waitFor()).isNotZero();
        assertThat(process.inputReader().lines()).noneMatch(line -> line.startsWith(MemoryProcess.BYTES));
    }

    private Memory.Taken measure(int columns) {
        return MemoryMeter.measure(
                write(columns), Map.of("x", NpyArray.ofFloats(List.of(1, ROWS), new float[ROWS])), 1);
    }

    private Path write(int columns) {
        ModelProto model = TextModels.withGraph(
                input("x", FLOAT, "batch", ROWS) + node("MatMul", "x w", "y") + output("y", FLOAT, "batch", columns));
        TensorProto weight = TensorProto.newBuilder()
                .setName("w")
                .addDims(ROWS)
                .addDims(columns)
                .setDataType(FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(new byte[ROWS * columns * Float.BYTES]))
                .build();
        return TextModels.write(
                model.toBuilder()
                        .setGraph(model.getGraph().toBuilder().addInitializer(weight))
                        .build(),
                folder.resolve("model.onnx"));
    }
}

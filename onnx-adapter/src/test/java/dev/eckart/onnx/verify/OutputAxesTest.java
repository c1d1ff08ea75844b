package dev.eckart.onnx.verify;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.OutputAxes.Axis;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputAxesTest {
    @TempDir
    private Path folder;

    @Test
    void should_tell_axes_of_the_graph_from_those_of_the_inputs() {
        Path model = TextModels.write(
                TextModels.withGraph(input("x", DataType.FLOAT, "batch", "sequence", 5)
                        + node("Neg", "x", "states")
                        + output("states", DataType.FLOAT, "batch", "sequence", 5)
                        + node("NonZero", "x", "places")
                        + output("places", DataType.INT64, 3, "found")),
                folder.resolve("model.onnx"));

        try (Session session = Session.open(model, Session.Optimization.ALL, 1)) {
            OutputAxes axes = OutputAxes.of(session, new BatchAxes());

            assertThat(axes.declared())
                    .containsEntry("states", List.of(Axis.FED, Axis.FED, Axis.FIXED))
                    .containsEntry("places", List.of(Axis.FIXED, Axis.OPEN));
            Output states = new Output("states", List.of(2L, 3L, 5L), true, 30, i -> i);
            assertThat(axes.hasClasses(states, 2)).isTrue();
            assertThat(axes.hasParts(states, 2)).isTrue();
            assertThat(axes.hasParts(states, 1)).isFalse();
            // One that is not as the graph says may have any axes.
            Output other = new Output("states", List.of(2L, 5L), true, 10, i -> i);
            assertThat(axes.hasClasses(other, 2)).isFalse();
            assertThat(axes.hasParts(other, 1)).isTrue();
        }
    }
}

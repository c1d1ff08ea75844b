package dev.eckart.onnx.calibrate;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensitivityMeterTest {
    private static final int SIZE = 12;
    private static final int SAMPLES = 200;

    /** Of the digits that a sensitivity is rounded to. */
    private static final double ROUNDED = 1e-3;

    @TempDir
    private Path folder;

    /** Two products whose results are added, {@code v}'s divided by a number. */
    private static String weighed(int divisor) {
        return input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "a")
                + node("MatMul", "x v", "b")
                + node("Div", "b divisor", "c")
                + node("Add", "a c", "y")
                + output("y", FLOAT, "batch", SIZE)
                + randomMatrix("w", SIZE, SIZE)
                + randomMatrix("v", SIZE, SIZE)
                + "initializer { name: \"divisor\" data_type: 1 float_data: [%d] } ".formatted(divisor);
    }

    private Sensitivities measure(String graph, int threads) throws IOException {
        Path model = folder.resolve("model.onnx");
        TextModels.write(TextModels.withGraph(graph), model);
        OnnxNetwork network = OnnxNetwork.read(model);
        Random random = new Random(1);
        float[] x = new float[SAMPLES * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Path inputs = Files.createDirectories(folder.resolve("inputs"));
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(SAMPLES, SIZE), x));
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        Sensitivities measured = new SensitivityMeter(threads, temporary, Progress.NONE)
                .measure(
                        network,
                        network.inventory(),
                        new Compressor(new EjmlDecomposer(), threads, Long.MAX_VALUE, Progress.NONE)
                                .calibrated(Calibration.NONE),
                        new CalibrationInputs(inputs, Optional.empty()));
        assertThat(temporary).isEmptyDirectory();
        return measured;
    }

    @Test
    void should_find_weights_that_matter_alike_alike_and_the_square_of_a_divisor_between_others() throws IOException {
        Sensitivities alike = measure(weighed(1), 1);
        Sensitivities apart = measure(weighed(10), 1);

        assertThat(alike.samples()).isEqualTo(SensitivityMeter.SAMPLES);
        assertThat(alike.notes()).isEmpty();
        assertThat(alike.byWeight()).containsOnlyKeys("w", "v");
        double before = ratio(alike);
        assertThat(before).isBetween(0.3, 3.0);
        assertThat(ratio(apart) * 100).isCloseTo(before, within(10 * ROUNDED * before));
    }

    private static double ratio(Sensitivities measured) {
        return measured.byWeight().getOrDefault("v", 0.0) / measured.byWeight().getOrDefault("w", 1.0);
    }

    @Test
    void should_measure_the_same_on_any_number_of_threads() throws IOException {
        assertThat(measure(weighed(3), 2)).isEqualTo(measure(weighed(3), 1));
    }

    @Test
    void should_leave_out_a_weight_that_loses_nothing_by_a_lower_rank() throws IOException {
        String ones = "initializer { name: \"v\" dims: %d dims: %d data_type: 1 float_data: [%s] } "
                .formatted(SIZE, SIZE, "1, ".repeat(SIZE * SIZE - 1) + "1");

        assertThat(measure(weighed(1).replace(randomMatrix("v", SIZE, SIZE), ones), 1)
                        .byWeight())
                .containsOnlyKeys("w");
    }
}

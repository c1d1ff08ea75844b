package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.compress.Compression;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A calibrated compression, run: what it predicts is what is lost. */
class CalibratedNetworkTest {
    private static final int ROWS = 400;
    private static final int IN = 24;
    private static final int OUT = 32;

    /** What floats of 24 bits leave of numbers up to some hundred, relative to errors of some. */
    private static final double ROUNDING = 1e-3;

    @TempDir
    private Path folder;

    /** That vary in few directions, around a mean that is far from zero. */
    private static Matrix inputs() {
        Random random = new Random(1);
        double[] mixing = random.doubles(IN * IN, -1, 1).toArray();
        double[] numbers = new double[ROWS * IN];
        Arrays.setAll(numbers, i -> random.nextGaussian() * Math.pow(0.6, i % IN));
        double[] mixed =
                Matrix.of(ROWS, IN, numbers).times(Matrix.of(IN, IN, mixing)).toArray();
        Arrays.setAll(mixed, i -> (float) (mixed[i] + 3 + i % IN));
        return Matrix.of(ROWS, IN, mixed);
    }

    private static Matrix mean(Matrix matrix) {
        double[] weights = new double[matrix.rows()];
        Arrays.fill(weights, 1.0 / matrix.rows());
        return Matrix.of(1, weights.length, weights).times(matrix);
    }

    private static Matrix centered(Matrix matrix) {
        double[] ones = new double[matrix.rows()];
        Arrays.fill(ones, 1);
        return matrix.minus(Matrix.of(ones.length, 1, ones).times(mean(matrix)));
    }

    private static InputStatistics statistics(Matrix x) {
        Matrix centered = centered(x);
        double[] products = centered.transpose().times(centered).toArray();
        Arrays.setAll(products, i -> products[i] / ROWS);
        return new InputStatistics(ROWS, ROWS, mean(x), Matrix.of(IN, IN, products));
    }

    private static Matrix run(Path model, Matrix x) {
        float[] numbers = new float[ROWS * IN];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) x.get(i / IN, i % IN);
        }
        try (Session session = Session.open(model, Session.Optimization.ALL, 1)) {
            Output y = Objects.requireNonNull(session.run(Map.of("x", NpyArray.ofFloats(List.of(ROWS, IN), numbers)))
                    .get("y"));
            double[] outputs = new double[y.size()];
            Arrays.setAll(outputs, y::at);
            return Matrix.of(ROWS, OUT, outputs);
        }
    }

    private static Compression<OnnxNetwork> compress(OnnxNetwork network, Calibration calibration) {
        return new Compressor(new EjmlDecomposer(), 1, Long.MAX_VALUE, Progress.NONE)
                .calibrated(calibration)
                .compress(
                        network,
                        Offering.ofPairs(network.inventory(), new FixedRankSelector(6), FactorPair.Balance.PLAIN),
                        new Provenance("1", "fixed:6"));
    }

    @Test
    void should_lose_what_it_predicts_and_nothing_of_the_mean() throws IOException {
        Path original = TextModels.write(
                TextModels.withGraph(input("x", FLOAT, "batch", IN)
                        + node("MatMul", "x w", "p")
                        + node("Add", "p c", "y")
                        + output("y", FLOAT, "batch", OUT)
                        + randomMatrix("w", IN, OUT)
                        + randomMatrix("c", 1, OUT)),
                folder.resolve("original.onnx"));
        OnnxNetwork network = OnnxNetwork.read(original);
        Matrix x = inputs();
        Matrix y = run(original, x);

        Compression<OnnxNetwork> compression = compress(network, Calibration.of(Map.of("w", statistics(x))));
        Path calibrated = folder.resolve("calibrated.onnx");
        compression.network().write(calibrated);
        Path plain = folder.resolve("plain.onnx");
        compress(network, Calibration.NONE).network().write(plain);

        Matrix lost = run(calibrated, x).minus(y);
        double predicted = compression.plan().weights().get(0).predictedError();
        assertThat(lost.frobeniusNorm() / centered(y).frobeniusNorm())
                .isCloseTo(predicted, within(ROUNDING * predicted));
        assertThat(mean(lost).frobeniusNorm()).isLessThan(ROUNDING);
        assertThat(run(plain, x).minus(y).frobeniusNorm()).isGreaterThan(5 * lost.frobeniusNorm());
    }
}

package dev.eckart.onnx;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.compress.ChangeMeter;
import dev.eckart.core.compress.Compression;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.calibrate.Calibrator;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.scan.ConstantScan;
import dev.eckart.onnx.scan.WeightScan;
import dev.eckart.onnx.timing.LayerTimer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often graphs are looked through where a network is made anew for each layer. */
class GraphScansTest {
    private static final int SIZE = 8;
    private static final int SAMPLES = 16;

    @TempDir
    private Path folder;

    /** Counts scans of a network and of all that are made of it. */
    private static final class Counting implements GraphScans.Scanner {
        private final AtomicInteger ofWeights = new AtomicInteger();
        private final AtomicInteger ofConstants = new AtomicInteger();

        @Override
        public WeightScan weights(OnnxModel model, GraphIndex index, Map<Value, String> known) {
            ofWeights.incrementAndGet();
            return GraphScans.Scanner.super.weights(model, index, known);
        }

        @Override
        public ConstantScan constants(OnnxModel model, GraphIndex index, WeightScan weights) {
            ofConstants.incrementAndGet();
            return GraphScans.Scanner.super.constants(model, index, weights);
        }
    }

    private final Counting counting = new Counting();

    /** So many layers, one after the other. */
    private Path model(int layers) {
        StringBuilder graph = new StringBuilder(input("x0", FLOAT, "batch", SIZE));
        for (int i = 0; i < layers; i++) {
            graph.append(node("MatMul", "x%d w%d".formatted(i, i), "p" + i))
                    .append(node("Tanh", "p" + i, "x" + (i + 1)))
                    .append(randomMatrix("w" + i, SIZE, SIZE));
        }
        return TextModels.write(
                TextModels.withGraph(graph + output("x" + layers, FLOAT, "batch", SIZE)), folder.resolve("model.onnx"));
    }

    private OnnxNetwork read(Path model) {
        return OnnxNetwork.of(OnnxReader.read(model), false, counting);
    }

    private CalibrationInputs inputs() throws IOException {
        Path inputs = Files.createDirectories(folder.resolve("inputs"));
        float[] numbers = new float[SAMPLES * SIZE];
        IntStream.range(0, numbers.length).forEach(i -> numbers[i] = (float) Math.sin(i * i));
        NpyFile.write(inputs.resolve("x0.npy"), NpyArray.ofFloats(List.of(SAMPLES, SIZE), numbers));
        return new CalibrationInputs(inputs, Optional.empty());
    }

    private static Compressor compressor() {
        return new Compressor(new EjmlDecomposer(), 1, Long.MAX_VALUE, Progress.NONE);
    }

    private static Offering offering(OnnxNetwork network) {
        return Offering.ofPairs(network.inventory(), new FixedRankSelector(2), FactorPair.Balance.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9})
    void should_scan_a_network_once_for_all_pairs_that_are_timed(int layers) {
        Path model = model(layers);
        OnnxNetwork network = read(model);

        Compression<OnnxNetwork> made = compressor()
                .timing(plan -> LayerTimer.open(model, network, plan, Optional.empty(), 0, 1, folder), IfSlower.MARK)
                .compress(network, offering(network), new Provenance("1", "fixed:2"));

        assertThat(made.plan().factored())
                .hasSize(layers)
                .allSatisfy(planned -> assertThat(planned.timing()).isPresent());
        assertThat(counting.ofWeights).hasValue(1);
        assertThat(counting.ofConstants).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9})
    void should_scan_each_network_of_a_refit_once_and_never_for_constants(int layers) throws IOException {
        Path model = model(layers);
        OnnxNetwork network = read(model);
        Calibrator calibrator = new Calibrator(new EjmlDecomposer(), 1, Long.MAX_VALUE, folder, Progress.NONE);
        CalibrationInputs inputs = inputs();
        ChangeMeter<OnnxNetwork> meter = calibrator.beside(model, network, inputs);
        Calibration calibration = Calibration.of(calibrator
                .calibrate(model, network, network.inventory(), inputs, false)
                .byWeight());

        Compression<OnnxNetwork> made = compressor()
                .calibrated(calibration)
                .compress(network, offering(network), Optional.of(meter), new Provenance("1", "fixed:2"));

        assertThat(made.plan().factored()).hasSize(layers);
        assertThat(made.unrefitted()).isEmpty();
        // The original, and each that a further layer is replaced in: not the one with all of them.
        assertThat(counting.ofWeights).hasValue(layers);
        assertThat(counting.ofConstants).hasValue(0);
    }

    @Test
    void should_scan_once_for_whatever_is_asked_of_a_network_and_of_the_same_with_a_scratch() {
        OnnxNetwork network = read(model(3));

        network.inventory();
        network.constants();
        network.sites();
        network.withScratch(network.model().payloads().scratch()).constants();

        assertThat(counting.ofWeights).hasValue(1);
        assertThat(counting.ofConstants).hasValue(1);
    }
}

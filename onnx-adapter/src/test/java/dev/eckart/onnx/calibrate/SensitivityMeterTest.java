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
import dev.eckart.core.compress.Offering;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.BudgetRankSelector;
import dev.eckart.core.rank.NamedRankSelector;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RatioRankSelector;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.calibrate.WeightTrial.Samples;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import dev.eckart.onnx.run.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
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

    private OnnxNetwork network(String graph) throws IOException {
        Path model = folder.resolve("model.onnx");
        TextModels.write(TextModels.withGraph(graph), model);
        return OnnxNetwork.read(model);
    }

    private CalibrationInputs inputs() throws IOException {
        Random random = new Random(1);
        float[] x = new float[SAMPLES * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Path inputs = Files.createDirectories(folder.resolve("inputs"));
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(SAMPLES, SIZE), x));
        return new CalibrationInputs(inputs, Optional.empty());
    }

    private static Compressor compressor(int threads) {
        return new Compressor(new EjmlDecomposer(), threads, Long.MAX_VALUE, Progress.NONE)
                .calibrated(Calibration.NONE);
    }

    private Sensitivities measure(String graph, int threads) throws IOException {
        return measure(graph, threads, new RatioRankSelector(0.5));
    }

    private Sensitivities measure(String graph, int threads, RankSelector selector) throws IOException {
        OnnxNetwork network = network(graph);
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        SensitivityMeter meter = new SensitivityMeter(threads, temporary, Progress.NONE);
        Sensitivities first = meter.measure(network, network.inventory(), compressor(threads), inputs());
        Sensitivities measured =
                meter.measureAgain(network, network.inventory(), compressor(threads), inputs(), selector, first);
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

    /** Layers that each see what became of the ones before, so that what their weights lose does not add up. */
    private static String deep(int layers) {
        StringBuilder graph = new StringBuilder(input("x", FLOAT, "batch", SIZE));
        for (int i = 0; i < layers; i++) {
            String from = i == 0 ? "x" : "t" + i;
            String to = i == layers - 1 ? "y" : "t" + (i + 1);
            graph.append(node("MatMul", from + " w" + i, "h" + i))
                    .append(node("Tanh", "h" + i, to))
                    .append(randomMatrix("w" + i, SIZE, SIZE));
        }
        return graph.append(output("y", FLOAT, "batch", SIZE)).toString();
    }

    private double loss(String graph, RankSelector selector, Sensitivities sensitivities) throws IOException {
        OnnxNetwork network = network(graph);
        Compressor compressor = new Compressor(new EjmlDecomposer(), 1, Long.MAX_VALUE, Progress.NONE)
                .calibrated(Calibration.NONE.withSensitivities(sensitivities.byWeight()));
        List<Substitute> cut = new ArrayList<>();
        SortedMap<String, Integer> ranks = new TreeMap<>();
        compressor
                .plan(network, Offering.ofPairs(network.inventory(), selector, FactorPair.Balance.PLAIN))
                .factored()
                .forEach(planned -> ranks.put(planned.weight().name(), planned.rank()));
        compressor.truncate(
                network.inventory(),
                new NamedRankSelector(ranks),
                truncation -> cut.add(SensitivityMeter.cut(truncation)));
        CalibrationInputs inputs = inputs();
        try (WeightTrial trial = WeightTrial.open(
                network,
                own -> new Samples(
                        List.of(InputFiles.read(inputs.inputs(), own, network.model())
                                .spread(SensitivityMeter.SAMPLES)),
                        Optional.empty()),
                network.inventory().linear(),
                1,
                folder.resolve("temporary"))) {
            return trial.loss(cut);
        }
    }

    @Test
    void should_measure_again_in_what_a_strategy_made_of_the_network_and_keep_what_serves_it_best() throws IOException {
        String graph = deep(6);
        RankSelector once = new BudgetRankSelector(0.6, 0.1, 1, 0);
        RankSelector again = new BudgetRankSelector(0.6, 0.1, 1, 3);
        Sensitivities first = measure(graph, 1, once);
        Sensitivities best = measure(graph, 1, again);

        assertThat(first.rounds()).isZero();
        assertThat(best.rounds()).isBetween(1, 3);
        assertThat(best.samples()).isEqualTo(first.samples());
        assertThat(best.byWeight().keySet()).isEqualTo(first.byWeight().keySet());
        assertThat(loss(graph, once, best)).isLessThan(loss(graph, once, first));
        assertThat(measure(graph, 2, again)).isEqualTo(best);
    }

    @Test
    void should_stay_with_what_was_known_where_the_network_as_it_is_cut_gives_no_finite_numbers() throws IOException {
        // Two weights alike, whose difference has a root only as long as it is 0.
        String twin = randomMatrix("w", SIZE, SIZE);
        String graph = input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "a")
                + node("MatMul", "x u", "b")
                + node("Sub", "a b", "nothing")
                + node("Sqrt", "nothing", "root")
                + node("MatMul", "x v", "c")
                + node("Add", "c root", "y")
                + output("y", FLOAT, "batch", SIZE)
                + twin
                + twin.replace("\"w\"", "\"u\"")
                + randomMatrix("v", SIZE, SIZE);

        Sensitivities measured = measure(graph, 1, new BudgetRankSelector(0.5, 0.1, 1));

        assertThat(measured.rounds()).isZero();
        assertThat(measured.byWeight()).containsOnlyKeys("v");
        assertThat(measured.notes())
                .hasSize(2)
                .allMatch(note -> note.startsWith("the outputs of the network are not finite with weight `"));
    }

    @Test
    void should_stay_with_what_was_known_where_nothing_is_cut() throws IOException {
        String graph = deep(2);

        assertThat(measure(graph, 1, new BudgetRankSelector(1)))
                .isEqualTo(
                        measure(graph, 1, new BudgetRankSelector(1, 0.25, 8, 0)).after(1));
    }
}

package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.timing.LayerTimer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers of every kind, alone. What they take is for no test to say, but where it is far apart. */
class LayerTimerTest {
    private static final int INPUTS = 512;
    private static final int OUTPUTS = 640;

    @TempDir
    private Path folder;

    static Stream<CatalogueModel> all() {
        return Catalogue.all().stream();
    }

    private CompressionPlan timed(Path file, OnnxNetwork network, Inventory inventory, Optional<Path> inputs) {
        Compressor compressor = new Compressor(new EjmlDecomposer(), 2, Long.MAX_VALUE, Progress.NONE);
        return compressor
                .timing(plan -> LayerTimer.open(file, network, plan, inputs, 0, 2, folder), IfSlower.MARK)
                .plan(network, Offering.ofPairs(inventory, new FixedRankSelector(1), FactorPair.Balance.PLAIN));
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_time_every_kind_of_layer_of_the_main_graph(CatalogueModel entry) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);

        CompressionPlan plan = timed(file, network, network.inventory(), Optional.empty());

        assertThat(plan.factored()).allSatisfy(LayerTimerTest::requireTimed);
        assertThat(folder).isDirectoryNotContaining(left -> !left.equals(file));
    }

    private static void requireTimed(PlannedWeight planned) {
        PairTiming timing = planned.timing().orElseThrow();
        if (timing instanceof PairTiming.Measured measured) {
            assertThat(measured.denseMs()).isPositive();
            assertThat(measured.pairMs()).isPositive();
        } else {
            assertThat(timing).isEqualTo(new PairTiming.Unknown("the weight is used inside a branch or a loop"));
        }
    }

    private static ModelProto wide() {
        return ModelBuilder.model("wide", 13)
                .input("x", "batch", INPUTS)
                .weight("w1", RandomMatrices.normal(INPUTS, OUTPUTS, 1))
                .weight("w2", RandomMatrices.normal(INPUTS, OUTPUTS, 2))
                .node("MatMul", List.of("x", "w1"), "a")
                .node("MatMul", List.of("x", "w2"), "b")
                .node("Add", List.of("a", "b"), "y")
                .output("y", "batch", OUTPUTS)
                .build();
    }

    @Test
    void should_time_layers_at_the_shapes_that_inputs_give_them() throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), wide().toByteArray());
        Path inputs = Files.createDirectory(folder.resolve("inputs"));
        NpyFile.write(inputs.resolve("x.npy"), NpyArray.ofFloats(List.of(32, INPUTS), new float[32 * INPUTS]));
        OnnxNetwork network = OnnxNetwork.read(file);

        CompressionPlan plan = timed(file, network, network.inventory(), Optional.of(inputs));

        // A product of this size has 300 times as many operations as its pair.
        assertThat(plan.factored())
                .hasSize(2)
                .allSatisfy(planned -> assertThat(planned.timing())
                        .get(InstanceOfAssertFactories.type(PairTiming.Measured.class))
                        .satisfies(measured -> assertThat(measured.wins()).isTrue()));
    }

    @Test
    void should_time_layers_that_are_factored_jointly_as_one() throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), wide().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);

        CompressionPlan plan = timed(file, network, JointLayers.group(network.inventory()), Optional.empty());

        assertThat(plan.factored()).hasSize(1).allSatisfy(planned -> {
            assertThat(planned.chosenRank()).hasValue(1);
            assertThat(planned.timing()).get().isInstanceOf(PairTiming.Measured.class);
        });
    }

    @Test
    void should_refuse_inputs_that_do_not_fit() throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), wide().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> timed(file, network, network.inventory(), Optional.of(folder.resolve("none.npz"))))
                .withMessageContaining("none.npz");
    }
}

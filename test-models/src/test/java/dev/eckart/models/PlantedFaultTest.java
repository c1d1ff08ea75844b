package dev.eckart.models;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.RewriteCheck;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A proof is worth what it finds: mistakes are planted in compressed models, and each of them has to be found. */
class PlantedFaultTest {
    private static final RankStrategies STRATEGIES = RankStrategies.load(PlantedFaultTest.class.getClassLoader());

    @TempDir
    private Path folder;

    static Stream<CatalogueModel> linear() {
        return Catalogue.all().stream().filter(model -> !model.linear().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("linear")
    void should_prove_a_right_rewrite_of_every_form_and_refute_each_mistake_in_it(CatalogueModel entry)
            throws IOException {
        Path original = write(entry.model());
        // A weight of zeros stays one, whatever becomes of one of its factors.
        boolean zero = entry.linear().values().stream().allMatch(rank -> rank == 0);
        // What eight bits store is seldom smaller as a pair of floats.
        Path compressed = compress(original, entry.name().startsWith("quantized") ? "fixed:1" : "ratio:0.6", true);

        requireFound(
                original,
                compressed,
                Arrays.stream(PlantedFault.values())
                        .filter(fault -> !zero || !fault.isInProducts())
                        .toList());
    }

    static Stream<Arguments> typesAndSums() {
        return Arrays.stream(ElementType.values())
                .flatMap(type -> Stream.of(24, 164, 4096, 65_536).map(sum -> Arguments.of(type, sum)));
    }

    @ParameterizedTest
    @MethodSource("typesAndSums")
    void should_refute_each_mistake_in_every_type_however_long_its_sums_are(ElementType type, int sum)
            throws IOException {
        Path original = write(longSum(type, sum));
        Path compressed = compress(original, "fixed:2", false);

        requireFound(
                original, compressed, List.of(PlantedFault.values()), type == ElementType.FLOAT64 ? 1e-11 : 0.0025);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void should_refute_a_mistake_in_any_layer_of_a_deep_network(ElementType type) throws IOException {
        Path original = write(deep(type, 6));
        Path compressed = compress(original, "fixed:4", false);

        requireFound(original, compressed, List.of(PlantedFault.SCALED_FACTOR, PlantedFault.DROPPED_BIAS));
    }

    /** A sigmoid that computes with 1 rounds its small results by as much, whose relative errors are large. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void should_prove_a_right_rewrite_in_front_of_a_sigmoid_that_gives_next_to_nothing(int seed) throws IOException {
        Path original = write(smallSigmoid(seed));
        Path compressed = compress(original, "fixed:8", false);

        requireFound(original, compressed, List.of(PlantedFault.values()));
    }

    /** Scores of about 0.001. */
    private static ModelProto smallSigmoid(int seed) {
        int width = 64;
        DataType type = DataType.FLOAT;
        double[] low = new double[width];
        Arrays.fill(low, -7);
        return model("small-sigmoid", 17)
                .input("x", type, "batch", width)
                .initializer(tensor("w", normal(width, width, 0.1, seed), ElementType.FLOAT32))
                .initializer(tensor("low", Matrix.of(1, width, low), ElementType.FLOAT32, List.of((long) width)))
                .node("Gemm", List.of("x", "w", "low"), "z")
                .node("Sigmoid", List.of("z"), "y")
                .output("y", type, "batch", width)
                .build();
    }

    /** Multiplies in a type, but for bfloat16, in which the runtime has no products: that is cast to float32 first. */
    private static ModelProto longSum(ElementType type, int sum) {
        boolean cast = type == ElementType.BFLOAT16;
        DataType computed =
                Objects.requireNonNull(DataType.forNumber(TensorTypes.dataType(cast ? ElementType.FLOAT32 : type)));
        Matrix w = normal(sum, 6, 1 / Math.sqrt(sum), 1);
        ModelBuilder builder = model("long-sum", 17)
                .input("x", computed, "batch", sum)
                .initializer(tensor("w", w, type))
                .initializer(tensor("bias", normal(1, 6, 1, 2), cast ? ElementType.FLOAT32 : type, List.of(6L)));
        if (cast) {
            builder.node("Cast", List.of("w"), "wide", attribute("to", computed.getNumber()));
        }
        return builder.node("Gemm", List.of("x", cast ? "wide" : "w", "bias"), "y")
                .output("y", computed, "batch", 6)
                .build();
    }

    private static Matrix normal(int rows, int columns, double deviation, long seed) {
        double[] scale = new double[columns];
        Arrays.fill(scale, deviation);
        return RandomMatrices.normal(rows, columns, seed).scaleColumns(scale);
    }

    /** Layers that each add a little to what goes through them. */
    private static ModelProto deep(ElementType type, int layers) {
        int width = 32;
        boolean cast = type == ElementType.BFLOAT16;
        ElementType computing = cast ? ElementType.FLOAT32 : type;
        DataType computed = Objects.requireNonNull(DataType.forNumber(TensorTypes.dataType(computing)));
        ModelBuilder builder = model("deep", 17).input("h0", computed, "batch", width);
        for (int i = 0; i < layers; i++) {
            builder.initializer(tensor("w" + i, normal(width, width, 0.03, i), type))
                    .initializer(tensor("b" + i, normal(1, width, 0.1, 50 + i), computing, List.of((long) width)));
            if (cast) {
                builder.node("Cast", List.of("w" + i), "wide" + i, attribute("to", computed.getNumber()));
            }
            builder.node("Gemm", List.of("h" + i, (cast ? "wide" : "w") + i, "b" + i), "p" + i)
                    .node("Tanh", List.of("p" + i), "t" + i)
                    .node("Add", List.of("h" + i, "t" + i), "h" + (i + 1));
        }
        return builder.output("h" + layers, computed, "batch", width).build();
    }

    /** Expects the model to be proved, and no model with one of the mistakes. */
    private void requireFound(Path original, Path compressed, List<PlantedFault> faults) throws IOException {
        // So that no mistake of 1 % can pass.
        requireFound(original, compressed, faults, 0.0025);
    }

    /** As above, at a tolerance below {@code most}. */
    private void requireFound(Path original, Path compressed, List<PlantedFault> faults, double most)
            throws IOException {
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(compressed));
        try (ModelVerifier verifier = ModelVerifier.open(
                original,
                OnnxNetwork.read(original, true),
                new InputSource.MadeUp(),
                Optional.empty(),
                List.of(),
                1,
                1,
                folder,
                EjmlDecomposer::new)) {
            RewriteCheck honest = prove(verifier, compressed);
            if (model.getMetadataPropsList().stream()
                    .noneMatch(entry -> entry.getKey().startsWith("eckart.pair."))) {
                assertThat(honest).isEqualTo(new NoProof(NoProof.Cause.NOTHING_REPLACED, "no weight was replaced"));
                return;
            }
            assertThat(honest).isInstanceOfSatisfying(RewriteProof.class, proof -> {
                assertThat(proof.holds()).as("%s", proof).isTrue();
                assertThat(proof.tolerance()).isLessThan(most);
            });
            int planted = 0;
            for (PlantedFault fault : faults) {
                for (ModelProto wrong : fault.plantedIn(model)) {
                    Path file = Files.write(folder.resolve("wrong.onnx"), wrong.toByteArray());

                    assertThat(prove(verifier, file))
                            .as(fault.name())
                            .isInstanceOfSatisfying(
                                    RewriteProof.class,
                                    proof -> assertThat(proof.holds()).isFalse());
                    planted++;
                }
            }
            assertThat(planted).isPositive();
        }
    }

    private RewriteCheck prove(ModelVerifier verifier, Path compressed) {
        try (Session session = Session.open(compressed, Session.Optimization.ALL, 1)) {
            return verifier.prove(session, OnnxNetwork.read(compressed)).get(0);
        }
    }

    private Path write(ModelProto model) throws IOException {
        return Files.write(folder.resolve("original.onnx"), model.toByteArray());
    }

    /** @param calibrated whether weights are taken as their inputs see them, so that products are shifted */
    private Path compress(Path original, String rank, boolean calibrated) throws IOException {
        Path compressed = folder.resolve("compressed.onnx");
        new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE))
                .compress(
                        original,
                        new Target(compressed, true, false).writingAnyway(true),
                        new Selection(
                                rank,
                                STRATEGIES.select(rank),
                                WeightFilter.ALL,
                                FactorPair.Balance.AUTO,
                                true,
                                true,
                                calibrated ? Optional.of(calibration(original)) : Optional.empty()),
                        Optional.empty(),
                        Limits.NONE);
        return compressed;
    }

    private CalibrationInputs calibration(Path original) {
        Path inputs = folder.resolve("inputs.npz");
        try (Session session = Session.open(original, Session.Optimization.ALL, 1)) {
            InputSet set = MadeUpInputs.forModel(
                            session, OnnxNetwork.read(original).model(), 1)
                    .get(0);
            NpyFile.writeAll(inputs, set.batch(0, set.samples()));
        }
        return new CalibrationInputs(inputs, Optional.empty());
    }
}

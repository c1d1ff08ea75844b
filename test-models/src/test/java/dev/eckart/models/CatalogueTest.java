package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SweepReport;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.SweepJob;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the catalogue, through all that is done with one. */
class CatalogueTest {
    private static final RankStrategies STRATEGIES = RankStrategies.load(CatalogueTest.class.getClassLoader());

    /** What cutting to the numerical rank may change: the weights' rounding, times some. */
    private static final double ROUNDING_MARGIN = 50;

    private static final Optional<Evaluation> VERIFIED = Optional.of(Evaluation.onMadeUpInputs(1));

    @TempDir
    private Path folder;

    static Stream<CatalogueModel> all() {
        return Catalogue.all().stream();
    }

    static Stream<Arguments> allWithEachStrategy() {
        return all().flatMap(model ->
                Stream.of("energy:0.5", "energy:0.9", "fixed:1", "ratio:0.4").map(rank -> Arguments.of(model, rank)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_find_every_weight_and_its_rank_or_the_reason_against_it(CatalogueModel entry) throws IOException {
        Inventory inventory = OnnxNetwork.read(file(entry)).inventory();

        Map<String, Integer> ranks =
                inventory.linear().stream().collect(Collectors.toMap(LinearWeight::name, CatalogueTest::numericalRank));
        Map<String, SkipReason> reasons =
                inventory.skipped().stream().collect(Collectors.toMap(SkippedWeight::name, SkippedWeight::reason));

        assertThat(ranks).isEqualTo(entry.linear());
        assertThat(reasons).isEqualTo(entry.skipped());
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_write_what_was_read(CatalogueModel entry) throws IOException {
        Path copy = folder.resolve("copy.onnx");

        OnnxNetwork.read(file(entry)).write(copy);

        assertThat(ModelProto.parseFrom(Files.readAllBytes(copy))).isEqualTo(entry.model());
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_lose_nothing_at_the_numerical_rank(CatalogueModel entry) throws IOException {
        Report report = compress(entry, "numerical", VERIFIED, 2, "small.onnx");

        assertRewrittenRightly(report);
        for (WeightEntry weight : report.weights()) {
            if (weight.outcome() == WeightEntry.Outcome.FACTORED) {
                assertThat(weight.decided().rank()).isEqualTo(Math.max(1, knownRank(entry, weight)));
            }
            if (weight.outcome() == WeightEntry.Outcome.KEPT) {
                assertThat(knownRank(entry, weight))
                        .isGreaterThanOrEqualTo(weight.decided().breakEvenRank());
            }
        }
        // The runtime may take integers for the inputs of a quantized weight, which is coarser than any type.
        boolean quantized = entry.name().startsWith("quantized");
        double rounding = Math.max(ROUNDING_MARGIN * epsilon(elementTypes(report)), quantized ? 2 * noise(entry) : 0);
        assertThat(report.checks().verification().orElseThrow().outputs())
                .isNotEmpty()
                .allSatisfy(output -> assertThat(output.relativeError()).isCloseTo(0, within(rounding)));
    }

    /** How far the original is from itself without optimizations, on the inputs that it is compared on. */
    private double noise(CatalogueModel entry) throws IOException {
        double squaredError = 0;
        double squared = 0;
        try (Session session = Session.open(file(entry), Session.Optimization.ALL, 1);
                Session plain = Session.open(file(entry), Session.Optimization.NONE, 1)) {
            for (InputSet set :
                    MadeUpInputs.forModel(session, OnnxNetwork.read(file(entry)).model(), 1)) {
                Output one = Objects.requireNonNull(
                        session.run(set.batch(0, set.samples())).get("y"));
                Output other = Objects.requireNonNull(
                        plain.run(set.batch(0, set.samples())).get("y"));
                for (int i = 0; i < one.size(); i++) {
                    squaredError += Math.pow(one.at(i) - other.at(i), 2);
                    squared += Math.pow(one.at(i), 2);
                }
            }
        }
        return Math.sqrt(squaredError / squared);
    }

    @ParameterizedTest
    @MethodSource("allWithEachStrategy")
    void should_rewrite_rightly_at_every_setting(CatalogueModel entry, String rank) throws IOException {
        assertRewrittenRightly(compress(entry, rank, VERIFIED, 1, "small.onnx"));
    }

    private void assertRewrittenRightly(Report report) throws IOException {
        Path small = folder.resolve("small.onnx");

        assertThat(report.passed()).isTrue();
        assertThat(report.networks().output().orElseThrow().bytes()).isEqualTo(Files.size(small));
        boolean factored =
                report.weights().stream().anyMatch(weight -> weight.outcome() == WeightEntry.Outcome.FACTORED);
        assertThat(report.checks().verification().orElseThrow().proof().map(RewriteProof::holds))
                .isEqualTo(factored ? Optional.of(true) : Optional.empty());
        assertThat(report.weights()).allSatisfy(weight -> {
            if (weight.outcome() == WeightEntry.Outcome.FACTORED) {
                assertThat(weight.decided().rank()).isLessThan(weight.decided().breakEvenRank());
                assertThat(weight.storage().parametersAfter())
                        .isLessThan(weight.storage().parametersBefore());
            }
        });
        for (Session.Optimization level : Session.Optimization.values()) {
            Session.open(small, level, 1).close();
        }
    }

    /** Layers that have names like those of others, in other branches, are told apart when the others are replaced. */
    @ParameterizedTest
    @MethodSource("all")
    void should_name_weights_as_before_when_others_were_replaced(CatalogueModel entry) throws IOException {
        OnnxNetwork network = OnnxNetwork.read(file(entry));
        List<LinearWeight> weights = network.inventory().linear();
        for (LinearWeight weight : weights) {
            FactorPair pair =
                    new FactorPair(MatrixSource.zeros(weight.rows(), 1), MatrixSource.zeros(1, weight.columns()));

            List<LinearWeight> others = network.rewrite(
                            List.of(new Replacement(weight, pair)), new Provenance("test", "fixed:1"))
                    .inventory()
                    .linear();

            assertThat(others)
                    .extracting(LinearWeight::name)
                    .containsAll(weights.stream()
                            .map(LinearWeight::name)
                            .filter(name -> !name.equals(weight.name()))
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_write_the_same_bytes_on_any_number_of_threads(CatalogueModel entry) throws IOException {
        compress(entry, "energy:0.8", Optional.empty(), 1, "one.onnx");
        compress(entry, "energy:0.8", Optional.empty(), 3, "three.onnx");

        assertThat(folder.resolve("one.onnx")).hasSameBinaryContentAs(folder.resolve("three.onnx"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_lose_no_more_calibrated_than_plain_on_the_same_inputs_at_the_same_ranks(CatalogueModel entry)
            throws IOException {
        Path inputs = folder.resolve("inputs.npz");
        try (Session session = Session.open(file(entry), Session.Optimization.ALL, 1)) {
            InputSet set = MadeUpInputs.forModel(
                            session, OnnxNetwork.read(file(entry)).model(), 1)
                    .get(0);
            NpyFile.writeAll(inputs, set.batch(0, set.samples()));
        }
        Evaluation evaluation = new Evaluation(Optional.of(inputs), Optional.empty(), 1);
        List<SweepReport.Setting> plain = measure(entry, Optional.empty(), evaluation);
        List<SweepReport.Setting> calibrated =
                measure(entry, Optional.of(new CalibrationInputs(inputs, Optional.empty())), evaluation);

        // Where weights have that rank, rounding is all that is lost.
        double rounding = ROUNDING_MARGIN
                * epsilon(OnnxNetwork.read(file(entry)).inventory().linear().stream()
                        .map(LinearWeight::type));
        assertThat(calibrated).hasSameSizeAs(plain);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(calibrated.get(i).ranks()).isEqualTo(plain.get(i).ranks());
            assertThat(calibrated.get(i).loss().meanRelativeError())
                    .as(plain.get(i).rank())
                    .isLessThanOrEqualTo(plain.get(i).loss().meanRelativeError() + rounding);
        }
    }

    private List<SweepReport.Setting> measure(
            CatalogueModel entry, Optional<CalibrationInputs> calibration, Evaluation evaluation) throws IOException {
        List<SweepJob.Setting> settings = Stream.of("ratio:0.3", "ratio:0.7")
                .map(rank -> new SweepJob.Setting(
                        new Selection(
                                rank,
                                STRATEGIES.select(rank),
                                WeightFilter.ALL,
                                FactorPair.Balance.PLAIN,
                                false,
                                false,
                                calibration),
                        false))
                .toList();
        return new SweepJob(
                        new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE),
                        warning ->
                                // A few samples do for this question.
                                assertThat(warning).contains("more inputs than the calibration has rows"))
                .sweep(file(entry), settings, evaluation, false)
                .settings();
    }

    private Report compress(
            CatalogueModel entry, String rank, Optional<Evaluation> evaluation, int threads, String output)
            throws IOException {
        CompressionJob job =
                new CompressionJob(new Engine("test", EjmlDecomposer::new, threads, folder, Progress.NONE));
        return job.compress(
                file(entry),
                new Target(folder.resolve(output), false, false).writingAnyway(true),
                new Selection(rank, STRATEGIES.select(rank), WeightFilter.ALL, FactorPair.Balance.PLAIN),
                evaluation,
                Limits.NONE);
    }

    private Path file(CatalogueModel entry) throws IOException {
        return Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
    }

    /** That of the smallest reading. */
    private static int numericalRank(LinearWeight weight) {
        return Stream.concat(Stream.of(weight), weight.otherReadings().stream())
                .mapToInt(reading -> Spectrum.of(new EjmlDecomposer().singularValues(reading.values(), Accuracy.FULL))
                        .numericalRank(
                                reading.rows(),
                                reading.columns(),
                                reading.type().epsilon()))
                .min()
                .orElseThrow();
    }

    private static int knownRank(CatalogueModel entry, WeightEntry weight) {
        return Objects.requireNonNull(entry.linear().get(weight.name()));
    }

    private static Stream<ElementType> elementTypes(Report report) {
        List<String> types =
                report.weights().stream().map(entry -> entry.identity().type()).toList();
        return Arrays.stream(ElementType.values()).filter(type -> types.contains(type.label()));
    }

    /** Of the coarsest; float32 is what the runtime computes in at the finest. */
    private static double epsilon(Stream<ElementType> types) {
        return types.filter(type -> type != ElementType.FLOAT64)
                .mapToDouble(ElementType::epsilon)
                .max()
                .orElse(ElementType.FLOAT32.epsilon());
    }
}

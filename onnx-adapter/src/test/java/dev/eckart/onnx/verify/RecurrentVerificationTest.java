package dev.eckart.onnx.verify;

import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.RecurrentModels.HIDDEN;
import static dev.eckart.onnx.RecurrentModels.IN;
import static dev.eckart.onnx.RecurrentModels.OUT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.metric.MetricBatch;
import dev.eckart.core.metric.Reading;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.RecurrentModels;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that is time first is judged by its samples, and as the same network batch first is. */
class RecurrentVerificationTest {
    private static final int TIME = 5;
    private static final int SAMPLES = 6;
    private static final int CLASSES = 3;
    private static final Offset<Double> ROUNDING = within(1e-5);

    private static final String TIME_FIRST = RecurrentModels.timeFirst("time", "batch");
    private static final String BATCH_FIRST = RecurrentModels.batchFirst("batch", "time");

    /** {@code [time, batch, IN]}. */
    private static final NpyArray X = normal(TIME, SAMPLES, IN);

    @TempDir
    private Path folder;

    @Test
    void should_take_the_mean_cosine_of_samples_and_not_of_steps() {
        Verification verification = verify(TIME_FIRST, X);

        assertThat(verification.samples()).isEqualTo(SAMPLES);
        assertThat(verification.proof().map(RewriteProof::holds)).contains(true);
        assertThat(comparison(verification, "y").cosine().orElseThrow()).isEqualTo(meanCosineOfSamples(), ROUNDING);
        assertThat(comparison(verification, "y").cosine().orElseThrow()).isLessThan(0.99);
    }

    /** By hand, on all samples at once. */
    private double meanCosineOfSamples() {
        Output before = y(original());
        Output after = y(compressed());
        double sum = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            double product = 0;
            double squared = 0;
            double squaredOther = 0;
            for (int step = 0; step < TIME; step++) {
                for (int i = 0; i < OUT; i++) {
                    double one = before.at((step * SAMPLES + sample) * OUT + i);
                    double other = after.at((step * SAMPLES + sample) * OUT + i);
                    product += one * other;
                    squared += one * one;
                    squaredOther += other * other;
                }
            }
            sum += product / Math.sqrt(squared * squaredOther);
        }
        return sum / SAMPLES;
    }

    private static Output y(Path model) {
        try (Session session = Session.open(model, Optimization.ALL, 1)) {
            return Objects.requireNonNull(session.run(Map.of("x", X)).get("y"));
        }
    }

    @Test
    void should_compare_outputs_as_of_the_same_network_batch_first() {
        List<OutputComparison> batchFirst = verify(BATCH_FIRST, X.withFirst(1)).outputs();
        List<OutputComparison> timeFirst = verify(TIME_FIRST, X).outputs();

        assertThat(timeFirst).hasSameSizeAs(batchFirst);
        for (int i = 0; i < timeFirst.size(); i++) {
            assertThat(timeFirst.get(i).name()).isEqualTo(batchFirst.get(i).name());
            assertThat(timeFirst.get(i).cosine().orElseThrow())
                    .isEqualTo(batchFirst.get(i).cosine().orElseThrow(), ROUNDING);
            assertThat(timeFirst.get(i).relativeError())
                    .isEqualTo(batchFirst.get(i).relativeError(), ROUNDING);
        }
    }

    @Test
    void should_measure_many_models_by_the_same_samples() {
        Verification verification = verify(TIME_FIRST, X);

        try (LossMeter meter = LossMeter.open(
                original(), OnnxNetwork.read(original()), new InputSource.Given(inputs()), Optional.empty(), 1, 1)) {
            assertThat(meter.samples()).isEqualTo(SAMPLES);
            assertThat(meter.measure(compressed(), false).loss().outputs()).isEqualTo(verification.outputs());
        }
    }

    @Test
    void should_classify_samples_whichever_axis_of_the_scores_they_are() {
        String scores = node("Squeeze", "hn none", "last")
                + node("MatMul", "last u", "scores")
                + integers("none", 0)
                + randomMatrix("u", HIDDEN, CLASSES);
        Labels labels = labels(0, 1, 2, 0, 1, 2);

        LabelAccuracy rows = verify(
                        TIME_FIRST + scores + output("scores", FLOAT, "batch", CLASSES), X, Optional.of(labels))
                .accuracy()
                .orElseThrow();
        LabelAccuracy columns = verify(
                        TIME_FIRST
                                + scores
                                + node("Transpose", "scores", "turned")
                                + output("turned", FLOAT, CLASSES, "batch"),
                        X,
                        Optional.of(labels))
                .accuracy()
                .orElseThrow();

        assertThat(rows.samples()).isEqualTo(SAMPLES);
        assertThat(columns).isEqualTo(rows);
    }

    @Test
    void should_give_metrics_batches_with_samples_first() {
        Seen seen = new Seen();
        List<RequestedMetric> metrics = List.of(
                new RequestedMetric("seen", seen),
                TaskMetrics.load(getClass().getClassLoader()).select("embedding-cosine,output=y"));

        Verification timeFirst = verify(TIME_FIRST, X, Optional.empty(), metrics);
        Verification batchFirst = verify(BATCH_FIRST, X.withFirst(1), Optional.empty(), metrics);

        assertThat(timeFirst.metrics().get(1).value())
                .isEqualTo(batchFirst.metrics().get(1).value(), ROUNDING);
        MetricBatch batch = seen.batches.get(1);
        assertThat(batch.samples()).isEqualTo(SAMPLES);
        assertThat(batch.inputs()).containsEntry("x", X.withFirst(1));
        assertThat(Objects.requireNonNull(batch.original().get("y")).shape()).containsExactly(SAMPLES, TIME, OUT);
        assertThat(Objects.requireNonNull(batch.compressed().get("hn")).shape()).containsExactly(SAMPLES, 1, HIDDEN);
    }

    /** Keeps what it is given: first the sample of the rehearsal, and then all. */
    private static final class Seen implements TaskMetric, TaskMetric.Measurement {
        private final List<MetricBatch> batches = new ArrayList<>();

        @Override
        public String name() {
            return "seen";
        }

        @Override
        public Judgement judgement() {
            return Judgement.HIGHER;
        }

        @Override
        public Measurement begin(long samples) {
            return this;
        }

        @Override
        public void add(MetricBatch batch) {
            batches.add(batch);
        }

        @Override
        public Reading result() {
            return new Reading.Comparison(1, "");
        }
    }

    @Test
    void should_say_that_it_is_the_original_that_gives_numbers_that_are_not_finite_and_for_which_sample() {
        String logarithm = RecurrentModels.timeFirst("time", "batch")
                + node("Log", "x", "log")
                + output("log", FLOAT, "time", "batch", IN);
        float[] numbers = new float[TIME * SAMPLES * IN];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 1 + i % 7;
        }
        numbers[(2 * SAMPLES + 4) * IN + 1] = -1;

        List<String> warnings = warnings(logarithm, NpyArray.ofFloats(List.of(TIME, SAMPLES, IN), numbers));

        assertThat(warnings)
                .containsExactly(
                        "the original model itself gives numbers that are not finite in output `log`, for 1 of 6 samples, the first of them NaN in sample 4: the comparison of this output says nothing of the compressed model");
        assertThat(warnings(TIME_FIRST, X)).isEmpty();
    }

    private List<String> warnings(String graph, NpyArray x) {
        write(graph, x);
        try (ModelVerifier verifier = open(Optional.empty(), List.of())) {
            verify(verifier);
            return verifier.warnings();
        }
    }

    private Verification verify(String graph, NpyArray x) {
        return verify(graph, x, Optional.empty());
    }

    private Verification verify(String graph, NpyArray x, Optional<Labels> labels) {
        return verify(graph, x, labels, List.of());
    }

    private Verification verify(String graph, NpyArray x, Optional<Labels> labels, List<RequestedMetric> metrics) {
        write(graph, x);
        try (ModelVerifier verifier = open(labels, metrics)) {
            return verify(verifier);
        }
    }

    private Verification verify(ModelVerifier verifier) {
        try (Session session = Session.openLogged(compressed(), 1, folder)) {
            return verifier.verify(session, OnnxNetwork.read(compressed()), Progress.NONE);
        }
    }

    private ModelVerifier open(Optional<Labels> labels, List<RequestedMetric> metrics) {
        return ModelVerifier.open(
                original(),
                OnnxNetwork.read(original()),
                new InputSource.Given(inputs()),
                labels,
                metrics,
                1,
                1,
                folder,
                EjmlDecomposer::new);
    }

    /** The model, another with random factors in place of its first weight, and samples. */
    private void write(String graph, NpyArray x) {
        TextModels.write(TextModels.withGraph(graph), original());
        NpyFile.writeAll(inputs(), Map.of("x", x));
        OnnxNetwork network = OnnxNetwork.read(original());
        Random random = new Random(1);
        List<Replacement> replacements = network.inventory().linear().stream()
                .filter(weight -> weight.name().equals("w"))
                .map(weight -> new Replacement(
                        weight, new FactorPair(random(weight.rows(), 2, random), random(2, weight.columns(), random))))
                .toList();
        try {
            network.rewrite(replacements, new Provenance("1", "fixed:2"))
                    .recorded(network, EjmlDecomposer::new)
                    .write(compressed());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static OutputComparison comparison(Verification verification, String output) {
        return verification.outputs().stream()
                .filter(each -> each.name().equals(output))
                .findFirst()
                .orElseThrow();
    }

    private Path original() {
        return folder.resolve("original.onnx");
    }

    private Path compressed() {
        return folder.resolve("compressed.onnx");
    }

    private Path inputs() {
        return folder.resolve("inputs.npz");
    }

    private static Labels labels(int... classes) {
        ByteBuffer bytes = ByteBuffer.allocate(classes.length);
        for (int number : classes) {
            bytes.put((byte) number);
        }
        return new Labels(NpyArray.of(NpyType.INT8, List.of(classes.length), bytes.flip()));
    }

    private static Matrix random(int rows, int columns, Random random) {
        return Matrix.of(
                rows,
                columns,
                IntStream.range(0, rows * columns)
                        .mapToDouble(i -> random.nextGaussian())
                        .toArray());
    }

    private static NpyArray normal(Integer... shape) {
        Random random = new Random(1);
        float[] numbers =
                new float[IntStream.range(0, shape.length).map(i -> shape[i]).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return NpyArray.ofFloats(List.of(shape), numbers);
    }
}

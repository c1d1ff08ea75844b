package dev.eckart.onnx.job;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.verify.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionJobTest {
    private static final int IN = 40;
    private static final int OUT = 30;

    private static final String NETWORK = input("x", FLOAT, "batch", IN)
            + node("MatMul", "x w", "h")
            + node("Softmax", "h", "y")
            + output("y", FLOAT, "batch", OUT)
            + randomMatrix("w", IN, OUT);

    private static final String NOTHING_LINEAR =
            input("x", FLOAT, "batch", 4) + node("Relu", "x", "y") + output("y", FLOAT, "batch", 4);

    private static final Optional<Evaluation> MADE_UP = Optional.of(Evaluation.onMadeUpInputs(7));

    private static final CompressionJob JOB = new CompressionJob(
            new Engine("1.2.3", EjmlDecomposer::new, 2, Path.of(System.getProperty("java.io.tmpdir")), Progress.NONE));

    /** Out of the way of what is written. */
    @TempDir
    private static Path given;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    /** Six samples of whole numbers. */
    private static Optional<Evaluation> onInputs() {
        float[] numbers = new float[6 * IN];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i * i % 17 - 8;
        }
        Path inputs = given.resolve("inputs.npz");
        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(6, IN), numbers)));
        return Optional.of(new Evaluation(Optional.of(inputs), Optional.empty(), 7));
    }

    @BeforeEach
    void nameFiles() {
        model = folder.resolve("model.onnx");
        out = folder.resolve("out.onnx");
    }

    @Test
    void should_write_a_smaller_model_and_tell_what_became_of_it() throws IOException {
        write(NETWORK);
        Map<String, ByteBuffer> before = files();

        Report report = compress(target(), MADE_UP, Limits.NONE);

        assertThat(report.passed()).isTrue();
        assertThat(report.run().version()).isEqualTo("1.2.3");
        assertThat(report.run().command()).isEqualTo("compress");
        assertThat(report.settings()).isEqualTo(new Report.Settings("fixed:2", "pair", false, false, 7, "ejml"));
        assertThat(report.networks().model())
                .isEqualTo(new Report.ModelEntry(
                        model.toString(), Files.size(model), IN * OUT, IN * OUT, 4L * IN * OUT, 13, List.of()));
        assertThat(report.networks().output())
                .contains(new Report.ModelEntry(
                        out.toString(),
                        Files.size(out),
                        2 * (IN + OUT),
                        2 * (IN + OUT),
                        8L * (IN + OUT),
                        13,
                        List.of()));
        assertThat(Files.size(out)).isLessThan(Files.size(model));
        assertThat(report.weights())
                .singleElement()
                .satisfies(weight -> assertThat(weight.outcome()).isEqualTo(WeightEntry.Outcome.FACTORED));
        assertThat(report.checks().verification().flatMap(Verification::proof).map(RewriteProof::holds))
                .contains(true);
        assertThat(tensors(out)).containsExactly("w.B", "w.A");
        assertThat(files()).containsAllEntriesOf(before).containsOnlyKeys("model.onnx", "out.onnx");
    }

    @Test
    void should_write_the_same_bytes_of_the_same_model() throws IOException {
        write(NETWORK);
        compress(target(), MADE_UP, Limits.NONE);
        byte[] once = Files.readAllBytes(out);

        compress(new Target(out, true, false), MADE_UP, Limits.NONE);

        assertThat(out).hasBinaryContent(once);
    }

    @Test
    void should_write_without_running_either_model_where_that_is_wanted() {
        // No runtime knows this operator.
        write(NETWORK.replace("Softmax", "NoSuchOperator"));

        Report report = compress(target(), Optional.empty(), Limits.NONE);

        assertThat(report.checks().verification()).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(out).exists();
    }

    @Test
    void should_refuse_a_model_that_the_runtime_refuses_and_write_nothing() throws IOException {
        write(NETWORK.replace("Softmax", "NoSuchOperator"));

        assertRefused("ONNX Runtime cannot load", target(), MADE_UP);
    }

    @Test
    void should_write_a_model_that_keeps_its_limits() {
        write(NETWORK);

        Report report = compress(
                target(),
                onInputs(),
                new Limits(Map.of(Limit.MAX_SIZE_RATIO, 0.9, Limit.MIN_COSINE, 0.0, Limit.MAX_RELATIVE_ERROR, 10.0)));

        assertThat(report.passed()).isTrue();
        assertThat(report.checks().limits()).hasSize(3).allMatch(Limit.Outcome::kept);
        assertThat(out).exists();
    }

    @Test
    void should_measure_the_size_ratio_in_bytes_of_files() throws IOException {
        write(NETWORK);

        Report report = compress(target(), Optional.empty(), new Limits(Map.of(Limit.MAX_SIZE_RATIO, 0.9)));

        double ratio = (double) Files.size(out) / Files.size(model);
        assertThat(report.checks().limits()).containsExactly(new Limit.Outcome("max-size-ratio", 0.9, ratio, true));
    }

    @Test
    void should_write_nothing_if_a_limit_is_not_kept() throws IOException {
        write(NETWORK);
        Map<String, ByteBuffer> before = files();

        Report report = compress(target(), onInputs(), new Limits(Map.of(Limit.MIN_COSINE, 1.0)));

        assertThat(report.passed()).isFalse();
        assertThat(report.checks().limits()).extracting(Limit.Outcome::kept).containsExactly(false);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void should_leave_the_file_that_was_there_if_a_limit_is_not_kept() throws IOException {
        write(NETWORK);
        Files.writeString(out, "old");
        Map<String, ByteBuffer> before = files();

        Report report =
                compress(new Target(out, true, false), onInputs(), new Limits(Map.of(Limit.MAX_RELATIVE_ERROR, 1e-9)));

        assertThat(report.passed()).isFalse();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void should_write_what_does_not_keep_a_limit_if_failures_are_kept() throws IOException {
        write(NETWORK);

        Report report = compress(new Target(out, false, true), onInputs(), new Limits(Map.of(Limit.MIN_COSINE, 1.0)));

        assertThat(report.passed()).isFalse();
        assertThat(report.networks().output().orElseThrow().bytes()).isEqualTo(Files.size(out));
        assertThat(tensors(out)).containsExactly("w.B", "w.A");
        assertThat(files()).containsOnlyKeys("model.onnx", "out.onnx");
    }

    @Test
    void should_judge_the_accuracy_on_the_inputs_and_labels_that_are_given() {
        write(NETWORK);
        Path inputs = folder.resolve("inputs.npz");
        float[] numbers = new float[3 * IN];
        numbers[0] = numbers[IN + 1] = numbers[2 * IN + 2] = 1;
        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(3, IN), numbers)));
        // No sample is of a class that there is none of.
        NpyArray none = NpyArray.of(NpyType.INT8, List.of(3), ByteBuffer.wrap(new byte[] {-1, -1, -1}));
        Evaluation evaluation = new Evaluation(Optional.of(inputs), Optional.of(new Labels(none)), 1);

        Report report = compress(target(), Optional.of(evaluation), new Limits(Map.of(Limit.MAX_ACCURACY_DROP, 0.0)));

        assertThat(report.checks().limits()).containsExactly(new Limit.Outcome("max-accuracy-drop", 0, 0, true));
        assertThat(report.checks().verification().orElseThrow().samples()).isEqualTo(3);
    }

    @Test
    void should_write_nothing_if_outputs_are_not_numbers() throws IOException {
        // Normal numbers are negative half of the time, and have no logarithm then.
        write(NETWORK.replace("Softmax", "Log"));
        Map<String, ByteBuffer> before = files();

        Report report = compress(target(), MADE_UP, Limits.NONE);

        assertThat(report.passed()).isFalse();
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"nan, NaN", "inf, Infinity", "-inf, -Infinity"})
    void should_leave_a_weight_that_is_not_finite_as_it_is_and_say_where(String number, String shown) {
        write(NETWORK.replaceFirst("float_data: \\[[^,]*", "float_data: [" + number));

        Report report = compress(target(), Optional.empty(), Limits.NONE);

        assertThat(report.weights()).singleElement().satisfies(weight -> {
            assertThat(weight.outcome()).isEqualTo(WeightEntry.Outcome.SKIPPED);
            assertThat(weight.decided().reason()).isEqualTo("holds numbers that are not finite: %s at [0, 0]", shown);
        });
    }

    @Test
    void should_refuse_what_is_no_model_and_touch_nothing() throws IOException {
        Files.writeString(model, "words");

        assertRefused("`%s` is not an ONNX model".formatted(model), target(), MADE_UP);
    }

    @Test
    void should_refuse_the_original_as_the_target_and_touch_nothing() throws IOException {
        write(NETWORK);
        Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), model);

        assertRefused("`%s` is the original model".formatted(model), new Target(model, true, true), MADE_UP);
        assertRefused("`%s` is the original model".formatted(link), new Target(link, true, true), MADE_UP);
    }

    @Test
    void should_refuse_a_target_that_is_there_and_touch_nothing() throws IOException {
        write(NETWORK);
        Files.writeString(out, "old");

        assertRefused("`%s` already exists".formatted(out), target(), MADE_UP);
    }

    @Test
    void should_refuse_inputs_that_are_not_there_and_touch_nothing() throws IOException {
        write(NETWORK);
        Path none = folder.resolve("none.npz");

        assertRefused(
                "`%s` does not exist".formatted(none),
                target(),
                Optional.of(new Evaluation(Optional.of(none), Optional.empty(), 1)));
    }

    @Test
    void should_refuse_limits_that_nothing_is_measured_for() throws IOException {
        write(NETWORK);
        Map<String, ByteBuffer> before = files();
        Limits limits = new Limits(Map.of(Limit.MIN_COSINE, 0.9));

        assertThatThrownBy(() -> compress(target(), Optional.empty(), limits))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("--no-verify");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void should_copy_a_model_without_linear_weights_if_told_to() throws IOException {
        write(NOTHING_LINEAR);

        Report report = compress(target().writingAnyway(true), MADE_UP, Limits.NONE);

        assertThat(report.passed()).isTrue();
        assertThat(report.weights()).isEmpty();
        assertThat(report.checks().verification().orElseThrow().relativeError()).isZero();
        assertThat(graph(out)).isEqualTo(graph(model));
        assertThat(report.networks().output().orElseThrow().bytes()).isEqualTo(Files.size(out));
    }

    @Test
    void should_write_nothing_where_there_is_nothing_to_gain() throws IOException {
        write(NETWORK);
        Map<String, ByteBuffer> before = files();

        Report report = JOB.compress(model, target(), selection(OUT), MADE_UP, Limits.NONE);

        assertThat(report.passed()).isTrue();
        assertThat(report.remarks().nothingToGain().orElseThrow().reason())
                .startsWith("pairs at the ranks of fixed:30 save less than 2 % of the model's ");
        assertThat(report.checks().verification().orElseThrow().relativeError()).isZero();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void should_replace_nothing_for_a_saving_that_is_too_small_a_part_of_the_model() throws IOException {
        // A pair of rank 16 saves 320 bytes, and there are 80,000 others.
        write(NETWORK
                + randomMatrix("table", 1, 20_000)
                + node("Identity", "table", "t")
                + output("t", FLOAT, 1, 20_000));

        Report planned = JOB.plan(model, selection(16));
        Report report = JOB.compress(model, target(), selection(16), MADE_UP, Limits.NONE);

        assertThat(report.weights().get(0).outcome()).isEqualTo(WeightEntry.Outcome.KEPT);
        assertThat(report.weights().get(0).decided().reason())
                .matches("all replacements together save 320 B of 8\\d\\.\\d+ kB, less than 2 %");
        assertThat(report.networks().output().orElseThrow().linearParameters()).isEqualTo(IN * OUT);
        assertThat(planned.weights())
                .extracting(entry -> entry.decided().reason())
                .isEqualTo(report.weights().stream()
                        .map(entry -> entry.decided().reason())
                        .toList());
        assertThat(planned.remarks().nothingToGain())
                .isEqualTo(report.remarks().nothingToGain())
                .isPresent();
        assertThat(out).doesNotExist();
    }

    @Test
    void should_keep_what_failed_also_where_there_is_nothing_to_gain() throws IOException {
        write(NETWORK);
        Limits limits = new Limits(Map.of(Limit.MAX_SIZE_RATIO, 0.5));

        Report report = JOB.compress(model, new Target(out, false, true), selection(OUT), MADE_UP, limits);

        assertThat(report.passed()).isFalse();
        assertThat(report.remarks().nothingToGain()).isPresent();
        assertThat(out).exists();
    }

    @Test
    void should_keep_a_weight_that_a_pair_would_not_make_smaller() throws IOException {
        write(NETWORK);

        Report report = JOB.compress(model, target().writingAnyway(true), selection(OUT), MADE_UP, Limits.NONE);

        assertThat(report.weights()).extracting(WeightEntry::outcome).containsExactly(WeightEntry.Outcome.KEPT);
        assertThat(graph(out)).isEqualTo(graph(model));
    }

    @Test
    void should_plan_and_write_nothing() throws IOException {
        write(NETWORK);
        Map<String, ByteBuffer> before = files();

        Report report = JOB.plan(model, selection(2));

        assertThat(report.run().command()).isEqualTo("compress");
        assertThat(report.networks().output()).isEmpty();
        assertThat(report.checks().verification()).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.weights()).singleElement().satisfies(weight -> {
            assertThat(weight.name()).isEqualTo("w");
            assertThat(weight.outcome()).isEqualTo(WeightEntry.Outcome.FACTORED);
            assertThat(weight.decided().rank()).isEqualTo(2);
            assertThat(weight.storage().parametersAfter()).isEqualTo(2 * (IN + OUT));
        });
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void should_warn_of_inputs_that_were_rounded_to_the_type_of_the_model() {
        write(NETWORK);
        Path inputs = float64Inputs("inputs", 0.1);
        Path calibration = float64Inputs("calibration", 0.3);
        Evaluation evaluation = new Evaluation(Optional.of(inputs), Optional.empty(), 1);
        Selection calibrated = new Selection(
                "fixed:2",
                new FixedRankSelector(2),
                WeightFilter.ALL,
                FactorPair.Balance.PLAIN,
                false,
                false,
                Optional.of(new CalibrationInputs(calibration, Optional.empty())));
        String ofInputs =
                "`%s`: array `x` is float64 and is rounded to float32, the type of the input; the largest change is 1.5e-09"
                        .formatted(inputs);
        String ofCalibration =
                "`%s`: array `x` is float64 and is rounded to float32, the type of the input; the largest change is 1.2e-08"
                        .formatted(calibration);
        String fewRows =
                "1 of 1 calibrated weights have more inputs than the calibration has rows for them (3 rows for up to 40 inputs); about 40 samples would do";

        assertThat(JOB.compress(model, target(), calibrated, Optional.of(evaluation), Limits.NONE)
                        .remarks()
                        .warnings())
                .containsExactly(ofInputs, ofCalibration, fewRows);
        assertThat(JOB.verify(model, out, evaluation, Limits.NONE).remarks().warnings())
                .containsExactly(ofInputs);
        assertThat(JOB.plan(model, calibrated).remarks().warnings()).containsExactly(ofCalibration, fewRows);
        assertThat(JOB.scan(model, calibrated).remarks().warnings()).containsExactly(ofCalibration, fewRows);
        assertThat(compress(new Target(out, true, false), MADE_UP, Limits.NONE)
                        .remarks()
                        .warnings())
                .isEmpty();
    }

    private Path float64Inputs(String name, double number) {
        Path file = folder.resolve(name + ".npz");
        double[] numbers = new double[3 * IN];
        Arrays.fill(numbers, number);
        NpyFile.writeAll(file, Map.of("x", NpyArray.ofMatrix(Matrix.of(3, IN, numbers))));
        return file;
    }

    @Test
    void should_plan_what_it_then_does() {
        write(NETWORK);

        Report plan = JOB.plan(model, selection(2));
        Report done = compress(target(), MADE_UP, Limits.NONE);

        assertThat(done.weights()).usingRecursiveComparison().isEqualTo(plan.weights());
        assertThat(done.networks().model()).isEqualTo(plan.networks().model());
    }

    @Test
    void should_verify_what_it_wrote() throws IOException {
        write(NETWORK);
        Report compressed = compress(target(), onInputs(), Limits.NONE);
        Map<String, ByteBuffer> before = files();

        Report report = JOB.verify(
                model,
                out,
                onInputs().orElseThrow(),
                new Limits(Map.of(Limit.MIN_COSINE, 1.0, Limit.MAX_SIZE_RATIO, 1.0)));

        assertThat(report.run().command()).isEqualTo("verify");
        assertThat(report.networks().model()).isEqualTo(compressed.networks().model());
        assertThat(report.networks().output()).isEqualTo(compressed.networks().output());
        assertThat(report.checks().verification().orElseThrow().outputs())
                .isEqualTo(compressed.checks().verification().orElseThrow().outputs());
        assertThat(report.checks().verification().flatMap(Verification::proof).map(RewriteProof::holds))
                .contains(true);
        assertThat(report.checks().limits()).extracting(Limit.Outcome::kept).containsExactly(false, true);
        assertThat(report.passed()).isFalse();
        assertThat(files()).isEqualTo(before);
    }

    private void write(String graph) {
        TextModels.write(TextModels.withGraph(graph), model);
    }

    private Target target() {
        return new Target(out, false, false);
    }

    private static Selection selection(int rank) {
        return new Selection("fixed:" + rank, new FixedRankSelector(rank), WeightFilter.ALL, FactorPair.Balance.PLAIN);
    }

    private Report compress(Target target, Optional<Evaluation> evaluation, Limits limits) {
        return JOB.compress(model, target, selection(2), evaluation, limits);
    }

    private void assertRefused(String beginning, Target target, Optional<Evaluation> evaluation) throws IOException {
        Map<String, ByteBuffer> before = files();

        assertThatThrownBy(() -> compress(target, evaluation, Limits.NONE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(beginning)
                .message()
                .doesNotContainPattern("\\R");
        assertThat(files()).isEqualTo(before);
    }

    /** Everything in the folder, hidden files too. */
    private Map<String, ByteBuffer> files() throws IOException {
        Map<String, ByteBuffer> contents = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private static GraphProto graph(Path file) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    }

    private static List<String> tensors(Path file) throws IOException {
        return graph(file).getInitializerList().stream()
                .map(tensor -> tensor.getName())
                .toList();
    }
}

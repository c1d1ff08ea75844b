package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Verification;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.SettingFamily;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.job.TargetSearch;
import dev.eckart.onnx.job.Trial;
import dev.eckart.onnx.job.TrialMemory;
import dev.eckart.onnx.job.UnreachableTargetException;
import dev.eckart.onnx.verify.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest model that keeps the user's limits. */
class TargetSearchTest {
    /** Out of the way of what is written. */
    @TempDir
    private static Path elsewhere;

    private static Path given = Path.of("");

    @BeforeAll
    static void writeInputs() {
        given = RandomInputs.write(elsewhere.resolve("given.npz"), 8, 64, 1);
    }

    @TempDir
    private Path folder;

    private final CountingDecomposer decomposer = new CountingDecomposer();
    private final List<String> heard = new ArrayList<>();
    private Path temporary = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void makeFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("temporary"));
        out = folder.resolve("out.onnx");
    }

    /** On the heap. */
    private static final class Remembered implements TrialMemory {
        private final Map<List<String>, Trial> trials = new HashMap<>();

        @Override
        public Optional<Trial> recall(String subject, String rank) {
            return Optional.ofNullable(trials.get(List.of(subject, rank)));
        }

        @Override
        public void keep(String subject, Trial trial) {
            trials.put(List.of(subject, trial.rank()), trial);
        }
    }

    private static Evaluation on(Path inputs) {
        return new Evaluation(Optional.of(inputs), Optional.empty(), 1);
    }

    private Report search(Path model, Limits limits, int mostTrials) {
        return search(model, limits, mostTrials, on(given), TrialMemory.NONE);
    }

    private Report search(Path model, Limits limits, int mostTrials, Evaluation evaluation, TrialMemory memory) {
        return search(model, limits, mostTrials, evaluation, memory, Optional.empty());
    }

    private Report search(
            Path model,
            Limits limits,
            int mostTrials,
            Evaluation evaluation,
            TrialMemory memory,
            Optional<CalibrationInputs> calibration) {
        Engine engine = new Engine("test", () -> decomposer, 2, temporary, Progress.NONE);
        return new TargetSearch(engine, memory, (label, tried) -> heard.add(label), warning -> {
                    throw new AssertionError(warning);
                })
                .compress(
                        model,
                        new Target(out, true, false),
                        new TargetSearch.SearchRequest(
                                limits,
                                SettingFamily.among(TwoLayers.STRATEGIES, calibration.isPresent()),
                                rank -> TwoLayers.selection(rank, calibration),
                                evaluation,
                                mostTrials),
                        evaluation);
    }

    private static Limits limits(Limit limit, double value) {
        return new Limits(Map.of(limit, value));
    }

    private static SearchEntry account(Report report) {
        return report.basis().search().orElseThrow();
    }

    @Test
    void should_find_the_ranks_that_weights_have() throws IOException {
        Report report = search(TwoLayers.ofLowRank(folder), limits(Limit.MAX_RELATIVE_ERROR, 1e-4), 40);

        assertThat(report.passed()).isTrue();
        assertThat(report.weights())
                .extracting(weight -> weight.decided().rank())
                .containsExactly(5, 3);
        assertThat(report.networks().output().orElseThrow().parameters()).isEqualTo(5 * (64 + 48) + 3 * (48 + 32));
        assertThat(report.checks().verification().orElseThrow().proof()).isPresent();
        assertThat(out).exists();
    }

    @Test
    void should_find_them_by_the_numerical_rank_and_lose_nothing_but_rounding() throws IOException {
        Report report = new CompressionJob(new Engine("test", () -> decomposer, 2, temporary, Progress.NONE))
                .compress(
                        TwoLayers.ofLowRank(folder),
                        new Target(out, true, false),
                        TwoLayers.selection("numerical"),
                        Optional.of(Evaluation.onMadeUpInputs(1)),
                        Limits.NONE);

        assertThat(report.weights())
                .extracting(weight -> weight.decided().rank())
                .containsExactly(5, 3);
        Verification verification = report.checks().verification().orElseThrow();
        // What counts as rounding of a right rewrite is all that the original's outputs move by.
        assertThat(verification.relativeError())
                .isLessThan(verification.proof().orElseThrow().tolerance());
    }

    @Test
    void should_decompose_each_weight_once_and_leave_nothing_but_the_model() throws IOException {
        search(TwoLayers.ofLowRank(folder), limits(Limit.MAX_RELATIVE_ERROR, 1e-4), 40);

        assertThat(decomposer.count()).hasValue(2);
        assertThat(temporary).isEmptyDirectory();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("two.onnx", "out.onnx", "temporary");
    }

    @Test
    void should_give_an_account_of_what_it_tried() throws IOException {
        Report report = search(TwoLayers.ofFullRank(folder), limits(Limit.MIN_COSINE, 0.95), 40);

        SearchEntry account = account(report);
        assertThat(account.limit()).isEqualTo("min-cosine");
        assertThat(account.tried()).hasSameSizeAs(heard).hasSizeBetween(8, 40);
        assertThat(account.tried()).allSatisfy(tried -> assertThat(tried.kept()).isEqualTo(tried.value() >= 0.95));
        SearchEntry.Tried smallest = account.tried().stream()
                .filter(SearchEntry.Tried::kept)
                .min(Comparator.comparingDouble(SearchEntry.Tried::sizeRatio))
                .orElseThrow();
        assertThat(report.settings().rank()).isEqualTo(smallest.rank());
        assertThat((double) report.networks().output().orElseThrow().bytes()
                        / report.networks().model().bytes())
                .isEqualTo(smallest.sizeRatio());
        assertThat(report.checks().limits())
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.value()).isEqualTo(smallest.value()));
    }

    @Test
    void should_measure_no_more_models_than_it_may() throws IOException {
        Report report = search(TwoLayers.ofLowRank(folder), limits(Limit.MAX_RELATIVE_ERROR, 0.2), 5);

        assertThat(account(report).tried().stream()
                        .map(SearchEntry.Tried::sizeRatio)
                        .distinct())
                .hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void should_measure_nothing_again_that_it_remembers() throws IOException {
        Path model = TwoLayers.ofFullRank(folder);
        Limits limits = limits(Limit.MIN_COSINE, 0.95);
        TrialMemory memory = new Remembered();
        Report first = search(model, limits, 40, on(given), memory);
        byte[] bytes = Files.readAllBytes(out);

        Report second = search(model, limits, 40, on(given), memory);
        Report onOthers =
                search(model, limits, 40, on(RandomInputs.write(elsewhere.resolve("others.npz"), 8, 64, 2)), memory);

        assertThat(account(first).tried()).noneMatch(SearchEntry.Tried::remembered);
        assertThat(account(second).tried())
                .hasSameSizeAs(account(first).tried())
                .allMatch(SearchEntry.Tried::remembered);
        assertThat(second.settings()).isEqualTo(first.settings());
        assertThat(onOthers.basis().search().orElseThrow().tried()).noneMatch(SearchEntry.Tried::remembered);
        assertThat(bytes).isNotEmpty();
    }

    @Test
    void should_say_which_setting_comes_closest_where_none_keeps_the_limit() throws IOException {
        Path model = TwoLayers.ofFullRank(folder);

        assertThatThrownBy(() -> search(model, limits(Limit.MAX_RELATIVE_ERROR, 1e-6), 40))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageMatching("no setting meets --max-relative-error 0\\.000001: the closest of those tried, "
                        + "\\S+, measures 0\\.\\d+ at \\d+\\.\\d % of the size; loosen the limit, .*");
        assertThat(out).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void should_say_how_small_the_smallest_is_where_that_is_too_large() throws IOException {
        Path model = TwoLayers.ofLowRank(folder);
        Limits limits = new Limits(Map.of(Limit.MAX_RELATIVE_ERROR, 1e-4, Limit.MAX_SIZE_RATIO, 0.1));

        assertThatThrownBy(() -> search(model, limits, 40))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageMatching("no setting that meets --max-relative-error 0\\.0001 meets --max-size-ratio 0\\.1: "
                        + "the smallest model of those tried is that of \\S+, with \\d+\\.\\d % of the size");
    }

    @Test
    void should_say_so_where_nothing_can_be_made_smaller() throws IOException {
        Path model = Files.write(
                folder.resolve("tiny.onnx"),
                ModelBuilder.model("tiny", 13)
                        .input("x", "batch", 2)
                        .weight("w", RandomMatrices.normal(2, 2, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", 2)
                        .build()
                        .toByteArray());

        Evaluation small = on(RandomInputs.write(elsewhere.resolve("small.npz"), 8, 2, 1));

        for (Limit limit : List.of(Limit.MIN_COSINE, Limit.MAX_SIZE_RATIO)) {
            assertThatThrownBy(() -> search(model, limits(limit, 0.5), 40, small, TrialMemory.NONE))
                    .isInstanceOf(UnreachableTargetException.class)
                    .hasMessageContaining("no weight has a pair that would save enough");
        }
    }

    @Test
    void should_take_the_model_of_a_size_that_loses_least() throws IOException {
        Path model = TwoLayers.ofFullRank(folder);
        Optional<CalibrationInputs> calibration = calibration(given);

        Report report = search(model, limits(Limit.MAX_SIZE_RATIO, 0.6), 40, on(given), TrialMemory.NONE, calibration);

        SearchEntry account = account(report);
        assertThat(account.limit()).isEqualTo("max-size-ratio");
        assertThat(account.compared()).isEqualTo("min-cosine");
        // Each family, at no more than the files that it takes to meet the size, and each weight restored.
        assertThat(account.tried()).hasSizeBetween(2, 8);
        assertThat(account.tried())
                .extracting(tried -> tried.rank().split(":", 2)[0])
                .contains("budget", "ratio");
        assertThat(account.tried()).allSatisfy(tried -> assertThat(tried.kept()).isEqualTo(tried.sizeRatio() <= 0.6));
        SearchEntry.Tried truest = account.tried().stream()
                .filter(SearchEntry.Tried::kept)
                .max(Comparator.comparingDouble(tried -> tried.values().get("min-cosine")))
                .orElseThrow();
        assertThat(report.settings().rank()).isEqualTo(truest.rank());
        assertThat(report.checks().limits())
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.value())
                        .isEqualTo(truest.sizeRatio())
                        .isBetween(0.5, 0.6));
    }

    @Test
    void should_put_accuracy_first_among_models_of_a_size() {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);
        Evaluation labelled =
                new Evaluation(Optional.of(data), Optional.of(new Labels(NpyFile.read(data, "labels"))), 0);

        Report report = search(model, limits(Limit.MAX_SIZE_RATIO, 0.06), 40, labelled, TrialMemory.NONE);

        assertThat(account(report).compared()).isEqualTo("max-accuracy-drop");
        double least = account(report).tried().stream()
                .filter(SearchEntry.Tried::kept)
                .mapToDouble(tried -> tried.values().get("max-accuracy-drop"))
                .min()
                .orElseThrow();
        assertThat(report.checks()
                        .verification()
                        .orElseThrow()
                        .accuracy()
                        .orElseThrow()
                        .drop())
                .isEqualTo(least);
        // A share that both weights are cut to loses most of the accuracy; the small last layer costs little whole.
        assertThat(report.weights())
                .extracting(WeightEntry::outcome)
                .containsExactly(WeightEntry.Outcome.FACTORED, WeightEntry.Outcome.KEPT);
        assertThat(least).isLessThan(0.02);
    }

    @Test
    void should_say_so_where_no_setting_is_of_a_size() throws IOException {
        Path model = TwoLayers.ofLowRank(folder);

        assertThatThrownBy(() -> search(model, limits(Limit.MAX_SIZE_RATIO, 0.01), 40))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageMatching("no setting meets --max-size-ratio 0\\.01: the smallest model of those tried is "
                        + "that of \\S+, with \\d+\\.\\d % of the size");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_fit_nothing_to_the_samples_that_it_judges_on() throws IOException {
        Path model = TwoLayers.ofFullRank(folder);
        Evaluation heldBack = Evaluation.onMadeUpInputs(1).orHeldBackFrom(calibration(given));
        TrialMemory memory = new Remembered();

        Report report = search(model, limits(Limit.MIN_COSINE, 0.9), 4, heldBack, memory, calibration(given));
        Report onAll = search(model, limits(Limit.MIN_COSINE, 0.9), 4, on(given), memory, calibration(given));

        Verification verification = report.checks().verification().orElseThrow();
        assertThat(verification.samples()).isEqualTo(2);
        assertThat(report.basis().calibration().orElseThrow().samples()).isEqualTo(6);
        assertThat(account(report).inputs())
                .isEqualTo(verification.inputs())
                .isEqualTo(EvaluationInputs.heldBack(2, 8, given.toString()));
        assertThat(account(onAll).tried()).as("other samples").noneMatch(SearchEntry.Tried::remembered);
        assertThat(onAll.basis().calibration().orElseThrow().samples()).isEqualTo(8);
    }

    private static Optional<CalibrationInputs> calibration(Path inputs) {
        return Optional.of(new CalibrationInputs(inputs, Optional.empty()));
    }

    @Test
    void should_refuse_to_search_on_made_up_inputs() throws IOException {
        Path model = TwoLayers.ofLowRank(folder);
        Evaluation madeUp = Evaluation.onMadeUpInputs(1);

        for (Limit limit : List.of(Limit.MIN_COSINE, Limit.MAX_SIZE_RATIO)) {
            assertThatThrownBy(() -> search(model, limits(limit, 0.5), 40, madeUp, TrialMemory.NONE))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageEndingWith(
                            ", which made-up inputs do not show; give --inputs INPUTS, or --calibration INPUTS, of which a third is held back to judge on");
        }
        assertThat(decomposer.count()).hasValue(0);
    }

    @Test
    void should_refuse_a_target_before_any_work_is_done() throws IOException {
        Path model = TwoLayers.ofLowRank(folder);
        out = model;

        assertThatThrownBy(() -> search(model, limits(Limit.MIN_COSINE, 0.5), 40))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is the original model");
        assertThat(decomposer.count()).hasValue(0);
    }

    @Test
    void should_make_the_bundled_classifier_fifteen_times_smaller_for_half_a_point() {
        Path model = BundledClassifier.MODEL.extractTo(folder);
        Path data = BundledClassifier.HELD_OUT.extractTo(folder);
        Evaluation heldOut =
                new Evaluation(Optional.of(data), Optional.of(new Labels(NpyFile.read(data, "labels"))), 0);

        Report report = search(model, limits(Limit.MAX_ACCURACY_DROP, 0.005), 40, heldOut, TrialMemory.NONE);

        assertThat(report.passed()).isTrue();
        assertThat(report.networks().output().orElseThrow().parameters())
                .isLessThanOrEqualTo(report.networks().model().parameters() / 15);
        assertThat(report.checks()
                        .verification()
                        .orElseThrow()
                        .accuracy()
                        .orElseThrow()
                        .drop())
                .isLessThanOrEqualTo(0.005);
        assertThat(decomposer.count()).hasValue(2);
    }
}

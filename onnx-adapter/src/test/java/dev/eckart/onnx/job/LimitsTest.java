package dev.eckart.onnx.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.Verification;
import dev.eckart.core.verify.WorstParts;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.verify.Labels;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LimitsTest {
    private static final Evaluation MADE_UP = Evaluation.onMadeUpInputs(1);
    private static final Evaluation WITHOUT_LABELS =
            new Evaluation(Optional.of(Path.of("inputs.npz")), Optional.empty(), 1);
    private static final Evaluation WITH_LABELS = new Evaluation(
            Optional.of(Path.of("inputs.npz")),
            Optional.of(new Labels(NpyArray.of(NpyType.INT8, List.of(1), ByteBuffer.allocate(1)))),
            1);

    /** Of some outputs the worst counts. */
    private static final Verification MEASURED = new Verification(
                    EvaluationInputs.MADE_UP,
                    4,
                    Optional.empty(),
                    List.of(
                            output("x", 0.1, OptionalDouble.empty(), Optional.empty()),
                            output("y", 0.25, OptionalDouble.of(0.875), Optional.of(parts(0.75, 0.5))),
                            output("z", 0.125, OptionalDouble.of(0.75), Optional.of(parts(0.5, 0.25)))),
                    Optional.of(new LabelAccuracy(0.75, 0.5, 4, 1)),
                    new Latency(1, 1, 0.8, 0.7, 0.9, 1))
            .with(new Memory(new Memory.Taken(1, 8), new Memory.Taken(1, 6)));

    private static OutputComparison output(
            String name, double error, OptionalDouble cosine, Optional<WorstParts> parts) {
        return new OutputComparison(name, 1, error, cosine, OptionalDouble.empty(), OptionalDouble.empty(), parts);
    }

    /** By each measure another part is the worst. */
    private static WorstParts parts(double error, double cosine) {
        return new WorstParts(new PartComparison(1, 0, error, 0.9), new PartComparison(1, 1, 0.1, cosine));
    }

    private static OutputComparison integers(String name) {
        return new OutputComparison(
                name, 1, 0.1, OptionalDouble.empty(), OptionalDouble.of(0.5), OptionalDouble.empty(), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "MAX_SIZE_RATIO, 0.5, 0.5, true",
        "MAX_SIZE_RATIO, 0.49, 0.5, false",
        "MAX_RELATIVE_ERROR, 0.25, 0.25, true",
        "MAX_RELATIVE_ERROR, 0.2, 0.25, false",
        "MIN_COSINE, 0.75, 0.75, true",
        "MIN_COSINE, 0.8, 0.75, false",
        "MIN_PART_COSINE, 0.25, 0.25, true",
        "MIN_PART_COSINE, 0.3, 0.25, false",
        "MAX_PART_ERROR, 0.75, 0.75, true",
        "MAX_PART_ERROR, 0.7, 0.75, false",
        "MAX_ACCURACY_DROP, 0.25, 0.25, true",
        "MAX_ACCURACY_DROP, 0.2, 0.25, false",
        "MAX_LATENCY_RATIO, 0.8, 0.8, true",
        "MAX_LATENCY_RATIO, 0.75, 0.8, false",
        "MAX_MEMORY_RATIO, 0.75, 0.75, true",
        "MAX_MEMORY_RATIO, 0.7, 0.75, false",
    })
    void should_judge_what_was_measured(Limit limit, double value, double measured, boolean kept) {
        assertThat(new Limits(Map.of(limit, value)).judge(0.5, Optional.of(MEASURED)))
                .containsExactly(new Limit.Outcome(limit.label(), value, measured, kept));
    }

    @Test
    void should_judge_metrics_of_the_task_after_the_others_but_not_in_a_search() {
        Verification measured = new Verification(
                EvaluationInputs.MADE_UP,
                4,
                Optional.empty(),
                List.of(new OutputComparison("y", 1, 0.25, 0.875, 1)),
                Optional.empty(),
                new Latency(1, 1, 0.8, 0.7, 0.9, 1),
                List.of(new MetricResult("f1", Judgement.DROP, Optional.empty(), 0.25, Optional.empty(), "")));
        Limits limits = new Limits(
                Map.of(Limit.MIN_COSINE, 0.5), List.of(MetricLimit.parse("f1<=0.2"), MetricLimit.parse("other>=0")));

        assertThat(limits.judge(0.5, Optional.of(measured)))
                .containsExactly(
                        new Limit.Outcome("min-cosine", 0.5, 0.875, true),
                        new Limit.Outcome("f1", 0.2, 0.25, false),
                        // What was not measured is not kept.
                        new Limit.Outcome("other", 0, Double.NaN, false));
        assertThat(limits.judgeLoss(0.5, Optional.of(measured.loss())))
                .containsExactly(new Limit.Outcome("min-cosine", 0.5, 0.875, true));
    }

    @Test
    void should_judge_the_latency_of_networks_that_do_the_same_work_at_one() {
        Verification same = new Verification(
                EvaluationInputs.MADE_UP,
                4,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());

        assertThat(new Limits(Map.of(Limit.MAX_LATENCY_RATIO, 0.9)).judge(1, Optional.of(same)))
                .containsExactly(new Limit.Outcome("max-latency-ratio", 0.9, 1, false));
        assertThat(new Limits(Map.of(Limit.MAX_LATENCY_RATIO, 1.0)).judge(1, Optional.of(same)))
                .containsExactly(new Limit.Outcome("max-latency-ratio", 1, 1, true));
    }

    @Test
    void should_judge_every_limit_in_one_order() {
        Map<Limit, Double> all = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            all.put(limit, 0.6);
        }

        assertThat(new Limits(all).judge(0.5, Optional.of(MEASURED)))
                .extracting(Limit.Outcome::name)
                .containsExactly(
                        "max-accuracy-drop",
                        "min-cosine",
                        "max-relative-error",
                        "min-part-cosine",
                        "max-part-error",
                        "max-size-ratio",
                        "max-latency-ratio",
                        "max-memory-ratio");
        assertThat(Limits.NONE.judge(0.5, Optional.of(MEASURED))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void should_not_call_a_limit_kept_that_is_not_a_number(Limit limit) {
        Verification broken = new Verification(
                EvaluationInputs.MADE_UP,
                4,
                Optional.empty(),
                List.of(new OutputComparison("y", Double.NaN, Double.NaN, Double.NaN, 1)),
                Optional.of(new LabelAccuracy(Double.NaN, 0.5, 4, 1)),
                new Latency(1, 1, Double.NaN, Double.NaN, Double.NaN, 1));

        for (double value : new double[] {0, 1, 1e9, -1e9}) {
            assertThat(new Limits(Map.of(limit, value)).judge(Double.NaN, Optional.of(broken)))
                    .extracting(Limit.Outcome::kept)
                    .containsExactly(false);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MAX_SIZE_RATIO", mode = EnumSource.Mode.EXCLUDE)
    void should_refuse_limits_on_outputs_that_are_not_compared(Limit limit) {
        assertThatThrownBy(() -> new Limits(Map.of(limit, 0.5)).requireMeasurable(Optional.empty(), ""))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--%s cannot be judged with --no-verify; leave one of them out", limit.label());
    }

    @Test
    void should_refuse_a_limit_on_accuracy_without_labels() {
        Limits limits = new Limits(Map.of(Limit.MAX_ACCURACY_DROP, 0.01));

        assertThatThrownBy(() -> limits.requireMeasurable(Optional.of(WITHOUT_LABELS), ""))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--max-accuracy-drop needs --inputs and --labels to measure accuracy with");
        assertThatCode(() -> limits.requireMeasurable(Optional.of(WITH_LABELS), ""))
                .doesNotThrowAnyException();
    }

    @Test
    void should_accept_limits_that_can_be_measured() {
        assertThatCode(() -> {
                    Limits.NONE.requireMeasurable(Optional.empty(), "");
                    new Limits(Map.of(Limit.MAX_SIZE_RATIO, 0.5)).requireMeasurable(Optional.empty(), "");
                    new Limits(Map.of(Limit.MIN_COSINE, 0.5, Limit.MAX_RELATIVE_ERROR, 0.5))
                            .requireMeasurable(Optional.of(WITHOUT_LABELS), "");
                    new Limits(Map.of(
                                    Limit.MAX_SIZE_RATIO, 0.5,
                                    Limit.MAX_LATENCY_RATIO, 2.0))
                            .requireMeasurable(Optional.of(MADE_UP), "");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void should_refuse_a_limit_on_cosines_where_no_output_has_one_and_name_another() {
        Limits limits = new Limits(Map.of(Limit.MIN_COSINE, 0.9, Limit.MAX_RELATIVE_ERROR, 0.1));
        OutputComparison single = output("y", 0.1, OptionalDouble.empty(), Optional.empty());

        assertThat(limits.dependOnOutputs()).isTrue();
        assertThatThrownBy(() -> limits.requireIn(new Loss(List.of(single), Optional.empty())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--min-cosine cannot be judged: no output has a cosine that means anything"
                        + " (`y` has one number per sample); use --max-relative-error instead");
        assertThatThrownBy(() -> limits.requireIn(new Loss(List.of(single, integers("class")), Optional.empty())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--min-cosine cannot be judged: no output has a cosine that means anything"
                        + " (`y` has one number per sample, `class` holds whole numbers);"
                        + " use --max-accuracy-drop with --labels, or --max-relative-error, instead");
        // One that has it is enough, and that it is no number is for the verdict.
        OutputComparison broken = output("z", 0.1, OptionalDouble.of(Double.NaN), Optional.empty());
        assertThatCode(() -> limits.requireIn(new Loss(List.of(single, broken), Optional.empty())))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"MIN_PART_COSINE, min-cosine", "MAX_PART_ERROR, max-relative-error"})
    void should_refuse_a_limit_on_parts_where_no_output_has_any_and_name_another(Limit limit, String other) {
        Limits limits = new Limits(Map.of(limit, 0.5));
        OutputComparison whole = output("y", 0.1, OptionalDouble.of(0.9), Optional.empty());

        assertThat(limits.dependOnOutputs()).isTrue();
        assertThatThrownBy(() -> limits.requireIn(new Loss(List.of(whole), Optional.empty())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--%s cannot be judged: no output has parts of enough numbers on these samples;"
                                + " give more samples with --inputs, or use --%s instead",
                        limit.label(), other);
        // More samples would be of no use.
        assertThatThrownBy(() -> limits.requireIn(new Loss(
                        List.of(integers("a"), integers("b"), integers("c"), integers("d")), Optional.empty())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--%s cannot be judged: no output has parts (`a` holds whole numbers, `b` holds whole numbers,"
                                + " `c` holds whole numbers, and 1 more); use --max-relative-error instead",
                        limit.label());
        OutputComparison divided = output("z", 0.1, OptionalDouble.of(0.9), Optional.of(parts(0.5, 0.5)));
        assertThatCode(() -> limits.requireIn(new Loss(List.of(whole, divided), Optional.empty())))
                .doesNotThrowAnyException();
    }

    @Test
    void should_search_by_limits_on_parts_as_by_others_on_loss() {
        assertThat(new Limits(Map.of(Limit.MIN_PART_COSINE, 0.9, Limit.MAX_PART_ERROR, 0.1, Limit.MAX_SIZE_RATIO, 0.5))
                        .onLoss()
                        .values())
                .containsOnlyKeys(Limit.MIN_PART_COSINE, Limit.MAX_PART_ERROR);
    }

    @ParameterizedTest
    @EnumSource(names = {"MIN_COSINE", "MAX_RELATIVE_ERROR"})
    void should_refuse_to_judge_a_loss_on_made_up_inputs(Limit limit) {
        assertThatThrownBy(() -> new Limits(Map.of(limit, 0.5)).requireMeasurable(Optional.of(MADE_UP), "give others"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--%s judges what is lost, which made-up inputs do not show; give others", limit.label());
    }

    @Test
    void should_refuse_to_judge_a_metric_on_made_up_inputs() {
        TaskMetrics known = TaskMetrics.load(LimitsTest.class.getClassLoader());
        Evaluation measuring = new Evaluation(
                new InputSource.MadeUp(), Optional.empty(), 1, List.of(known.select("embedding-cosine")));
        Limits limits = new Limits(Map.of(), List.of(MetricLimit.parse("embedding-cosine>=0.9")));

        assertThatThrownBy(() -> limits.requireMeasurable(Optional.of(measuring), "give others"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "limit `embedding-cosine>=0.9` judges what is lost, which made-up inputs do not show; give others");
    }

    @Test
    void should_judge_a_loss_on_what_a_calibration_holds_back() {
        Evaluation heldBack =
                MADE_UP.orHeldBackFrom(Optional.of(new CalibrationInputs(Path.of("c.npz"), Optional.empty())));

        assertThat(heldBack.inputs()).isEqualTo(new InputSource.HeldBack(Path.of("c.npz")));
        assertThatCode(() -> new Limits(Map.of(Limit.MIN_COSINE, 0.5)).requireMeasurable(Optional.of(heldBack), ""))
                .doesNotThrowAnyException();
        assertThat(WITHOUT_LABELS.orHeldBackFrom(
                        Optional.of(new CalibrationInputs(Path.of("c.npz"), Optional.empty()))))
                .as("inputs that the user gave")
                .isEqualTo(WITHOUT_LABELS);
    }
}

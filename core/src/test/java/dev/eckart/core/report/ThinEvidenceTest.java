package dev.eckart.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThinEvidenceTest {
    private static final Limit.Outcome COSINE = Limit.MIN_COSINE.judge(0.99, 0.9);

    private static InputStatistics inputs(int size, long samples, long rows) {
        return new InputStatistics(
                samples, rows, Matrix.of(1, size, new double[size]), Matrix.of(size, size, new double[size * size]));
    }

    private static LayerStatistics calibration(long samples, InputStatistics... layers) {
        Map<String, InputStatistics> byWeight = new LinkedHashMap<>();
        for (InputStatistics layer : layers) {
            byWeight.put("fc" + byWeight.size(), layer);
        }
        return new LayerStatistics(samples, byWeight, List.of(), List.of());
    }

    @Test
    void should_say_how_many_samples_give_each_layer_as_many_rows_as_inputs() {
        // 20 rows of a sample; 40 inputs need 2 samples, and 300 need 15.
        assertThat(ThinEvidence.of(calibration(2, inputs(30, 2, 40), inputs(300, 2, 40), inputs(50, 2, 40))))
                .containsExactly(
                        "2 of 3 calibrated weights have more inputs than the calibration has rows for them (40 rows for up to 300 inputs); about 15 samples would do");
        // Of layers that see a different number of rows, that counts which needs most samples.
        assertThat(ThinEvidence.of(calibration(2, inputs(300, 2, 200), inputs(50, 2, 2))))
                .singleElement()
                .asString()
                .endsWith("about 50 samples would do");
    }

    @Test
    void should_be_silent_where_each_layer_has_as_many_rows_as_inputs() {
        assertThat(ThinEvidence.of(calibration(2, inputs(40, 2, 40)))).isEmpty();
        assertThat(ThinEvidence.of(calibration(0))).isEmpty();
    }

    @Test
    void should_warn_of_a_calibration_of_one_sample_however_many_rows_it_has() {
        assertThat(ThinEvidence.of(calibration(1, inputs(4, 1, 512))))
                .containsExactly(
                        "the calibration has one sample, and inputs that it does not show count for nothing; 32 samples would do");
    }

    private static Verification verification(long samples, Optional<LabelAccuracy> accuracy, MetricResult... metrics) {
        return new Verification(
                EvaluationInputs.given("x.npz"),
                samples,
                Optional.empty(),
                List.of(),
                accuracy,
                new Latency(1, 1, 1, 1, 1, 1),
                List.of(metrics));
    }

    @Test
    void should_warn_of_one_sample_where_a_limit_on_loss_is_judged_on_it() {
        assertThat(ThinEvidence.of(verification(1, Optional.empty()), List.of(COSINE)))
                .containsExactly(
                        "min-cosine is judged on one sample, which may be typical of nothing else; 32 samples would do");
        assertThat(ThinEvidence.of(
                        verification(1, Optional.empty()), List.of(COSINE, Limit.MAX_RELATIVE_ERROR.judge(0, 1))))
                .singleElement()
                .asString()
                .startsWith("min-cosine, max-relative-error are judged on one sample");
        assertThat(ThinEvidence.of(verification(2, Optional.empty()), List.of(COSINE)))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"MAX_SIZE_RATIO", "MAX_LATENCY_RATIO", "MAX_MEMORY_RATIO"})
    void should_be_silent_on_one_sample_where_only_other_limits_are_judged(Limit limit) {
        assertThat(ThinEvidence.of(verification(1, Optional.empty()), List.of(limit.judge(0.5, 0.6))))
                .isEmpty();
        assertThat(ThinEvidence.of(verification(1, Optional.empty()), List.of()))
                .isEmpty();
    }

    private static List<String> ofLabels(long samples, long disputed, double limit) {
        double accuracy = 0.9;
        return ThinEvidence.of(
                verification(samples, Optional.of(new LabelAccuracy(accuracy, accuracy, samples, disputed))),
                List.of(Limit.MAX_ACCURACY_DROP.judge(0, limit)));
    }

    @Test
    void should_say_how_many_labels_tell_a_drop_as_large_as_the_limit_from_none() {
        assertThat(ofLabels(100, 2, 0.005))
                .containsExactly(
                        "max-accuracy-drop 0.005 is judged on 100 labels, of which a single one is a larger drop; about 3,200 labels would do");
        assertThat(ofLabels(2000, 40, 0.005))
                .containsExactly(
                        "max-accuracy-drop 0.005 is judged on 2,000 labels, on which a drop of that size is not statistically significant; about 3,200 labels would do");
        // As many as it says.
        assertThat(ofLabels(3200, 64, 0.005)).isEmpty();
        assertThat(ofLabels(2000, 40, 0.05)).isEmpty();
    }

    @Test
    void should_be_silent_of_labels_where_no_drop_is_allowed_or_judged() {
        assertThat(ofLabels(100, 2, 0)).isEmpty();
        assertThat(ThinEvidence.of(
                        verification(100, Optional.of(new LabelAccuracy(0.9, 0.9, 100, 2))), List.of(COSINE)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // The interval's half is .02.
        "DROP, 0, 0.0101",
        "RISE, 0, 0.0101",
        "RATIO, 1, 1.0101",
        "HIGHER, 0.99, 0.9799",
        "LOWER, 0.5, 0.5101",
    })
    void should_say_on_how_many_samples_a_metric_is_as_certain_as_its_limit_is_strict(
            Judgement judgement, double value, double limit) {
        MetricResult metric = new MetricResult(
                "f1",
                judgement,
                Optional.empty(),
                value,
                Optional.of(new MetricResult.Interval(value - 0.02, value + 0.02)),
                "");
        Limit.Outcome outcome = new Limit.Outcome("f1", limit, value, true);

        assertThat(ThinEvidence.of(verification(100, Optional.empty(), metric), List.of(outcome)))
                .singleElement()
                .asString()
                .startsWith("f1 is judged on 100 samples, which leave its " + judgement.label() + " uncertain by 0.02")
                .endsWith("about 400 samples would do");
        // Nobody asked, or there is room between the value and the limit.
        assertThat(ThinEvidence.of(verification(100, Optional.empty(), metric), List.of(COSINE)))
                .isEmpty();
        assertThat(ThinEvidence.of(
                        verification(100, Optional.empty(), metric),
                        List.of(new Limit.Outcome("f1", judgement == Judgement.HIGHER ? -9 : 9, value, true))))
                .isEmpty();
    }
}

package dev.eckart.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.Verification;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
    @Test
    void should_have_those_that_no_other_beats_in_bytes_and_loss() {
        ParetoFront front = ParetoFront.of(List.of(
                model(100, cosine(0.9)),
                model(200, cosine(0.99)),
                model(150, cosine(0.8)),
                model(200, cosine(0.98)),
                model(300, cosine(0.99))));

        assertThat(front.measure()).isEqualTo("cosine");
        assertThat(front.higherIsBetter()).isTrue();
        assertThat(front.members()).containsExactly(true, true, false, false, false);
    }

    @Test
    void should_have_both_of_two_that_are_alike() {
        assertThat(ParetoFront.of(List.of(model(100, cosine(0.9)), model(100, cosine(0.9))))
                        .members())
                .containsExactly(true, true);
    }

    @Test
    void should_not_have_one_whose_loss_is_no_number() {
        assertThat(ParetoFront.of(List.of(model(100, cosine(Double.NaN)), model(200, cosine(0.9))))
                        .members())
                .containsExactly(false, true);
    }

    @Test
    void should_go_by_accuracy_first_and_then_by_the_first_metric() {
        ParetoFront byAccuracy = ParetoFront.of(List.of(
                model(100, verification(OptionalDouble.of(0.5), Optional.of(0.9), List.of(metric(0.1)))),
                model(200, verification(OptionalDouble.of(0.9), Optional.of(0.8), List.of(metric(0.9))))));
        assertThat(byAccuracy.measure()).isEqualTo("accuracy drop");
        assertThat(byAccuracy.members()).containsExactly(true, false);

        ParetoFront byMetric = ParetoFront.of(List.of(
                model(100, verification(OptionalDouble.of(0.9), Optional.empty(), List.of(metric(0.1)))),
                model(200, verification(OptionalDouble.of(0.5), Optional.empty(), List.of(metric(0.9))))));
        assertThat(byMetric.measure()).isEqualTo("tokens");
        assertThat(byMetric.members()).containsExactly(true, true);
    }

    @Test
    void should_go_by_the_relative_error_where_no_output_has_a_cosine() {
        ParetoFront front = ParetoFront.of(List.of(
                model(100, verification(OptionalDouble.empty(), Optional.empty(), List.of())),
                model(200, verification(OptionalDouble.empty(), Optional.empty(), List.of()))));

        assertThat(front.measure()).isEqualTo("relative error");
        assertThat(front.members()).containsExactly(true, false);
    }

    private static ComparisonReport.Compared model(long bytes, Verification verification) {
        return new ComparisonReport.Compared(
                new ComparisonReport.Measured("m.onnx", bytes, List.of(), 1, Optional.empty(), Optional.empty()),
                verification,
                List.of());
    }

    private static MetricResult metric(double value) {
        return new MetricResult("tokens", Judgement.HIGHER, Optional.empty(), value, Optional.empty(), "");
    }

    private static Verification cosine(double cosine) {
        return verification(OptionalDouble.of(cosine), Optional.empty(), List.of());
    }

    private static Verification verification(
            OptionalDouble cosine, Optional<Double> accuracy, List<MetricResult> metrics) {
        return new Verification(
                EvaluationInputs.MADE_UP,
                10,
                Optional.empty(),
                List.of(new OutputComparison(
                        "y", 0.1, 0.1, cosine, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty())),
                accuracy.map(share -> new LabelAccuracy(1, share, 10, 1)),
                Optional.empty(),
                metrics,
                List.of(),
                List.of(),
                Optional.empty());
    }
}

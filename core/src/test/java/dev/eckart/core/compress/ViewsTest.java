package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.encode.CalibratedInputs;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private static final InputStatistics INPUTS = SampleInputs.of(50, 12, 3).statistics();

    private static final LinearWeight ONE = weight("one", SampleMatrices.normal(12, 9, 1));
    private static final LinearWeight OTHER = weight("other", SampleMatrices.normal(12, 8, 2));

    private static LinearWeight weight(String name, Matrix values) {
        return new LinearWeight(name, "MatMul", ElementType.FLOAT64, values);
    }

    private static Views views(List<LinearWeight> linear, LinearWeight... constants) {
        EjmlDecomposer decomposer = new EjmlDecomposer();
        return new Views(
                new WeightOpener(
                        decomposer,
                        Calibration.of(Map.of("one", INPUTS, "other", INPUTS)),
                        new InputRoots(decomposer, 0)),
                new Inventory(linear, List.of()),
                List.of(constants));
    }

    private static Optional<CalibratedInputs> inputs(Views views, LinearWeight constant) {
        return views.show(constant, Accuracy.ENERGY, WeightView::inputs);
    }

    @Test
    void should_show_the_inputs_about_zero() {
        InputStatistics shown =
                inputs(views(List.of(ONE), ONE), ONE).orElseThrow().statistics();

        assertThat(shown.isAboutZero()).isTrue();
        assertThat(shown.covariance().toArray())
                .isEqualTo(INPUTS.aboutZero().covariance().toArray());
    }

    @Test
    void should_share_inputs_until_the_last_weight_on_them_is_done_with() {
        Views views = views(List.of(ONE, OTHER), ONE, OTHER);

        CalibratedInputs first = inputs(views, ONE).orElseThrow();
        CalibratedInputs second = inputs(views, OTHER).orElseThrow();

        assertThat(second).isSameAs(first);
        assertThat(inputs(views, ONE).orElseThrow()).isNotSameAs(first);
    }

    @Test
    void should_show_no_inputs_of_what_is_no_linear_weight_or_read_otherwise() {
        LinearWeight transposed = weight("one", Matrix.copyOf(ONE.values()).transpose());
        LinearWeight others = weight("one", SampleMatrices.normal(12, 9, 7));
        LinearWeight unknown = weight("unknown", Matrix.copyOf(ONE.values()));

        for (LinearWeight constant : List.of(transposed, others, unknown)) {
            Views views = views(List.of(ONE), constant);
            assertThat(inputs(views, constant)).isEmpty();
            assertThat(views.bytes(constant)).isEqualTo(Decider.bytes(constant));
        }
    }

    @Test
    void should_show_the_inputs_of_another_reading() {
        LinearWeight folded = new LinearWeight(
                "one",
                "Conv",
                "",
                ElementType.FLOAT64,
                ONE.bytes(),
                Matrix.copyOf(ONE.values()).transpose(),
                Optional.empty(),
                List.of(ONE));

        assertThat(inputs(views(List.of(folded), ONE), ONE)).isPresent();
    }

    @Test
    void should_count_what_follows_from_the_inputs() {
        assertThat(views(List.of(ONE), ONE).bytes(ONE)).isEqualTo(Decider.bytes(ONE) + CalibratedInputs.bytes(12));
    }
}

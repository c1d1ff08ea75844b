package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerStatisticsTest {
    private static final InputStatistics ONE = of(1);
    private static final InputStatistics OTHER = of(2);

    private final LayerStatistics statistics =
            new LayerStatistics(9, Map.of("q", ONE, "k", ONE, "v", OTHER), List.of(), List.of());

    @Test
    void should_know_a_weight_by_its_name() {
        assertThat(statistics.of(weight("q", 2))).contains(ONE);
        assertThat(statistics.of(weight("v", 2))).contains(OTHER);
        assertThat(statistics.of(weight("w", 2))).isEmpty();
    }

    /** As of a convolution's kernel that is read in another way. */
    @Test
    void should_not_take_what_is_of_another_size() {
        assertThat(statistics.of(weight("q", 3))).isEmpty();
    }

    @Test
    void should_give_joint_weights_what_all_of_them_are_multiplied_by() {
        assertThat(statistics.of(joint("q", "k"))).contains(ONE);
        assertThat(statistics.of(joint("q", "v"))).isEmpty();
        assertThat(statistics.of(joint("q", "w"))).isEmpty();
    }

    private static LinearWeight joint(String one, String other) {
        return new LinearWeight(
                one + "+" + other,
                "MatMul",
                ElementType.FLOAT32,
                JointBlocks.of(List.of(weight(one, 2), weight(other, 2))));
    }

    private static LinearWeight weight(String name, int rows) {
        return new LinearWeight(name, "MatMul", ElementType.FLOAT32, Matrix.of(rows, 1, new double[rows]));
    }

    private static InputStatistics of(double variance) {
        return new InputStatistics(9, 9, Matrix.of(1, 2, 0, 0), Matrix.of(2, 2, variance, 0, 0, variance));
    }
}

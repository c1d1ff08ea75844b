package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final InputStatistics INPUTS = SampleInputs.of(9, 4, 1).statistics();

    private static LinearWeight weight(String name, int rows) {
        Matrix matrix = SampleMatrices.normal(rows, 3, rows);
        return new LinearWeight(
                name, "MatMul", "", ElementType.FLOAT32, 12L * rows, matrix, Optional.of("x"), List.of());
    }

    private static LinearWeight joint(String... names) {
        return JointLayers.group(new Inventory(List.of(weight(names[0], 4), weight(names[1], 4)), List.of()))
                .linear()
                .get(0);
    }

    @Test
    void should_know_inputs_by_the_name_and_size_of_the_weight() {
        Calibration calibration = Calibration.of(Map.of("fc1", INPUTS));

        assertThat(calibration.inputsOf(weight("fc1", 4))).containsSame(INPUTS);
        assertThat(calibration.inputsOf(weight("fc2", 4))).isEmpty();
        // Another way to read the same tensor.
        assertThat(calibration.inputsOf(weight("fc1", 5))).isEmpty();
        assertThat(Calibration.NONE.inputsOf(weight("fc1", 4))).isEmpty();
    }

    @Test
    void should_know_of_joint_weights_what_all_of_them_have() {
        InputStatistics equal = SampleInputs.of(9, 4, 1).statistics();
        InputStatistics other = SampleInputs.of(9, 4, 2).statistics();

        assertThat(Calibration.of(Map.of("q", INPUTS, "k", equal)).inputsOf(joint("q", "k")))
                .containsSame(INPUTS);
        assertThat(Calibration.of(Map.of("q", INPUTS)).inputsOf(joint("q", "k")))
                .isEmpty();
        assertThat(Calibration.of(Map.of("q", INPUTS, "k", other)).inputsOf(joint("q", "k")))
                .isEmpty();
    }

    @Test
    void should_know_sensitivities_by_name() {
        Calibration calibration = Calibration.NONE.withSensitivities(Map.of("fc1", 0.5, "q+k", 2.0));

        assertThat(calibration.sensitivityOf(weight("fc1", 4))).hasValue(0.5);
        assertThat(calibration.sensitivityOf(joint("q", "k"))).hasValue(2);
        assertThat(calibration.sensitivityOf(weight("q", 4))).isEmpty();
    }
}

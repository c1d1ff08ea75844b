package dev.eckart.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaneIsometryTest {

    @ParameterizedTest
    @CsvSource({"0, 0.0°", "30, 30.0°", "-119.96, −120.0°", "180, 180.0°", "-180, 180.0°", "-0.04, 0.0°"})
    void should_tell_a_rotation_by_its_angle(double angle, String expected) {
        double c = Math.cos(Math.toRadians(angle));
        double s = Math.sin(Math.toRadians(angle));

        assertThat(PlaneIsometry.of(Matrix.of(2, 2, c, -s, s, c)).describe()).isEqualTo("rotation by " + expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0°", "45, 45.0°", "90, 90.0°", "-22.5, −22.5°"})
    void should_tell_a_reflection_by_its_mirror_line(double angle, String expected) {
        double c = Math.cos(Math.toRadians(2 * angle));
        double s = Math.sin(Math.toRadians(2 * angle));

        assertThat(PlaneIsometry.of(Matrix.of(2, 2, c, s, s, -c)).describe())
                .isEqualTo("reflection in the line at " + expected);
    }
}

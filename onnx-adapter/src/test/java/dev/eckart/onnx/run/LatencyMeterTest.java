package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyMeterTest {
    @Test
    void should_find_quartiles_whatever_the_order() {
        List<Double> values = List.of(5.0, 1.0, 3.0, 2.0, 4.0);

        assertThat(LatencyMeter.quantile(values, 0.25)).isEqualTo(2);
        assertThat(LatencyMeter.quantile(values, 0.5)).isEqualTo(3);
        assertThat(LatencyMeter.quantile(values, 0.75)).isEqualTo(4);
    }

    @Test
    void should_take_what_lies_between_two_values_in_proportion() {
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.5)).isEqualTo(1.5);
        assertThat(LatencyMeter.quantile(List.of(1.0, 2.0), 0.25)).isEqualTo(1.25);
        assertThat(LatencyMeter.quantile(List.of(7.0), 0.75)).isEqualTo(7);
    }
}

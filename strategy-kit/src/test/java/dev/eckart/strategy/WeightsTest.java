package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.spectrum.WeightSpectrum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {

    @Test
    void should_have_the_values_given_and_zeros_after_them() {
        WeightSpectrum weight = Weights.of(4, 6, 5, 2);

        assertThat(weight.spectrum().singularValues()).containsExactly(5, 2, 0, 0);
        assertThat(weight.weight().describe()).isEqualTo("weight `w` [4×6]");
        assertThat(weight.weight().type()).isEqualTo(ElementType.FLOAT32);
        assertThat(weight.weight().bytes()).isEqualTo(4 * 6 * 4);
    }

    @ParameterizedTest
    @CsvSource({"3, 5", "5, 3", "3, 3"})
    void should_hold_a_matrix_of_these_values(int rows, int columns) {
        WeightSpectrum weight = Weights.of("fc", ElementType.FLOAT64, rows, columns, 5, 2);

        assertThat(new EjmlDecomposer().singularValues(weight.weight().values(), Accuracy.FULL))
                .containsExactly(5, 2, 0);
    }

    @Test
    void should_refuse_more_values_than_there_can_be() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Weights.of(2, 9, 3, 2, 1))
                .withMessage("weight `w` [2×9]: expected up to 2 singular values but was: 3");
    }

    @Test
    void should_refuse_values_out_of_order() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Weights.of(2, 2, 1, 2))
                .withMessageContaining("from the largest to the smallest");
    }
}

package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.compress.CostlyWeights.Measured;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostlyWeightsTest {
    private static final Measured LARGE = new Measured("large", 1000, 4000, 0.0004);

    /** Of an error of .3, by itself. */
    private static final Measured SMALL = new Measured("small", 20, 80, 0.09);

    @Test
    void should_spare_what_owns_the_error_for_few_bytes() {
        assertThat(CostlyWeights.of(0.0904, List.of(LARGE, SMALL), false)).containsExactly("small");
        assertThat(CostlyWeights.of(0.0904, List.of(LARGE, SMALL), true)).containsExactly("small");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-4, CostlyWeights.ENOUGH * CostlyWeights.ENOUGH})
    void should_spare_none_where_the_outputs_are_true_enough(double loss) {
        assertThat(CostlyWeights.callsForSparing(loss)).isFalse();
        assertThat(CostlyWeights.of(loss, List.of(LARGE, SMALL), false)).isEmpty();
    }

    @Test
    void should_take_the_cheapest_first_and_stop_once_it_is_enough() {
        Measured cheap = new Measured("cheap", 10, 40, 0.008);
        Measured dear = new Measured("dear", 10, 41, 0.008);

        assertThat(CostlyWeights.of(0.018, List.of(dear, LARGE, cheap), false)).containsExactly("cheap", "dear");
        assertThat(CostlyWeights.of(0.004, List.of(dear, LARGE, cheap), false)).containsExactly("cheap");
    }

    @Test
    void should_spare_large_weights_only_where_too_much_is_lost_and_none_can_have_more_bits() {
        Measured owner = new Measured("owner", 300, 800, 0.04);

        assertThat(CostlyWeights.of(0.04, List.of(LARGE, owner), false)).containsExactly("owner");
        assertThat(CostlyWeights.of(0.04, List.of(LARGE, owner), true)).isEmpty();
        assertThat(CostlyWeights.of(0.008, List.of(LARGE, owner), false)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void should_spare_what_makes_outputs_something_else(double loss) {
        assertThat(CostlyWeights.callsForSparing(loss)).isTrue();
        assertThat(CostlyWeights.of(loss, List.of(LARGE, new Measured("small", 20, 80, loss)), false))
                .contains("small");
    }
}

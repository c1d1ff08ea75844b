package dev.eckart.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpearmanCorrelationTest {

    @Test
    void should_see_the_order_alone() {
        assertThat(SpearmanCorrelation.of(new double[] {1, 5, 9, 2}, new double[] {0.1, 100, 1e9, 7}))
                .isCloseTo(1, within(1e-15));
        assertThat(SpearmanCorrelation.of(new double[] {1, 2, 3}, new double[] {3, -2, -30}))
                .isCloseTo(-1, within(1e-15));
    }

    @Test
    void should_give_equal_numbers_the_mean_of_their_ranks() {
        // Ranks 1, 2.5, 2.5, 4 beside 1, 2, 3, 4: 4.5 / √(4.5 · 5).
        assertThat(SpearmanCorrelation.of(new double[] {1, 2, 2, 3}, new double[] {1, 2, 3, 4}))
                .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(1e-15));
        // SciPy 1.17: spearmanr([1,2,2,3,5,5,5], [2,1,4,4,3,6,6]).
        assertThat(SpearmanCorrelation.of(new double[] {1, 2, 2, 3, 5, 5, 5}, new double[] {2, 1, 4, 4, 3, 6, 6}))
                .isCloseTo(0.6764666413954515, within(1e-14));
        assertThat(SpearmanCorrelation.of(new double[] {0.0, -0.0, 1}, new double[] {2, 2, 3}))
                .isCloseTo(1, within(1e-15));
    }

    @Test
    void should_have_no_value_where_nothing_varies_or_something_is_no_number() {
        assertThat(SpearmanCorrelation.of(new double[] {1, 1, 1}, new double[] {1, 2, 3}))
                .isNaN();
        assertThat(SpearmanCorrelation.of(new double[] {1, Double.NaN, 2}, new double[] {1, 2, 3}))
                .isNaN();
        assertThat(SpearmanCorrelation.of(new double[] {1, 2, 3}, new double[] {1, 2, Double.NaN}))
                .isNaN();
    }
}

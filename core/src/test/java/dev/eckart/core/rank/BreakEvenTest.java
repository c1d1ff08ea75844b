package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreakEvenTest {

    @ParameterizedTest
    @CsvSource({
        // 4·20 < 100 = 5·20: what costs as much as the weight saves nothing.
        "10, 10, 4",
        "784, 500, 305",
        "500, 784, 305",
        "784, 10, 9",
        "2, 2, 0",
        "1, 1, 0",
        "1, 1000, 0",
        "1000, 1, 0",
        // More numbers than an int counts.
        "100000, 100000, 49999",
        "2147483647, 2147483647, 1073741823"
    })
    void should_be_the_largest_rank_that_is_smaller_than_the_weight(int rows, int columns, int rank) {
        assertThat(BreakEven.rank(rows, columns)).isEqualTo(rank);
    }

    @Test
    void should_save_numbers_at_the_rank_and_none_beyond_for_every_shape() {
        for (int m = 1; m <= 40; m++) {
            for (int n = 1; n <= 40; n++) {
                int rank = BreakEven.rank(m, n);

                assertThat(BreakEven.pairParameters(m, n, rank)).isLessThan((long) m * n);
                assertThat(BreakEven.pairParameters(m, n, rank + 1)).isGreaterThanOrEqualTo((long) m * n);
                assertThat(rank).isLessThan(Math.min(m, n));
            }
        }
    }

    @Test
    void should_count_the_numbers_of_a_pair() {
        assertThat(BreakEven.pairParameters(784, 500, 10)).isEqualTo(12_840);
        assertThat(BreakEven.pairParameters(1 << 30, 1 << 30, 1 << 10)).isEqualTo(1L << 41);
    }
}

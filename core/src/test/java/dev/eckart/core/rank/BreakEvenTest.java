package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource
    void should_be_the_same_in_bytes_for_a_weight_that_is_stored_as_plain_numbers(ElementType type) {
        Random random = new Random(5);
        for (int round = 0; round < 1000; round++) {
            int rows = 1 + random.nextInt(1 << random.nextInt(16));
            int columns = 1 + random.nextInt(1 << random.nextInt(16));
            LinearWeight plain =
                    SampleSpectra.weight(type, "plain", rows, columns).weight();

            assertThat(BreakEven.rank(plain)).isEqualTo(BreakEven.rank(rows, columns));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_be_the_largest_rank_whose_pair_takes_fewer_bytes_than_what_is_stored(ElementType type) {
        Random random = new Random(6);
        for (int round = 0; round < 1000; round++) {
            int rows = 1 + random.nextInt(300);
            int columns = 1 + random.nextInt(300);
            // From a bit for each number to eight bytes; with what belongs to blocks, it need not come out even.
            long bytes = random.nextLong(8L * rows * columns + 1);
            LinearWeight weight = stored(rows, columns, type, bytes);

            int rank = BreakEven.rank(weight);

            long bytesOfRank1 = BreakEven.pairParameters(rows, columns, 1) * type.bytes();
            assertThat(rank * bytesOfRank1).isLessThanOrEqualTo(Math.max(0, bytes - 1));
            assertThat((rank + 1) * bytesOfRank1).isGreaterThanOrEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Floats: 784·500 bytes hold a quarter of 305 ranks of 4·1284 bytes.
        "784, 500, FLOAT32, 392000, 76",
        "784, 500, FLOAT16, 392000, 152",
        // Two numbers in a byte.
        "784, 500, FLOAT32, 196000, 38",
        "1000, 1000, FLOAT32, 1000000, 124",
        "10, 10, FLOAT32, 100, 1",
        "10, 10, FLOAT32, 80, 0",
        "10, 10, FLOAT32, 81, 1",
        "10, 10, FLOAT32, 0, 0",
        // More bytes than an int counts.
        "100000, 100000, FLOAT32, 10000000000, 12499",
    })
    void should_be_a_fraction_for_a_quantized_weight(int rows, int columns, ElementType type, long bytes, int rank) {
        assertThat(BreakEven.rank(stored(rows, columns, type, bytes))).isEqualTo(rank);
    }

    private static LinearWeight stored(int rows, int columns, ElementType type, long bytes) {
        LinearWeight plain = SampleSpectra.weight(type, "stored", rows, columns).weight();
        return new LinearWeight("stored", "MatMul", "", type, bytes, plain.values(), Optional.empty(), List.of());
    }

    @Test
    void should_count_the_numbers_of_a_pair() {
        assertThat(BreakEven.pairParameters(784, 500, 10)).isEqualTo(12_840);
        assertThat(BreakEven.pairParameters(1 << 30, 1 << 30, 1 << 10)).isEqualTo(1L << 41);
    }
}

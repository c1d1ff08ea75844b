package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowSumsTest {
    private static final int ROWS = 700;
    private static final int COLUMNS = 5;

    /** Of which every hundredth row is 300 times as long as others. */
    private static double[] rows() {
        double[] numbers = SampleMatrices.normal(ROWS, COLUMNS, 1).toArray();
        Arrays.setAll(numbers, i -> i / COLUMNS % 100 == 50 ? 300 * numbers[i] : numbers[i]);
        return numbers;
    }

    private static RowSums added(RowSums sums, double[] rows, int atATime) {
        for (int from = 0; from < ROWS; from += atATime) {
            int count = Math.min(atATime, ROWS - from);
            sums.add(Arrays.copyOfRange(rows, from * COLUMNS, (from + count) * COLUMNS), count);
        }
        return sums;
    }

    private static RowSums sums() {
        return new EjmlDecomposer().rowSums(COLUMNS);
    }

    /** Weighted by hand, with the median of the first 256 rows. */
    @Test
    void should_count_long_rows_less_where_so_wanted() {
        double[] rows = rows();
        double[] sizes = new double[ROWS];
        for (int i = 0; i < rows.length; i++) {
            sizes[i / COLUMNS] += rows[i] * rows[i];
        }
        double[] first = Arrays.copyOf(sizes, 256);
        Arrays.sort(first);
        double[] weights = Arrays.stream(sizes)
                .map(size -> Math.min(1, first[128] / size))
                .toArray();
        double all = Arrays.stream(weights).sum();
        double[] mean = new double[COLUMNS];
        for (int i = 0; i < rows.length; i++) {
            mean[i % COLUMNS] += weights[i / COLUMNS] * rows[i] / all;
        }

        try (RowSums found = added(sums().tempered(), rows, 33)) {
            assertThat(found.count()).isEqualTo(ROWS);
            for (int j = 0; j < COLUMNS; j++) {
                assertThat(found.mean().get(0, j)).isCloseTo(mean[j], within(1e-12));
                for (int k = 0; k < COLUMNS; k++) {
                    double covariance = 0;
                    for (int i = 0; i < ROWS; i++) {
                        covariance += weights[i]
                                * (rows[i * COLUMNS + j] - mean[j])
                                * (rows[i * COLUMNS + k] - mean[k])
                                / all;
                    }
                    assertThat(found.covariance().get(j, k)).isCloseTo(covariance, within(1e-12));
                }
            }
        }
    }

    @Test
    void should_not_depend_on_how_many_rows_are_added_at_a_time() {
        try (RowSums one = added(sums().tempered(), rows(), 1);
                RowSums all = added(sums().tempered(), rows(), ROWS)) {
            assertThat(one.mean()).isEqualTo(all.mean());
            assertThat(one.covariance()).isEqualTo(all.covariance());
        }
    }

    @Test
    void should_tell_the_range_of_all_rows() {
        double[] rows = rows();

        try (RowSums sums = added(sums().tempered(), rows, 100)) {
            for (int j = 0; j < COLUMNS; j++) {
                int column = j;
                double[] own = IntStream.range(0, ROWS)
                        .mapToDouble(i -> rows[i * COLUMNS + column])
                        .sorted()
                        .toArray();
                assertThat(sums.least().get(0, j)).isEqualTo(own[0]);
                assertThat(sums.most().get(0, j)).isEqualTo(own[ROWS - 1]);
            }
        }
    }

    @Test
    void should_tell_how_even_rows_are() {
        try (RowSums sums = sums()) {
            sums.add(new double[] {1, 0, -2, 0, 0, 0, 4, 0, 0, 1}, 2);

            // The squares of 2 and 4, by that of 4.
            assertThat(sums.evenness()).isEqualTo((4 + 16) / 2.0 / 16);
        }
    }

    @Test
    void should_find_rows_of_zeros_even() {
        try (RowSums sums = sums()) {
            sums.add(new double[COLUMNS], 1);

            assertThat(sums.evenness()).isOne();
        }
    }

    @Test
    void should_count_all_alike_where_the_usual_row_is_zero() {
        double[] rows = new double[ROWS * COLUMNS];
        rows[7] = 3;

        try (RowSums tempered = added(sums().tempered(), rows, 50);
                RowSums plain = added(sums(), rows, 50)) {
            assertThat(tempered.covariance()).isEqualTo(plain.covariance());
        }
    }

    @Test
    void should_refuse_to_count_rows_anew_that_were_added() {
        try (RowSums sums = added(sums(), rows(), 100)) {
            assertThatThrownBy(sums::tempered)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Expected no rows yet but was: 700");
        }
    }
}

package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.report.BaselineEntry;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTablesTest {

    @Test
    void should_say_that_a_weight_is_unchanged_where_a_baseline_has_rank_0() {
        assertThat(ReportTables.movement(new BaselineEntry.Moved("rank of fc1", 14, 0, OptionalDouble.empty(), true)))
                .isEqualTo("14 → unchanged");
        assertThat(ReportTables.movement(new BaselineEntry.Moved("rank of fc1", 0, 14, OptionalDouble.empty(), true)))
                .isEqualTo("unchanged → 14");
    }

    @Test
    void should_say_by_how_much_a_measurement_moved_and_how_much_it_may() {
        assertThat(ReportTables.movement(
                        new BaselineEntry.Moved("cosine", 0.99, 0.98, OptionalDouble.of(0.001), false)))
                .isEqualTo("0.99 → 0.98, by -0.01; tolerance 0.001");
    }
}

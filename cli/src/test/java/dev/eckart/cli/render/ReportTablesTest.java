package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.report.BaselineEntry;
import dev.eckart.core.report.Report;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

    @Test
    void should_give_latency_as_what_a_run_takes_and_the_quotient_of_the_two_times() {
        Report report = SampleReports.of(List.of("w"), List.of("y"), 8);

        assertThat(ReportTables.findings(report).orElseThrow().body())
                .contains(List.of(
                        "latency",
                        "0.50×",
                        "a run of 8 samples takes 2 ms → 1 ms; half of the turns from 0.40× to 0.60×"));
        assertThat(Numbers.milliseconds(15.149, 1016.3)).isEqualTo("15.1 ms → 1020 ms");
    }

    @Test
    void should_have_no_latency_where_nothing_was_timed() {
        Report report = SampleReports.untimed();

        assertThat(ReportTables.findings(report).orElseThrow().render()).doesNotContain("latency");
        assertThat(HtmlReport.render(report)).doesNotContain("Time of a run<");
        JsonNode verification =
                JsonMapper.builder().build().readTree(JsonReport.render(report)).get("verification");
        assertThat(verification.has("latency")).isFalse();
        assertThat(verification.get("bindings").get(0).has("latency")).isFalse();
        assertThat(MarkdownReport.render(report)).doesNotContain("| latency |");
        assertThat(JunitReport.render(report)).doesNotContain("latency");
    }
}

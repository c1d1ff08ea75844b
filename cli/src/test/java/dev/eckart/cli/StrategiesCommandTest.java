package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StrategiesCommandTest {
    private static final int TERMINAL = 100;

    @Test
    void should_fit_a_terminal() {
        assertThat(eckart("strategies").out().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.codePointCount(0, line.length()))
                        .as(line)
                        .isLessThanOrEqualTo(TERMINAL));
    }

    @Test
    void should_say_what_each_strategy_and_metric_means_where_it_is_from_and_how_it_is_called() {
        assertThat(eckart("strategies").out())
                .startsWith("Rank strategies (--rank):\n")
                .contains(
                        "\nfixed  the same rank for every weight  built in\n  fixed:16  rank 16 (`16` alone means the same)\n")
                .contains("\n\nMetrics (--metric):\n")
                .contains("""

                        top-k  share of samples with the label among the k top scores; judged by its drop  built in
                          top-k:5              top-5-accuracy; needs --labels [samples]
                          top-k:5,output=NAME  output NAME [samples×classes]
                        """);
    }
}

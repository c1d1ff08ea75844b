package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.plugin.Provider;
import dev.eckart.core.rank.RankStrategies;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionOptionsTest {

    @ParameterizedTest
    @ValueSource(strings = {"compress", "scan"})
    void should_list_every_built_in_strategy_and_say_what_happens_without_one(String command) {
        String help = eckart(command, "--help").out().replaceAll("\\s+", " ");
        String rank = help.substring(help.lastIndexOf("--rank=STRATEGY"), help.lastIndexOf("--include="));

        assertThat(RankStrategies.load(Eckart.class.getClassLoader()).all())
                .extracting(Provider::name)
                .allSatisfy(name -> assertThat(rank).containsPattern("[ ,]" + name + "[:,]"));
        assertThat(rank)
                .contains(
                        "Without --rank, compress chooses ranks, bits and products of integers of all weights together: for the"
                                + " limits, for --size, or for next to no loss; scan takes energy:0.99.");
    }
}

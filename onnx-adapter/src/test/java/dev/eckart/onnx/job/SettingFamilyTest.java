package dev.eckart.onnx.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.rank.RankStrategies;
import org.junit.jupiter.api.Test;

class SettingFamilyTest {
    private static final RankStrategies STRATEGIES = RankStrategies.load(SettingFamilyTest.class.getClassLoader());

    @Test
    void should_begin_with_a_budget_where_there_is_a_calibration() {
        assertThat(SettingFamily.among(STRATEGIES, true))
                .extracting(SettingFamily::strategy)
                .containsExactly("budget", "ratio");
    }

    @Test
    void should_cut_weights_alike_where_nothing_says_how_much_each_matters() {
        assertThat(SettingFamily.among(STRATEGIES, false))
                .extracting(SettingFamily::strategy)
                .containsExactly("ratio");
    }

    @Test
    void should_try_every_way_to_cut_weights_to_a_size() {
        assertThat(SettingFamily.forSize(STRATEGIES))
                .extracting(SettingFamily::strategy)
                .containsExactly("budget", "ratio");
    }
}

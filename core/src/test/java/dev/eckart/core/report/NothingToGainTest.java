package dev.eckart.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.SamplePlans;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NothingToGainTest {
    /** 40,000 bytes. */
    private static final WeightSpectrum SQUARE = SampleSpectra.weight("square", 100, 100, 3, 2, 1);

    private static PlannedWeight planned(Decision decision) {
        return new PlannedWeight(SQUARE.weight(), Optional.of(SQUARE), decision);
    }

    private static CompressionPlan plan(PlannedWeight... weights) {
        return new CompressionPlan(List.of(weights), List.of());
    }

    private static CompressionPlan skipping(SkipReason... reasons) {
        return new CompressionPlan(
                List.of(),
                List.of(reasons).stream()
                        .map(reason -> new SkippedWeight("w", "Conv", "float32", List.of(3L, 4L), reason, ""))
                        .toList());
    }

    private static NothingToGain of(CompressionPlan plan, long modelBytes) {
        return NothingToGain.of(plan, new WorthwhileSaving(modelBytes, 1), "energy:0.99")
                .orElseThrow();
    }

    @Test
    void should_not_be_said_of_a_plan_that_replaces_a_weight() {
        CompressionPlan plan =
                plan(planned(new Decision.Keep("it is odd")), planned(SamplePlans.pair(SQUARE.weight(), 2, 0)));

        assertThat(NothingToGain.of(plan, new WorthwhileSaving(50_000, 1), "fixed:2"))
                .isEmpty();
    }

    @Test
    void should_advise_lower_ranks_that_save_enough() {
        CompressionPlan plan = plan(planned(new Decision.Keep("needs rank 99; a pair is smaller only below 49")));

        assertThat(of(plan, 50_000).sentence())
                .isEqualTo("pairs at the ranks of energy:0.99 save less than 2 % of the model's 50.00 kB; try lower"
                        + " ranks, such as --rank ratio:0.5, or a limit on the loss with inputs to measure it on, such as"
                        + " --min-cosine 0.99 --inputs INPUTS");
        // Half of the weight is less than a fiftieth of this model, and three quarters are more.
        assertThat(of(plan, 1_200_000).advice()).contains("--rank ratio:0.25");
        assertThat(of(plan, 1_700_000).advice()).contains("--rank ratio:0.1");
    }

    @Test
    void should_advise_no_rank_where_the_weights_are_too_small_a_part_of_the_model() {
        NothingToGain nothing = of(plan(planned(new Decision.Keep("it is small"))), 4_000_000);

        assertThat(nothing.reason())
                .isEqualTo("the weights that pairs could replace hold only 40.00 kB of the model's 4.00 MB");
        assertThat(nothing.advice()).contains("eckart scan").doesNotContain("--rank");
    }

    @Test
    void should_say_so_if_it_is_for_the_time_that_pairs_take() {
        PlannedWeight slower = planned(SamplePlans.pair(SQUARE.weight(), 2, 0))
                .timed(new PairTiming.Measured(1, 2, 2), IfSlower.KEEP_DENSE);

        assertThat(of(plan(slower), 50_000).sentence())
                .startsWith("pairs that are faster than their weights save less than 2 %")
                .endsWith("try lower ranks, such as --rank ratio:0.5, or leave --keep-if-faster out");
    }

    @Test
    void should_advise_to_compress_before_quantizing() {
        LinearWeight quantized = new LinearWeight(
                "w", "MatMul", "", ElementType.FLOAT32, 5_000, SQUARE.weight().values(), Optional.empty(), List.of());
        PlannedWeight unchanged = new PlannedWeight(quantized, Optional.of(SQUARE), new Decision.Keep("needs rank 99"));

        assertThat(of(plan(unchanged), 250_000).advice()).isEqualTo("compress the model before it is quantized");
        assertThat(of(skipping(SkipReason.QUANTIZED, SkipReason.NOT_A_MATRIX), 6_000)
                        .advice())
                .isEqualTo("compress the model before it is quantized");
    }

    @Test
    void should_say_what_stands_against_it_where_no_weight_is_linear() {
        assertThat(of(skipping(SkipReason.EXCLUDED, SkipReason.QUANTIZED), 6_000)
                        .reason())
                .contains("--include and --exclude leave out every weight");
        assertThat(of(skipping(SkipReason.NOT_A_MATRIX, SkipReason.RECURRENT), 6_000)
                        .sentence())
                .isEqualTo("a pair can replace none of the model's weights (2 skipped); `eckart scan` lists each weight"
                        + " and why it is skipped");
        assertThat(of(skipping(), 6_000).reason()).isEqualTo("the model has no weights");
    }
}

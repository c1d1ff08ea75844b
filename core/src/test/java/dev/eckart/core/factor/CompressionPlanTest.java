package dev.eckart.core.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionPlanTest {
    /** 10·10 numbers; break-even rank 4, since 4·20 < 100 = 5·20. */
    private static final WeightSpectrum SQUARE = SampleSpectra.weight("square", 10, 10, 3, 2, 1);

    /** 30·6 numbers; break-even rank 4, since 4·36 < 180 = 5·36. */
    private static final WeightSpectrum TALL = SampleSpectra.weight("tall", 30, 6, 3, 2, 1);

    private static CompressionPlan plan(List<WeightSpectrum> spectra, RankChoice... choices) {
        return CompressionPlan.of(spectra, new RankPlan(List.of(choices)), SamplePlans.PAIRS, List.of());
    }

    private static RankChoice truncate(int rank) {
        return new RankChoice.Truncate(rank);
    }

    @Test
    void should_factor_a_weight_below_its_break_even_rank() {
        PlannedWeight planned = plan(List.of(SQUARE), truncate(3)).weights().get(0);

        assertThat(planned.chosenRank()).hasValue(3);
        assertThat(planned.weight()).isEqualTo(SQUARE.weight());
        assertThat(planned.rank()).isEqualTo(3);
        assertThat(planned.breakEvenRank()).isEqualTo(4);
        assertThat(planned.parametersAfter()).isEqualTo(3 * 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 10})
    void should_keep_a_weight_from_its_break_even_rank_on_and_say_why(int rank) {
        PlannedWeight planned = plan(List.of(SQUARE), truncate(rank)).weights().get(0);

        assertThat(planned.decision())
                .isEqualTo(new Decision.Keep("needs rank %d; a pair is smaller only below 4".formatted(rank)));
        assertThat(planned.rank()).isEqualTo(10);
        assertThat(planned.parametersAfter()).isEqualTo(100);
    }

    @Test
    void should_keep_a_vector_for_which_no_pair_is_smaller() {
        WeightSpectrum vector = SampleSpectra.weight("vector", 1, 50, 2);

        assertThat(plan(List.of(vector), truncate(1)).factored()).isEmpty();
    }

    @Test
    void should_keep_what_the_strategy_keeps_for_its_reason() {
        PlannedWeight planned = plan(List.of(SQUARE), new RankChoice.Keep("it is the last layer"))
                .weights()
                .get(0);

        assertThat(planned.decision()).isEqualTo(new Decision.Keep("it is the last layer"));
    }

    @Test
    void should_match_choices_to_weights_in_their_order() {
        CompressionPlan plan = plan(List.of(SQUARE, TALL, SQUARE), truncate(9), truncate(2), truncate(1));

        assertThat(plan.weights()).extracting(PlannedWeight::rank).containsExactly(10, 2, 1);
        assertThat(plan.factored()).extracting(PlannedWeight::weight).containsExactly(TALL.weight(), SQUARE.weight());
        assertThat(plan.parametersBefore()).isEqualTo(100 + 180 + 100);
        assertThat(plan.parametersAfter()).isEqualTo(100 + 2 * 36 + 20);
    }

    @Test
    void should_count_more_parameters_than_an_int_holds() {
        WeightSpectrum large = SampleSpectra.weight("large", 1 << 20, 1 << 12);

        CompressionPlan plan = plan(List.of(large), truncate(4000));

        assertThat(plan.parametersBefore()).isEqualTo(1L << 32);
        assertThat(plan.parametersAfter()).isEqualTo(4000L * ((1 << 20) + (1 << 12)));
    }

    @Test
    void should_refuse_a_rank_above_the_smaller_side() {
        WeightSpectrum weight = SampleSpectra.weight("fc1.weight", 768, 3072, 1);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> plan(List.of(SQUARE, weight), truncate(1), truncate(900)))
                .withMessage("weight `fc1.weight` [768×3072]: rank 900 exceeds its smaller side 768");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void should_refuse_a_rank_below_1(int rank) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> plan(List.of(SQUARE), truncate(rank)))
                .withMessage("weight `square` [10×10]: rank %d is below 1", rank);
    }

    @Test
    void should_refuse_another_number_of_choices_than_of_weights() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> plan(List.of(SQUARE, TALL), truncate(1)))
                .withMessage("expected a choice for each of 2 weights but was: 1");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> plan(List.of(), truncate(1)))
                .withMessage("expected a choice for each of 0 weights but was: 1");
    }

    @Test
    void should_carry_the_skipped_weights_along() {
        SkippedWeight skipped =
                new SkippedWeight("conv", "Conv", "float32", List.of(8L, 4L, 3L, 3L), SkipReason.NOT_A_MATRIX, "");

        CompressionPlan plan =
                CompressionPlan.of(List.of(), new RankPlan(List.of()), SamplePlans.PAIRS, List.of(skipped));

        assertThat(plan.skipped()).containsExactly(skipped);
        assertThat(plan.weights()).isEmpty();
        assertThat(plan.parametersBefore()).isZero();
    }

    @Test
    void should_not_change_with_the_lists_that_went_in() {
        List<PlannedWeight> weights =
                new ArrayList<>(plan(List.of(SQUARE), truncate(1)).weights());
        CompressionPlan plan = new CompressionPlan(weights, List.of());
        weights.clear();

        assertThat(plan.weights()).hasSize(1);
    }
}

package dev.eckart.core.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannedWeightTest {
    /** A few operations in double on numbers up to 1. */
    private static final double ROUNDING = 1e-15;

    /** 3² + 4² + 12² = 13². */
    private static WeightSpectrum spectrum(ElementType type) {
        return SampleSpectra.weight(type, "w", 20, 10, 12, 4, 3);
    }

    @ParameterizedTest
    @EnumSource
    void should_expect_what_truncation_leaves_out_and_what_rounding_adds(ElementType type) {
        double rounding = FactorPair.roundingError(type);

        assertThat(factored(type, 1)).isEqualTo(Math.hypot(5.0 / 13, rounding), within(ROUNDING));
        assertThat(factored(type, 2)).isEqualTo(Math.hypot(3.0 / 13, rounding), within(ROUNDING));
        // Nothing is left out, but the factors are rounded all the same.
        assertThat(factored(type, 3)).isEqualTo(rounding);
    }

    private static double factored(ElementType type, int rank) {
        return PlannedWeight.of(spectrum(type), new RankChoice.Truncate(rank), SamplePlans.PAIRS)
                .predictedError();
    }

    @ParameterizedTest
    @EnumSource
    void should_expect_nothing_to_change_of_a_weight_that_is_kept(ElementType type) {
        assertThat(planned(type, new Decision.Keep("it is small")).predictedError())
                .isZero();
    }

    private static PlannedWeight planned(ElementType type, Decision decision) {
        WeightSpectrum spectrum = spectrum(type);
        return new PlannedWeight(spectrum.weight(), Optional.of(spectrum), decision);
    }

    @Test
    void should_say_which_rank_a_weight_needs_and_below_which_a_pair_is_smaller() {
        WeightSpectrum weight = SampleSpectra.weight("w", 20, 30, 3, 2, 1);

        assertThat(PlannedWeight.of(weight, new RankChoice.Truncate(11), SamplePlans.PAIRS)
                        .decision())
                .isEqualTo(new Decision.Keep("needs rank 11; a pair is smaller only below 11"));
        assertThat(PlannedWeight.of(weight, new RankChoice.Truncate(10), SamplePlans.PAIRS)
                        .chosenRank())
                .hasValue(10);
    }

    @Test
    void should_say_that_a_weight_is_too_small_where_no_rank_makes_a_smaller_pair() {
        WeightSpectrum weight = SampleSpectra.weight("w", 2, 384, 3, 2);

        assertThat(PlannedWeight.of(weight, new RankChoice.Truncate(1), SamplePlans.PAIRS)
                        .decision())
                .isEqualTo(new Decision.Keep("too small to gain from a pair"));
    }

    @Test
    void should_say_of_a_weight_that_was_kept_without_its_spectrum_what_holds_of_any() {
        LinearWeight weight = spectrum(ElementType.FLOAT32).weight();
        PlannedWeight kept = PlannedWeight.kept(weight, new RankChoice.Keep("it is large"), false);

        assertThat(kept.decision()).isEqualTo(new Decision.Keep("it is large"));
        assertThat(kept.rank()).isEqualTo(weight.smallerSide());
        assertThat(kept.energy()).isEqualTo(1);
        assertThat(kept.predictedError()).isZero();
        assertThat(kept.parametersAfter()).isEqualTo(weight.parameters());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new PlannedWeight(weight, Optional.empty(), SamplePlans.pair(weight, 1, 0)));
    }

    @Test
    void should_expect_narrower_types_to_round_more_in_proportion_to_their_last_place() {
        assertThat(FactorPair.roundingError(ElementType.FLOAT16))
                .isEqualTo(0x1p13 * FactorPair.roundingError(ElementType.FLOAT32));
        assertThat(FactorPair.roundingError(ElementType.BFLOAT16))
                .isEqualTo(8 * FactorPair.roundingError(ElementType.FLOAT16));
    }

    private static final PairTiming FASTER = new PairTiming.Measured(2, 1, 0.5);
    private static final PairTiming SLOWER = new PairTiming.Measured(0.84, 0.94, 1.12);

    private static PlannedWeight timed(PairTiming timing, IfSlower ifSlower) {
        return PlannedWeight.of(spectrum(ElementType.FLOAT32), new RankChoice.Truncate(2), SamplePlans.PAIRS)
                .timed(timing, ifSlower);
    }

    @Test
    void should_be_kept_if_its_pair_is_slower() {
        PlannedWeight kept = timed(SLOWER, IfSlower.KEEP_DENSE);

        assertThat(kept.decision())
                .isEqualTo(new Decision.Keep("the pair takes 1.12 times as long (0.84 ms dense, 0.94 ms factored)"));
        assertThat(kept.timing()).contains(SLOWER);
        assertThat(kept.predictedError()).isZero();
        assertThat(kept.sizeOnly()).isFalse();
        // No gain is no reason for a loss.
        assertThat(timed(new PairTiming.Measured(1, 1, 1), IfSlower.KEEP_DENSE).decision())
                .isInstanceOf(Decision.Keep.class);
    }

    @Test
    void should_be_marked_if_its_pair_is_slower_and_wanted_all_the_same() {
        PlannedWeight marked = timed(SLOWER, IfSlower.MARK);

        assertThat(marked.chosenRank()).hasValue(2);
        assertThat(marked.sizeOnly()).isTrue();
        assertThat(marked.reason())
                .isEqualTo(
                        "a pair of rank 2 is smaller, as any below 6 is; for size only: the pair takes 1.12 times as long"
                                + " (0.84 ms dense, 0.94 ms factored)");
    }

    @ParameterizedTest
    @EnumSource
    void should_be_replaced_if_its_pair_is_faster_or_cannot_be_timed(IfSlower ifSlower) {
        assertThat(timed(FASTER, ifSlower).chosenRank()).hasValue(2);
        assertThat(timed(FASTER, ifSlower).sizeOnly()).isFalse();
        PlannedWeight unknown = timed(new PairTiming.Unknown("it is shy"), ifSlower);
        assertThat(unknown.chosenRank()).hasValue(2);
        assertThat(unknown.sizeOnly()).isFalse();
        assertThat(unknown.reason()).endsWith("; the pair was not timed: it is shy");
    }
}

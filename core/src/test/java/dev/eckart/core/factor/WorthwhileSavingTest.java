package dev.eckart.core.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorthwhileSavingTest {
    /** At rank 3, 60 numbers replace 100. */
    private static final WeightSpectrum SQUARE = SampleSpectra.weight("square", 10, 10, 3, 2, 1);

    private static final long SAVED = 40 * Float.BYTES;

    private static CompressionPlan plan(WeightSpectrum... spectra) {
        List<WeightSpectrum> all = List.of(spectra);
        return CompressionPlan.of(
                all,
                new RankPlan(Collections.nCopies(all.size(), new RankChoice.Truncate(3))),
                SamplePlans.PAIRS,
                List.of());
    }

    @Test
    void should_replace_a_weight_for_a_thousandth_of_the_model_and_for_no_byte_less() {
        PlannedWeight planned = plan(SQUARE).weights().get(0);

        assertThat(new WorthwhileSaving(1000 * SAVED, 1).of(planned)).isEqualTo(planned);
        PlannedWeight unchanged = new WorthwhileSaving(1000 * SAVED + 1, 1).of(planned);
        assertThat(unchanged.decision())
                .isEqualTo(new Decision.Keep("its pair saves 160 B of 160.00 kB, less than a thousandth"));
        assertThat(unchanged.weight()).isEqualTo(planned.weight());
        assertThat(unchanged.spectrum()).isEqualTo(planned.spectrum());
    }

    @Test
    void should_ask_for_less_of_each_weight_where_a_model_has_many() {
        PlannedWeight planned = plan(SQUARE).weights().get(0);

        assertThat(new WorthwhileSaving(1000 * SAVED, 100).of(planned)).isEqualTo(planned);
        assertThat(new WorthwhileSaving(1000 * SAVED + 1, 100).of(planned)).isNotEqualTo(planned);
        assertThat(new WorthwhileSaving(2240 * SAVED, 224).of(planned)).isEqualTo(planned);
        assertThat(new WorthwhileSaving(2240 * SAVED + 1, 224).of(planned).decision())
                .isEqualTo(new Decision.Keep("its pair saves 160 B of 358.40 kB, less than one part in 2,240"));
    }

    @Test
    void should_replace_weights_for_a_fiftieth_of_the_model_in_all_and_for_no_byte_less() {
        CompressionPlan plan = plan(SQUARE, SQUARE);

        assertThat(new WorthwhileSaving(50 * 2 * SAVED, 1).of(plan)).isEqualTo(plan);
        assertThat(new WorthwhileSaving(50 * 2 * SAVED + 1, 1).of(plan).weights())
                .extracting(PlannedWeight::decision)
                .containsOnly(new Decision.Keep("all replacements together save 320 B of 16.00 kB, less than 2 %"));
    }

    @Test
    void should_not_count_savings_that_are_too_little_by_themselves() {
        CompressionPlan both =
                plan(SampleSpectra.weight("wide", 100, 100, 3, 2, 1), SampleSpectra.weight("narrow", 30, 20, 3, 2, 1));
        WorthwhileSaving worthwhile = new WorthwhileSaving(1_900_000, 1);

        assertThat(both.bytesSaved()).isEqualTo(37_600 + 1_800);
        assertThat(worthwhile.isEnough(37_600 + 1_800)).isTrue();
        assertThat(worthwhile.isEnough(37_600)).isFalse();
        assertThat(worthwhile.of(both).weights())
                .extracting(PlannedWeight::reason)
                .containsExactly(
                        "all replacements together save 37.60 kB of 1.90 MB, less than 2 %",
                        "its pair saves 1.80 kB of 1.90 MB, less than a thousandth");
    }

    @Test
    void should_leave_weights_that_are_unchanged_in_any_case_their_reasons() {
        PlannedWeight kept = new PlannedWeight(SQUARE.weight(), Optional.of(SQUARE), new Decision.Keep("it is round"));
        CompressionPlan plan = new CompressionPlan(List.of(kept), List.of());

        assertThat(new WorthwhileSaving(1_000_000, 1).of(plan)).isEqualTo(plan);
        assertThat(new WorthwhileSaving(1_000_000, 1).of(kept)).isEqualTo(kept);
    }

    @ParameterizedTest
    @EnumSource
    void should_count_the_bytes_that_factors_of_the_type_take(ElementType type) {
        WeightSpectrum spectrum = SampleSpectra.weight(type, "w", 10, 10, 3, 2, 1);

        assertThat(plan(spectrum).bytesSaved()).isEqualTo(40L * type.bytes());
    }

    @Test
    void should_count_the_bytes_that_store_a_quantized_weight() {
        LinearWeight plain = SampleSpectra.weight("w", 100, 100, 1).weight();
        // A byte for each of 10,000 numbers, and 200 floats for the pair of rank 1.
        LinearWeight quantized = new LinearWeight(
                "w", "MatMul", "", ElementType.FLOAT32, 10_000, plain.values(), Optional.empty(), List.of());
        PlannedWeight planned = new PlannedWeight(
                quantized, Optional.of(SampleSpectra.weight("w", 100, 100, 1)), SamplePlans.pair(quantized, 1, 0));

        assertThat(planned.bytesSaved()).isEqualTo(10_000 - 200 * Float.BYTES);
    }

    @Test
    void should_replace_whatever_is_smaller_where_nothing_is_known_of_the_model() {
        CompressionPlan plan = plan(SQUARE);

        assertThat(WorthwhileSaving.ANY.of(plan)).isEqualTo(plan);
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new WorthwhileSaving(-1, 1));
    }
}

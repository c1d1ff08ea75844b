package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.scan.Inventory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms that weights are offered together, and what is chosen of them. */
class OfferedWeightsTest {
    private static final Provenance PROVENANCE = new Provenance("1.2.3", "");

    /** A weight of rank 3 but for some noise, and one of full rank. */
    private static final InMemoryNetwork NETWORK = InMemoryNetwork.of(
            ElementType.FLOAT32,
            SampleMatrices.roundedToFloat(nearlyOfRank(3, 80, 96)),
            SampleMatrices.roundedToFloat(SampleMatrices.normal(96, 64, 2)));

    private static final Map<String, Double> ALIKE = Map.of("fc1", 0.01, "fc2", 0.01);

    private static Matrix nearlyOfRank(int rank, int rows, int columns) {
        Matrix product = SampleMatrices.normal(rows, rank, 3).times(SampleMatrices.normal(rank, columns, 4));
        double[] noise = SampleMatrices.normal(rows, columns, 5).toArray();
        Arrays.setAll(noise, i -> 0.02 * noise[i]);
        return product.plus(Matrix.of(rows, columns, noise));
    }

    private static Matrix identity(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return Matrix.diagonal(size, size, ones);
    }

    private static Compressor compressor() {
        return new Compressor(new EjmlDecomposer(), 2, Long.MAX_VALUE, Progress.NONE);
    }

    private static Offering offering(String... encodings) {
        Encodings known = Encodings.load(OfferedWeightsTest.class.getClassLoader());
        return new Offering(
                NETWORK.inventory(),
                NETWORK.inventory(),
                new EncodingOrder(Arrays.stream(encodings).map(known::select).toList()),
                new FixedRankSelector(1));
    }

    private static OfferedWeight first(OfferedWeights offered) {
        return offered.weights().get(0);
    }

    @Test
    void should_offer_ranks_beside_bits_where_they_are_worth_it_and_not_elsewhere() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("pair", "pair-bits", "bits"));

        assertThat(first(offered).offers()).anyMatch(OfferedForm::hasRank).anyMatch(form -> !form.hasRank());
        assertThat(offered.weights().get(1).offers()).isNotEmpty().noneMatch(OfferedForm::hasRank);
    }

    /** A rank whose form loses more in its bytes than bits do is none to choose. */
    @Test
    void should_offer_no_rank_that_others_beat() {
        OfferedWeights plain = compressor().offers(NETWORK, offering("bits"));
        OfferedWeights offered = compressor().offers(NETWORK, offering("pair-bits", "bits"));

        assertThat(first(offered).offers().stream().filter(OfferedForm::hasRank))
                .isNotEmpty()
                // Built before it was known what rounding adds, a form may lose a little more.
                .allSatisfy(form -> assertThat(form.loss())
                        .isLessThan(1.1 * first(plain).hull().at(form.bytes())));
    }

    /** Of a convolution's readings, the one that needs few numbers is factored, whose smaller side may be less than of the first. */
    @Test
    void should_offer_ranks_of_the_reading_that_is_factored() {
        LinearWeight other = reading("rows", nearlyOfRank(2, 480, 16), List.of());
        LinearWeight weight = reading("", SampleMatrices.normal(96, 80, 7), List.of(other));
        Inventory inventory = new Inventory(List.of(weight), List.of());

        OfferedWeights offered = compressor()
                .offers(
                        NETWORK,
                        new Offering(
                                inventory,
                                inventory,
                                offering("pair", "pair-bits", "bits").encodings(),
                                new FixedRankSelector(1)));

        assertThat(first(offered).offers().stream().filter(OfferedForm::hasRank))
                .isNotEmpty()
                .allSatisfy(
                        form -> assertThat(form.planned().weight().reading()).isEqualTo("rows"));
    }

    private static LinearWeight reading(String name, Matrix matrix, List<LinearWeight> others) {
        Matrix values = SampleMatrices.roundedToFloat(matrix);
        return new LinearWeight(
                "kernel",
                "Conv",
                name,
                ElementType.FLOAT32,
                4L * values.rows() * values.columns(),
                values,
                Optional.empty(),
                others);
    }

    @Test
    void should_say_what_each_form_loses_and_takes() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("pair", "bits"));
        Matrix weight = Matrix.copyOf(first(offered).weight().values());

        assertThat(first(offered).offers()).anyMatch(OfferedForm::hasRank);
        for (OfferedForm form : first(offered).offers()) {
            if (form.hasRank()) {
                PlannedWeight planned = form.planned();
                InMemoryNetwork built = compressor()
                        .apply(
                                new CompressionPlan(List.of(planned), List.of()),
                                NETWORK,
                                offering("pair", "bits"),
                                PROVENANCE);
                Matrix lost = weight.minus(built.layers().get(0).run(identity(weight.rows())));
                double relative = lost.frobeniusNorm() / weight.frobeniusNorm();

                assertThat(relative * relative).isCloseTo(form.loss(), withinPercentage(0.1));
            }
        }
    }

    /** The loss of a pair with a shift is about the mean of its layer's inputs; that of codes is not. */
    @Test
    void should_compare_losses_of_the_same_outputs() {
        SampleInputs inputs = SampleInputs.of(400, 80, 6);
        Compressor calibrated = compressor().calibrated(Calibration.of(Map.of("fc1", inputs.statistics())));
        OfferedWeights offered = calibrated.offers(NETWORK, offering("pair", "bits"));
        Matrix before = inputs.x().times(Matrix.copyOf(first(offered).weight().values()));

        assertThat(first(offered).offers().stream().filter(OfferedForm::hasRank))
                .isNotEmpty()
                .allSatisfy(form -> {
                    InMemoryNetwork built = calibrated.apply(
                            new CompressionPlan(List.of(form.planned()), List.of()),
                            NETWORK,
                            offering("pair", "bits"),
                            PROVENANCE);
                    double relative =
                            built.layers().get(0).run(inputs.x()).minus(before).frobeniusNorm()
                                    / before.frobeniusNorm();
                    assertThat(relative * relative).isCloseTo(form.loss(), withinPercentage(1));
                    assertThat(form.loss())
                            .isLessThan(form.planned().encode().orElseThrow().loss());
                });
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.06, 0.1, 0.15, 0.22, 0.4})
    void should_lose_less_by_ranks_and_bits_than_by_either(double share) {
        long budget = (long) (share * (80 * 96 + 96 * 64) * Float.BYTES);
        double together = within(budget, "pair", "pair-bits", "bits");

        assertThat(together).isLessThanOrEqualTo(within(budget, "bits"));
        assertThat(together).isLessThanOrEqualTo(within(budget, "pair"));
    }

    private static double within(long budget, String... encodings) {
        ChosenForms chosen = compressor().offers(NETWORK, offering(encodings)).within(budget, ALIKE);
        double bytes = chosen.plan().weights().stream()
                .mapToLong(PlannedWeight::bytesAfter)
                .sum();
        assertThat(chosen.bytes()).isEqualTo((long) bytes);
        return chosen.bytes() <= budget ? layerLoss(chosen) : Double.POSITIVE_INFINITY;
    }

    /** Of both layers, which matter alike. */
    private static double layerLoss(ChosenForms chosen) {
        return chosen.plan().weights().stream()
                .mapToDouble(planned -> planned.predictedError() * planned.predictedError())
                .sum();
    }

    @Test
    void should_take_the_fewest_bytes_for_a_loss() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("pair-bits", "bits"));

        ChosenForms chosen = offered.losing(0.004, ALIKE);

        assertThat(chosen.loss()).isLessThanOrEqualTo(0.004);
        assertThat(offered.within(chosen.bytes() - 1, ALIKE).loss()).isGreaterThan(0.004);
        assertThat(offered.losing(0, ALIKE).plan().replaced()).isEmpty();
        assertThat(offered.truest(ALIKE).plan().replaced()).hasSize(2);
    }

    @Test
    void should_take_the_smallest_form_that_loses_little() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("bits"));

        assertThat(offered.faithful(1e-4, 1, Set.of()).weights())
                .allSatisfy(planned ->
                        assertThat(planned.encode().orElseThrow().loss()).isLessThan(1e-4));
        // What loses little in no form is in the truest, if that is true enough.
        assertThat(offered.faithful(1e-9, 1, Set.of()).weights())
                .allMatch(planned -> planned.encoding().orElseThrow().equals("bits:8"));
        assertThat(offered.faithful(1e-9, 1e-9, Set.of()).replaced()).isEmpty();
        assertThat(offered.faithful(1e-3, 1, Set.of("fc1")).weights().get(0).encoding())
                .contains("float16");
        assertThat(offered.faithful(1e-9, 1e-6, Set.of()).weights().get(0).encoding())
                .contains("float16");
    }

    @Test
    void should_keep_a_costly_weight_that_has_no_truer_form() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("bits:8"));

        assertThat(offered.faithful(1e-9, 1, Set.of("fc1")).weights().get(0).isReplaced())
                .isFalse();
    }

    @Test
    void should_measure_the_network_at_forms_without_a_rank() {
        OfferedWeights offered = compressor().offers(NETWORK, offering("pair-bits", "bits"));

        assertThat(offered.probes().weights())
                .allMatch(planned -> planned.encoding().orElseThrow().equals("bits:3"));
        assertThat(offered.smallest().weights().get(0).encoding()).contains("pair-bits:3");
        assertThat(offered.lossesOfProbes()).containsOnlyKeys("fc1", "fc2");
    }
}

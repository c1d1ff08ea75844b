package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.compress.OpenedView;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every encoding must do whose forms have a rank. */
class RankedEncodingTest {
    /** What rounding to float32 and sums in another order may change, relative to the weight. */
    private static final double ROUNDING = 1e-6;

    /** What rounding may make a further rank worse by. */
    private static final double LUCK = 1.05;

    private static final PairEncoding PAIR = new PairEncoding(FactorPair.Balance.AUTO);

    private static final List<RankedEncoding> ALL = List.of(
            PAIR,
            new PairBitsEncoding(8),
            new PairBitsEncoding(4),
            new PairBitsEncoding(2),
            new CorrectedEncoding(new BitsEncoding(4)),
            new CorrectedEncoding(new BitsEncoding(2)),
            new CorrectedEncoding(new PackedEncoding(4)));

    /** A weight that a failing test is named after, and perhaps its inputs. */
    record Sample(String name, ElementType type, Matrix matrix, Optional<InputStatistics> inputs) {
        LinearWeight weight() {
            return new LinearWeight("fc", "MatMul", type, matrix);
        }

        <R> R view(Function<WeightView, R> use) {
            try (OpenedView open = OpenedView.of(weight(), inputs, new EjmlDecomposer())) {
                return use.apply(open.view());
            }
        }

        int smallerSide() {
            return weight().smallerSide();
        }

        @Override
        public String toString() {
            return "%s [%d×%d]".formatted(name, matrix.rows(), matrix.columns());
        }
    }

    static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (int[] shape : new int[][] {{1, 1}, {1, 20}, {20, 1}, {3, 5}, {30, 50}, {60, 20}}) {
            int m = shape[0];
            int n = shape[1];
            Matrix normal = SampleMatrices.roundedToFloat(SampleMatrices.normal(m, n, 100L * m + n));
            InputStatistics correlated = SampleInputs.of(4 * m + 10, m, m).statistics();
            InputStatistics singular = SampleInputs.of(1 + m / 3, m, m).statistics();
            samples.add(new Sample("normal", ElementType.FLOAT32, normal, Optional.empty()));
            samples.add(new Sample("half", ElementType.FLOAT16, normal, Optional.empty()));
            samples.add(new Sample("double", ElementType.FLOAT64, normal, Optional.empty()));
            samples.add(new Sample(
                    "zero", ElementType.FLOAT32, Matrix.of(m, n, new double[m * n]), Optional.of(correlated)));
            samples.add(new Sample(
                    "huge", ElementType.FLOAT32, SampleMatrices.scaled(normal, 1e30), Optional.of(correlated)));
            samples.add(new Sample(
                    "tiny", ElementType.FLOAT32, SampleMatrices.scaled(normal, 1e-30), Optional.of(correlated)));
            samples.add(new Sample("correlated", ElementType.FLOAT32, normal, Optional.of(correlated)));
            samples.add(new Sample("singular", ElementType.FLOAT32, normal, Optional.of(singular)));
            samples.add(new Sample(
                    "constant",
                    ElementType.FLOAT32,
                    normal,
                    Optional.of(new InputStatistics(40, 40, correlated.mean(), Matrix.of(m, m, new double[m * m])))));
        }
        return samples;
    }

    static Stream<Arguments> all() {
        return ALL.stream().flatMap(encoding -> samples().stream().map(sample -> Arguments.of(encoding, sample)));
    }

    private static List<Integer> ranks(Sample sample) {
        int most = sample.smallerSide();
        return Stream.of(1, (most + 1) / 2, most).distinct().toList();
    }

    private static Matrix dense(Stored form) {
        return form.toMatrix(EjmlDecomposer::new);
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_build_what_it_offers(RankedEncoding encoding, Sample sample) {
        sample.view(view -> {
            RankedDraft draft = encoding.draft(view);
            for (int rank : ranks(sample)) {
                Offer offer = draft.offer(rank);
                Stored form = offer.build();

                assertThat(form.rows()).isEqualTo(sample.matrix.rows());
                assertThat(form.columns()).isEqualTo(sample.matrix.columns());
                assertThat(form.bytes()).isEqualTo(offer.bytes());
                assertThat(form.text()).isEqualTo(offer.outline().text());
                assertThat(form.numbers()).isEqualTo(offer.outline().numbers());
                assertThat(encoding.outline(sample.weight(), rank)).isEqualTo(offer.outline());
                assertThat(dense(form).toArray()).doesNotContain(Double.NaN);
            }
            return true;
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_lose_what_it_says(RankedEncoding encoding, Sample sample) {
        sample.view(view -> {
            RankedDraft draft = encoding.draft(view);
            for (int rank : ranks(sample)) {
                Offer offer = draft.offer(rank);
                // Only a pair is held in the weight's own type, to which it is rounded when it is written.
                double rounding = encoding == PAIR ? FactorPair.roundingError(sample.type) : 0;

                assertThat(offer.loss()).isNotNegative().isFinite();
                assertThat(Math.sqrt(offer.loss()))
                        .as("loss of rank %d", rank)
                        .isCloseTo(measured(sample, dense(offer.build())), within(ROUNDING + rounding));
            }
            return true;
        });
    }

    /** ‖Lᵀ(W − W')‖ / ‖LᵀW‖; 0 where nothing comes of the weight. */
    private static double measured(Sample sample, Matrix built) {
        Matrix lost = sample.matrix.minus(built);
        double all = weighed(sample, sample.matrix).frobeniusNorm();
        return all == 0 ? 0 : weighed(sample, lost).frobeniusNorm() / all;
    }

    private static Matrix weighed(Sample sample, Matrix matrix) {
        return sample.inputs
                .map(inputs -> {
                    try (Decomposition root = new EjmlDecomposer().decomposeGram(inputs.covariance())) {
                        return root.vectors(inputs.size())
                                .scaleRows(root.singularValues())
                                .times(matrix);
                    }
                })
                .orElse(matrix);
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_make_up_for_the_mean(RankedEncoding encoding, Sample sample) {
        sample.view(view -> {
            Offer offer = encoding.draft(view).offer(ranks(sample).get(0));
            Matrix expected = sample.inputs
                    .map(InputStatistics::mean)
                    .orElseGet(() -> Matrix.of(1, sample.matrix.rows(), new double[sample.matrix.rows()]))
                    .times(sample.matrix.minus(dense(offer.build())));

            Matrix shift = offer.biasShift()
                    .map(Matrix::copyOf)
                    .orElseGet(() -> Matrix.of(1, sample.matrix.columns(), new double[sample.matrix.columns()]));

            assertThat(shift.minus(expected).frobeniusNorm())
                    .isLessThanOrEqualTo(ROUNDING * 10 * sample.matrix.frobeniusNorm());
            return true;
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_not_lose_more_with_a_higher_rank(RankedEncoding encoding, Sample sample) {
        sample.view(view -> {
            RankedDraft draft = encoding.draft(view);
            double last = Double.POSITIVE_INFINITY;
            for (int rank : ranks(sample)) {
                double loss = draft.offer(rank).loss();
                assertThat(loss).as("loss of rank %d", rank).isLessThanOrEqualTo(last + rounding(encoding));
                last = loss;
            }
            return true;
        });
    }

    /** What rounding to codes may lose, which has as much of a low rank as of a high one. */
    private static double rounding(RankedEncoding encoding) {
        return encoding == PAIR
                ? ROUNDING
                : Math.pow(4, 1.0 - Integer.parseInt(encoding.name().replaceAll("\\D", "")));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void should_not_lose_more_with_more_bits(Sample sample) {
        for (IntFunction<RankedEncoding> family : List.<IntFunction<RankedEncoding>>of(
                PairBitsEncoding::new, bits -> new CorrectedEncoding(new BitsEncoding(bits)))) {
            double last = Double.POSITIVE_INFINITY;
            for (int bits : new int[] {2, 4, 8}) {
                RankedEncoding encoding = family.apply(bits);
                double loss = sample.view(
                        view -> encoding.draft(view).offer(ranks(sample).get(0)).loss());
                assertThat(loss).as(encoding.name()).isLessThanOrEqualTo(LUCK * last + ROUNDING);
                last = loss;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_offer_the_same_wherever_it_is_asked(RankedEncoding encoding, Sample sample) {
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            Function<WeightView, Matrix> look = view ->
                    dense(encoding.draft(view).offer(ranks(sample).get(0)).build());

            assertThat(pool.submit(() -> sample.view(look)).join()).isEqualTo(sample.view(look));
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void should_be_worth_it_below_the_rank_whose_bytes_are_those_of_the_weight() {
        LinearWeight weight = new LinearWeight("fc", "MatMul", ElementType.FLOAT32, MatrixSource.zeros(100, 60));
        for (RankedEncoding encoding : ALL) {
            int breakEven = encoding.breakEven(weight);

            assertThat(encoding.outline(weight, breakEven).bytes()).isLessThan(weight.bytes());
            assertThat(encoding.outline(weight, breakEven + 1).bytes()).isGreaterThanOrEqualTo(weight.bytes());
        }
    }

    @Test
    void should_say_what_forms_are_made_of() {
        Sample sample = samples().get(samples().size() - 1);
        assertThat(sample.<Stored>view(
                        view -> new PairBitsEncoding(5).draft(view).offer(2).build()))
                .isInstanceOfSatisfying(
                        Product.class, form -> assertThat(form.text()).isEqualTo("product(codes(5), codes(5))"));
        assertThat(sample.<Stored>view(view -> new CorrectedEncoding(new BitsEncoding(5))
                        .draft(view)
                        .offer(2)
                        .build()))
                .isInstanceOfSatisfying(
                        Sum.class, form -> assertThat(form.text()).isEqualTo("sum(codes(5), product(dense, dense))"));
    }
}

package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.calibrate.InputRange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Encoding} must do: an encoding's test extends this, and adds what is special about it. */
public abstract class EncodingContract {
    private static final double FLOAT_ROUNDING = 0x1p-23;

    /** The encoding under test, in several settings. */
    protected abstract List<Encoding> encodings();

    /** A weight that a failing test is named after, and perhaps its inputs. */
    record Sample(String name, ElementType type, Matrix matrix, Optional<InputStatistics> inputs) {
        @Override
        public String toString() {
            return "%s, %s [%d×%d]%s"
                    .formatted(
                            name,
                            type.label(),
                            matrix.rows(),
                            matrix.columns(),
                            inputs.isPresent() ? ", calibrated" : "");
        }

        WeightView view(MatrixSource values) {
            LinearWeight weight = new LinearWeight("fc", "MatMul", type, values);
            return inputs.map(statistics -> new WeightView(weight, statistics, EjmlDecomposer::new))
                    .orElseGet(() -> new WeightView(weight));
        }

        WeightView view() {
            return view(matrix);
        }
    }

    static Stream<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        int[][] shapes = {{1, 1}, {1, 40}, {40, 1}, {3, 5}, {30, 70}, {130, 20}};
        for (int[] shape : shapes) {
            int m = shape[0];
            int n = shape[1];
            Matrix normal = SampleMatrices.roundedToFloat(SampleMatrices.normal(m, n, 100L * m + n));
            samples.add(plain("normal", ElementType.FLOAT32, normal));
            samples.add(plain("zero", ElementType.FLOAT32, Matrix.of(m, n, new double[m * n])));
            samples.add(plain("ones", ElementType.FLOAT16, filled(m, n, 1)));
            samples.add(plain("float16's largest", ElementType.FLOAT16, largest(normal, ElementType.FLOAT16)));
            samples.add(plain("bfloat16's largest", ElementType.BFLOAT16, largest(normal, ElementType.BFLOAT16)));
            samples.add(plain("float's largest", ElementType.FLOAT32, largest(normal, ElementType.FLOAT32)));
            samples.add(plain("double's largest", ElementType.FLOAT64, largest(normal, ElementType.FLOAT64)));
            samples.add(plain("float's least", ElementType.FLOAT32, filled(m, n, -Float.MIN_VALUE)));
            samples.add(plain("double's least", ElementType.FLOAT64, filled(m, n, Double.MIN_VALUE)));
            samples.add(plain("subnormal", ElementType.FLOAT32, subnormal(m, n)));
            samples.add(plain("times 1e300", ElementType.FLOAT64, SampleMatrices.scaled(normal, 1e300)));
            samples.add(plain("times 1e-300", ElementType.FLOAT64, SampleMatrices.scaled(normal, 1e-300)));
            samples.add(plain("times 1e-313", ElementType.FLOAT64, SampleMatrices.scaled(normal, 1e-313)));
            samples.add(plain("columns of all sizes", ElementType.FLOAT32, ofAllSizes(normal)));
            for (Inputs inputs : Inputs.values()) {
                samples.add(new Sample(inputs.name(), ElementType.FLOAT32, normal, Optional.of(inputs.of(m))));
            }
            samples.add(new Sample(
                    "times 1e300",
                    ElementType.FLOAT64,
                    SampleMatrices.scaled(normal, 1e300),
                    Optional.of(Inputs.CORRELATED.of(m))));
            samples.add(new Sample("zero", ElementType.FLOAT32, filled(m, n, 0), Optional.of(Inputs.CORRELATED.of(m))));
        }
        return samples.stream();
    }

    /** Kinds of inputs of a layer. */
    private enum Inputs {
        CORRELATED,
        /** Fewer rows than inputs. */
        SINGULAR,
        CONSTANT,
        HUGE,
        TINY;

        InputStatistics of(int size) {
            return switch (this) {
                case CORRELATED -> SampleInputs.of(4 * size + 10, size, size).statistics();
                case SINGULAR -> SampleInputs.of(1 + size / 3, size, size).statistics();
                case CONSTANT ->
                    new InputStatistics(40, 40, filled(1, size, 3), Matrix.of(size, size, new double[size * size]));
                case HUGE -> scaled(CORRELATED.of(size), 1e140);
                case TINY -> scaled(CORRELATED.of(size), 1e-140);
            };
        }

        private static InputStatistics scaled(InputStatistics inputs, double factor) {
            return new InputStatistics(
                    inputs.samples(),
                    inputs.rows(),
                    SampleMatrices.scaled(inputs.mean(), factor),
                    SampleMatrices.scaled(inputs.covariance(), factor * factor),
                    inputs.range()
                            .map(range -> new InputRange(
                                    SampleMatrices.scaled(range.least(), factor),
                                    SampleMatrices.scaled(range.most(), factor))));
        }
    }

    private static Sample plain(String name, ElementType type, Matrix matrix) {
        return new Sample(name, type, matrix, Optional.empty());
    }

    private static Matrix filled(int rows, int columns, double number) {
        double[] numbers = new double[rows * columns];
        Arrays.fill(numbers, number);
        return Matrix.of(rows, columns, numbers);
    }

    /** With the largest finite number in one sign and the other. */
    private static Matrix largest(Matrix matrix, ElementType type) {
        double[] numbers = matrix.toArray();
        Arrays.setAll(numbers, i -> i % 3 == 0 ? Math.copySign(type.largest(), numbers[i]) : numbers[i]);
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    /** Multiples of the least float that is not 0. */
    private static Matrix subnormal(int rows, int columns) {
        double[] numbers = new double[rows * columns];
        Arrays.setAll(numbers, i -> (i * 37 % 301 - 150) * (double) Float.MIN_VALUE);
        return Matrix.of(rows, columns, numbers);
    }

    private static Matrix ofAllSizes(Matrix matrix) {
        double[] sizes = new double[matrix.columns()];
        Arrays.setAll(sizes, j -> Math.pow(10, -30 + 60.0 * j / sizes.length));
        return SampleMatrices.roundedToFloat(matrix.scaleColumns(sizes));
    }

    private static List<Offer> offers(Encoding encoding, WeightView view) {
        assertThat(encoding.obstacle(view.weight())).isEmpty();
        return encoding.draft(view).offers();
    }

    private static Matrix built(Offer offer) {
        return offer.build().toMatrix(EjmlDecomposer::new);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void should_build_what_it_offers(Sample sample) {
        for (Encoding encoding : encodings()) {
            List<Offer> offers = offers(encoding, sample.view());

            assertThat(offers).as(encoding.name()).isNotEmpty();
            assertThat(offers).extracting(Offer::variant).doesNotHaveDuplicates();
            for (Offer offer : offers) {
                Stored form = offer.build();
                assertThat(form.rows()).isEqualTo(sample.matrix.rows());
                assertThat(form.columns()).isEqualTo(sample.matrix.columns());
                assertThat(form.bytes()).as(offer.variant()).isEqualTo(offer.bytes());
            }
        }
    }

    /** ‖Lᵀ(W − W')‖ / ‖LᵀW‖, with both in range; 0 where nothing comes of the weight. */
    private static double loss(Sample sample, Optional<Matrix> root, Matrix built) {
        Matrix w = unit(sample.matrix, sample.matrix);
        Matrix lost = w.minus(unit(built, sample.matrix));
        return ratio(
                root.map(lt -> lt.times(lost)).orElse(lost).frobeniusNorm(),
                root.map(lt -> lt.times(w)).orElse(w).frobeniusNorm());
    }

    private static double ratio(double lost, double all) {
        return all == 0 ? 0 : lost / all;
    }

    /** Divided by the largest number of another. */
    private static Matrix unit(Matrix matrix, Matrix other) {
        double largest = Arrays.stream(other.toArray()).map(Math::abs).max().orElseThrow();
        double[] numbers = matrix.toArray();
        Arrays.setAll(numbers, i -> largest == 0 ? numbers[i] : numbers[i] / largest);
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    /** Lᵀ of the covariance, or of a multiple of it. */
    private static Matrix root(InputStatistics inputs) {
        Matrix covariance = unit(inputs.covariance(), inputs.covariance());
        try (var decomposition = new EjmlDecomposer().decomposeGram(covariance)) {
            return decomposition.vectors(inputs.size()).scaleRows(decomposition.singularValues());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void should_lose_what_it_says(Sample sample) {
        Optional<Matrix> root = sample.inputs.map(EncodingContract::root);
        for (Encoding encoding : encodings()) {
            for (Offer offer : offers(encoding, sample.view())) {
                double measured = loss(sample, root, built(offer));

                assertThat(offer.loss()).isNotNegative().isFinite();
                assertThat(Math.sqrt(offer.loss()))
                        .as("loss of %s", offer.variant())
                        .isCloseTo(measured, within(FLOAT_ROUNDING));
            }
        }
    }

    /** μ·(W − W'), which the bias takes up. */
    @ParameterizedTest
    @MethodSource("samples")
    void should_say_what_is_lost_of_the_mean_where_there_is_one(Sample sample) {
        for (Encoding encoding : encodings()) {
            for (Offer offer : offers(encoding, sample.view())) {
                Matrix mean =
                        sample.inputs.map(InputStatistics::mean).orElseGet(() -> filled(1, sample.matrix.rows(), 0));
                Matrix expected = mean.times(sample.matrix.minus(built(offer)));

                Matrix shift =
                        offer.biasShift().map(Matrix::copyOf).orElseGet(() -> filled(1, sample.matrix.columns(), 0));
                assertThat(shift.rows()).isOne();
                assertThat(shift.columns()).isEqualTo(sample.matrix.columns());
                assertThat(unit(shift.minus(expected), mean.times(sample.matrix))
                                .frobeniusNorm())
                        .as("shift of %s off %s", offer.variant(), expected.frobeniusNorm())
                        .isLessThanOrEqualTo(sample.matrix.columns() * FLOAT_ROUNDING);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void should_build_nothing_but_finite_numbers_of_the_weights_type(Sample sample) {
        for (Encoding encoding : encodings()) {
            for (Offer offer : offers(encoding, sample.view())) {
                double largest = Arrays.stream(built(offer).toArray())
                        .map(Math::abs)
                        .max()
                        .orElseThrow();
                assertThat(largest).as(offer.variant()).isLessThanOrEqualTo(sample.type.largest());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void should_offer_the_same_however_often_and_wherever_it_is_asked(Sample sample) {
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            for (Encoding encoding : encodings()) {
                List<Offer> first = offers(encoding, sample.view());
                List<List<Offer>> others = List.of(
                        offers(encoding, sample.view()),
                        pool.submit(() -> offers(encoding, sample.view())).join(),
                        offers(encoding, sample.view(Transposed.of(sample.matrix.transpose()))));

                for (List<Offer> other : others) {
                    assertThat(other).hasSameSizeAs(first);
                    IntStream.range(0, first.size()).forEach(i -> {
                        assertThat(other.get(i).variant())
                                .isEqualTo(first.get(i).variant());
                        assertThat(other.get(i).bytes()).isEqualTo(first.get(i).bytes());
                        assertThat(other.get(i).loss()).isEqualTo(first.get(i).loss());
                        assertThat(built(other.get(i))).isEqualTo(built(first.get(i)));
                    });
                }
            }
        } finally {
            pool.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_say_where_a_number_is_not_finite(double number) {
        for (int[] place : new int[][] {{0, 0}, {6, 2}, {11, 8}}) {
            Matrix matrix = SampleMatrices.with(SampleMatrices.normal(12, 9, 1), place[0], place[1], number);
            for (Optional<InputStatistics> inputs : List.of(
                    Optional.<InputStatistics>empty(),
                    Optional.of(Inputs.CORRELATED.of(12)),
                    Optional.of(Inputs.CONSTANT.of(12)))) {
                Sample sample = new Sample("not finite", ElementType.FLOAT32, matrix, inputs);
                for (Encoding encoding : encodings()) {
                    assertThatExceptionOfType(NonFiniteValueException.class)
                            .isThrownBy(() -> offers(encoding, sample.view()))
                            .withMessage("%s at [%d, %d]", number, place[0], place[1]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_have_a_name_that_people_wrote(ElementType type) {
        for (Encoding encoding : encodings()) {
            assertThat(Encodings.load(EncodingContract.class.getClassLoader()).select(encoding.name()))
                    .isEqualTo(encoding);
            assertThat(encoding.obstacle(new LinearWeight("fc", "MatMul", type, SampleMatrices.normal(3, 2, 1))))
                    .isEmpty();
        }
    }
}

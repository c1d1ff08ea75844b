package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Decomposer} must do: a backend's test extends this, and adds what is special about it. */
public abstract class DecomposerContract {
    private static final double EPSILON = 0x1p-52;

    /** How many times max(m, n)·ε the rounding errors of a backward stable decomposition may come to. */
    private static final double STABLE = 8;

    /** More than fits into a panel of any backend: 1.2 million numbers. */
    private static final int MANY = 3000;

    private static final int FEW = 400;

    /** The backend under test. */
    protected abstract Decomposer decomposer();

    /** A matrix that a failing test is named after. */
    record Sample(String name, Matrix matrix) {
        @Override
        public String toString() {
            return "%s [%d×%d]".formatted(name, matrix.rows(), matrix.columns());
        }

        int smallerSide() {
            return Math.min(matrix.rows(), matrix.columns());
        }

        /** ε, times what the number of roundings behind a value may make of it. */
        double rounding() {
            return STABLE * EPSILON * Math.max(matrix.rows(), matrix.columns());
        }
    }

    static Stream<Arguments> samplesAtEachAccuracy() {
        return samples().stream()
                .flatMap(sample -> Stream.of(Accuracy.values()).map(accuracy -> arguments(sample, accuracy)));
    }

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        int[][] shapes = {
            {1, 1}, {1, 9}, {9, 1}, {2, 3}, {3, 2}, {8, 8}, {31, 32}, {63, 32}, {64, 32}, {32, 65}, {20, 150}, {150, 20}
        };
        for (int[] shape : shapes) {
            int m = shape[0];
            int n = shape[1];
            int k = Math.min(m, n);
            long seed = 1000L * m + n;
            samples.add(new Sample("normal", SampleMatrices.normal(m, n, seed)));
            samples.add(new Sample("rank-deficient", SampleMatrices.normalOfRank(Math.max(1, k / 2), m, n, seed)));
            samples.add(new Sample("decaying", SampleMatrices.withSingularValues(m, n, decaying(k))));
            samples.add(new Sample("equal values", SampleMatrices.withSingularValues(m, n, repeated(k, 3))));
            samples.add(new Sample("ones", Matrix.of(m, n, repeated(m * n, 1))));
            samples.add(new Sample("alternating", alternating(m, n)));
            samples.add(new Sample("zero", Matrix.of(m, n, new double[m * n])));
            samples.add(new Sample("diagonal", Matrix.diagonal(m, n, rising(k))));
        }
        // Large enough for values that should be zero to come out below 10⁻³⁰⁸·σ₁.
        samples.add(new Sample("alternating", alternating(128, 64)));
        samples.add(new Sample("alternating", alternating(64, 128)));
        int[][] scaledShapes = {{1, 1}, {1, 5}, {5, 1}, {12, 7}, {7, 12}, {9, 9}, {40, 7}};
        for (double scale : new double[] {1e150, 1e300, 1e-160, 1e-300}) {
            for (int[] shape : scaledShapes) {
                int m = shape[0];
                int n = shape[1];
                samples.add(new Sample(
                        "normal times " + scale, SampleMatrices.scaled(SampleMatrices.normal(m, n, 7), scale)));
                samples.add(new Sample(
                        "rank 1 times " + scale,
                        SampleMatrices.scaled(SampleMatrices.normalOfRank(1, m, n, 8), scale)));
            }
        }
        return samples;
    }

    /** 1, -1, 1 … in the first row, 2, -2, 2 … in the second: of rank 1, exactly. */
    private static Matrix alternating(int rows, int columns) {
        double[] numbers = new double[rows * columns];
        Arrays.setAll(numbers, i -> (i % columns % 2 == 0 ? 1 : -1) * (1 + i / columns));
        return Matrix.of(rows, columns, numbers);
    }

    /** From 1 down to 10⁻¹². */
    private static double[] decaying(int size) {
        return IntStream.range(0, size)
                .mapToDouble(i -> Math.pow(10, -12.0 * i / Math.max(1, size - 1)))
                .toArray();
    }

    /** 0, 1, 2 …: the smallest first, and one that is zero. */
    private static double[] rising(int size) {
        return IntStream.range(0, size).mapToDouble(i -> i).toArray();
    }

    private static double[] repeated(int size, double number) {
        double[] numbers = new double[size];
        Arrays.fill(numbers, number);
        return numbers;
    }

    /**
     * How far a root of a sum of squares, {@code exact}, may be off. {@link Accuracy#ENERGY} knows the sum of squares to
     * rounding times σ₁², hence a large root well and a small one to √rounding·σ₁ at worst.
     */
    private static double tolerance(Sample sample, Accuracy accuracy, double largest, double exact) {
        double rounding = sample.rounding();
        return switch (accuracy) {
            case FULL -> rounding * largest;
            case ENERGY -> {
                double worst = Math.sqrt(rounding) * largest;
                yield exact > worst ? rounding * largest * (largest / exact) : worst;
            }
        };
    }

    /** √Σ_{i>rank} σᵢ², with no square out of range. */
    private static double tail(double[] values, int rank) {
        return Matrix.of(1, values.length - rank, Arrays.copyOfRange(values, rank, values.length))
                .frobeniusNorm();
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_find_min_m_n_values_from_the_largest_down_and_none_negative(Sample sample, Accuracy accuracy) {
        double[] values = decomposer().singularValues(sample.matrix(), accuracy);

        assertThat(values).hasSize(sample.smallerSide());
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isFinite().isGreaterThanOrEqualTo(0);
            assertThat(values[i]).isLessThanOrEqualTo(i == 0 ? Double.MAX_VALUE : values[i - 1]);
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_find_the_values_of_the_plain_decomposition(Sample sample, Accuracy accuracy) {
        double[] expected = SingularValueDecomposition.thin(sample.matrix()).singularValues();

        double[] values = decomposer().singularValues(sample.matrix(), accuracy);

        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(values[i] - expected[i]))
                    .as("error of value %d, %s", i + 1, expected[i])
                    .isLessThanOrEqualTo(tolerance(sample, accuracy, expected[0], expected[i]));
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_cut_to_the_shapes_of_the_rank(Sample sample, Accuracy accuracy) {
        for (int rank : ranks(sample)) {
            SingularValueDecomposition svd = decomposer().truncated(sample.matrix(), rank, accuracy);

            assertThat(svd.u().rows()).isEqualTo(sample.matrix().rows());
            assertThat(svd.u().columns()).isEqualTo(rank);
            assertThat(svd.singularValues()).hasSize(rank);
            assertThat(svd.vTransposed().rows()).isEqualTo(rank);
            assertThat(svd.vTransposed().columns()).isEqualTo(sample.matrix().columns());
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_keep_the_largest_values_when_it_cuts(Sample sample, Accuracy accuracy) {
        double[] expected = decomposer().singularValues(sample.matrix(), accuracy);
        for (int rank : ranks(sample)) {
            double[] values =
                    decomposer().truncated(sample.matrix(), rank, accuracy).singularValues();

            for (int i = 0; i < rank; i++) {
                assertThat(Math.abs(values[i] - expected[i]))
                        .as("difference of value %d, %s", i + 1, expected[i])
                        .isLessThanOrEqualTo(tolerance(sample, accuracy, expected[0], expected[i]));
            }
        }
    }

    /** C. Eckart and G. Young: the best approximation is off by the root of the squares left out. */
    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_cut_with_the_least_possible_error(Sample sample, Accuracy accuracy) {
        double[] values = SingularValueDecomposition.thin(sample.matrix()).singularValues();
        for (int rank : ranks(sample)) {
            Matrix product =
                    decomposer().truncated(sample.matrix(), rank, accuracy).product();

            double least = tail(values, rank);
            assertThat(Math.abs(sample.matrix().minus(product).frobeniusNorm() - least))
                    .as("error at rank %d beyond the least possible, %s", rank, least)
                    .isLessThanOrEqualTo(tolerance(sample, accuracy, tail(values, 0), least));
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_find_orthonormal_vectors_for_the_values_that_stand_out_from_rounding(Sample sample, Accuracy accuracy) {
        double[] values = SingularValueDecomposition.thin(sample.matrix()).singularValues();
        double noise = accuracy == Accuracy.FULL ? sample.rounding() : Math.sqrt(sample.rounding());
        int rank = (int)
                Arrays.stream(values).filter(value -> value > noise * values[0]).count();
        if (rank == 0) {
            // The zero matrix: no vector belongs to a value.
            assertThat(values).containsOnly(0);
            return;
        }
        SingularValueDecomposition svd = decomposer().truncated(sample.matrix(), rank, accuracy);

        for (Matrix vectors : List.of(svd.u(), svd.v())) {
            Matrix products = vectors.transpose().times(vectors);
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    double a = values[0] / values[i];
                    double b = values[0] / values[j];
                    // u = W·v/σ enlarges what rounding leaves of v; the Gram matrix does so twice.
                    double enlarged = accuracy == Accuracy.FULL ? a + b : a * b;
                    assertThat(Math.abs(products.get(i, j) - (i == j ? 1 : 0)))
                            .as("product of vectors %d and %d", i + 1, j + 1)
                            .isLessThanOrEqualTo(sample.rounding() * enlarged);
                }
            }
        }
    }

    /** Else what is noise in double becomes an infinity in the narrower type that the factors are stored as. */
    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_find_no_vector_longer_than_1_even_for_values_that_are_but_noise(Sample sample, Accuracy accuracy) {
        SingularValueDecomposition svd = decomposer().truncated(sample.matrix(), sample.smallerSide(), accuracy);

        for (Matrix vectors : List.of(svd.u(), svd.v())) {
            Matrix rows = vectors.transpose();
            for (int i = 0; i < rows.rows(); i++) {
                double[] vector = new double[rows.columns()];
                rows.read(i, 0, 1, vector.length, vector);
                assertThat(Matrix.of(1, vector.length, vector).frobeniusNorm())
                        .as("length of vector %d", i + 1)
                        .isLessThanOrEqualTo(1 + sample.rounding());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_give_the_same_bits_on_every_call(Sample sample, Accuracy accuracy) {
        int rank = (sample.smallerSide() + 1) / 2;
        SingularValueDecomposition first = decomposer().truncated(sample.matrix(), rank, accuracy);
        SingularValueDecomposition second = decomposer().truncated(sample.matrix(), rank, accuracy);

        assertThat(second.singularValues()).isEqualTo(first.singularValues());
        assertThat(second.u()).isEqualTo(first.u());
        assertThat(second.vTransposed()).isEqualTo(first.vTransposed());
        assertThat(decomposer().singularValues(sample.matrix(), accuracy))
                .isEqualTo(decomposer().singularValues(sample.matrix(), accuracy));
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_leave_the_matrix_as_it_was(Sample sample, Accuracy accuracy) {
        Matrix before = Matrix.copyOf(sample.matrix());

        decomposer().singularValues(sample.matrix(), accuracy);
        decomposer().truncated(sample.matrix(), 1, accuracy);

        assertThat(sample.matrix()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_refuse_a_rank_below_1_or_above_the_smaller_side(Sample sample, Accuracy accuracy) {
        for (int rank : new int[] {Integer.MIN_VALUE, -1, 0, sample.smallerSide() + 1, Integer.MAX_VALUE}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> decomposer().truncated(sample.matrix(), rank, accuracy))
                    .withMessage("Expected a rank from 1 to %d but was: %d", sample.smallerSide(), rank);
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_tell_more_than_one_panel_apart_tall_and_wide(Accuracy accuracy) {
        double[] values = {9, 4, 2, 1};
        for (int[] shape : new int[][] {{MANY, FEW}, {FEW, MANY}}) {
            Sample sample = new Sample("large", SampleMatrices.withSingularValues(shape[0], shape[1], values));

            SingularValueDecomposition svd = decomposer().truncated(sample.matrix(), 2, accuracy);

            for (int i = 0; i < 2; i++) {
                assertThat(Math.abs(svd.singularValues()[i] - values[i]))
                        .isLessThanOrEqualTo(tolerance(sample, accuracy, values[0], values[i]));
            }
            double least = tail(values, 2);
            assertThat(Math.abs(sample.matrix().minus(svd.product()).frobeniusNorm() - least))
                    .isLessThanOrEqualTo(tolerance(sample, accuracy, tail(values, 0), least));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_refuse_numbers_that_are_not_finite_and_say_where(double bad) {
        for (int[] shape : new int[][] {{6, 4}, {4, 6}, {5, 5}, {1, 7}, {7, 1}, {1, 1}, {MANY, FEW}, {FEW, MANY}}) {
            int row = shape[0] - 1;
            int column = shape[1] - 1;
            Matrix matrix = SampleMatrices.with(
                    Matrix.of(shape[0], shape[1], new double[shape[0] * shape[1]]), row, column, bad);
            expectRefusal(matrix, bad, row, column);
        }
    }

    @Test
    void should_name_the_first_number_that_is_not_finite_row_by_row() {
        Matrix normal = SampleMatrices.normal(4, 6, 3);
        Matrix wide =
                SampleMatrices.with(SampleMatrices.with(normal, 1, 5, Double.NaN), 2, 0, Double.POSITIVE_INFINITY);
        Matrix tall = SampleMatrices.with(
                SampleMatrices.with(normal.transpose(), 4, 3, Double.NEGATIVE_INFINITY), 5, 1, Double.NaN);

        expectRefusal(wide, Double.NaN, 1, 5);
        expectRefusal(tall, Double.NEGATIVE_INFINITY, 4, 3);
    }

    private void expectRefusal(Matrix matrix, double bad, int row, int column) {
        Consumer<NonFiniteValueException> saysWhere = e -> {
            // Boxed, so that NaN equals NaN.
            assertThat(Double.valueOf(e.value())).isEqualTo(Double.valueOf(bad));
            assertThat(e.row()).isEqualTo(row);
            assertThat(e.column()).isEqualTo(column);
            assertThat(e).hasMessage("%s at [%d, %d]", bad, row, column);
        };
        for (Accuracy accuracy : Accuracy.values()) {
            assertThatExceptionOfType(NonFiniteValueException.class)
                    .isThrownBy(() -> decomposer().singularValues(matrix, accuracy))
                    .satisfies(saysWhere);
            assertThatExceptionOfType(NonFiniteValueException.class)
                    .isThrownBy(() -> decomposer().truncated(matrix, 1, accuracy))
                    .satisfies(saysWhere);
        }
    }

    private static int[] ranks(Sample sample) {
        int k = sample.smallerSide();
        return IntStream.of(1, (k + 1) / 2, k).distinct().toArray();
    }
}

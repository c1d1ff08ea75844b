package dev.eckart.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.eckart.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** No backend reads more numbers at once of a matrix that is long and narrow. */
    private static final int MOST_AT_A_TIME = 1 << 20;

    /** The backend under test. */
    protected abstract Decomposer decomposer();

    /** Rows and columns of a matrix that every kind of the backend's work on it has several parts of; no larger than that. */
    protected abstract int[] shapeOfSeveralParts();

    /** A matrix that a failing test is named after. */
    public record Sample(String name, Matrix matrix) {
        @Override
        public String toString() {
            return "%s [%d×%d]".formatted(name, matrix.rows(), matrix.columns());
        }

        public int smallerSide() {
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
        double[] expected = EjmlDecomposer.thin(sample.matrix()).singularValues();

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
        double[] values = EjmlDecomposer.thin(sample.matrix()).singularValues();
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
        double[] values = EjmlDecomposer.thin(sample.matrix()).singularValues();
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
    @MethodSource("samplesAtEachAccuracy")
    void should_decompose_a_transpose_as_it_does_a_copy_of_it(Sample sample, Accuracy accuracy) {
        Matrix copy = sample.matrix().transpose();
        for (int rank : ranks(sample)) {
            SingularValueDecomposition expected = decomposer().truncated(copy, rank, accuracy);

            SingularValueDecomposition svd = decomposer().truncated(new Transposed(sample.matrix()), rank, accuracy);

            double largest = expected.singularValues()[0];
            double[] all = EjmlDecomposer.thin(copy).singularValues();
            assertThat(svd.u().rows()).isEqualTo(copy.rows());
            assertThat(Math.abs(copy.minus(svd.product()).frobeniusNorm()
                            - copy.minus(expected.product()).frobeniusNorm()))
                    .isLessThanOrEqualTo(
                            2 * tolerance(sample, accuracy, Math.max(largest, tail(all, 0)), tail(all, rank)));
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_bound_the_energy_of_every_rank_before_it_knows_the_values(Sample sample, Accuracy accuracy) {
        double[] values = decomposer().singularValues(sample.matrix(), accuracy);
        Spectrum spectrum = Spectrum.of(values);
        try (Decomposition decomposition = decomposer().decompose(sample.matrix(), accuracy)) {
            decomposition.moments().ifPresent(moments -> {
                assertThat(moments.count()).isEqualTo(sample.smallerSide());
                for (int rank = 1; rank <= sample.smallerSide(); rank++) {
                    assertThat(moments.mostEnergy(rank))
                            .isGreaterThanOrEqualTo(spectrum.energy(rank) - sample.rounding());
                }
            });
            assertThat(decomposition.moments().isPresent()).isEqualTo(accuracy == Accuracy.ENERGY);
        }
    }

    @ParameterizedTest
    @MethodSource("samplesAtEachAccuracy")
    void should_carry_a_decomposition_on_from_where_it_is(Sample sample, Accuracy accuracy) {
        int k = sample.smallerSide();
        Matrix all;
        try (Decomposition decomposition = decomposer().decompose(sample.matrix(), accuracy)) {
            all = decomposition.vectors(k);
        }
        try (Decomposition decomposition = decomposer().decompose(sample.matrix(), accuracy)) {
            double[] values = decomposition.singularValues();
            assertThat(values).isEqualTo(decomposer().singularValues(sample.matrix(), accuracy));
            for (int count : new int[] {1, k, (k + 1) / 2}) {
                // The same bits, however many are asked for, and in whichever order.
                assertThat(decomposition.vectors(count)).isEqualTo(firstRows(all, count));
            }
            assertThat(decomposition.singularValues()).isEqualTo(values);
        }
    }

    private static Matrix firstRows(Matrix matrix, int count) {
        double[] rows = new double[count * matrix.columns()];
        matrix.read(0, 0, count, matrix.columns(), rows);
        return Matrix.of(count, matrix.columns(), rows);
    }

    private static Matrix gram(Matrix matrix) {
        return matrix.rows() >= matrix.columns() ? matrix.transpose().times(matrix) : matrix.times(matrix.transpose());
    }

    /** Samples whose squares are doubles of all digits. */
    static Stream<Sample> samplesWithGram() {
        return samples().stream().filter(sample -> {
            double norm = sample.matrix().frobeniusNorm();
            return norm > 1e-140 && norm < 1e140;
        });
    }

    @ParameterizedTest
    @MethodSource("samplesWithGram")
    void should_find_of_a_gram_matrix_what_it_finds_of_its_matrix(Sample sample) {
        double[] expected = EjmlDecomposer.thin(sample.matrix()).singularValues();
        Matrix gram = gram(sample.matrix());
        int k = sample.smallerSide();

        try (Decomposition decomposition = decomposer().decomposeGram(gram)) {
            double[] values = decomposition.singularValues();
            assertThat(values).hasSize(k);
            for (int i = 0; i < k; i++) {
                assertThat(Math.abs(values[i] - expected[i]))
                        .as("error of value %d, %s", i + 1, expected[i])
                        .isLessThanOrEqualTo(tolerance(sample, Accuracy.ENERGY, expected[0], expected[i]));
            }
            Matrix vectors = decomposition.vectors(k);
            assertThat(vectors.times(vectors.transpose())
                            .minus(Matrix.diagonal(k, k, repeated(k, 1)))
                            .frobeniusNorm())
                    .isLessThanOrEqualTo(k * sample.rounding());
            // Σ·V·(its transpose) is G again: it is a root of G.
            Matrix root = vectors.scaleRows(values);
            assertThat(root.transpose().times(root).minus(gram).frobeniusNorm())
                    .isLessThanOrEqualTo(k * sample.rounding() * gram.frobeniusNorm());
        }
    }

    /** The upper triangular root of an inverse; of any that there is, it is the one with a positive diagonal. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 64, 65, 130, 300})
    void should_find_the_triangular_root_of_an_inverse(int size) {
        Matrix normal = SampleMatrices.normal(2 * size, size, size);
        Matrix matrix = normal.transpose().times(normal);
        Matrix before = Matrix.copyOf(matrix);

        Matrix root = decomposer().inverseRoot(matrix);

        // U·M·Uᵀ = I, if UᵀU is the inverse of M.
        Matrix identity = root.times(matrix).times(root.transpose());
        assertThat(identity.minus(Matrix.diagonal(size, size, repeated(size, 1)))
                        .frobeniusNorm())
                .isLessThanOrEqualTo(size * 100 * EPSILON);
        for (int i = 0; i < size; i++) {
            assertThat(root.get(i, i)).isPositive();
            for (int j = 0; j < i; j++) {
                assertThat(root.get(i, j)).isZero();
            }
        }
        assertThat(decomposer().inverseRoot(matrix)).isEqualTo(root);
        assertThat(matrix).isEqualTo(before);
    }

    @Test
    void should_find_a_root_of_an_inverse_that_is_known() {
        // (2 0 / 1 3)·(2 1 / 0 3), of which the other triangle's root is the inverse of (6/√10 2/√10 / 0 √10).
        Matrix root = decomposer().inverseRoot(Matrix.of(2, 2, 4, 2, 2, 10));

        double ten = Math.sqrt(10);
        Matrix expected = Matrix.of(2, 2, ten / 6, -2 / ten / 6, 0, 1 / ten);
        assertThat(root.minus(expected).frobeniusNorm()).isLessThan(10 * EPSILON);
    }

    @Test
    void should_refuse_the_root_of_what_is_not_positive_definite() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> decomposer().inverseRoot(Matrix.of(2, 2, 1, 2, 2, 1)))
                .withMessage("A [2 × 2] matrix is not positive definite");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> decomposer().inverseRoot(Matrix.of(2, 2, 0, 0, 0, 0)))
                .withMessage("A [2 × 2] matrix is not positive definite");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> decomposer().inverseRoot(Matrix.of(2, 3, new double[6])))
                .withMessage("Expected a square matrix but was: [2×3]");
        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> decomposer().inverseRoot(Matrix.of(2, 2, 1, 0, Double.NaN, 1)))
                .withMessage("NaN at [1, 0]");
    }

    @Test
    void should_take_what_rounding_leaves_below_zero_of_a_gram_matrix_for_zero() {
        Matrix gram = Matrix.of(2, 2, 1, 1, 1, 1 - 1e-12);

        try (Decomposition decomposition = decomposer().decomposeGram(gram)) {
            assertThat(decomposition.singularValues()).hasSize(2);
            assertThat(decomposition.singularValues()[1]).isZero();
        }
    }

    /** A square that leaves the range of doubles is divided first, by a power of two. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 300, 1, -1, -300, -900})
    void should_find_the_same_digits_of_a_gram_matrix_at_every_power_of_four(int power) {
        Matrix gram = gram(SampleMatrices.normal(9, 5, 4));
        double factor = Math.scalb(1.0, power / 2);
        try (Decomposition plain = decomposer().decomposeGram(gram);
                Decomposition scaled = decomposer().decomposeGram(SampleMatrices.scaled(gram, factor * factor))) {
            assertThat(scaled.singularValues())
                    .isEqualTo(Arrays.stream(plain.singularValues())
                            .map(value -> value * factor)
                            .toArray());
            assertThat(scaled.vectors(5)).isEqualTo(plain.vectors(5));
        }
    }

    @Test
    void should_read_only_the_upper_triangle_of_a_gram_matrix_and_leave_it_as_it_was() {
        Matrix gram = gram(SampleMatrices.normal(9, 5, 4));
        Matrix lopsided = SampleMatrices.with(gram, 4, 1, 77);
        Matrix before = Matrix.copyOf(lopsided);

        try (Decomposition expected = decomposer().decomposeGram(gram);
                Decomposition decomposition = decomposer().decomposeGram(lopsided)) {
            assertThat(decomposition.singularValues()).isEqualTo(expected.singularValues());
            assertThat(decomposition.vectors(5)).isEqualTo(expected.vectors(5));
        }
        assertThat(lopsided).isEqualTo(before);
    }

    @Test
    void should_refuse_as_a_gram_matrix_what_cannot_be_one() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> decomposer().decomposeGram(Matrix.of(1, 2, 1, 2)))
                .withMessage("Expected a square matrix but was: [1×2]");
        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> decomposer().decomposeGram(Matrix.of(2, 2, 1, Double.NaN, 0, 1)))
                .withMessage("NaN at [0, 1]");
    }

    @Test
    void should_multiply_matrices_of_any_size_stored_either_way() {
        for (int[] shape : new int[][] {{1, 1, 1}, {3, 5, 2}, {7, 1, 9}, {MANY, FEW, 3}, {FEW, MANY, 5}}) {
            Matrix left = SampleMatrices.normal(shape[0], shape[1], 1);
            Matrix right = SampleMatrices.normal(shape[1], shape[2], 2);
            double tolerance = STABLE * EPSILON * shape[1] * left.frobeniusNorm() * right.frobeniusNorm();
            Matrix expected = left.times(right);

            for (MatrixSource stored : List.of(left, new Transposed(left.transpose()))) {
                assertThat(decomposer()
                                .timesTransposed(stored, right.transpose())
                                .minus(expected)
                                .frobeniusNorm())
                        .isLessThanOrEqualTo(tolerance);
            }
            for (MatrixSource stored : List.of(right, new Transposed(right.transpose()))) {
                assertThat(decomposer().times(left, stored).minus(expected).frobeniusNorm())
                        .isLessThanOrEqualTo(tolerance);
            }
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> decomposer().times(Matrix.of(1, 2, 1, 2), Matrix.of(1, 1, 1)))
                .withMessage("Expected a shared side of one length but was: 2 and 1");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> decomposer().timesTransposed(Matrix.of(1, 2, 1, 2), Matrix.of(1, 1, 1)))
                .withMessage("Expected a shared side of one length but was: 2 and 1");
    }

    @ParameterizedTest
    @EnumSource
    void should_give_the_same_bits_in_a_pool_of_any_size(Accuracy accuracy) {
        for (int[] shape : new int[][] {shapeOfSeveralParts(), {FEW, MANY}}) {
            // Full accuracy has no parts, and takes its time.
            Matrix matrix = accuracy == Accuracy.FULL
                    ? SampleMatrices.normal(shape[0] / 10, shape[1] / 10, 3)
                    : SampleMatrices.normal(shape[0], shape[1], 3);
            int rank = 300 * Math.min(matrix.rows(), matrix.columns()) / 400;
            SingularValueDecomposition expected = decomposer().truncated(matrix, rank, accuracy);
            for (int threads : new int[] {1, 3}) {
                ForkJoinPool pool = new ForkJoinPool(threads);
                SingularValueDecomposition svd = pool.submit(() -> decomposer().truncated(matrix, rank, accuracy))
                        .join();
                pool.shutdown();

                assertThat(svd.singularValues()).isEqualTo(expected.singularValues());
                assertThat(svd.u()).isEqualTo(expected.u());
                assertThat(svd.vTransposed()).isEqualTo(expected.vTransposed());
            }
        }
    }

    /** The scale that it divides by is a power of two, so that nothing is rounded on the way in or out. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 500, 1, -1, -500, -900})
    void should_give_the_same_digits_at_every_power_of_two(int power) {
        double factor = Math.scalb(1.0, power);
        for (Accuracy accuracy : Accuracy.values()) {
            for (Matrix matrix : new Matrix[] {SampleMatrices.normal(12, 7, 5), SampleMatrices.normal(7, 20, 6)}) {
                SingularValueDecomposition plain = decomposer().truncated(matrix, 3, accuracy);
                SingularValueDecomposition scaled =
                        decomposer().truncated(SampleMatrices.scaled(matrix, factor), 3, accuracy);

                assertThat(scaled.singularValues())
                        .isEqualTo(Arrays.stream(plain.singularValues())
                                .map(value -> value * factor)
                                .toArray());
                assertThat(scaled.u()).isEqualTo(plain.u());
                assertThat(scaled.vTransposed()).isEqualTo(plain.vTransposed());
            }
        }
    }

    /** The documented reach of each accuracy, on a matrix whose values go down to 10⁻¹²·σ₁. */
    @Test
    void should_tell_a_tiny_value_from_zero_only_at_full_accuracy() {
        Matrix tiny = SampleMatrices.withSingularValues(30, 8, 1, 1e-3, 1e-6, 1e-12);

        assertThat(count(decomposer().singularValues(tiny, Accuracy.FULL), 1e-13))
                .isEqualTo(4);
        assertThat(count(decomposer().singularValues(tiny, Accuracy.ENERGY), 1e-7))
                .isEqualTo(3);
    }

    private static long count(double[] values, double above) {
        return Arrays.stream(values).filter(value -> value > above).count();
    }

    @Test
    void should_never_hold_a_large_matrix_whole_when_it_sums_the_gram_matrix() {
        int rows = 2 * MOST_AT_A_TIME / 8 + 3;
        AtomicInteger largestRead = new AtomicInteger();
        MatrixSource large = new MatrixSource() {
            @Override
            public int rows() {
                return rows;
            }

            @Override
            public int columns() {
                return 8;
            }

            @Override
            public void read(int row, int column, int blockRows, int blockColumns, double[] target) {
                largestRead.accumulateAndGet(blockRows * blockColumns, Math::max);
                Arrays.fill(target, 0, blockRows * blockColumns, 1);
            }
        };

        double[] values = decomposer().singularValues(large, Accuracy.ENERGY);

        // All ones: σ₁ = √(m·n), and these sums of ones are exact.
        double expected = Math.sqrt(8.0 * rows);
        assertThat(Math.abs(values[0] - expected)).isLessThanOrEqualTo(STABLE * EPSILON * expected);
        assertThat(largestRead).hasValueLessThanOrEqualTo(MOST_AT_A_TIME);
    }

    /** A zero matrix has a basis like any other, so that its factors are finite and of the shapes asked for. */
    @ParameterizedTest
    @EnumSource
    void should_cut_a_zero_matrix_to_zero(Accuracy accuracy) {
        SingularValueDecomposition svd = decomposer().truncated(Matrix.of(3, 5, new double[15]), 2, accuracy);

        assertThat(svd.singularValues()).containsExactly(0, 0);
        assertThat(svd.product().toArray()).containsOnly(0);
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

    private RowSums sums(Matrix rows, int atATime) {
        RowSums sums = decomposer().rowSums(rows.columns());
        for (int row = 0; row < rows.rows(); row += atATime) {
            int count = Math.min(atATime, rows.rows() - row);
            double[] numbers = new double[count * rows.columns()];
            rows.read(row, 0, count, rows.columns(), numbers);
            sums.add(numbers, count);
        }
        return sums;
    }

    /** Each column moved by a number. */
    private static Matrix moved(Matrix matrix, double by) {
        return Matrix.of(
                matrix.rows(),
                matrix.columns(),
                Arrays.stream(matrix.toArray()).map(number -> number + by).toArray());
    }

    @Test
    void should_find_the_mean_and_the_covariance_of_rows() {
        try (RowSums sums = sums(Matrix.of(3, 2, 1, 10, 2, 30, 6, 20), 2)) {
            assertThat(sums.count()).isEqualTo(3);
            assertThat(sums.mean()).isEqualTo(Matrix.of(1, 2, 3, 20));
            // (4 + 1 + 9) / 3, (20 − 10 + 0) / 3, (100 + 100 + 0) / 3
            assertThat(sums.covariance()).isEqualTo(Matrix.of(2, 2, 14.0 / 3, 10.0 / 3, 10.0 / 3, 200.0 / 3));
        }
    }

    @Test
    void should_find_no_covariance_in_one_row() {
        try (RowSums sums = sums(Matrix.of(1, 3, 1e9, -7, 0.1), 1)) {
            assertThat(sums.count()).isEqualTo(1);
            assertThat(sums.mean()).isEqualTo(Matrix.of(1, 3, 1e9, -7, 0.1));
            assertThat(sums.covariance()).isEqualTo(Matrix.of(3, 3, new double[9]));
        }
    }

    /** In one block, in several, and in more columns than are multiplied at a time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, 513, MANY})
    void should_sum_any_number_of_rows_whatever_their_mean(int rows) {
        for (int columns : new int[] {1, 7, rows == 257 ? 1100 : 65}) {
            Matrix centred = SampleMatrices.normal(rows, columns, rows);
            double[] ones = repeated(rows, 1.0 / rows);
            Matrix mean = Matrix.of(1, rows, ones).times(centred);
            Matrix differences =
                    centred.minus(Matrix.of(rows, 1, repeated(rows, 1)).times(mean));
            Matrix expected = differences.transpose().times(differences).scaleRows(repeated(columns, 1.0 / rows));
            for (double distance : new double[] {0, 1e6}) {
                try (RowSums sums = sums(moved(centred, distance), rows)) {
                    // What was rounded when the rows were moved.
                    double tolerance = STABLE * EPSILON * (columns * Math.sqrt(rows) + columns * distance);
                    assertThat(sums.count()).isEqualTo(rows);
                    assertThat(sums.mean().minus(moved(mean, distance)).frobeniusNorm())
                            .isLessThanOrEqualTo(tolerance);
                    assertThat(sums.covariance().minus(expected).frobeniusNorm())
                            .isLessThanOrEqualTo(tolerance);
                    assertThat(sums.covariance()).isEqualTo(sums.covariance().transpose());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 256, 300, 999})
    void should_sum_to_the_same_bits_however_many_rows_are_added_at_a_time(int atATime) {
        Matrix rows = SampleMatrices.normal(1000, 12, 4);
        try (RowSums all = sums(rows, 1000);
                RowSums some = sums(rows, atATime)) {
            assertThat(some.mean()).isEqualTo(all.mean());
            assertThat(some.covariance()).isEqualTo(all.covariance());
        }
    }

    @Test
    void should_take_further_rows_after_it_was_asked() {
        Matrix rows = SampleMatrices.normal(300, 5, 6);
        double[] numbers = rows.toArray();
        try (RowSums expected = sums(rows, 300);
                RowSums sums = decomposer().rowSums(5)) {
            sums.add(numbers, 100);
            sums.covariance();
            sums.add(Arrays.copyOfRange(numbers, 500, 1500), 200);

            assertThat(sums.count()).isEqualTo(300);
            assertThat(sums.covariance().minus(expected.covariance()).frobeniusNorm())
                    .isLessThanOrEqualTo(STABLE * EPSILON * 300);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_say_which_number_of_added_rows_is_not_finite(double number) {
        try (RowSums sums = decomposer().rowSums(2)) {
            sums.add(new double[] {1, 2, Double.NaN}, 1);
            assertThatExceptionOfType(NonFiniteValueException.class)
                    .isThrownBy(() -> sums.add(new double[] {1, 2, 3, number, 5, 6}, 3))
                    .withMessage("%s at [1, 1]", number);
            assertThat(sums.count()).isEqualTo(1);
        }
    }

    @Test
    void should_refuse_sums_that_are_out_of_range_or_of_nothing() {
        try (RowSums sums = decomposer().rowSums(2)) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(sums::mean);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(sums::covariance);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> sums.add(new double[] {1, 2, 3}, 2))
                    .withMessage("Expected 2 rows of 2 numbers but was: 3 numbers");
            sums.add(new double[] {1e200, 0, -1e200, 0}, 2);
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(sums::covariance)
                    .withMessage("The squares of the rows are beyond the range of double");
        }
    }
}

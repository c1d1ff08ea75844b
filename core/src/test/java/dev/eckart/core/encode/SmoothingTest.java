package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.calibrate.InputRange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.SampleInputs;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Integers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothingTest {
    private static final int ROWS = 200;
    private static final int IN = 40;
    private static final int OUT = 30;
    private static final double LOUD = 60;

    /** Inputs of which one is much larger than others, as in networks with normalizations. */
    private static Matrix inputs(long seed) {
        double[] numbers = SampleMatrices.normal(ROWS, IN, seed).toArray();
        Arrays.setAll(numbers, i -> i % IN == 3 ? LOUD * numbers[i] : numbers[i]);
        return Matrix.of(ROWS, IN, numbers);
    }

    private static Matrix weight() {
        return SampleMatrices.roundedToFloat(SampleMatrices.normal(IN, OUT, 9));
    }

    private static Integers form(Matrix weight, Optional<InputStatistics> inputs, int bits) {
        LinearWeight linear = new LinearWeight("fc", "MatMul", ElementType.FLOAT32, weight);
        WeightView view = inputs.map(known -> new WeightView(linear, known, EjmlDecomposer::new))
                .orElseGet(() -> new WeightView(linear));
        return (Integers) new Int8Encoding(bits).draft(view).offers().get(0).build();
    }

    /** What a product of integers gives of rows, all rounded by one step. */
    private static Matrix product(Matrix x, Integers form) {
        double[] factors = form.factors()
                .map(row -> Matrix.copyOf(row).toArray())
                .orElseGet(() -> Matrix.diagonal(1, 1, 1).toArray());
        double[] numbers = x.toArray();
        Arrays.setAll(numbers, i -> numbers[i] * (factors.length == 1 ? 1 : factors[i % IN]));
        double most = Math.max(0, Arrays.stream(numbers).max().orElseThrow());
        double least = Math.min(0, Arrays.stream(numbers).min().orElseThrow());
        double step = (most - least) / 255;
        Arrays.setAll(numbers, i -> Math.rint(numbers[i] / step) * step);
        return Matrix.of(ROWS, IN, numbers).times(form.blocks().toMatrix(EjmlDecomposer::new));
    }

    private static double error(Matrix x, Matrix weight, Integers form) {
        Matrix exact = x.times(weight);
        return exact.minus(product(x, form)).frobeniusNorm() / exact.frobeniusNorm();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void should_lose_less_of_inputs_of_unlike_sizes_that_it_has_not_seen(int bits) {
        // A layer that listens to loud inputs no more than to others.
        double[] numbers = weight().toArray();
        Arrays.setAll(numbers, i -> i / OUT == 3 ? (float) (numbers[i] / LOUD) : numbers[i]);
        Matrix weight = Matrix.of(IN, OUT, numbers);
        InputStatistics seen = new SampleInputs(inputs(1)).statistics();
        InputStatistics withoutRange = new InputStatistics(seen.samples(), seen.rows(), seen.mean(), seen.covariance());
        Matrix unseen = inputs(2);

        Integers smoothed = form(weight, Optional.of(seen), bits);
        Integers plain = form(weight, Optional.of(withoutRange), bits);

        assertThat(smoothed.factors()).isPresent();
        assertThat(plain.factors()).isEmpty();
        assertThat(error(unseen, weight, smoothed)).isLessThan(0.6 * error(unseen, weight, plain));
    }

    /** As tokens are that networks make huge. */
    @Test
    void should_give_each_row_its_own_step_where_a_few_are_much_larger_than_others() {
        double[] numbers = SampleMatrices.normal(ROWS, IN, 1).toArray();
        Arrays.setAll(numbers, i -> i / IN % 50 == 7 ? 100 * numbers[i] : numbers[i]);
        InputStatistics seen =
                new SampleInputs(Matrix.of(ROWS, IN, numbers)).statistics().aboutZero();
        InputRange range = seen.range().orElseThrow();
        InputStatistics uneven = new InputStatistics(
                seen.samples(),
                seen.rows(),
                seen.mean(),
                // Where long rows count less, what is left is that of the others.
                Matrix.diagonal(IN, IN, ones()),
                Optional.of(new InputRange(range.least(), range.most(), 0.03)));
        InputStatistics even = new InputStatistics(
                seen.samples(), seen.rows(), seen.mean(), Matrix.diagonal(IN, IN, ones()), Optional.of(range));

        assertThat(form(weight(), Optional.of(uneven), 6).byRow()).isTrue();
        assertThat(form(weight(), Optional.of(even), 6).byRow()).isFalse();
    }

    private static double[] ones() {
        double[] ones = new double[IN];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void should_leave_inputs_alone_that_are_alike() {
        Matrix x = SampleMatrices.normal(ROWS, IN, 1);

        assertThat(form(weight(), Optional.of(new SampleInputs(x).statistics()), 6)
                        .factors())
                .isEmpty();
    }

    @Test
    void should_leave_inputs_alone_that_nothing_is_known_of() {
        assertThat(form(weight(), Optional.empty(), 6).factors()).isEmpty();
    }

    private static Optional<double[]> factors(Matrix mean, Matrix covariance, Matrix least, Matrix most) {
        return Smoothing.of(
                        new InputStatistics(99, 99, mean, covariance, Optional.of(new InputRange(least, most))),
                        List.of(Matrix.of(2, 2, 1, 2, 3, 4)))
                .factors();
    }

    private static Matrix row(double one, double other) {
        return Matrix.of(1, 2, one, other);
    }

    @Test
    void should_leave_inputs_alone_that_never_are_anything_but_zero() {
        assertThat(factors(row(0, 0), Matrix.of(2, 2, 0, 0, 0, 0), row(0, 0), row(0, 0)))
                .isEmpty();
    }

    @Test
    void should_keep_factors_finite_of_inputs_of_very_unlike_sizes() {
        assertThat(factors(row(0, 0), Matrix.of(2, 2, 1e250, 0, 0, 1e-250), row(-1e125, -1e-125), row(1e125, 1e-125)))
                .hasValueSatisfying(factors -> assertThat(Arrays.stream(factors).boxed())
                        .allSatisfy(factor -> assertThat(factor).isPositive().isFinite()));
    }

    @Test
    void should_leave_inputs_alone_of_infinite_variance() {
        assertThat(factors(
                        row(0, 0), Matrix.of(2, 2, Double.POSITIVE_INFINITY, 0, 0, 1), row(-1e200, -1), row(1e200, 1)))
                .isEmpty();
    }

    @Test
    void should_choose_the_same_for_layers_on_the_same_inputs_whichever_asks() {
        InputStatistics seen = new SampleInputs(inputs(1)).statistics().aboutZero();
        CalibratedInputs shared = new CalibratedInputs(
                seen,
                EjmlDecomposer::new,
                List.of(weight(), SampleMatrices.roundedToFloat(SampleMatrices.normal(IN, 7, 3))));

        List<double[]> factors = Stream.of(weight(), SampleMatrices.roundedToFloat(SampleMatrices.normal(IN, 7, 3)))
                .map(weight -> new LinearWeight("fc", "MatMul", ElementType.FLOAT32, weight))
                .map(weight -> new WeightView(weight, Optional.of(shared)))
                .map(view -> (Integers)
                        new Int8Encoding(5).draft(view).offers().get(0).build())
                .map(form -> Matrix.copyOf(form.factors().orElseThrow()).toArray())
                .toList();

        assertThat(factors.get(1)).isEqualTo(factors.get(0));
    }
}

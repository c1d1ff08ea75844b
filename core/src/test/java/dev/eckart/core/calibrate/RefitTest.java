package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.OpenBlasDecomposer;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RefitTest {
    /** Sums of some hundred products of doubles, and a ridge of a hundredth of the variance divided by. */
    private static final double ROUNDING = 1e-9;

    private static final int ROWS = 300;
    private static final int IN = 16;
    private static final int OUT = 12;

    private static final Matrix W = SampleMatrices.normal(IN, OUT, 5);
    private static final LinearWeight WEIGHT = new LinearWeight("fc", "MatMul", ElementType.FLOAT32, W);

    static Stream<Decomposer> backends() {
        return Stream.of(
                new EjmlDecomposer(), OpenBlasDecomposer.load().decomposer().orElseThrow());
    }

    /** Inputs, and what is left of them behind a layer that lost some directions and shifted the mean. */
    private static SampleInputs original() {
        return SampleInputs.of(ROWS, IN, 3);
    }

    private static SampleInputs lossy() {
        Matrix lost = original().x().times(SampleMatrices.normal(IN, 3, 8)).times(SampleMatrices.normal(3, IN, 9));
        double[] numbers = original().x().toArray();
        double[] missing = lost.toArray();
        Arrays.setAll(numbers, i -> numbers[i] - 0.05 * missing[i] + 0.3);
        return new SampleInputs(Matrix.of(ROWS, IN, numbers));
    }

    private static ChangedInputs changed(SampleInputs now, SampleInputs before) {
        double[] both = new double[2 * ROWS * IN];
        for (int row = 0; row < ROWS; row++) {
            for (int j = 0; j < IN; j++) {
                both[2 * row * IN + j] = now.x().get(row, j);
                both[(2 * row + 1) * IN + j] = before.x().get(row, j);
            }
        }
        return ChangedInputs.of(new SampleInputs(Matrix.of(ROWS, 2 * IN, both)).statistics());
    }

    private static ShiftedPair pair(CalibratedWeight weight, int rank, Decomposer decomposer) {
        try (Decomposition decomposition = decomposer.decompose(weight.seen(), Accuracy.ENERGY)) {
            return weight.factor(decomposer, decomposition, rank, FactorPair.Balance.PLAIN);
        }
    }

    private static Matrix outputs(SampleInputs inputs, ShiftedPair replacement) {
        Matrix product = inputs.x().times(replacement.factors().product());
        double[] ones = new double[ROWS];
        Arrays.fill(ones, 1);
        return replacement
                .biasShift()
                .map(shift -> product.plus(Matrix.of(ROWS, 1, ones).times(Matrix.copyOf(shift))))
                .orElse(product);
    }

    private static CalibratedWeight unfitted(SampleInputs inputs, Decomposer decomposer) {
        InputStatistics statistics = inputs.statistics();
        return CalibratedWeight.of(WEIGHT, statistics, new InputRoots(decomposer, 0).of(statistics), decomposer);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void should_change_nothing_where_inputs_did_not_change(Decomposer decomposer) {
        ShiftedPair refitted =
                pair(Refit.to(changed(original(), original()), decomposer).of(WEIGHT), 5, decomposer);
        ShiftedPair calibrated = pair(unfitted(original(), decomposer), 5, decomposer);

        assertAlike(outputs(original(), refitted), outputs(original(), calibrated));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void should_move_the_bias_only_where_no_part_is_made_up_for(Decomposer decomposer) {
        ShiftedPair refitted =
                pair(Refit.to(changed(lossy(), original()), 0, decomposer).of(WEIGHT), OUT, decomposer);

        assertAlike(refitted.factors().product(), W);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void should_be_the_ridge_regression_of_outputs_in_between(Decomposer decomposer) {
        ChangedInputs changed = changed(lossy(), original());
        Matrix c = changed.now().covariance();
        double trace = 0;
        for (int i = 0; i < IN; i++) {
            trace += c.get(i, i);
        }
        double[] ridge = new double[IN];
        Arrays.fill(ridge, Refit.RIDGE * trace / IN);
        Matrix lambda = Matrix.diagonal(IN, IN, ridge);
        Matrix cross = lossy().centered().transpose().times(original().centered());
        Matrix target = SampleMatrices.scaled(cross.times(W), 0.25).plus(SampleMatrices.scaled(c.times(W), 0.75));

        Matrix w = pair(Refit.to(changed, 0.25, decomposer).of(WEIGHT), OUT, decomposer)
                .factors()
                .product();

        assertAlike(c.plus(lambda).times(w), target.plus(lambda.times(W)));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void should_give_the_mean_output_of_the_original_and_be_nearer_to_it(Decomposer decomposer) {
        Matrix wanted = original().x().times(W);
        for (int rank : new int[] {4, 8, OUT}) {
            Matrix plain = outputs(lossy(), pair(unfitted(original(), decomposer), rank, decomposer));
            Matrix refitted = outputs(
                    lossy(),
                    pair(Refit.to(changed(lossy(), original()), decomposer).of(WEIGHT), rank, decomposer));

            double[] ones = new double[ROWS];
            Arrays.fill(ones, 1.0 / ROWS);
            Matrix mean = Matrix.of(1, ROWS, ones).times(refitted.minus(wanted));
            assertThat(mean.frobeniusNorm()).isLessThan(ROUNDING * wanted.frobeniusNorm());
            assertThat(refitted.minus(wanted).frobeniusNorm())
                    .as("rank %d", rank)
                    .isLessThan(plain.minus(wanted).frobeniusNorm());
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void should_fit_layers_that_are_factored_jointly_as_each_by_itself(Decomposer decomposer) {
        LinearWeight other = new LinearWeight(
                "v",
                "MatMul",
                "",
                ElementType.FLOAT32,
                4L * IN * OUT,
                SampleMatrices.scaled(SampleMatrices.normal(IN, OUT, 6), 100),
                Optional.of("x"),
                List.of());
        LinearWeight one =
                new LinearWeight("w", "MatMul", "", ElementType.FLOAT32, 4L * IN * OUT, W, Optional.of("x"), List.of());
        LinearWeight joint = JointLayers.group(new Inventory(List.of(one, other), List.of()))
                .linear()
                .get(0);
        Refit refit = Refit.to(changed(lossy(), original()), decomposer);

        CalibratedWeight fitted = refit.of(joint);
        ShiftedPair together = pair(fitted, IN, decomposer);

        Matrix a = Matrix.copyOf(
                fitted.weight().joint().orElseThrow().factor(together.factors().a(), 1));
        assertAlike(
                Matrix.copyOf(together.factors().b()).times(a),
                pair(refit.of(other), OUT, decomposer).factors().product());
    }

    @Test
    void should_know_what_cannot_be_fitted_to() {
        SampleInputs constant = new SampleInputs(Matrix.of(ROWS, IN, new double[ROWS * IN]));
        assertThat(changed(constant, original()).obstacle()).contains(UnrefittedReason.CONSTANT);
        assertThat(changed(lossy(), original()).obstacle()).isEmpty();
        assertThat(ChangedInputs.of(SampleInputs.of(IN - 1, 2 * IN, 1).statistics())
                        .obstacle())
                .contains(UnrefittedReason.FEW_ROWS);
        double[] variances = new double[IN];
        variances[IN - 1] = Double.POSITIVE_INFINITY;
        Matrix infinite = Matrix.diagonal(IN, IN, variances);
        assertThat(new ChangedInputs(
                                new InputStatistics(ROWS, ROWS, Matrix.of(1, IN, new double[IN]), infinite),
                                Matrix.of(1, IN, new double[IN]),
                                Matrix.of(IN, IN, new double[IN * IN]))
                        .obstacle())
                .contains(UnrefittedReason.NOT_FINITE);
    }

    private static void assertAlike(Matrix actual, Matrix expected) {
        assertThat(actual.minus(expected).frobeniusNorm()).isCloseTo(0, within(ROUNDING * expected.frobeniusNorm()));
    }
}

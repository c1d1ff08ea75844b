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
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CalibratedWeightTest {
    /** Of squares, relative to all: sums of some hundred products of doubles, squared by way of Gram matrices. */
    private static final double ROUNDING = 1e-10;

    private static final int ROWS = 200;

    /**
     * A case.
     *
     * @param rows of the inputs; below {@code in} their covariance is singular
     */
    record Layer(int rows, int in, int out, Decomposer decomposer) {

        SampleInputs inputs() {
            return SampleInputs.of(rows, in, 17L * in + out);
        }

        Matrix matrix() {
            return SampleMatrices.normal(in, out, 31L * in + out);
        }

        LinearWeight weight() {
            return new LinearWeight("fc", "MatMul", ElementType.FLOAT32, matrix());
        }

        CalibratedWeight calibrated() {
            return CalibratedWeightTest.calibrated(weight(), inputs(), decomposer);
        }

        ShiftedPair factor(int rank, FactorPair.Balance balance) {
            return CalibratedWeightTest.factor(calibrated(), decomposer, rank, balance);
        }

        @Override
        public String toString() {
            return "%d rows, [%d×%d], %s".formatted(rows, in, out, decomposer.name());
        }
    }

    static Stream<Layer> layers() {
        int[][] shapes = {
            {ROWS, 12, 20},
            {ROWS, 20, 12},
            {ROWS, 16, 16},
            {5, 12, 20},
            {5, 20, 12},
            {ROWS, 1, 9},
            {ROWS, 9, 1},
            {1, 8, 6}
        };
        return Stream.of(
                        new EjmlDecomposer(),
                        OpenBlasDecomposer.load().decomposer().orElseThrow())
                .flatMap(decomposer ->
                        Arrays.stream(shapes).map(shape -> new Layer(shape[0], shape[1], shape[2], decomposer)));
    }

    private static CalibratedWeight calibrated(LinearWeight weight, SampleInputs inputs, Decomposer decomposer) {
        InputStatistics statistics = inputs.statistics();
        Matrix root = new InputRoots(decomposer, 0).of(statistics);
        return CalibratedWeight.of(weight, statistics, root, decomposer);
    }

    private static ShiftedPair factor(
            CalibratedWeight weight, Decomposer decomposer, int rank, FactorPair.Balance balance) {
        try (Decomposition decomposition = decomposer.decompose(weight.seen(), Accuracy.ENERGY)) {
            return weight.factor(decomposer, decomposition, rank, balance);
        }
    }

    private static double square(double number) {
        return number * number;
    }

    /** C. Eckart and G. Young, of the outputs: no pair of that rank is off by less than the values left out. */
    @ParameterizedTest
    @MethodSource("layers")
    void should_find_the_pair_of_a_rank_whose_outputs_are_off_by_the_least(Layer layer) {
        Matrix outputs = layer.inputs().centered().times(layer.matrix());
        double all = square(outputs.frobeniusNorm());
        double[] values = EjmlDecomposer.thin(outputs).singularValues();
        int k = Math.min(layer.in, layer.out);
        for (int rank : IntStream.of(1, (k + 1) / 2, k).distinct().toArray()) {
            ShiftedPair replacement = layer.factor(rank, FactorPair.Balance.PLAIN);

            Matrix lost = layer.inputs()
                    .centered()
                    .times(layer.matrix().minus(replacement.factors().product()));
            double least =
                    Arrays.stream(values).skip(rank).map(value -> value * value).sum();
            assertThat(square(lost.frobeniusNorm()))
                    .as("error² at rank %d", rank)
                    .isCloseTo(
                            least,
                            within(ROUNDING
                                    * Math.max(all, square(layer.matrix().frobeniusNorm()))));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void should_have_the_singular_values_of_the_outputs(Layer layer) {
        Matrix outputs = layer.inputs().centered().times(layer.matrix());
        double[] expected = EjmlDecomposer.thin(outputs).singularValues();

        double[] values = layer.decomposer.singularValues(layer.calibrated().seen(), Accuracy.ENERGY);

        double all = square(outputs.frobeniusNorm()) + ROUNDING;
        for (int i = 0; i < Math.min(expected.length, values.length); i++) {
            assertThat(square(values[i])).isCloseTo(square(expected[i]), within(ROUNDING * all));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void should_have_rows_of_a_that_are_orthonormal_or_zero(Layer layer) {
        int k = Math.min(layer.in, layer.out);
        Matrix a = Matrix.copyOf(
                layer.factor(k, FactorPair.Balance.PLAIN).factors().a());

        Matrix products = a.times(a.transpose());

        // A projection.
        assertThat(products.times(products).minus(products).frobeniusNorm()).isLessThanOrEqualTo(1e-6);
        boolean singular = layer.rows <= layer.in;
        if (!singular) {
            double[] ones = new double[k];
            Arrays.fill(ones, 1);
            assertThat(products.minus(Matrix.diagonal(k, k, ones)).frobeniusNorm())
                    .isLessThanOrEqualTo(1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void should_shift_the_bias_by_what_is_lost_of_the_mean(Layer layer) {
        ShiftedPair replacement = layer.factor(1, FactorPair.Balance.PLAIN);

        Matrix lost = layer.inputs()
                .statistics()
                .mean()
                .times(layer.matrix().minus(replacement.factors().product()));
        Matrix shift =
                replacement.biasShift().map(Matrix::copyOf).orElse(Matrix.of(1, layer.out, new double[layer.out]));
        assertThat(shift.minus(lost).frobeniusNorm())
                .isLessThanOrEqualTo(ROUNDING * layer.matrix().frobeniusNorm() * layer.in);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void should_share_the_lengths_out_as_it_is_told(Layer layer) {
        FactorPair plain = layer.factor(1, FactorPair.Balance.PLAIN).factors();
        FactorPair balanced = layer.factor(1, FactorPair.Balance.BALANCED).factors();

        assertThat(balanced.product().minus(plain.product()).frobeniusNorm())
                .isLessThanOrEqualTo(ROUNDING * plain.product().frobeniusNorm());
        assertThat(Matrix.copyOf(balanced.b()).frobeniusNorm())
                .isCloseTo(Matrix.copyOf(balanced.a()).frobeniusNorm(), within(1e-6));
    }

    @Test
    void should_shift_nothing_where_the_mean_is_zero() {
        Matrix x = SampleMatrices.normal(30, 6, 1);
        InputStatistics centered = new InputStatistics(
                30, 30, Matrix.of(1, 6, new double[6]), x.transpose().times(x));
        Decomposer decomposer = new EjmlDecomposer();
        CalibratedWeight weight = CalibratedWeight.of(
                new LinearWeight("fc", "MatMul", ElementType.FLOAT32, SampleMatrices.normal(6, 9, 2)),
                centered,
                new InputRoots(decomposer, 0).of(centered),
                decomposer);

        assertThat(factor(weight, decomposer, 2, FactorPair.Balance.PLAIN).biasShift())
                .isEmpty();
    }

    /** Else the one with the larger outputs would have all of a pair, whatever the sizes of its numbers. */
    @Test
    void should_make_the_outputs_of_layers_that_are_factored_jointly_equally_large() {
        SampleInputs inputs = SampleInputs.of(ROWS, 14, 5);
        List<LinearWeight> members = IntStream.of(4, 9, 7)
                .mapToObj(columns -> new LinearWeight(
                        "fc" + columns,
                        "MatMul",
                        "",
                        ElementType.FLOAT32,
                        14L * columns * Float.BYTES,
                        SampleMatrices.scaled(SampleMatrices.normal(14, columns, columns), Math.pow(10, columns - 6)),
                        Optional.of("x"),
                        List.of()))
                .toList();
        LinearWeight joint =
                JointLayers.group(new Inventory(members, List.of())).linear().get(0);
        Decomposer decomposer = new EjmlDecomposer();

        CalibratedWeight weight = calibrated(joint, inputs, decomposer);
        ShiftedPair replacement = factor(weight, decomposer, 6, FactorPair.Balance.PLAIN);

        Matrix seen = Matrix.copyOf(weight.seen());
        JointBlocks blocks = weight.weight().joint().orElseThrow();
        assertThat(blocks.members()).isEqualTo(members);
        assertThat(weight.weight().name()).isEqualTo("fc4+fc9+fc7");
        int start = 0;
        double error = 0;
        for (int i = 0; i < members.size(); i++) {
            Matrix w = Matrix.copyOf(members.get(i).values());
            double[] block = new double[14 * w.columns()];
            seen.read(0, start, 14, w.columns(), block);
            assertThat(Matrix.of(14, w.columns(), block).frobeniusNorm()).isCloseTo(1, within(ROUNDING));
            start += w.columns();

            Matrix product = Matrix.copyOf(replacement.factors().b())
                    .times(Matrix.copyOf(blocks.factor(replacement.factors().a(), i)));
            double outputs = inputs.centered().times(w).frobeniusNorm();
            error += square(inputs.centered().times(w.minus(product)).frobeniusNorm() / outputs);
            Matrix shift = Matrix.copyOf(blocks.factor(replacement.biasShift().orElseThrow(), i));
            Matrix lost = inputs.statistics().mean().times(w.minus(product));
            assertThat(shift.minus(lost).frobeniusNorm()).isLessThanOrEqualTo(1e-9 * lost.frobeniusNorm());
        }
        double[] values = EjmlDecomposer.thin(seen).singularValues();
        double least = Arrays.stream(values).skip(6).map(value -> value * value).sum();
        assertThat(error).isCloseTo(least, within(ROUNDING));
    }
}

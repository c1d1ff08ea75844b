package dev.eckart.core.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FactorPairTest {
    /** Some dozen operations in double on numbers up to 10. */
    private static final double ROUNDING = 1e-13;

    private static final int IN = 12;
    private static final int OUT = 7;
    private static final int RANK = 3;

    private final Matrix w = SampleMatrices.normal(IN, OUT, 11);
    private final SingularValueDecomposition svd = EjmlDecomposer.truncated(w, RANK);

    @ParameterizedTest
    @EnumSource
    void should_have_b_from_in_to_rank_and_a_from_rank_to_out(FactorPair.Balance balance) {
        FactorPair pair = FactorPair.of(svd, balance, ElementType.FLOAT32);

        assertThat(pair.rank()).isEqualTo(RANK);
        assertThat(pair.b().rows()).isEqualTo(IN);
        assertThat(pair.b().columns()).isEqualTo(RANK);
        assertThat(pair.a().rows()).isEqualTo(RANK);
        assertThat(pair.a().columns()).isEqualTo(OUT);
        assertThat(pair.parameters()).isEqualTo(RANK * (IN + OUT));
    }

    @ParameterizedTest
    @EnumSource
    void should_multiply_to_the_truncated_weight(FactorPair.Balance balance) {
        FactorPair pair = FactorPair.of(svd, balance, ElementType.FLOAT32);

        assertThat(pair.product().minus(svd.product()).frobeniusNorm()).isLessThanOrEqualTo(ROUNDING);
        Matrix x = SampleMatrices.normal(4, IN, 12);
        assertThat(x.times(Matrix.copyOf(pair.b()))
                        .times(Matrix.copyOf(pair.a()))
                        .minus(x.times(svd.product()))
                        .frobeniusNorm())
                .isLessThanOrEqualTo(4 * ROUNDING);
    }

    @ParameterizedTest
    @EnumSource
    void should_multiply_out_any_block_to_the_bits_of_the_product(FactorPair.Balance balance) {
        FactorPair pair = FactorPair.of(svd, balance, ElementType.FLOAT32);
        Matrix product = pair.product();

        assertThat(Matrix.copyOf(pair.productByRows())).isEqualTo(product);
        for (int row = 0; row < IN; row++) {
            double[] expected = new double[2 * (IN - row)];
            double[] found = expected.clone();
            product.read(row, 3, IN - row, 2, expected);
            pair.productByRows().read(row, 3, IN - row, 2, found);
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void should_leave_all_of_sigma_to_b_when_plain() {
        FactorPair pair = FactorPair.of(svd, FactorPair.Balance.PLAIN, ElementType.FLOAT32);

        assertThat(pair.a()).isEqualTo(svd.vTransposed());
        for (int i = 0; i < RANK; i++) {
            assertThat(columnNorm(Matrix.copyOf(pair.b()), i)).isEqualTo(svd.singularValues()[i], within(ROUNDING));
        }
    }

    @Test
    void should_make_both_factors_of_the_same_size_when_balanced() {
        FactorPair pair = FactorPair.of(svd, FactorPair.Balance.BALANCED, ElementType.FLOAT32);

        for (int i = 0; i < RANK; i++) {
            double root = Math.sqrt(svd.singularValues()[i]);
            assertThat(columnNorm(Matrix.copyOf(pair.b()), i)).isEqualTo(root, within(ROUNDING));
            assertThat(columnNorm(Matrix.copyOf(pair.a()).transpose(), i)).isEqualTo(root, within(ROUNDING));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_balance_of_itself_where_the_range_of_the_type_is_small(ElementType type) {
        FactorPair.Balance chosen =
                type == ElementType.FLOAT16 ? FactorPair.Balance.BALANCED : FactorPair.Balance.PLAIN;

        assertThat(FactorPair.of(svd, FactorPair.Balance.AUTO, type)).isEqualTo(FactorPair.of(svd, chosen, type));
        assertThat(FactorPair.of(svd, FactorPair.Balance.AUTO, type))
                .isNotEqualTo(FactorPair.of(svd, other(chosen), type));
    }

    private static FactorPair.Balance other(FactorPair.Balance balance) {
        return balance == FactorPair.Balance.PLAIN ? FactorPair.Balance.BALANCED : FactorPair.Balance.PLAIN;
    }

    private static double columnNorm(Matrix matrix, int column) {
        double[] numbers = new double[matrix.rows()];
        matrix.read(0, column, matrix.rows(), 1, numbers);
        return Matrix.of(1, numbers.length, numbers).frobeniusNorm();
    }

    /** A rank above that of the weight leaves values that are rounding noise: they must not blow a factor up. */
    @ParameterizedTest
    @CsvSource({"64, 128", "128, 64", "784, 100"})
    void should_stay_in_the_range_of_floats_when_the_rank_exceeds_that_of_the_weight(int in, int out) {
        double[] ones = new double[in * out];
        Arrays.fill(ones, 1);
        Matrix constant = Matrix.of(in, out, ones);
        // σ₁, the only value that is not noise.
        double largest = Math.sqrt(in * out) * (1 + ROUNDING);
        for (Accuracy accuracy : Accuracy.values()) {
            SingularValueDecomposition cut = new EjmlDecomposer().truncated(constant, 30, accuracy);
            for (FactorPair.Balance balance : List.of(FactorPair.Balance.PLAIN, FactorPair.Balance.BALANCED)) {
                FactorPair pair = FactorPair.of(cut, balance, ElementType.FLOAT32);

                assertThat(largestNumber(Matrix.copyOf(pair.b()))).isLessThanOrEqualTo(largest);
                assertThat(largestNumber(Matrix.copyOf(pair.a()))).isLessThanOrEqualTo(largest);
                assertThat(pair.product().minus(constant).frobeniusNorm()).isLessThanOrEqualTo(ROUNDING * in * out);
            }
        }
    }

    private static double largestNumber(Matrix matrix) {
        return Arrays.stream(matrix.toArray()).map(Math::abs).max().orElseThrow();
    }

    @Test
    void should_refuse_factors_that_cannot_be_multiplied() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new FactorPair(Matrix.of(2, 1, 1, 2), Matrix.of(2, 2, 1, 2, 3, 4)))
                .withMessage("Expected factors that can be multiplied but was: [2×1]·[2×2]");
    }

    @Test
    void should_replace_only_a_weight_of_its_shape() {
        FactorPair pair = FactorPair.of(svd, FactorPair.Balance.PLAIN, ElementType.FLOAT32);
        LinearWeight weight = new LinearWeight("fc1", "MatMul", ElementType.FLOAT32, w);
        LinearWeight transposed = new LinearWeight("fc2", "Gemm", ElementType.FLOAT32, w.transpose());

        assertThat(new Replacement(weight, pair).pair().orElseThrow()).isEqualTo(pair);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Replacement(transposed, pair))
                .withMessage("weight `fc2` [7×12]: expected a form of its shape but was: [12×7]");
    }
}

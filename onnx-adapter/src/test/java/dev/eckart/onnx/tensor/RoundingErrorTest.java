package dev.eckart.onnx.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.onnx.file.Region;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is predicted of factors in a narrow type, held against factors that are rounded to it. */
class RoundingErrorTest {
    /**
     * The prediction is for numbers of all sizes; those of one vector are of about one size, and rounded more or less
     * than others by where that lies between two powers of two.
     */
    private static final double FACTOR = 1.25;

    private static Matrix normal(int rows, int columns, Random random) {
        double[] numbers = new double[rows * columns];
        Arrays.setAll(numbers, i -> random.nextGaussian());
        return Matrix.of(rows, columns, numbers);
    }

    private static Matrix rounded(Matrix matrix, ElementType type) {
        ByteBuffer bytes = ByteBuffer.allocate(matrix.rows() * matrix.columns() * type.bytes());
        TensorView view = TensorView.of(matrix);
        Tensors.encode(view, type, "w", bytes::put);
        return Matrix.copyOf(
                new TensorView(view.dims(), new StoredNumbers(Region.of(bytes.flip()), TensorTypes.dataType(type)))
                        .matrix(List.of(0), List.of(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT16, 1", "FLOAT16, 20", "FLOAT16, 60",
        "BFLOAT16, 1", "BFLOAT16, 20", "BFLOAT16, 60",
        "FLOAT32, 1", "FLOAT32, 20", "FLOAT32, 60",
    })
    void should_be_what_rounding_does_to_a_pair(ElementType type, int rank) {
        Matrix w = normal(96, 80, new Random(rank));
        Spectrum spectrum = Spectrum.of(new EjmlDecomposer().singularValues(w, Accuracy.FULL));
        LinearWeight weight = new LinearWeight("w", "MatMul", type, w);
        double predicted = Math.sqrt(new PairEncoding(FactorPair.Balance.AUTO)
                .loss(new WeightSpectrum(weight, spectrum, Accuracy.FULL), rank)
                .orElseThrow());
        for (FactorPair.Balance balance : FactorPair.Balance.values()) {
            FactorPair pair = FactorPair.of(new EjmlDecomposer().truncated(w, rank, Accuracy.FULL), balance, type);

            Matrix product = rounded(Matrix.copyOf(pair.b()), type).times(rounded(Matrix.copyOf(pair.a()), type));

            double moved = product.minus(pair.product()).frobeniusNorm()
                    / pair.product().frobeniusNorm();
            assertThat(moved / FactorPair.roundingError(type)).isBetween(1 / FACTOR, FACTOR);
            double lost = w.minus(product).frobeniusNorm() / w.frobeniusNorm();
            assertThat(lost / predicted).isBetween(1 / FACTOR, FACTOR);
        }
    }
}

package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Inputs of a layer, for tests, and what they are like.
 *
 * @param x the inputs, {@code [rows × in]}
 */
public record SampleInputs(Matrix x) {

    /** Inputs that do not look alike in all directions, and whose mean is not zero. */
    public static SampleInputs of(int rows, int size, long seed) {
        double[] decaying = new double[size];
        Arrays.setAll(decaying, i -> Math.pow(0.7, i));
        Matrix mixed = SampleMatrices.normal(rows, size, seed)
                .scaleColumns(decaying)
                .times(SampleMatrices.normal(size, size, seed + 1));
        double[] numbers = mixed.toArray();
        Arrays.setAll(numbers, i -> numbers[i] + 1 + i % size);
        return new SampleInputs(Matrix.of(rows, size, numbers));
    }

    private Matrix mean() {
        double[] ones = new double[x.rows()];
        Arrays.fill(ones, 1.0 / x.rows());
        return Matrix.of(1, x.rows(), ones).times(x);
    }

    /** (x − μ)/√rows: the squares of a product with it are means. */
    public Matrix centered() {
        double[] ones = new double[x.rows()];
        Arrays.fill(ones, 1);
        Matrix centered = x.minus(Matrix.of(x.rows(), 1, ones).times(mean()));
        return SampleMatrices.scaled(centered, 1 / Math.sqrt(x.rows()));
    }

    /** Of as many samples as there are rows. */
    public InputStatistics statistics() {
        Matrix centered = centered();
        return new InputStatistics(
                x.rows(), x.rows(), mean(), centered.transpose().times(centered), Optional.of(range()));
    }

    private InputRange range() {
        double[] least = new double[x.columns()];
        double[] most = new double[x.columns()];
        for (int j = 0; j < x.columns(); j++) {
            int column = j;
            least[j] = IntStream.range(0, x.rows()).mapToDouble(i -> x.get(i, column)).min().orElseThrow();
            most[j] = IntStream.range(0, x.rows()).mapToDouble(i -> x.get(i, column)).max().orElseThrow();
        }
        return new InputRange(Matrix.of(1, x.columns(), least), Matrix.of(1, x.columns(), most));
    }
}

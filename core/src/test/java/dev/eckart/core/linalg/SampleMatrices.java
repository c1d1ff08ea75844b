package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** Matrices for tests: the same ones on every run. */
public final class SampleMatrices {
    private SampleMatrices() {}

    /** Independent standard normal numbers. */
    public static Matrix normal(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[] numbers = new double[rows * columns];
        Arrays.setAll(numbers, i -> random.nextGaussian());
        return Matrix.of(rows, columns, numbers);
    }

    /** A product of two normal matrices whose inner side is {@code rank}. */
    public static Matrix normalOfRank(int rank, int rows, int columns, long seed) {
        return normal(rows, rank, seed).times(normal(rank, columns, seed + 1));
    }

    /** A matrix with the given singular values, and zeros for those not given. */
    public static Matrix withSingularValues(int rows, int columns, double... values) {
        Matrix u = cosines(rows, values.length);
        Matrix v = cosines(columns, values.length);
        return u.scaleColumns(values).times(v.transpose());
    }

    /** The first {@code columns} vectors of the discrete cosine transform, which are orthonormal. */
    private static Matrix cosines(int rows, int columns) {
        double[] numbers = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double norm = Math.sqrt((j == 0 ? 1.0 : 2.0) / rows);
                numbers[i * columns + j] = norm * Math.cos(Math.PI * (i + 0.5) * j / rows);
            }
        }
        return Matrix.of(rows, columns, numbers);
    }

    /** Each number multiplied by {@code factor}. */
    public static Matrix scaled(Matrix matrix, double factor) {
        return map(matrix, number -> number * factor);
    }

    /** Each number as the nearest number of 32 bits. */
    public static Matrix roundedToFloat(Matrix matrix) {
        return map(matrix, number -> (float) number);
    }

    /** With one number replaced. */
    public static Matrix with(Matrix matrix, int row, int column, double number) {
        double[] numbers = matrix.toArray();
        numbers[row * matrix.columns() + column] = number;
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    private static Matrix map(Matrix matrix, DoubleUnaryOperator function) {
        double[] numbers = Arrays.stream(matrix.toArray()).map(function).toArray();
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }
}

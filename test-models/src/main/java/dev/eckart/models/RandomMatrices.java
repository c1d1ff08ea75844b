package dev.eckart.models;

import dev.eckart.core.linalg.Matrix;
import java.util.Arrays;
import java.util.Random;

/** Seeded matrices of normal numbers. */
public final class RandomMatrices {
    private RandomMatrices() {}

    /** Independent standard normal numbers. */
    public static Matrix normal(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[] numbers = new double[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextGaussian();
        }
        return Matrix.of(rows, columns, numbers);
    }

    /** The product of two normal matrices, {@code [rows × rank]·[rank × columns]}, scaled to numbers of about 1. */
    public static Matrix ofRank(int rank, int rows, int columns, long seed) {
        double[] scale = new double[rank];
        Arrays.fill(scale, 1 / Math.sqrt(rank));
        return normal(rows, rank, seed).scaleColumns(scale).times(normal(rank, columns, seed + 1));
    }
}

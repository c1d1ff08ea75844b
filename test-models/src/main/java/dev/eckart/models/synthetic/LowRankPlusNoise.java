package dev.eckart.models.synthetic;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The rows of a matrix whose spectrum is like that of a trained layer: some singular values that stand out, falling as
 * 1/√k, and a long tail below them.
 *
 * <p>W = mean + deviation·(√s·Σₖ √pₖ·uₖ·vₖᵀ + √(1−s)·D·N), with u, v and N of unit variance, p ∝ 1/k, and a D that
 * scales rows unevenly, which is what makes the tail fall. A row costs {@value #RANK} multiplications for each number,
 * and the whole needs no more memory than the vₖ.
 */
public final class LowRankPlusNoise {
    /** Singular values that stand out. */
    public static final int RANK = 32;

    /** s: the low-rank part's share of the energy. */
    public static final double SHARE = 0.7;

    /** Four uniform numbers of 16 bits, added up: their mean, and 1 / their standard deviation. */
    private static final int SUM_MEAN = 2 * 0xffff;

    private static final float PER_SUM_DEVIATION = (float) (Math.sqrt(3) / 0x1p16);

    private final SplittableRandom random;
    private final float mean;
    private final float noise;
    private final float[][] patterns;

    /**
     * The rows of a matrix of {@code columns} numbers each.
     *
     * @param mean of all numbers
     * @param deviation of all numbers from it
     */
    public LowRankPlusNoise(int columns, float mean, float deviation, SplittableRandom random) {
        this.random = random;
        this.mean = mean;
        this.noise = (float) (deviation * Math.sqrt(1 - SHARE));
        double harmonic = 0;
        for (int k = 1; k <= RANK; k++) {
            harmonic += 1.0 / k;
        }
        this.patterns = new float[RANK][columns];
        for (int k = 0; k < RANK; k++) {
            addNormals(patterns[k], (float) (deviation * Math.sqrt(SHARE / (harmonic * (k + 1)))));
        }
    }

    /** Makes the next row, in {@code row [columns]}. */
    public void next(float[] row) {
        Arrays.fill(row, mean);
        for (float[] pattern : patterns) {
            addScaled(row, pattern, normal());
        }
        // Uniform to the square has a mean of 1/3.
        addNormals(row, (float) (noise * Math.sqrt(3) * random.nextDouble()));
    }

    private static void addScaled(float[] row, float[] pattern, float scale) {
        for (int j = 0; j < row.length; j++) {
            row[j] += scale * pattern[j];
        }
    }

    private void addNormals(float[] row, float scale) {
        for (int j = 0; j < row.length; j++) {
            row[j] += scale * normal();
        }
    }

    /** As good as normal here, and fast: a sum of four uniform numbers, all from one step of the generator. */
    private float normal() {
        long bits = random.nextLong();
        long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
        return (sum - SUM_MEAN) * PER_SUM_DEVIATION;
    }
}

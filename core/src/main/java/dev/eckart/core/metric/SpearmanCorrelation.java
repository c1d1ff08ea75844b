package dev.eckart.core.metric;

import java.util.Arrays;

/**
 * Spearman's rank correlation: Pearson's, of ranks. Equal numbers share the mean of their ranks. C. Spearman, "The proof and
 * measurement of association between two things", 1904.
 */
final class SpearmanCorrelation {
    private SpearmanCorrelation() {}

    /** Between −1 and 1; not a number if one side is all equal, or holds what is no number. */
    static double of(double[] x, double[] y) {
        if (Arrays.stream(x).anyMatch(Double::isNaN) || Arrays.stream(y).anyMatch(Double::isNaN)) {
            return Double.NaN;
        }
        double[] rankX = ranks(x);
        double[] rankY = ranks(y);
        double mean = (x.length - 1) / 2.0;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = rankX[i] - mean;
            double dy = rankY[i] - mean;
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        return xy / (Math.sqrt(xx) * Math.sqrt(yy));
    }

    /** From the smallest number to the largest; not a number if one is none. */
    static double spread(double[] numbers) {
        return Arrays.stream(numbers).max().orElse(Double.NaN)
                - Arrays.stream(numbers).min().orElse(Double.NaN);
    }

    /** From 0. */
    private static double[] ranks(double[] numbers) {
        double[] sorted = numbers.clone();
        for (int i = 0; i < sorted.length; i++) {
            // Sorting tells a negative zero from a plain one.
            sorted[i] += 0.0;
        }
        Arrays.sort(sorted);
        double[] ranks = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            int place = Arrays.binarySearch(sorted, numbers[i] + 0.0);
            ranks[i] = (first(sorted, place) + last(sorted, place)) / 2.0;
        }
        return ranks;
    }

    private static int first(double[] sorted, int place) {
        int low = 0;
        int high = place;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < sorted[place]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int last(double[] sorted, int place) {
        int low = place;
        int high = sorted.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (sorted[middle] > sorted[place]) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low;
    }
}

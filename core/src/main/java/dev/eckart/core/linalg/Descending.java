package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Singular values from the largest to the smallest; EJML gives them in no order. */
final class Descending {
    private Descending() {}

    /** The indices of the values, that of the largest first. */
    static int[] order(double[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted((i, j) -> Double.compare(values[j], values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    static double[] ordered(double[] values, int[] order) {
        return Arrays.stream(order).mapToDouble(i -> values[i]).toArray();
    }
}

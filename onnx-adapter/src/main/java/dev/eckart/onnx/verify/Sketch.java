package dev.eckart.onnx.verify;

import dev.eckart.onnx.run.Output;

/**
 * A vector of any length in a fixed number of sums: a count sketch (M. Charikar, K. Chen, M. Farach-Colton, 2002). Each
 * number is added, with a sign, to one of the sums; which one and which sign depends on its place alone. Therefore the
 * difference of two sketches is the sketch of the difference, whose length is that of the difference itself to within
 * some percent, and without any error for vectors that have no more numbers than there are sums.
 */
final class Sketch {
    private static final int SUMS = 1 << 12;

    private final double[] sums = new double[SUMS];
    private long places;
    /** Of the shapes, and of the places and values of numbers that are not finite. */
    private long rest = 1;

    /** Appends the numbers of an output. */
    void add(Output output) {
        rest = 31 * rest + output.shape().hashCode();
        for (int i = 0; i < output.size(); i++) {
            double number = output.at(i);
            long place = places++;
            if (!Double.isFinite(number)) {
                rest = 31 * (31 * rest + place) + Double.hashCode(number);
            } else if (place < SUMS) {
                sums[(int) place] += number;
            } else {
                long hash = mixed(place);
                sums[(int) (hash & (SUMS - 1))] += hash < 0 ? -number : number;
            }
        }
    }

    /** The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, 2014). */
    private static long mixed(long place) {
        long z = place * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /**
     * The length of a vector that has so large a step in each place, relative to the length of this one: what an error of that
     * step comes to in numbers that are small because a sigmoid or a softmax, which computes with 1, made them.
     */
    double relative(double step) {
        double squared = 0;
        for (double sum : sums) {
            squared += sum * sum;
        }
        return squared == 0 ? 0 : step * Math.sqrt((double) places) / Math.sqrt(squared);
    }

    /** The length of the difference to a reference, relative to the length of that. */
    double relativeError(Sketch reference) {
        if (rest != reference.rest || places != reference.places) {
            return Double.NaN;
        }
        double difference = 0;
        double length = 0;
        for (int i = 0; i < SUMS; i++) {
            double error = sums[i] - reference.sums[i];
            difference += error * error;
            length += reference.sums[i] * reference.sums[i];
        }
        return difference == 0 ? 0 : Math.sqrt(difference) / Math.sqrt(length);
    }
}

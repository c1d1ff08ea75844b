package dev.eckart.onnx.verify;

import dev.eckart.core.verify.PartComparison;
import dev.eckart.onnx.run.Output;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The sums behind the comparison of what an axis divides an output into: its parts, or the samples of a batch. */
final class AxisSums {
    /** Of fewer numbers an error says little, and a cosine nothing. */
    static final int LEAST_NUMBERS = 8;

    /**
     * A part whose norm is below this share of the mean part's carries no numbers: float32 leaves as much of rounding where
     * larger numbers cancel. It is this small because the scores of a detector are small beside its boxes.
     */
    static final double LEAST_NORM = 1e-6;

    private final int axis;
    private final double[] error;
    private final double[] original;
    private final double[] compressed;
    private final double[] dot;
    private long numbersOfEach;

    /**
     * Sums of nothing yet.
     *
     * @param axis its place in the output's shape
     */
    AxisSums(int axis, long length) {
        this.axis = axis;
        this.error = new double[Math.toIntExact(length)];
        this.original = new double[error.length];
        this.compressed = new double[error.length];
        this.dot = new double[error.length];
    }

    int axis() {
        return axis;
    }

    int length() {
        return error.length;
    }

    /** Adds sums over some numbers of one index: of (y − y')², of y², of y'² and of y·y'. */
    void add(int index, double squaredError, double squared, double squaredOther, double product) {
        error[index] += squaredError;
        original[index] += squared;
        compressed[index] += squaredOther;
        dot[index] += product;
    }

    /** Counts the numbers of an output all of which are added. */
    void count(Output output) {
        numbersOfEach += output.size() / length();
    }

    /** The cosine of the numbers at each index. */
    DoubleStream cosines() {
        return IntStream.range(0, length()).mapToDouble(this::cosine);
    }

    private double cosine(int index) {
        if (original[index] == 0 && compressed[index] == 0) {
            return 1;
        }
        return original[index] == 0 || compressed[index] == 0
                ? 0
                : Math.min(1, dot[index] / (Math.sqrt(original[index]) * Math.sqrt(compressed[index])));
    }

    /** Each index as a part, if it carries numbers in one of the networks; none where parts have too few. */
    Stream<PartComparison> parts() {
        if (numbersOfEach < LEAST_NUMBERS) {
            return Stream.empty();
        }
        double mean = DoubleStream.of(original).map(Math::sqrt).average().orElse(0);
        return IntStream.range(0, length())
                // Negated, so that what is not a number is not passed over.
                .filter(i -> !(Math.sqrt(Math.max(original[i], compressed[i])) < LEAST_NORM * mean))
                .mapToObj(i -> new PartComparison(axis, i, OutputTally.relative(error[i], original[i]), cosine(i)));
    }
}

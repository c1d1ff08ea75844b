package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.WorstParts;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** The sums behind the comparison of one output, batch after batch. */
final class OutputTally {
    /** A cosine of fewer numbers is ±1. */
    private static final int LEAST_OF_COSINE = 2;

    /** A longer axis is one of places or tokens rather than of channels, and would cost much. */
    private static final int LONGEST_AXIS = 4096;

    private final String name;
    private final OutputAxes axes;
    private double maxAbsoluteError;
    private double squaredError;
    private double squaredOriginal;
    private double cosines;
    private long samples;
    private long equal;
    private long integers;
    private long agreeing;
    private long rows;

    /** By axis. */
    private final Map<Integer, AxisSums> parts = new TreeMap<>();

    /** Axes that do not divide the output into parts, in one batch or another. */
    private final Set<Integer> undivided = new HashSet<>();

    /** Of an output of a model of whose graph nothing is known. */
    OutputTally(String name) {
        this(name, OutputAxes.UNKNOWN);
    }

    OutputTally(String name, OutputAxes axes) {
        this.name = name;
        this.axes = axes;
    }

    /** As {@link #add(Output, Output, int, IntPredicate)}, with all numbers compared. */
    void add(Output original, Output compressed, int batch) {
        add(original, compressed, batch, row -> true);
    }

    /**
     * Adds what two networks gave for a batch.
     *
     * @param batch how many samples it had; an output without an axis of samples counts as one
     * @param counted which rows along the last axis are compared
     * @throws InvalidInputException if they are not of the same shape
     */
    void add(Output original, Output compressed, int batch, IntPredicate counted) {
        if (!original.shape().equals(compressed.shape())) {
            throw new InvalidInputException(
                    "the compressed model is not made from this original: its output `%s` is %s where %s was expected"
                            .formatted(name, Tensors.shape(compressed.shape()), Tensors.shape(original.shape())));
        }
        OptionalInt batchAxis = axes.batch(original, batch);
        divide(original, batchAxis);
        // A scalar, or an output of the batch as a whole, is one sample, as if an axis of length 1 came first.
        AxisSums ofSamples = batchAxis.isPresent()
                ? new AxisSums(batchAxis.getAsInt(), original.shape().get(batchAxis.getAsInt()))
                : new AxisSums(-1, 1);
        List<AxisSums> sums = new ArrayList<>(parts.values());
        sums.add(ofSamples);
        addNumbers(original, compressed, sums, counted);
        parts.values().forEach(part -> part.count(original));
        if (original.floating() && original.size() / ofSamples.length() >= LEAST_OF_COSINE) {
            cosines += ofSamples.cosines().sum();
            samples += ofSamples.length();
        }
        if (!original.floating()) {
            addIntegers(original, compressed, counted);
        }
        if (axes.hasClasses(original, batch)) {
            addRows(original, compressed, counted);
        }
    }

    /** Begins the sums of each axis that has parts, and drops those of an axis that turns out to have none. */
    private void divide(Output output, OptionalInt batchAxis) {
        for (int axis = 0; axis < output.shape().size(); axis++) {
            long length = output.shape().get(axis);
            if (length < 2
                    || length > LONGEST_AXIS
                    || !axes.hasParts(output, axis)
                    || batchAxis.equals(OptionalInt.of(axis))
                    || (parts.containsKey(axis) && parts.get(axis).length() != length)) {
                undivided.add(axis);
            } else if (!parts.containsKey(axis)) {
                parts.put(axis, new AxisSums(axis, length));
            }
        }
        parts.keySet().removeAll(undivided);
    }

    /** Adds to all sums, row by row along the last axis. */
    private void addNumbers(Output original, Output compressed, List<AxisSums> sums, IntPredicate counted) {
        int last = original.shape().size() - 1;
        int width = original.lastAxis();
        List<AxisSums> along = sums.stream().filter(each -> each.axis() == last).toList();
        List<AxisSums> across =
                sums.stream().filter(each -> each.axis() != last).toList();
        int[] strides =
                across.stream().mapToInt(each -> stride(original, each.axis())).toArray();
        for (int row = 0; width > 0 && row < original.size() / width; row++) {
            if (!counted.test(row)) {
                continue;
            }
            double error = 0;
            double squared = 0;
            double squaredOther = 0;
            double product = 0;
            for (int j = 0; j < width; j++) {
                double y = original.at(row * width + j);
                double other = compressed.at(row * width + j);
                double difference = Math.abs(y - other);
                maxAbsoluteError = Math.max(maxAbsoluteError, difference);
                error += difference * difference;
                squared += y * y;
                squaredOther += other * other;
                product += y * other;
                for (AxisSums each : along) {
                    each.add(j, difference * difference, y * y, other * other, y * other);
                }
            }
            squaredError += error;
            squaredOriginal += squared;
            for (int i = 0; i < strides.length; i++) {
                AxisSums each = across.get(i);
                each.add(row / strides[i] % each.length(), error, squared, squaredOther, product);
            }
        }
    }

    /** How many rows after one the next is whose index along an axis, not the last one, is another. */
    private static int stride(Output output, int axis) {
        int stride = 1;
        for (int inner = axis + 1; inner < output.shape().size() - 1; inner++) {
            stride *= Math.toIntExact(output.shape().get(inner));
        }
        return stride;
    }

    private void addIntegers(Output original, Output compressed, IntPredicate counted) {
        for (int i = 0; i < original.size(); i++) {
            if (!counted.test(i / original.lastAxis())) {
                continue;
            }
            integers++;
            if (original.at(i) == compressed.at(i)) {
                equal++;
            }
        }
    }

    private void addRows(Output original, Output compressed, IntPredicate counted) {
        for (int row = 0; row < original.size() / original.lastAxis(); row++) {
            if (!counted.test(row)) {
                continue;
            }
            rows++;
            if (original.argmax(row) == compressed.argmax(row)) {
                agreeing++;
            }
        }
    }

    OutputComparison result() {
        return new OutputComparison(
                name,
                maxAbsoluteError,
                relative(squaredError, squaredOriginal),
                samples == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.min(1, cosines / samples)),
                share(equal, integers),
                share(agreeing, rows),
                worstParts());
    }

    /** ‖y − y'‖₂ / ‖y‖₂, of the squares. */
    static double relative(double squaredError, double squaredOriginal) {
        return squaredError == 0 ? 0 : Math.sqrt(squaredError) / Math.sqrt(squaredOriginal);
    }

    private static OptionalDouble share(long some, long all) {
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) some / all);
    }

    private Optional<WorstParts> worstParts() {
        List<PartComparison> all =
                parts.values().stream().flatMap(AxisSums::parts).toList();
        // One that is not a number is worse than any.
        Optional<PartComparison> byError = all.stream().max(Comparator.comparingDouble(PartComparison::relativeError));
        Optional<PartComparison> byCosine = all.stream().max(Comparator.comparingDouble(part -> 1 - part.cosine()));
        return byError.flatMap(error -> byCosine.map(cosine -> new WorstParts(error, cosine)));
    }
}

package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.run.Output;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** The sums over all that one weight, or several alike, are multiplied by. */
final class LayerSums implements AutoCloseable {
    /** Vectors that are read from a value at a time. */
    private static final int CHUNK = 64;

    private final List<LayerInput> inputs;
    private final List<LinearWeight> weights;
    private final RowSums sums;

    /**
     * Sums of nothing yet.
     *
     * @param weights that are multiplied by these inputs, and have as many rows
     */
    LayerSums(List<LayerInput> inputs, List<LinearWeight> weights, Decomposer decomposer) {
        this.inputs = inputs;
        this.weights = weights;
        this.sums = decomposer.rowSums(size());
    }

    List<LayerInput> inputs() {
        return inputs;
    }

    List<LinearWeight> weights() {
        return weights;
    }

    private int size() {
        return weights.get(0).rows();
    }

    /**
     * Adds the vectors that a value holds.
     *
     * @param counted says of each by its number whether to; the others are not looked at
     * @param where the value is from, for messages
     * @throws InvalidInputException if one of those that count holds a NaN or an infinity
     */
    void add(LayerInput input, Output value, IntPredicate counted, String where) {
        List<Long> shape = value.shape();
        int axis = input.axisOf(shape.size());
        if (shape.get(axis) != size()) {
            throw new IllegalStateException(
                    "Expected vectors of %d in `%s` but was: %s".formatted(size(), input.value(), shape));
        }
        // Within the numbers of an array, as Output counts them.
        int inner = (int) shape.subList(axis + 1, shape.size()).stream()
                .reduce(1L, (a, b) -> a * b)
                .longValue();
        int rows = value.size() / size();
        double[] chunk = new double[Math.multiplyExact(Math.min(CHUNK, Math.max(1, rows)), size())];
        int filled = 0;
        for (int row = 0; row < rows; row++) {
            if (!counted.test(row)) {
                continue;
            }
            int first = row / inner * size() * inner + row % inner;
            for (int i = 0; i < size(); i++) {
                chunk[filled * size() + i] = value.at(first + i * inner);
            }
            filled++;
            if (filled == CHUNK) {
                add(chunk, filled, input, where);
                filled = 0;
            }
        }
        add(chunk, filled, input, where);
    }

    private void add(double[] rows, int count, LayerInput input, String where) {
        try {
            sums.add(rows, count);
        } catch (NonFiniteValueException e) {
            throw new InvalidInputException(
                    "`%s`, which %s is multiplied by, holds %s in %s; calibrate on inputs that the model gives finite numbers for"
                            .formatted(input.value(), weights.get(0).describe(), e.value(), where),
                    e);
        }
    }

    /**
     * What the vectors were like.
     *
     * @return empty if there was none
     * @throws InvalidInputException if squares of them are beyond the range of double
     */
    Optional<InputStatistics> statistics(long samples) {
        if (sums.count() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new InputStatistics(samples, sums.count(), sums.mean(), sums.covariance()));
        } catch (ArithmeticException e) {
            throw new InvalidInputException(
                    "`%s`, which %s is multiplied by, holds numbers whose squares are beyond the range of double; calibrate on other inputs"
                            .formatted(inputs.get(0).value(), weights.get(0).describe()),
                    e);
        }
    }

    @Override
    public void close() {
        sums.close();
    }
}

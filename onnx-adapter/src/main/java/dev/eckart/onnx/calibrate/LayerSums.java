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
final class LayerSums implements SampleSums, AutoCloseable {
    private final List<LayerInput> inputs;
    private final List<LinearWeight> weights;
    private final int size;
    private final RowSums sums;

    /**
     * Sums of nothing yet.
     *
     * @param weights that are multiplied by these inputs, and have as many rows
     * @param models whose inputs are beside each other
     */
    LayerSums(List<LayerInput> inputs, List<LinearWeight> weights, int models, Decomposer decomposer) {
        this.inputs = inputs;
        this.weights = weights;
        this.size = models * weights.get(0).rows();
        this.sums = decomposer.rowSums(size);
    }

    @Override
    public List<LayerInput> inputs() {
        return inputs;
    }

    List<LinearWeight> weights() {
        return weights;
    }

    /** @throws InvalidInputException if one of those that count holds a NaN or an infinity */
    @Override
    public void add(LayerInput input, Output value, IntPredicate counted, String where) {
        input.forEach(value, size, counted, (rows, count) -> add(rows, count, input, where));
    }

    private void add(double[] rows, int count, LayerInput input, String where) {
        try {
            sums.add(rows, count);
        } catch (NonFiniteValueException e) {
            throw new InvalidInputException(
                    "--calibration: `%s`, the input of %s, holds %s in %s; expected finite numbers: calibrate on other inputs"
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
                    "--calibration: the squares of `%s`, the input of %s, are beyond the range of double; calibrate on other inputs"
                            .formatted(inputs.get(0).value(), weights.get(0).describe()),
                    e);
        }
    }

    @Override
    public void close() {
        sums.close();
    }
}

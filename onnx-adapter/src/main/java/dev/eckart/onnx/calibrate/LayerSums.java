package dev.eckart.onnx.calibrate;

import dev.eckart.core.calibrate.InputRange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.UncalibratedReason;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.run.Output;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** The sums over all that one weight, or several alike, are multiplied by. */
final class LayerSums implements SampleSums, AutoCloseable {
    private final List<LayerInput> inputs;
    private final List<LinearWeight> weights;
    private final int size;
    private final RowSums sums;
    private Optional<String> notFinite = Optional.empty();
    private Optional<String> tooLarge = Optional.empty();

    /**
     * Sums of nothing yet.
     *
     * @param weights that are multiplied by these inputs, and have as many rows
     * @param models whose inputs are beside each other
     * @param sums of no rows, of a length
     */
    LayerSums(List<LayerInput> inputs, List<LinearWeight> weights, int models, IntFunction<RowSums> sums) {
        this.inputs = inputs;
        this.weights = weights;
        this.size = models * weights.get(0).rows();
        this.sums = sums.apply(size);
    }

    @Override
    public List<LayerInput> inputs() {
        return inputs;
    }

    List<LinearWeight> weights() {
        return weights;
    }

    /** Where one of those that count holds a NaN or an infinity, it is noted, and nothing is summed from there on. */
    @Override
    public void add(LayerInput input, Output value, IntPredicate counted, String where) {
        if (notFinite.isEmpty()) {
            input.forEach(value, size, counted, (rows, count) -> add(rows, count, input, where));
        }
    }

    private void add(double[] rows, int count, LayerInput input, String where) {
        try {
            sums.add(rows, count);
        } catch (NonFiniteValueException e) {
            notFinite = Optional.of("`%s` holds %s in %s".formatted(input.value(), e.value(), where));
        }
    }

    /** Why there are no statistics, where there are none. */
    UncalibratedReason obstacle() {
        return notFinite.or(this::tooLarge).isPresent() ? UncalibratedReason.NOT_FINITE : UncalibratedReason.NO_ROWS;
    }

    /** Which value holds what, and in which samples, if one holds a number that is not finite. */
    Optional<String> notFinite() {
        return notFinite;
    }

    /** Which value holds finite numbers whose squares are not. */
    Optional<String> tooLarge() {
        return tooLarge;
    }

    /**
     * What the vectors were like.
     *
     * @return empty if there was none, or one that is not finite, or too large for its square to be
     */
    Optional<InputStatistics> statistics(long samples) {
        if (sums.count() == 0 || notFinite.isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new InputStatistics(
                    samples,
                    sums.count(),
                    sums.mean(),
                    sums.covariance(),
                    Optional.of(new InputRange(sums.least(), sums.most(), sums.evenness()))));
        } catch (ArithmeticException e) {
            tooLarge = Optional.of("`%s` holds numbers whose squares exceed the range of float64"
                    .formatted(inputs.get(0).value()));
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        sums.close();
    }
}

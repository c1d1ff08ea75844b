package dev.eckart.onnx.calibrate;

import dev.eckart.core.calibrate.UncalibratedReason;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.scan.LinearSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/**
 * A value of the main graph that a weight is multiplied by; of a convolution of one pixel, all pixels of it count, whatever
 * the strides.
 *
 * @param value its name
 * @param axis the one that W's rows are multiplied along; counted from behind where it is negative
 */
record LayerInput(String value, int axis) {
    /** Vectors that are read from a value at a time. */
    private static final int CHUNK = 64;

    /** All that a weight is multiplied by, or why that cannot be told. */
    record Found(List<LayerInput> inputs, Optional<UncalibratedReason> obstacle) {
        Found {
            inputs = List.copyOf(inputs);
        }

        private static Found none(UncalibratedReason obstacle) {
            return new Found(List.of(), Optional.of(obstacle));
        }
    }

    /** What a linear weight, in its plainest reading, is multiplied by: one value for each node, or for some of them. */
    static Found of(LinearSite site, GraphIndex index) {
        List<LayerInput> inputs = new ArrayList<>();
        for (LinearSite.Multiplication use : site.readings().get(0).uses()) {
            int node = use.use().node();
            Form form = use.layout().form();
            Optional<Value> x = index.value(new Use(node, use.use().input() == 0 ? 1 : 0));
            if (form == Form.TABLE) {
                return Found.none(UncalibratedReason.TABLE);
            }
            if (use.mirrored()) {
                return Found.none(UncalibratedReason.MIRRORED);
            }
            if (index.graphOf(node) != GraphIndex.MAIN || x.isEmpty()) {
                return Found.none(UncalibratedReason.SUBGRAPH);
            }
            OptionalInt axis = Operators.linear(index.node(node))
                    .inputAxis(index.node(node), use.use().input());
            if (axis.isEmpty()) {
                return Found.none(UncalibratedReason.AXES);
            }
            if (isOfSeveralPixels(use)) {
                return Found.none(UncalibratedReason.KERNEL);
            }
            LayerInput input = new LayerInput(x.get().name(), axis.getAsInt());
            if (!inputs.contains(input)) {
                inputs.add(input);
            }
        }
        return new Found(inputs, Optional.empty());
    }

    private static boolean isOfSeveralPixels(LinearSite.Multiplication use) {
        boolean convolution =
                use.layout().form() == Form.CHANNELS || use.layout().form() == Form.ROWS_AND_COLUMNS;
        return convolution && use.dims().subList(2, use.dims().size()).stream().anyMatch(pixels -> pixels != 1);
    }

    /** The axis in a value of so many dimensions: a vector has one only. */
    int axisOf(int dimensions) {
        return axis >= 0 ? axis : Math.max(0, dimensions + axis);
    }

    /** The dimensions of a value but for the axis: how many vectors x it holds, and in which arrangement. */
    List<Long> rowAxes(List<Long> shape) {
        List<Long> others = new ArrayList<>(shape);
        others.remove(axisOf(shape.size()));
        return others;
    }

    /** What vectors are handed over to. */
    interface Rows {

        /**
         * Takes some.
         *
         * @param rows {@code [count × size]}, row by row; reused for the next ones, and there may be more behind them
         */
        void take(double[] rows, int count);
    }

    /**
     * Hands over the vectors of a value, some at a time.
     *
     * @param size of a vector
     * @param counted says of each by its number whether to; the others are not looked at
     */
    void forEach(Output of, int size, IntPredicate counted, Rows to) {
        List<Long> shape = of.shape();
        int at = axisOf(shape.size());
        if (shape.get(at) != size) {
            throw new IllegalStateException("Expected vectors of %d in `%s` but was: %s".formatted(size, value, shape));
        }
        // Within the numbers of an array, as Output counts them.
        int inner = (int) shape.subList(at + 1, shape.size()).stream()
                .reduce(1L, (a, b) -> a * b)
                .longValue();
        int rows = of.size() / size;
        double[] chunk = new double[Math.multiplyExact(Math.min(CHUNK, Math.max(1, rows)), size)];
        int filled = 0;
        for (int row = 0; row < rows; row++) {
            if (!counted.test(row)) {
                continue;
            }
            int first = row / inner * size * inner + row % inner;
            for (int i = 0; i < size; i++) {
                chunk[filled * size + i] = of.at(first + i * inner);
            }
            filled++;
            if (filled == CHUNK) {
                to.take(chunk, filled);
                filled = 0;
            }
        }
        to.take(chunk, filled);
    }
}

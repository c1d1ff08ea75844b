package dev.eckart.core.metric;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * A floating-point output of a run, as numbers that nothing changes.
 *
 * @param shape its dimensions; the first one is samples, if it is an output for each
 * @param numbers by index, row by row
 */
public record NetworkOutput(String name, List<Integer> shape, IntToDoubleFunction numbers) {
    public NetworkOutput {
        shape = List.copyOf(shape);
    }

    /** A number by its place, the last dimension varying fastest. */
    public double at(int index) {
        return numbers.applyAsDouble(index);
    }

    /** How many numbers there are. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** Length of the last axis; 1 for a scalar. */
    public int lastAxis() {
        return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
    }

    /**
     * Index within its row of the largest number of a row along the last axis, the first of equals; −1 if one is not a
     * number.
     */
    public int argmax(int row) {
        int width = lastAxis();
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < width; j++) {
            double number = at(row * width + j);
            if (Double.isNaN(number)) {
                return -1;
            }
            if (number > largest) {
                largest = number;
                best = j;
            }
        }
        return best;
    }

    /** As messages name it: {@code `logits` [8×128×32000]}. */
    public String describe() {
        return "`%s` %s".formatted(name, axes(shape));
    }

    static String axes(List<Integer> shape) {
        return "[%s]"
                .formatted(String.join("×", shape.stream().map(String::valueOf).toList()));
    }
}

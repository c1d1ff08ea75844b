package dev.eckart.onnx.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * One output of one run, as numbers.
 *
 * @param shape its dimensions
 * @param floating whether it is of a floating-point type, and not of integers or flags
 * @param size how many numbers there are
 * @param values the numbers, by index, row by row
 */
public record Output(String name, List<Long> shape, boolean floating, int size, IntToDoubleFunction values) {
    public Output {
        shape = List.copyOf(shape);
    }

    public double at(int index) {
        return values.applyAsDouble(index);
    }

    /** The same numbers with one axis before all others, which stay in their order. */
    public Output withFirst(int axis) {
        if (axis == 0) {
            return this;
        }
        List<Long> moved = new ArrayList<>(shape);
        int length = Math.toIntExact(moved.remove(axis));
        moved.add(0, shape.get(axis));
        int inner = product(shape.subList(axis + 1, shape.size()));
        int outer = product(shape.subList(0, axis));
        return new Output(name, moved, floating, size, index -> {
            int before = index / inner % outer;
            int along = index / inner / outer;
            return at((before * length + along) * inner + index % inner);
        });
    }

    private static int product(List<Long> lengths) {
        return Math.toIntExact(lengths.stream().reduce(1L, Math::multiplyExact));
    }

    /** Length of the last axis; 1 for a scalar. */
    public int lastAxis() {
        return shape.isEmpty() ? 1 : Math.toIntExact(shape.get(shape.size() - 1));
    }

    /** Index within its row of the largest number of a row along the last axis, the first of equals. */
    public int argmax(int row) {
        int width = lastAxis();
        int best = 0;
        for (int j = 1; j < width; j++) {
            if (at(row * width + j) > at(row * width + best)) {
                best = j;
            }
        }
        return best;
    }
}

package dev.eckart.onnx.tensor;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A tensor of real numbers, fetched on demand, and other views of the same numbers.
 *
 * @param dims none negative; their product within the range of long
 */
public record TensorView(List<Long> dims, Numbers numbers) {
    public TensorView {
        dims = List.copyOf(dims);
    }

    /** A tensor of which only the dimensions are known. */
    public static TensorView unreadable(List<Long> dims) {
        return new TensorView(dims, (from, count, target, at) -> {
            throw new IllegalStateException("The numbers of this tensor's type are not read");
        });
    }

    /** A matrix as a tensor {@code [rows, columns]}. */
    public static TensorView of(MatrixSource matrix) {
        return new TensorView(List.of((long) matrix.rows(), (long) matrix.columns()), (from, count, target, at) -> {
            int columns = matrix.columns();
            for (int done = 0; done < count; ) {
                int row = (int) ((from + done) / columns);
                int column = (int) ((from + done) % columns);
                // Whole rows at once, where there are some.
                int rows = column == 0 ? Math.max(1, (count - done) / columns) : 1;
                int width = Math.min(columns - column, count - done);
                double[] block = new double[rows * width];
                matrix.read(row, column, rows, width, block);
                System.arraycopy(block, 0, target, at + done, block.length);
                done += block.length;
            }
        });
    }

    /** How many numbers there are. */
    public long size() {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    /**
     * A copy of the numbers of a small tensor, in row-major order.
     *
     * @throws ArithmeticException if there are 2³¹ or more
     */
    public double[] toArray() {
        double[] all = new double[Math.toIntExact(size())];
        numbers.read(0, all.length, all, 0);
        return all;
    }

    /** The same numbers in the same order, under other dimensions. */
    public TensorView reshaped(List<Long> newDims) {
        TensorView view = new TensorView(newDims, numbers);
        if (view.size() != size()) {
            throw new IllegalArgumentException("Expected %d numbers but was: %s".formatted(size(), newDims));
        }
        return view;
    }

    /**
     * The tensor with its axes in another order.
     *
     * @param axes for each axis of the result, which one of this it is
     */
    public TensorView permuted(List<Integer> axes) {
        if (inOrder(axes)) {
            return this;
        }
        int rank = dims.size();
        long[] strides = new long[rank];
        long stride = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= dims.get(axis);
        }
        long[] sizes = axes.stream().mapToLong(dims::get).toArray();
        long[] steps = axes.stream().mapToLong(axis -> strides[axis]).toArray();
        return new TensorView(axes.stream().map(dims::get).toList(), (from, count, target, at) -> {
            if (count == 0) {
                return;
            }
            long[] position = new long[rank];
            long source = 0;
            long rest = from;
            for (int axis = rank - 1; axis >= 0; axis--) {
                position[axis] = rest % sizes[axis];
                rest /= sizes[axis];
                source += position[axis] * steps[axis];
            }
            for (int i = 0; i < count; i++) {
                target[at + i] = numbers.get(source);
                for (int axis = rank - 1; axis >= 0; axis--) {
                    source += steps[axis];
                    if (++position[axis] < sizes[axis]) {
                        break;
                    }
                    source -= position[axis] * steps[axis];
                    position[axis] = 0;
                }
            }
        });
    }

    private static boolean inOrder(List<Integer> axes) {
        return IntStream.range(0, axes.size()).allMatch(axis -> axes.get(axis) == axis);
    }

    /**
     * (q − zero point)·scale for the integers q that these are, as {@code DequantizeLinear} computes it.
     *
     * @param scale one for all; one for each position on the axis; or with these dimensions but for the axis, on which
     *     each {@code block} positions share one
     * @param zeroPoint as many as scales; zero where empty
     * @param axis of the scales, where there are several; from the end where negative
     * @param block 0 where there are no blocks
     * @return empty if the scales do not fit
     */
    public Optional<TensorView> dequantized(TensorView scale, Optional<TensorView> zeroPoint, int axis, long block) {
        Numbers zeros = zeroPoint
                .map(TensorView::numbers)
                .orElse((from, count, target, at) -> Arrays.fill(target, at, at + count, 0));
        boolean paired = zeroPoint.map(points -> points.size() == scale.size()).orElse(true);
        if (paired && scale.size() == 1) {
            return Optional.of(new TensorView(dims, new Dequantized(numbers, scale.numbers, zeros, 1, 1, 1, false)));
        }
        int along = axis < 0 ? axis + dims.size() : axis;
        if (!paired || along < 0 || along >= dims.size()) {
            return Optional.empty();
        }
        List<Long> expected = new ArrayList<>(dims);
        if (block > 0) {
            expected.set(along, (dims.get(along) + block - 1) / block);
        }
        boolean fits = block > 0 ? scale.dims.equals(expected) : scale.dims.equals(List.of(dims.get(along)));
        long inner = dims.subList(along + 1, dims.size()).stream().reduce(1L, (a, b) -> a * b);
        return fits
                ? Optional.of(new TensorView(
                        dims,
                        new Dequantized(
                                numbers, scale.numbers, zeros, dims.get(along), inner, Math.max(1, block), block > 0)))
                : Optional.empty();
    }

    /**
     * A matrix of the numbers.
     *
     * @param rows the axes whose positions, in this order, make up a row's
     * @param columns all other axes, in the order in which they make up a column's
     * @throws ArithmeticException if it would have 2³¹ rows or columns, or more
     */
    public MatrixSource matrix(List<Integer> rows, List<Integer> columns) {
        List<Integer> mirrored = joined(columns, rows);
        if (inOrder(mirrored) && !inOrder(joined(rows, columns))) {
            return new Transposed(matrix(columns, rows));
        }
        TensorView view = permuted(joined(rows, columns));
        return new Rows(view.numbers, extent(rows), extent(columns));
    }

    private int extent(List<Integer> axes) {
        return Math.toIntExact(axes.stream().map(dims::get).reduce(1L, Math::multiplyExact));
    }

    private static List<Integer> joined(List<Integer> one, List<Integer> other) {
        List<Integer> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    /** Numbers as the rows of a matrix. */
    private record Rows(Numbers numbers, int rows, int columns) implements MatrixSource {

        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            Objects.checkFromIndexSize(row, rows, rows());
            Objects.checkFromIndexSize(column, columns, columns());
            if (columns == columns()) {
                numbers.read((long) row * columns, rows * columns, target, 0);
                return;
            }
            for (int i = 0; i < rows; i++) {
                numbers.read((long) (row + i) * columns() + column, columns, target, i * columns);
            }
        }
    }
}

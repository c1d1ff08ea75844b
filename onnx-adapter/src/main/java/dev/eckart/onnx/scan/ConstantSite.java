package dev.eckart.onnx.scan;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Codes;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A constant tensor that can be stored in another form, whatever nodes take it.
 *
 * <p>It is read as a matrix W {@code [in × out]} of which each column is what one scale is for: neighbouring axes of the
 * tensor make up a column's position, and all others a row's.
 *
 * @param weight the matrix, as the engine has it
 * @param root the tensor
 * @param dims of the tensor
 * @param from the first of the axes that make up a column's position
 * @param to the axis after the last of them
 */
public record ConstantSite(LinearWeight weight, Value root, List<Long> dims, int from, int to) {
    public ConstantSite {
        dims = List.copyOf(dims);
        if (from < 0 || to <= from || to > dims.size()) {
            throw new IllegalArgumentException("Expected axes of %s but was: %d to %d".formatted(dims, from, to));
        }
    }

    /** The dimensions of the tensor of one number for each column, to be multiplied by the tensor. */
    public List<Long> scaleDims() {
        return IntStream.range(0, dims.size())
                .mapToObj(axis -> from <= axis && axis < to ? dims.get(axis) : Long.valueOf(1))
                .toList();
    }

    /** Codes {@code [in × out]} in the tensor's order. */
    public byte[] inTensorOrder(Codes codes) {
        int inner = Math.toIntExact(inner());
        int columns = codes.columns();
        byte[] ordered = new byte[Math.multiplyExact(codes.rows(), columns)];
        byte[] row = new byte[columns];
        for (int i = 0; i < codes.rows(); i++) {
            codes.readRow(i, row);
            int at = i / inner * columns * inner + i % inner;
            if (inner == 1) {
                System.arraycopy(row, 0, ordered, at, columns);
                continue;
            }
            for (int j = 0; j < columns; j++) {
                ordered[at + j * inner] = row[j];
            }
        }
        return ordered;
    }

    /** Codes {@code [in × out]} out of the tensor's order. */
    public Codes outOfTensorOrder(byte[] ordered) {
        int inner = Math.toIntExact(inner());
        int columns = weight.columns();
        byte[] codes = new byte[ordered.length];
        for (int i = 0; i < weight.rows(); i++) {
            int at = i / inner * columns * inner + i % inner;
            for (int j = 0; j < columns; j++) {
                codes[i * columns + j] = ordered[at + j * inner];
            }
        }
        return Codes.wrap(weight.rows(), columns, codes);
    }

    /** Numbers behind each position on the columns' axes. */
    private long inner() {
        return dims.subList(to, dims.size()).stream().reduce(1L, (a, b) -> a * b);
    }

    /** The tensor of another matrix {@code [in × out]}. */
    public TensorView tensor(MatrixSource matrix) {
        if (from == 0) {
            // As a whole, which is faster than number by number.
            return TensorView.of(Transposed.of(matrix)).reshaped(dims);
        }
        List<Integer> axes = new ArrayList<>(rowAxes(dims.size(), from, to));
        axes.addAll(IntStream.range(from, to).boxed().toList());
        List<Integer> inverse = new ArrayList<>(axes);
        for (int i = 0; i < axes.size(); i++) {
            inverse.set(axes.get(i), i);
        }
        return TensorView.of(matrix)
                .reshaped(axes.stream().map(dims::get).toList())
                .permuted(inverse);
    }

    /** The matrix {@code [in × out]} of another tensor of these dimensions. */
    public MatrixSource matrix(TensorView tensor) {
        return tensor.matrix(
                rowAxes(dims.size(), from, to),
                IntStream.range(from, to).boxed().toList());
    }

    /**
     * The two factors of another matrix B·A {@code [in × out]}, as tensors whose product makes up a tensor of these dimensions.
     *
     * @param reshaped dimensions that the product is given then; empty where it has those already
     * @param permutation of these dimensions; empty where they are in order
     */
    public record Factors(TensorView first, TensorView second, List<Long> reshaped, List<Long> permutation) {}

    /**
     * The factors that stand for a matrix.
     *
     * @param b B, {@code [in × r]}
     * @param a A, {@code [r × out]}
     */
    public Factors factors(MatrixSource b, MatrixSource a) {
        if (from == 0) {
            return new Factors(
                    TensorView.of(Transposed.of(a)),
                    TensorView.of(Transposed.of(b)),
                    dims.size() == 2 && to == 1 ? List.of() : dims,
                    List.of());
        }
        boolean inOrder = to == dims.size();
        List<Integer> axes = new ArrayList<>(rowAxes(dims.size(), from, to));
        axes.addAll(IntStream.range(from, to).boxed().toList());
        return new Factors(
                TensorView.of(b),
                TensorView.of(a),
                inOrder && dims.size() == 2
                        ? List.of()
                        : axes.stream().map(dims::get).toList(),
                inOrder
                        ? List.of()
                        : IntStream.range(0, dims.size())
                                .mapToObj(axis -> (long) axes.indexOf(axis))
                                .toList());
    }

    /** B {@code [in × r]} and A {@code [r × out]} out of the tensors of {@link #factors}. */
    public List<MatrixSource> outOfFactors(MatrixSource first, MatrixSource second) {
        return from == 0 ? List.of(Transposed.of(second), Transposed.of(first)) : List.of(first, second);
    }

    /** The axes that are not from one to before another. */
    static List<Integer> rowAxes(int rank, int from, int to) {
        return IntStream.range(0, rank)
                .filter(axis -> axis < from || axis >= to)
                .boxed()
                .toList();
    }
}

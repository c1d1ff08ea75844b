package dev.eckart.onnx.operator;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How an operator multiplies by a weight, and with it, how the two factors are stored: as what the same operator, or a
 * smaller one of its kind, takes.
 *
 * <pre>{@code
 *                  W                  B              A              x·W               becomes
 * RIGHT            [in, out]          [in, r]        [r, out]       MatMul(x, W)      MatMul(MatMul(x, B), A)
 * LEFT             [out, in]          [r, in]        [out, r]       MatMul(W, x)      MatMul(A, MatMul(B, x))
 * TABLE            [in, out]          [in, r]        [r, out]       Gather(W, i)      MatMul(Gather(B, i), A)
 * CHANNELS         [out, c, k…]       [r, c, k…]     [out, r, 1…]   Conv(x, W)        Conv(Conv(x, B), A)
 * ROWS_AND_COLUMNS [out, c, h, w]     [r, c, h, 1]   [out, r, 1, w] Conv(x, W)        Conv(Conv(x, B), A)
 * }</pre>
 *
 * <p>The first two may have further dimensions of size 1 before those, which the factors then have too.
 */
public enum Form {
    RIGHT(""),
    LEFT(""),
    TABLE(""),
    CHANNELS("channels"),
    ROWS_AND_COLUMNS("rows and columns");

    private final String label;

    Form(String label) {
        this.label = label;
    }

    /** Which one it is of several ways to split such a weight; empty where there is but one. */
    public String label() {
        return label;
    }

    /** Whether factors that are stored for this form can be given to a node of another. */
    public boolean canServe(Form other) {
        return switch (this) {
            case RIGHT, LEFT, TABLE -> other == RIGHT || other == LEFT || other == TABLE;
            case CHANNELS, ROWS_AND_COLUMNS -> other == this;
        };
    }

    /** B {@code [in × r]} as the tensor that stores it, for a weight of the dimensions {@code in}. */
    public TensorView storedB(MatrixSource b, List<Long> in) {
        TensorView matrix = TensorView.of(b);
        long rank = b.columns();
        return switch (this) {
            case RIGHT, TABLE -> matrix.reshaped(followedBy(in, rank));
            case LEFT, CHANNELS -> matrix.permuted(List.of(1, 0)).reshaped(ledBy(rank, in));
            case ROWS_AND_COLUMNS -> matrix.permuted(List.of(1, 0)).reshaped(List.of(rank, in.get(0), in.get(1), 1L));
        };
    }

    /** A {@code [r × out]} as the tensor that stores it. */
    public TensorView storedA(MatrixSource a, List<Long> in, List<Long> out) {
        TensorView matrix = TensorView.of(a);
        long rank = a.rows();
        return switch (this) {
            case RIGHT, TABLE ->
                matrix.reshaped(followedBy(followedBy(Collections.nCopies(in.size() - 1, 1L), rank), out.get(0)));
            case LEFT -> matrix.permuted(List.of(1, 0)).reshaped(followedBy(out, rank));
            case CHANNELS -> {
                List<Long> ones = Collections.nCopies(in.size() - 1, 1L);
                yield matrix.permuted(List.of(1, 0)).reshaped(ledBy(out.get(0), ledBy(rank, ones)));
            }
            case ROWS_AND_COLUMNS ->
                matrix.reshaped(List.of(rank, out.get(0), out.get(1)))
                        .permuted(List.of(1, 0, 2))
                        .reshaped(List.of(out.get(0), rank, 1L, out.get(1)));
        };
    }

    /** B {@code [in × r]} out of the tensor that stores it. */
    public MatrixSource readB(TensorView stored) {
        List<Long> dims = stored.dims();
        int last = dims.size() - 1;
        return switch (this) {
            case RIGHT, TABLE -> matrix(stored, product(dims.subList(0, last)), dims.get(last));
            case LEFT, CHANNELS, ROWS_AND_COLUMNS ->
                transposed(stored, dims.get(0), product(dims.subList(1, dims.size())));
        };
    }

    /** A {@code [r × out]} out of the tensor that stores it. */
    public MatrixSource readA(TensorView stored) {
        List<Long> dims = stored.dims();
        int last = dims.size() - 1;
        return switch (this) {
            case RIGHT, TABLE -> matrix(stored, product(dims.subList(0, last)), dims.get(last));
            case LEFT -> transposed(stored, product(dims.subList(0, last)), dims.get(last));
            case CHANNELS -> transposed(stored, dims.get(0), dims.get(1));
            case ROWS_AND_COLUMNS ->
                matrix(stored.permuted(List.of(1, 0, 2, 3)), dims.get(1), product(dims) / dims.get(1));
        };
    }

    private static MatrixSource matrix(TensorView view, long rows, long columns) {
        return view.reshaped(List.of(rows, columns)).matrix(List.of(0), List.of(1));
    }

    private static MatrixSource transposed(TensorView view, long rows, long columns) {
        return view.reshaped(List.of(rows, columns)).matrix(List.of(1), List.of(0));
    }

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    private static List<Long> followedBy(List<Long> dims, long last) {
        List<Long> longer = new ArrayList<>(dims);
        longer.add(last);
        return longer;
    }

    private static List<Long> ledBy(long first, List<Long> dims) {
        List<Long> longer = new ArrayList<>(List.of(first));
        longer.addAll(dims);
        return longer;
    }
}

package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;

/**
 * A true singular value decomposition: of a long matrix its QR decomposition first ({@code dgeqrf}), then the reduction
 * to a bidiagonal matrix ({@code dgebrd}), of which the values and vectors come by {@code dbdsdc}, and those of the whole
 * by {@code dormbr}.
 *
 * <p>Matrices are column by column, as LAPACK has them.
 */
final class OpenBlasSvd implements Decomposition {
    /** A matrix this many times longer than wide is reduced to its triangle first. */
    private static final int TALL = 2;

    private static final byte UPPER = 'U';

    /** {@code [rows × k]}; then what is left of it by the reduction. */
    private final NativeDoubles tall;

    private final int rows;
    private final int k;
    private final double scale;
    private @Nullable Bidiagonal bidiagonal;

    private OpenBlasSvd(NativeDoubles tall, int rows, int k, double scale) {
        this.tall = tall;
        this.rows = rows;
        this.k = k;
        this.scale = scale;
    }

    /** @throws NonFiniteValueException if the matrix holds a NaN or an infinity */
    static OpenBlasSvd of(MatrixSource matrix) {
        double scale = Scale.of(matrix);
        // Row by row, it is the tall one column by column.
        MatrixSource wide = Scaled.by(1 / scale, matrix.rows() < matrix.columns() ? matrix : Transposed.of(matrix));
        int k = wide.rows();
        int m = wide.columns();
        NativeDoubles tall = NativeDoubles.allocate((long) k * m);
        try {
            int height = Math.max(1, OpenBlasDecomposer.PANEL_NUMBERS / m);
            Panels.ofRows(wide, height, (row, count, numbers) -> tall.put((long) row * m, numbers, 0, count * m));
            if (m < TALL * k) {
                return new OpenBlasSvd(tall, m, k, scale);
            }
            NativeDoubles triangle = triangle(tall, m, k);
            tall.close();
            return new OpenBlasSvd(triangle, k, k, scale);
        } catch (Throwable e) {
            tall.close();
            throw e;
        }
    }

    /** R {@code [k × k]} of the QR decomposition, in whose place the matrix is taken apart. */
    private static NativeDoubles triangle(NativeDoubles tall, int m, int k) {
        try (NativeDoubles reflections = NativeDoubles.allocate(k)) {
            Lapack.require(
                    openblas.LAPACKE_dgeqrf(openblas.LAPACK_COL_MAJOR, m, k, tall.at(0), m, reflections.at(0)), k);
        }
        NativeDoubles triangle = NativeDoubles.zeros((long) k * k);
        double[] column = new double[k];
        for (int j = 0; j < k; j++) {
            tall.get((long) j * m, column, 0, j + 1);
            triangle.put((long) j * k, column, 0, j + 1);
        }
        return triangle;
    }

    @Override
    public Optional<EnergyMoments> moments() {
        return Optional.empty();
    }

    @Override
    public double scale() {
        return scale;
    }

    /** The bidiagonal matrix, and the reflections on its right. */
    private record Bidiagonal(NativeDoubles diagonal, NativeDoubles off, NativeDoubles reflections)
            implements AutoCloseable {

        @Override
        public void close() {
            diagonal.close();
            off.close();
            reflections.close();
        }
    }

    private Bidiagonal bidiagonal() {
        if (bidiagonal == null) {
            bidiagonal =
                    new Bidiagonal(NativeDoubles.allocate(k), NativeDoubles.allocate(k), NativeDoubles.allocate(k));
            try (NativeDoubles left = NativeDoubles.allocate(k)) {
                Lapack.require(
                        openblas.LAPACKE_dgebrd(
                                openblas.LAPACK_COL_MAJOR,
                                rows,
                                k,
                                tall.at(0),
                                rows,
                                bidiagonal.diagonal.at(0),
                                bidiagonal.off.at(0),
                                left.at(0),
                                bidiagonal.reflections.at(0)),
                        k);
            }
        }
        return bidiagonal;
    }

    @Override
    public double[] singularValues() {
        return Arrays.stream(solve(Optional.empty()))
                .map(value -> scale * value)
                .toArray();
    }

    @Override
    public Matrix vectors(int count) {
        long size = (long) k * k;
        try (NativeDoubles right = NativeDoubles.allocate(size)) {
            solve(Optional.of(right));
            Lapack.require(
                    openblas.LAPACKE_dormbr(
                            openblas.LAPACK_COL_MAJOR,
                            (byte) 'P',
                            (byte) 'R',
                            (byte) 'T',
                            k,
                            k,
                            rows,
                            tall.at(0),
                            rows,
                            bidiagonal().reflections.at(0),
                            right.at(0),
                            k),
                    k);
            double[] vectors = new double[count * k];
            double[] column = new double[k];
            for (int j = 0; j < k; j++) {
                right.get((long) j * k, column, 0, k);
                for (int i = 0; i < count; i++) {
                    vectors[i * k + j] = column[i];
                }
            }
            return Matrix.wrap(count, k, vectors);
        }
    }

    /** The values of the bidiagonal matrix, largest first, and its right vectors as rows if there is a place for them. */
    private double[] solve(Optional<NativeDoubles> right) {
        Bidiagonal reduced = bidiagonal();
        long size = right.isPresent() ? (long) k * k : 1;
        try (NativeDoubles values = reduced.diagonal.copy();
                NativeDoubles off = reduced.off.copy();
                NativeDoubles left = NativeDoubles.allocate(size)) {
            Lapack.require(
                    openblas.LAPACKE_dbdsdc(
                            openblas.LAPACK_COL_MAJOR,
                            UPPER,
                            (byte) (right.isPresent() ? 'I' : 'N'),
                            k,
                            values.at(0),
                            off.at(0),
                            left.at(0),
                            k,
                            right.orElse(left).at(0),
                            k,
                            (DoublePointer) null,
                            (IntPointer) null),
                    k);
            return values.toArray();
        }
    }

    @Override
    public void close() {
        tall.close();
        if (bidiagonal != null) {
            bidiagonal.close();
        }
    }
}

package dev.eckart.core.linalg;

import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;

/**
 * A decomposition by the eigenvalues of the Gram matrix G on the shorter side: reduction to a tridiagonal matrix T =
 * Qᵀ·G·Q (LAPACK's {@code dsytrd}), its eigenvalues ({@code dsterf}), and its eigenvectors by divide and conquer ({@code
 * dstedc}), of which Q turns those that are wanted into G's ({@code dormtr}).
 *
 * <p>Matrices are column by column, as LAPACK has them; of symmetric ones the upper triangle is used.
 */
final class OpenBlasGram implements Decomposition {
    /** A panel has no fewer rows, or columns: with each, the whole Gram matrix passes through the caches once. */
    static final int LEAST_PANEL = 512;

    /** Side of a part of the Gram matrix that is summed at a time. */
    private static final int TILE = 1024;

    /** Eigenvectors that are turned at a time. */
    private static final int TURNED = 256;

    private static final byte UPPER = 'U';

    private final int k;
    private final double scale;
    private final EnergyMoments moments;
    /** G; then what is left of it by the reduction, from which Q is made. */
    private final NativeDoubles gram;

    private @Nullable Tridiagonal tridiagonal;
    private @Nullable NativeDoubles vectors;
    private int turnedParts;

    private OpenBlasGram(int k, double scale, NativeDoubles gram, EnergyMoments moments) {
        this.k = k;
        this.scale = scale;
        this.gram = gram;
        this.moments = moments;
    }

    /** @throws NonFiniteValueException if the matrix holds a NaN or an infinity */
    static OpenBlasGram of(MatrixSource matrix) {
        OpenBlasGram plain = of(matrix, 1);
        if (Scale.isNeedless(plain.moments.energy())) {
            return plain;
        }
        plain.close();
        double scale = Scale.of(matrix);
        return of(Scaled.by(1 / scale, matrix), scale);
    }

    private static OpenBlasGram of(MatrixSource matrix, double scale) {
        int k = Math.min(matrix.rows(), matrix.columns());
        NativeDoubles gram = NativeDoubles.zeros((long) k * k);
        try {
            addGram(matrix, k, gram);
            return new OpenBlasGram(k, scale, gram, moments(k, gram));
        } catch (Throwable e) {
            gram.close();
            throw e;
        }
    }

    /** Of a matrix whose Gram matrix this is, as {@link Decomposer#decomposeGram} says. */
    static OpenBlasGram ofGram(Matrix matrix) {
        double scale = Scale.ofGram(matrix);
        MatrixSource scaled = Scaled.by(1 / (scale * scale), matrix);
        int k = matrix.rows();
        NativeDoubles gram = NativeDoubles.allocate((long) k * k);
        try {
            double[] column = new double[k];
            for (int j = 0; j < k; j++) {
                scaled.read(0, j, j + 1, 1, column);
                gram.put((long) j * k, column, 0, j + 1);
            }
            return new OpenBlasGram(k, scale, gram, moments(k, gram));
        } catch (Throwable e) {
            gram.close();
            throw e;
        }
    }

    private static void addGram(MatrixSource matrix, int k, NativeDoubles gram) {
        boolean turned = matrix instanceof Transposed;
        MatrixSource stored = matrix instanceof Transposed transposed ? transposed.original() : matrix;
        int size = Math.max(LEAST_PANEL, OpenBlasDecomposer.PANEL_NUMBERS / k);
        try (NativeDoubles panel = NativeDoubles.allocate((long) k * Math.min(size, longer(stored)))) {
            if (matrix.rows() >= matrix.columns() != turned) {
                Panels.ofRows(stored, size, (from, count, numbers) -> {
                    panel.put(0, numbers, 0, k * count);
                    // Row by row, it is its transpose column by column: G += P·Pᵀ.
                    addPanel(k, count, panel, k, openblas.CblasNoTrans, gram);
                });
            } else {
                Panels.ofColumns(stored, size, (from, count, numbers) -> {
                    panel.put(0, numbers, 0, k * count);
                    addPanel(k, count, panel, count, openblas.CblasTrans, gram);
                });
            }
        }
    }

    private static int longer(MatrixSource matrix) {
        return Math.max(matrix.rows(), matrix.columns());
    }

    /** G += P·Pᵀ, or Pᵀ·P, for a panel that is column by column. */
    private static void addPanel(
            int k, int count, NativeDoubles panel, int stride, int transposed, NativeDoubles gram) {
        int tiles = Parts.of(TILE, k);
        Parts.forEach(tiles * tiles, part -> {
            int row = part % tiles * TILE;
            int column = part / tiles * TILE;
            int rows = Math.min(TILE, k - row);
            int columns = Math.min(TILE, k - column);
            // From one vector of the shorter side to the next.
            long step = transposed == openblas.CblasTrans ? stride : 1;
            if (row == column) {
                openblas.cblas_dsyrk(
                        openblas.CblasColMajor,
                        openblas.CblasUpper,
                        transposed,
                        rows,
                        count,
                        1,
                        panel.at(row * step),
                        stride,
                        1,
                        gram.at(row + (long) column * k),
                        k);
            } else if (row < column) {
                openblas.cblas_dgemm(
                        openblas.CblasColMajor,
                        transposed,
                        transposed == openblas.CblasTrans ? openblas.CblasNoTrans : openblas.CblasTrans,
                        rows,
                        columns,
                        count,
                        1,
                        panel.at(row * step),
                        stride,
                        panel.at(column * step),
                        stride,
                        1,
                        gram.at(row + (long) column * k),
                        k);
            }
        });
    }

    private static EnergyMoments moments(int k, NativeDoubles gram) {
        double trace = 0;
        double squares = 0;
        double[] column = new double[k];
        for (int j = 0; j < k; j++) {
            gram.get((long) j * k, column, 0, j + 1);
            trace += column[j];
            for (int i = 0; i < j; i++) {
                squares += 2 * column[i] * column[i];
            }
            squares += column[j] * column[j];
        }
        return new EnergyMoments(k, trace, squares);
    }

    @Override
    public Optional<EnergyMoments> moments() {
        return Optional.of(moments);
    }

    @Override
    public double scale() {
        return scale;
    }

    /** T, and the reflections that Q is made of. */
    private record Tridiagonal(NativeDoubles diagonal, NativeDoubles off, NativeDoubles reflections)
            implements AutoCloseable {

        static Tridiagonal allocate(int k) {
            return new Tridiagonal(NativeDoubles.allocate(k), NativeDoubles.allocate(k), NativeDoubles.allocate(k));
        }

        @Override
        public void close() {
            diagonal.close();
            off.close();
            reflections.close();
        }
    }

    private Tridiagonal tridiagonal() {
        if (tridiagonal == null) {
            tridiagonal = Tridiagonal.allocate(k);
            Lapack.require(
                    openblas.LAPACKE_dsytrd(
                            openblas.LAPACK_COL_MAJOR,
                            UPPER,
                            k,
                            gram.at(0),
                            k,
                            tridiagonal.diagonal.at(0),
                            tridiagonal.off.at(0),
                            tridiagonal.reflections.at(0)),
                    k);
        }
        return tridiagonal;
    }

    @Override
    public double[] singularValues() {
        Tridiagonal reduced = tridiagonal();
        try (NativeDoubles eigenvalues = reduced.diagonal.copy();
                NativeDoubles off = reduced.off.copy()) {
            Lapack.require(openblas.LAPACKE_dsterf(k, eigenvalues.at(0), off.at(0)), k);
            double[] rising = eigenvalues.toArray();
            // Rounding leaves eigenvalues that should be zero a little below it.
            return IntStream.range(0, k)
                    .mapToDouble(i -> scale * Math.sqrt(Math.max(0, rising[k - 1 - i])))
                    .toArray();
        }
    }

    @Override
    public Matrix vectors(int count) {
        NativeDoubles all = vectors;
        if (all == null) {
            all = tridiagonalVectors(tridiagonal());
            vectors = all;
        }
        turn(all, count);
        double[] rows = new double[count * k];
        for (int i = 0; i < count; i++) {
            all.get((long) (k - 1 - i) * k, rows, i * k, k);
        }
        return Matrix.wrap(count, k, rows);
    }

    /** The eigenvectors of T as columns, that of the largest eigenvalue last. */
    private NativeDoubles tridiagonalVectors(Tridiagonal reduced) {
        NativeDoubles columns = NativeDoubles.allocate((long) k * k);
        try (NativeDoubles eigenvalues = reduced.diagonal.copy();
                NativeDoubles off = reduced.off.copy()) {
            Lapack.require(
                    openblas.LAPACKE_dstedc(
                            openblas.LAPACK_COL_MAJOR, (byte) 'I', k, eigenvalues.at(0), off.at(0), columns.at(0), k),
                    k);
            return columns;
        } catch (Throwable e) {
            columns.close();
            throw e;
        }
    }

    /** Turns those that are wanted and are not turned yet: whole parts, so that no bit depends on how many are wanted. */
    private void turn(NativeDoubles columns, int count) {
        int first = turnedParts;
        int parts = Math.max(0, Parts.of(TURNED, count) - first);
        Parts.forEach(parts, part -> {
            int end = k - (first + part) * TURNED;
            int from = Math.max(0, end - TURNED);
            Lapack.require(
                    openblas.LAPACKE_dormtr(
                            openblas.LAPACK_COL_MAJOR,
                            (byte) 'L',
                            UPPER,
                            (byte) 'N',
                            k,
                            end - from,
                            gram.at(0),
                            k,
                            tridiagonal().reflections.at(0),
                            columns.at((long) from * k),
                            k),
                    k);
        });
        turnedParts = first + parts;
    }

    @Override
    public void close() {
        gram.close();
        if (tridiagonal != null) {
            tridiagonal.close();
        }
        if (vectors != null) {
            vectors.close();
        }
    }
}

package dev.eckart.core.linalg;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * The native backend: BLAS and LAPACK of OpenBLAS, in memory outside of the heap.
 *
 * <p>Each call of OpenBLAS is given one thread: several on one matrix are slower than several matrices side by side,
 * and their sums depend on how many they are. Parts of a fixed size go to threads of ours.
 */
public final class OpenBlasDecomposer implements Decomposer {
    /** Numbers of a panel that is in memory at a time: 8 MB of doubles. */
    static final int PANEL_NUMBERS = 1 << 20;

    private OpenBlasDecomposer() {}

    /** A backend, or why there is none. */
    public record Loaded(Optional<Decomposer> decomposer, String reason) {}

    /** Loads OpenBLAS. Nothing of it is needed to call this. */
    public static Loaded load() {
        try {
            // JavaCPP would count all that the process maps, class archives and models with it, against a multiple of
            // the heap.
            System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
            Loader.load(openblas.class);
            // Both hold for the whole process. Numbers are looked at when they are read.
            openblas.blas_set_num_threads(1);
            openblas.LAPACKE_set_nancheck(0);
            return new Loaded(Optional.of(new OpenBlasDecomposer()), "");
        } catch (LinkageError | RuntimeException e) {
            return new Loaded(Optional.empty(), reason(e));
        }
    }

    /** Whether its libraries for this platform are at hand. That they can be loaded is for {@link #load} to find out. */
    public static boolean isOnClassPath() {
        try {
            return OpenBlasDecomposer.class.getResource("/org/bytedeco/openblas/%s/%s"
                            .formatted(Loader.Detector.getPlatform(), System.mapLibraryName("jniopenblas")))
                    != null;
        } catch (NoClassDefFoundError e) {
            return false;
        }
    }

    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).strip();
        return failure instanceof NoClassDefFoundError ? "not on the class path: " + message : message;
    }

    @Override
    public String name() {
        return "openblas";
    }

    @Override
    public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
        return switch (accuracy) {
            case ENERGY -> OpenBlasGram.of(matrix);
            case FULL -> OpenBlasSvd.of(matrix);
        };
    }

    @Override
    public Decomposition decomposeGram(Matrix gram) {
        return OpenBlasGram.ofGram(gram);
    }

    /** Of a matrix by columns, the upper triangle is the lower one by rows. */
    @Override
    public Matrix inverseRoot(Matrix matrix) {
        int k = matrix.rows();
        double[] numbers = InverseRoot.reversed(matrix);
        try (NativeDoubles triangle = NativeDoubles.allocate(numbers.length)) {
            triangle.put(0, numbers, 0, numbers.length);
            int info = openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, (byte) 'U', k, triangle.at(0), k);
            if (info > 0) {
                throw InverseRoot.notPositiveDefinite(k);
            }
            Lapack.require(info, k);
            Lapack.require(
                    openblas.LAPACKE_dtrtri(openblas.LAPACK_COL_MAJOR, (byte) 'U', (byte) 'N', k, triangle.at(0), k),
                    k);
            triangle.get(0, numbers, 0, numbers.length);
        }
        return InverseRoot.ofReversed(k, numbers);
    }

    @Override
    public Matrix timesTransposed(MatrixSource left, Matrix right) {
        Matrix.requireShared(left.columns(), right.columns());
        int shared = left.columns();
        int width = right.rows();
        double[] product = new double[Math.multiplyExact(left.rows(), width)];
        try (NativeDoubles factor = copyOf(right)) {
            StoredPanels.ofRows(left, PANEL_NUMBERS, (from, count, panel) -> {
                try (NativeDoubles part = NativeDoubles.allocate((long) count * width)) {
                    openblas.cblas_dgemm(
                            openblas.CblasRowMajor,
                            panel.transposed() ? openblas.CblasTrans : openblas.CblasNoTrans,
                            openblas.CblasTrans,
                            count,
                            width,
                            shared,
                            1,
                            panel.numbers().at(0),
                            panel.stride(),
                            factor.at(0),
                            shared,
                            0,
                            part.at(0),
                            width);
                    part.get(0, product, from * width, count * width);
                }
            });
        }
        return Matrix.wrap(left.rows(), width, product);
    }

    @Override
    public Matrix times(Matrix left, MatrixSource right) {
        Matrix.requireShared(left.columns(), right.rows());
        int shared = left.columns();
        int height = left.rows();
        int width = right.columns();
        double[] product = new double[Math.multiplyExact(height, width)];
        try (NativeDoubles factor = copyOf(left)) {
            StoredPanels.ofColumns(right, PANEL_NUMBERS, (from, count, panel) -> {
                try (NativeDoubles part = NativeDoubles.allocate((long) height * count)) {
                    openblas.cblas_dgemm(
                            openblas.CblasRowMajor,
                            openblas.CblasNoTrans,
                            panel.transposed() ? openblas.CblasTrans : openblas.CblasNoTrans,
                            height,
                            count,
                            shared,
                            1,
                            factor.at(0),
                            shared,
                            panel.numbers().at(0),
                            panel.stride(),
                            0,
                            part.at(0),
                            count);
                    for (int i = 0; i < height; i++) {
                        part.get((long) i * count, product, i * width + from, count);
                    }
                }
            });
        }
        return Matrix.wrap(height, width, product);
    }

    private static NativeDoubles copyOf(Matrix matrix) {
        double[] numbers = matrix.values();
        int size = matrix.rows() * matrix.columns();
        NativeDoubles copy = NativeDoubles.allocate(size);
        copy.put(0, numbers, 0, size);
        return copy;
    }

    @Override
    public RowSums rowSums(int columns) {
        return new RowSums(columns, new OpenBlasGramSum(columns));
    }

    @Override
    public long bytes(int rows, int columns, Accuracy accuracy) {
        long shorter = Math.min(rows, columns);
        long longer = Math.max(rows, columns);
        // The Gram matrix, or the matrix itself; vectors, and as much again for finding them; what is being read,
        // twice.
        long decomposed = accuracy == Accuracy.FULL ? shorter * longer : shorter * shorter;
        long panels = 2 * Math.min(shorter * longer, PANEL_NUMBERS + OpenBlasGram.LEAST_PANEL * shorter);
        return Double.BYTES * (decomposed + 3 * shorter * shorter + panels);
    }
}

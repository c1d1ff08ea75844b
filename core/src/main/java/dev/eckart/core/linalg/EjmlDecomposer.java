package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.decomposition.eig.SymmetricQRAlgorithmDecomposition_DDRM;
import org.ejml.dense.row.decomposition.hessenberg.TridiagonalDecompositionHouseholder_DDRM;
import org.ejml.dense.row.decomposition.qr.QRDecompositionHouseholderColumn_DDRM;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * The pure-Java backend, on EJML.
 *
 * <p>Both accuracies work on the shorter side, k = min(m, n): its orthonormal vectors come from a k × k problem, and
 * those of the longer side by one multiplication, since W·vᵢ = σᵢ·uᵢ. That problem is the Gram matrix, summed over
 * panels of W, for {@link Accuracy#ENERGY}; and W itself, or the triangle of its QR decomposition where W is much
 * longer than wide, for {@link Accuracy#FULL}.
 *
 * <p>EJML's single-threaded classes are named outright: its multi-threaded ones split sums by the number of threads,
 * and the result must not depend on that.
 */
public final class EjmlDecomposer implements Decomposer {
    /** Numbers of a panel that is in memory at a time: 8 MB of doubles. */
    private static final int PANEL_NUMBERS = 1 << 20;

    /** A matrix this many times longer than wide is reduced to its triangle first. */
    private static final int TALL = 2;

    @Override
    public String name() {
        return "ejml";
    }

    @Override
    public double[] singularValues(MatrixSource matrix, Accuracy accuracy) {
        return shortSide(matrix, accuracy, false).singularValues;
    }

    @Override
    public SingularValueDecomposition truncated(MatrixSource matrix, int rank, Accuracy accuracy) {
        int k = Math.min(matrix.rows(), matrix.columns());
        if (rank < 1 || rank > k) {
            throw new IllegalArgumentException("Expected a rank from 1 to %d but was: %d".formatted(k, rank));
        }
        ShortSide side = shortSide(matrix, accuracy, true);
        double[] values = Arrays.copyOf(side.singularValues, rank);
        Matrix vectors = Matrix.wrap(CommonOps_DDRM.extract(side.vectors, 0, k, 0, rank));
        MatrixSource tall = asTall(matrix);
        Matrix others = Matrix.wrap(divided(times(tall, side.scale, vectors), values, side.scale));
        return tall == matrix
                ? new SingularValueDecomposition(others, values, vectors.transpose())
                : new SingularValueDecomposition(vectors, values, others.transpose());
    }

    /**
     * Each column W·vᵢ/scale divided by σᵢ/scale. Where σᵢ is but rounding noise, W·vᵢ can be longer than it by any
     * factor: it is divided by its own length then, so that no column is longer than 1.
     */
    private static DMatrixRMaj divided(DMatrixRMaj products, double[] values, double scale) {
        double[] lengths = new double[values.length];
        for (int j = 0; j < lengths.length; j++) {
            double length = NormOps_DDRM.normF(CommonOps_DDRM.extractColumn(products, j, null));
            lengths[j] = length == 0 ? 1 : Math.max(length, values[j] / scale);
        }
        CommonOps_DDRM.divideCols(products, lengths);
        return products;
    }

    /** Singular values, largest first, with the orthonormal vectors of the shorter side as columns if asked for. */
    private static final class ShortSide {
        private final double[] singularValues;
        private final DMatrixRMaj vectors;
        /** The power of two that the matrix was divided by, exactly, so that squares of its numbers stay in range. */
        private final double scale;

        ShortSide(double[] singularValues, DMatrixRMaj vectors, double scale) {
            this.singularValues = singularValues;
            this.vectors = vectors;
            this.scale = scale;
        }
    }

    private static final DMatrixRMaj NO_VECTORS = new DMatrixRMaj(0, 0);

    private static ShortSide shortSide(MatrixSource matrix, Accuracy accuracy, boolean vectors) {
        double largest = largestMagnitude(matrix);
        MatrixSource tall = asTall(matrix);
        if (largest == 0) {
            int k = tall.columns();
            return new ShortSide(new double[k], vectors ? CommonOps_DDRM.identity(k) : NO_VECTORS, 1);
        }
        double scale = Scale.of(largest);
        return switch (accuracy) {
            case ENERGY -> fromGram(gram(tall, scale), scale, vectors);
            case FULL -> fromSvd(tall, scale, vectors);
        };
    }

    private static ShortSide fromGram(DMatrixRMaj gram, double scale, boolean vectors) {
        int k = gram.numRows;
        var eigen = new SymmetricQRAlgorithmDecomposition_DDRM(new TridiagonalDecompositionHouseholder_DDRM(), vectors);
        if (!eigen.decompose(gram)) {
            throw notConverged(k);
        }
        // Rounding leaves eigenvalues that should be zero a little below it.
        double[] values = IntStream.range(0, k)
                .mapToDouble(i ->
                        scale * Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal())))
                .toArray();
        int[] order = Descending.order(values);
        DMatrixRMaj basis = NO_VECTORS;
        if (vectors) {
            basis = new DMatrixRMaj(k, k);
            for (int j = 0; j < k; j++) {
                CommonOps_DDRM.insert(eigen.getEigenVector(order[j]), basis, 0, j);
            }
        }
        return new ShortSide(Descending.ordered(values, order), basis, scale);
    }

    private static ShortSide fromSvd(MatrixSource tall, double scale, boolean vectors) {
        DMatrixRMaj matrix = Scale.divide(Matrix.copyOf(tall).ejml(), scale);
        int k = matrix.numCols;
        if (matrix.numRows >= TALL * k) {
            var qr = new QRDecompositionHouseholderColumn_DDRM();
            qr.decompose(matrix);
            matrix = qr.getR(null, true);
        }
        var svd = new SvdImplicitQrDecompose_DDRM(true, false, vectors, false);
        if (!svd.decompose(matrix)) {
            throw notConverged(k);
        }
        double[] values =
                Arrays.stream(svd.getSingularValues(), 0, k).map(s -> scale * s).toArray();
        int[] order = Descending.order(values);
        DMatrixRMaj basis = NO_VECTORS;
        if (vectors) {
            DMatrixRMaj unordered = svd.getV(null, false);
            basis = new DMatrixRMaj(k, k);
            for (int j = 0; j < k; j++) {
                CommonOps_DDRM.extract(unordered, 0, k, order[j], order[j] + 1, basis, 0, j);
            }
        }
        return new ShortSide(Descending.ordered(values, order), basis, scale);
    }

    private static ArithmeticException notConverged(int k) {
        return new ArithmeticException("The decomposition of a [%d × %d] matrix did not converge".formatted(k, k));
    }

    /** (W/scale)ᵀ·(W/scale) {@code [n × n]} of a tall W {@code [m × n]}, in double, panel by panel. */
    private static DMatrixRMaj gram(MatrixSource tall, double scale) {
        int n = tall.columns();
        DMatrixRMaj sum = new DMatrixRMaj(n, n);
        DMatrixRMaj part = new DMatrixRMaj(n, n);
        forEachPanel(tall, (row, panel) -> {
            CommonOps_DDRM.multInner(Scale.divide(panel, scale), part);
            CommonOps_DDRM.addEquals(sum, part);
        });
        return sum;
    }

    /** (W/scale)·right for a tall W {@code [m × n]} and a matrix {@code [n × r]}. */
    private static DMatrixRMaj times(MatrixSource tall, double scale, Matrix right) {
        DMatrixRMaj product = new DMatrixRMaj(tall.rows(), right.columns());
        forEachPanel(tall, (row, panel) -> {
            DMatrixRMaj part = new DMatrixRMaj(panel.numRows, right.columns());
            CommonOps_DDRM.mult(Scale.divide(panel, scale), right.ejml(), part);
            CommonOps_DDRM.insert(part, product, row, 0);
        });
        return product;
    }

    /** The largest absolute value, having refused NaN and infinities. */
    private static double largestMagnitude(MatrixSource matrix) {
        double[] largest = {0};
        forEachPanel(matrix, (row, panel) -> {
            FiniteValues.require(panel.data, row, 0, panel.numRows, panel.numCols);
            largest[0] = Math.max(largest[0], CommonOps_DDRM.elementMaxAbs(panel));
        });
        return largest[0];
    }

    private interface PanelConsumer {
        void accept(int row, DMatrixRMaj panel);
    }

    private static void forEachPanel(MatrixSource matrix, PanelConsumer consumer) {
        int n = matrix.columns();
        int height = Math.max(1, Math.min(matrix.rows(), PANEL_NUMBERS / Math.max(1, n)));
        for (int row = 0; row < matrix.rows(); row += height) {
            int rows = Math.min(height, matrix.rows() - row);
            double[] block = new double[rows * n];
            matrix.read(row, 0, rows, n, block);
            consumer.accept(row, DMatrixRMaj.wrap(rows, n, block));
        }
    }

    /** The matrix, transposed where it is wider than tall. */
    private static MatrixSource asTall(MatrixSource matrix) {
        return matrix.rows() >= matrix.columns() ? matrix : new Transposed(matrix);
    }
}

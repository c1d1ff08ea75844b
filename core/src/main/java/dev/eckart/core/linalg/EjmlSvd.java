package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.qr.QRDecompositionHouseholderColumn_DDRM;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/** A true singular value decomposition of the matrix, or of the triangle of its QR decomposition where it is long. */
final class EjmlSvd implements Decomposition {
    /** A matrix this many times longer than wide is reduced to its triangle first. */
    private static final int TALL = 2;

    private final DMatrixRMaj tall;
    private final double scale;

    private EjmlSvd(DMatrixRMaj tall, double scale) {
        this.tall = tall;
        this.scale = scale;
    }

    /** @throws NonFiniteValueException if the matrix holds a NaN or an infinity */
    static EjmlSvd of(MatrixSource matrix) {
        double scale = Scale.of(matrix);
        MatrixSource source = matrix.rows() >= matrix.columns() ? matrix : Transposed.of(matrix);
        DMatrixRMaj tall = Scale.divide(EjmlMatrices.of(Matrix.copyOf(source)), scale);
        if (tall.numRows >= TALL * tall.numCols) {
            var qr = new QRDecompositionHouseholderColumn_DDRM();
            qr.decompose(tall);
            tall = qr.getR(null, true);
        }
        return new EjmlSvd(tall, scale);
    }

    @Override
    public Optional<EnergyMoments> moments() {
        return Optional.empty();
    }

    @Override
    public double scale() {
        return scale;
    }

    @Override
    public double[] singularValues() {
        double[] unordered = values(decomposed(false));
        return Descending.ordered(unordered, Descending.order(unordered));
    }

    @Override
    public Matrix vectors(int count) {
        SvdImplicitQrDecompose_DDRM svd = decomposed(true);
        DMatrixRMaj unordered = svd.getV(null, true);
        int[] order = Descending.order(values(svd));
        DMatrixRMaj rows = new DMatrixRMaj(count, tall.numCols);
        for (int i = 0; i < count; i++) {
            CommonOps_DDRM.extract(unordered, order[i], order[i] + 1, 0, tall.numCols, rows, i, 0);
        }
        return EjmlMatrices.wrap(rows);
    }

    private SvdImplicitQrDecompose_DDRM decomposed(boolean vectors) {
        var svd = new SvdImplicitQrDecompose_DDRM(true, false, vectors, false);
        if (!svd.decompose(tall.copy())) {
            throw new ArithmeticException(
                    "The decomposition of a [%d × %d] matrix did not converge".formatted(tall.numRows, tall.numCols));
        }
        return svd;
    }

    private double[] values(SvdImplicitQrDecompose_DDRM svd) {
        return Arrays.stream(svd.getSingularValues(), 0, tall.numCols)
                .map(value -> scale * value)
                .toArray();
    }

    @Override
    public void close() {
        // All on the heap.
    }
}

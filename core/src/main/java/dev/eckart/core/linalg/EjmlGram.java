package dev.eckart.core.linalg;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.eig.symm.SymmetricQREigenHelper_DDRM;
import org.ejml.dense.row.decomposition.eig.symm.SymmetricQrAlgorithm_DDRM;
import org.ejml.dense.row.decomposition.hessenberg.TridiagonalDecomposition_DDRB_to_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * A decomposition by the eigenvalues of the Gram matrix on the shorter side: reduction to a tridiagonal matrix, its
 * eigenvalues by implicit QR, and then, with these known, its eigenvectors.
 */
final class EjmlGram implements Decomposition {
    /** Numbers of a panel that is in memory at a time: 8 MB of doubles. */
    private static final int PANEL_NUMBERS = 1 << 20;

    private final int k;
    private final double scale;
    private final EnergyMoments moments;
    private final DMatrixRMaj gram;
    private @Nullable Tridiagonal tridiagonal;
    private @Nullable DMatrixRMaj vectors;

    private EjmlGram(DMatrixRMaj gram, double scale) {
        this.k = gram.numRows;
        this.scale = scale;
        this.gram = gram;
        this.moments = moments(gram);
    }

    /** @throws NonFiniteValueException if the matrix holds a NaN or an infinity */
    static EjmlGram of(MatrixSource matrix) {
        DMatrixRMaj gram = gram(matrix);
        if (Scale.isNeedless(CommonOps_DDRM.trace(gram))) {
            return new EjmlGram(gram, 1);
        }
        double scale = Scale.of(matrix);
        return new EjmlGram(gram(Scaled.by(1 / scale, matrix)), scale);
    }

    /** Of a matrix whose Gram matrix this is, as {@link Decomposer#decomposeGram} says. */
    static EjmlGram ofGram(Matrix gram) {
        double scale = Scale.ofGram(gram);
        return new EjmlGram(mirrored(Scale.divide(EjmlMatrices.of(gram).copy(), scale * scale)), scale);
    }

    private static EnergyMoments moments(DMatrixRMaj gram) {
        double squares = 0;
        for (double number : gram.data) {
            squares += number * number;
        }
        return new EnergyMoments(gram.numRows, CommonOps_DDRM.trace(gram), squares);
    }

    @Override
    public Optional<EnergyMoments> moments() {
        return Optional.of(moments);
    }

    @Override
    public double scale() {
        return scale;
    }

    /** T = Qᵀ·G·Q, and its eigenvalues in the order in which EJML finds them. */
    private static final class Tridiagonal {
        private final TridiagonalDecomposition_DDRB_to_DDRM reduction = new TridiagonalDecomposition_DDRB_to_DDRM();
        private final double[] diagonal;
        private final double[] off;
        private final double[] eigenvalues;
        private final int[] order;

        Tridiagonal(DMatrixRMaj gram) {
            int k = gram.numRows;
            this.diagonal = new double[k];
            this.off = new double[k];
            if (!reduction.decompose(gram)) {
                throw notConverged(k);
            }
            reduction.getDiagonal(diagonal, off);
            var algorithm = new SymmetricQrAlgorithm_DDRM(new SymmetricQREigenHelper_DDRM());
            if (!algorithm.process(k, diagonal.clone(), off.clone())) {
                throw notConverged(k);
            }
            this.eigenvalues =
                    IntStream.range(0, k).mapToDouble(algorithm::getEigenvalue).toArray();
            this.order = Descending.order(eigenvalues);
        }
    }

    private static ArithmeticException notConverged(int k) {
        return new ArithmeticException("The decomposition of a [%d × %d] matrix did not converge".formatted(k, k));
    }

    private Tridiagonal tridiagonal() {
        if (tridiagonal == null) {
            tridiagonal = new Tridiagonal(gram);
        }
        return tridiagonal;
    }

    @Override
    public double[] singularValues() {
        if (moments.energy() == 0) {
            return new double[k];
        }
        Tridiagonal reduced = tridiagonal();
        // Rounding leaves eigenvalues that should be zero a little below it.
        return Arrays.stream(reduced.order)
                .mapToDouble(i -> scale * Math.sqrt(Math.max(0, reduced.eigenvalues[i])))
                .toArray();
    }

    @Override
    public Matrix vectors(int count) {
        if (vectors == null) {
            vectors = moments.energy() == 0 ? CommonOps_DDRM.identity(k) : allVectors(tridiagonal());
        }
        return EjmlMatrices.wrap(CommonOps_DDRM.extract(vectors, 0, count, 0, k));
    }

    /** All eigenvectors as rows, that of the largest eigenvalue first. */
    private DMatrixRMaj allVectors(Tridiagonal reduced) {
        DMatrixRMaj rotated = reduced.reduction.getQ(null, true);
        var algorithm = new SymmetricQrAlgorithm_DDRM(new SymmetricQREigenHelper_DDRM());
        algorithm.setQ(rotated);
        if (!algorithm.process(k, reduced.diagonal.clone(), reduced.off.clone(), reduced.eigenvalues)) {
            throw notConverged(k);
        }
        DMatrixRMaj ordered = new DMatrixRMaj(k, k);
        for (int i = 0; i < k; i++) {
            System.arraycopy(rotated.data, reduced.order[i] * k, ordered.data, i * k, k);
        }
        return ordered;
    }

    @Override
    public void close() {
        // All on the heap.
    }

    /** The Gram matrix on the shorter side, {@code [k × k]}, summed in double over panels. */
    private static DMatrixRMaj gram(MatrixSource matrix) {
        MatrixSource tall = matrix.rows() >= matrix.columns() ? matrix : Transposed.of(matrix);
        int k = tall.columns();
        EjmlGramSum sum = new EjmlGramSum(k);
        int height = Math.max(EjmlGramSum.BLOCK, PANEL_NUMBERS / k / EjmlGramSum.BLOCK * EjmlGramSum.BLOCK);
        Panels.ofRows(tall, height, (row, rows, numbers) -> sum.add(numbers, rows));
        return sum.toMatrix();
    }

    /** Below the diagonal what is above it; in place. */
    private static DMatrixRMaj mirrored(DMatrixRMaj gram) {
        int k = gram.numRows;
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < i; j++) {
                gram.data[i * k + j] = gram.data[j * k + i];
            }
        }
        return gram;
    }
}

package dev.eckart.core.linalg;

import org.ejml.EjmlParameters;
import org.ejml.data.DMatrixRBlock;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DSubmatrixD1;
import org.ejml.dense.block.MatrixMult_DDRB;
import org.ejml.dense.block.MatrixOps_DDRB;

/** By EJML, on the heap; of the sum, tiles on and above the diagonal are kept. */
final class EjmlGramSum implements GramSum {
    /** Side of EJML's blocks. */
    static final int BLOCK = EjmlParameters.BLOCK_WIDTH;

    /** Side of what is multiplied at a time. */
    private static final int TILE = 4 * BLOCK;

    private final int k;
    private final DMatrixRBlock sum;

    EjmlGramSum(int k) {
        this.k = k;
        this.sum = new DMatrixRBlock(k, k, BLOCK);
    }

    @Override
    public void add(double[] rows, int count) {
        DMatrixRBlock panel = MatrixOps_DDRB.convert(DMatrixRMaj.wrap(count, k, rows), BLOCK);
        int tiles = Parts.of(TILE, k);
        Parts.forEach(tiles * tiles, part -> {
            int i = part / tiles;
            int j = part % tiles;
            if (i <= j) {
                MatrixMult_DDRB.multPlusTransA(
                        BLOCK,
                        columns(panel, i * TILE),
                        columns(panel, j * TILE),
                        new DSubmatrixD1(
                                sum, i * TILE, Math.min(k, i * TILE + TILE), j * TILE, Math.min(k, j * TILE + TILE)));
            }
        });
    }

    private static DSubmatrixD1 columns(DMatrixRBlock matrix, int from) {
        return new DSubmatrixD1(matrix, 0, matrix.numRows, from, Math.min(matrix.numCols, from + TILE));
    }

    /** The sum so far. */
    DMatrixRMaj toMatrix() {
        DMatrixRMaj all = MatrixOps_DDRB.convert(sum, (DMatrixRMaj) null);
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < i; j++) {
                all.data[i * k + j] = all.data[j * k + i];
            }
        }
        return all;
    }

    @Override
    public double[] toArray() {
        return toMatrix().data;
    }

    @Override
    public void close() {
        // All on the heap.
    }
}

package dev.eckart.core.linalg;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/** Matrices as EJML has them, and back; no number is copied. */
final class EjmlMatrices {
    private EjmlMatrices() {}

    /** For reading; EJML multiplies without writing to its operands. */
    static DMatrixRMaj of(Matrix matrix) {
        return DMatrixRMaj.wrap(matrix.rows(), matrix.columns(), matrix.values());
    }

    /** Takes ownership of {@code values}: the caller keeps no reference to it. */
    static Matrix wrap(DMatrixRMaj values) {
        int size = values.getNumElements();
        // EJML keeps the array of a matrix that it makes smaller.
        double[] numbers = values.data.length == size ? values.data : Arrays.copyOf(values.data, size);
        return Matrix.wrap(values.numRows, values.numCols, numbers);
    }
}

package dev.eckart.core.linalg;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** A power of two to divide a matrix by, exactly, so that squares of huge or tiny numbers stay in range. */
final class Scale {
    private Scale() {}

    static double of(Matrix matrix) {
        return of(CommonOps_DDRM.elementMaxAbs(matrix.ejml()));
    }

    /** For a matrix whose largest number is of this magnitude. */
    static double of(double largest) {
        return largest == 0 ? 1 : Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT));
    }

    /** Divides in place. */
    static DMatrixRMaj divide(DMatrixRMaj matrix, double scale) {
        CommonOps_DDRM.scale(1 / scale, matrix);
        return matrix;
    }
}

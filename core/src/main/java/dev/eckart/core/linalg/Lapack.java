package dev.eckart.core.linalg;

/** What LAPACK's routines return. */
final class Lapack {
    private Lapack() {}

    /**
     * Requires success.
     *
     * @param k side of the matrix that is decomposed
     * @throws ArithmeticException if the routine did not converge
     * @throws OutOfMemoryError if it had no memory to work in
     */
    static void require(int info, int k) {
        if (info == -1010 || info == -1011) {
            throw new OutOfMemoryError("LAPACK has no memory to work on a [%d × %d] matrix".formatted(k, k));
        }
        if (info < 0) {
            throw new IllegalStateException("LAPACK refuses its argument " + -info);
        }
        if (info > 0) {
            throw new ArithmeticException("The decomposition of a [%d × %d] matrix did not converge".formatted(k, k));
        }
    }
}

package dev.eckart.core.cache;

import dev.eckart.core.linalg.MatrixSource;

/**
 * What tells one decomposition in the cache from every other.
 *
 * @param hash of the matrix's numbers and of all that follows
 * @param kind what is done with the matrix, and how exactly
 */
record MatrixKey(String hash, String kind, String backend, int rows, int columns) {

    static MatrixKey of(MatrixSource matrix, String kind, String backend) {
        return new MatrixKey(ContentHash.of(matrix, kind, backend), kind, backend, matrix.rows(), matrix.columns());
    }

    /** The values, or the vectors, of this decomposition. */
    EntryKey entry(String part) {
        return new EntryKey(
                "%s.%s".formatted(hash, part),
                "%s %s of %s [%d×%d] by %s".formatted(kind, part, hash, rows, columns, backend));
    }

    /**
     * A file of the cache.
     *
     * @param name of the file
     * @param identity what the file says that it holds: a name can be changed from outside, and this cannot unnoticed
     */
    record EntryKey(String name, String identity) {}
}

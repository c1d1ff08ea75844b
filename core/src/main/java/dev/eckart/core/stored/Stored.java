package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import java.util.function.Supplier;

/**
 * The expression that stands in a file for a weight W {@code [in × out]}, over matrices that are stored as they are.
 *
 * <p>The family is closed, and forms nest: a pair is {@code Product(Dense, Dense)}. What encodings there are, and which of
 * them chose an expression, does not show in it: all that is done with it follows from the expression alone.
 */
public sealed interface Stored permits Dense, Blocks, Packed, Integers, Product, Sum {

    /** The layer's inputs. */
    int rows();

    /** The layer's outputs. */
    int columns();

    /** Bytes of all its numbers in the file: codes, scales and matrices, but no names or nodes. */
    long bytes();

    /** Numbers in its matrices: each code is one, scales are none. */
    long numbers();

    /** The expression with zeros for numbers, which takes no memory: it has the same shape, bytes and text. */
    Stored outline();

    /** The expression, for people and programs: {@code product(dense, dense)}, {@code codes(8)}. */
    String text();

    /**
     * W' {@code [in × out]}: the matrix that a product by this expression multiplies by, before it is rounded to the
     * weight's own type.
     *
     * @param backend asked for where matrices are multiplied
     */
    Matrix toMatrix(Supplier<Decomposer> backend);
}

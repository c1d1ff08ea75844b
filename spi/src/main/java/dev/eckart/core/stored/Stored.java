package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
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
     * weight's own type. Codes become numbers where they are read, so that those of a large weight are never in memory at once;
     * products are computed whole.
     *
     * @param backend asked for where matrices are multiplied
     */
    MatrixSource dense(Supplier<Decomposer> backend);

    /** All of {@link #dense}, in memory. */
    default Matrix toMatrix(Supplier<Decomposer> backend) {
        return Matrix.copyOf(dense(backend));
    }
}

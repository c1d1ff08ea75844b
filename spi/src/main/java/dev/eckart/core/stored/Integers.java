package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.ScaledAxis;
import dev.eckart.core.model.ElementType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A matrix of codes that a product multiplies as integers: its inputs are rounded to 8 bits while the network runs, all of a tensor
 * by one step or each row by its own, so that the product loses more than W' alone does.
 *
 * @param blocks the codes, of at most 7 bits, and a scale for each output: integers of no more than 64 are added up without loss on
 *     every processor
 * @param factors what each input is multiplied by before it is rounded, {@code [1 × in]} in float32; empty where inputs are rounded as
 *     they are. Products of the same inputs share them
 * @param byRow whether each row of the inputs is rounded by a step of its own, so that a few rows of large numbers leave the others theirs
 */
public record Integers(Blocks blocks, Optional<MatrixSource> factors, boolean byRow) implements Stored {
    /** The fewest bits of a code. */
    public static final int LEAST_BITS = 4;

    /** The most bits of a code. */
    public static final int MOST_BITS = 7;

    public Integers {
        factors.filter(row -> row.rows() != 1 || row.columns() != blocks.rows()).ifPresent(row -> {
            throw new IllegalArgumentException("Expected a factor for each of %d inputs but was: [%d×%d]"
                    .formatted(blocks.rows(), row.rows(), row.columns()));
        });
        if (blocks.bits() < LEAST_BITS
                || blocks.bits() > MOST_BITS
                || blocks.blockSize() < blocks.rows()
                || blocks.type() != ElementType.FLOAT32) {
            throw new IllegalArgumentException(
                    "Expected codes of %d to %d bits for float32 and one scale for each output but was: %s for %s"
                            .formatted(
                                    LEAST_BITS,
                                    MOST_BITS,
                                    blocks.text(),
                                    blocks.type().label()));
        }
    }

    /** Of inputs as they are. */
    public Integers(Blocks blocks) {
        this(blocks, Optional.empty(), false);
    }

    @Override
    public int rows() {
        return blocks.rows();
    }

    @Override
    public int columns() {
        return blocks.columns();
    }

    @Override
    public long bytes() {
        return blocks.bytes() + (factors.isPresent() ? (long) rows() * Float.BYTES : 0);
    }

    @Override
    public long numbers() {
        return blocks.numbers();
    }

    @Override
    public Integers outline() {
        return new Integers(blocks.outline(), factors.map(row -> MatrixSource.zeros(1, rows())), byRow);
    }

    @Override
    public String text() {
        return "int8(%d%s%s)"
                .formatted(blocks.bits(), factors.isPresent() ? ", smoothed" : "", byRow ? ", by row" : "");
    }

    /** W', which the inputs are multiplied by, but for their rounding. */
    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        MatrixSource divided = blocks.dense(backend);
        return factors.map(row -> ScaledAxis.rows(divided, Matrix.copyOf(row).toArray()))
                .orElse(divided);
    }
}

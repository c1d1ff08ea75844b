package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import java.util.function.Supplier;

/**
 * A matrix of codes that a product multiplies as integers: its inputs are rounded to 8 bits while the network runs, all of a tensor
 * by one step, so that the product loses more than W' alone does.
 *
 * @param blocks the codes, of at most 7 bits, and a scale for each output: integers of no more than 64 are added up without loss on
 *     every processor
 */
public record Integers(Blocks blocks) implements Stored {
    /** The fewest bits of a code. */
    public static final int LEAST_BITS = 4;

    /** The most bits of a code. */
    public static final int MOST_BITS = 7;

    public Integers {
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
        return blocks.bytes();
    }

    @Override
    public long numbers() {
        return blocks.numbers();
    }

    @Override
    public Integers outline() {
        return new Integers(blocks.outline());
    }

    @Override
    public String text() {
        return "int8(%d)".formatted(blocks.bits());
    }

    /** W', which the rounded inputs are multiplied by. */
    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return blocks.dense(backend);
    }
}

package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import java.util.function.Supplier;

/**
 * The product of two expressions, B·A: x·W becomes (x·B)·A.
 *
 * @param b B, {@code [in × r]}
 * @param a A, {@code [r × out]}
 */
public record Product(Stored b, Stored a) implements Stored {
    public Product {
        if (b.columns() != a.rows()) {
            throw new IllegalArgumentException("Expected factors that can be multiplied but was: [%d×%d]·[%d×%d]"
                    .formatted(b.rows(), b.columns(), a.rows(), a.columns()));
        }
    }

    @Override
    public int rows() {
        return b.rows();
    }

    @Override
    public int columns() {
        return a.columns();
    }

    /** The side that both factors share. */
    public int rank() {
        return b.columns();
    }

    @Override
    public long bytes() {
        return b.bytes() + a.bytes();
    }

    @Override
    public long numbers() {
        return b.numbers() + a.numbers();
    }

    @Override
    public Product outline() {
        return new Product(b.outline(), a.outline());
    }

    @Override
    public String text() {
        return "product(%s, %s)".formatted(b.text(), a.text());
    }

    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return backend.get().times(b.toMatrix(backend), a.dense(backend));
    }
}

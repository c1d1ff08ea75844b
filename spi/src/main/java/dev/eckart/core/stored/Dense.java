package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import java.util.function.Supplier;

/**
 * A matrix whose numbers are stored as they are.
 *
 * @param values {@code [in × out]}
 * @param type that they are stored in
 */
public record Dense(MatrixSource values, ElementType type) implements Stored {

    @Override
    public int rows() {
        return values.rows();
    }

    @Override
    public int columns() {
        return values.columns();
    }

    @Override
    public long bytes() {
        return (long) rows() * columns() * type.bytes();
    }

    @Override
    public long numbers() {
        return (long) rows() * columns();
    }

    @Override
    public Dense outline() {
        return zeros(rows(), columns(), type);
    }

    /** A matrix of zeros, which takes no memory. */
    public static Dense zeros(int rows, int columns, ElementType type) {
        return new Dense(MatrixSource.zeros(rows, columns), type);
    }

    @Override
    public String text() {
        return "dense";
    }

    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return values;
    }
}

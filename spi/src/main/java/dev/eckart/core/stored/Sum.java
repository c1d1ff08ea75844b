package dev.eckart.core.stored;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import java.util.function.Supplier;

/**
 * The sum of two expressions of one shape, such as codes and the pair that corrects what rounding lost.
 *
 * @param one {@code [in × out]}
 * @param other {@code [in × out]}
 */
public record Sum(Stored one, Stored other) implements Stored {
    public Sum {
        if (one.rows() != other.rows() || one.columns() != other.columns()) {
            throw new IllegalArgumentException("Expected terms of one shape but was: [%d×%d] + [%d×%d]"
                    .formatted(one.rows(), one.columns(), other.rows(), other.columns()));
        }
    }

    @Override
    public int rows() {
        return one.rows();
    }

    @Override
    public int columns() {
        return one.columns();
    }

    @Override
    public long bytes() {
        return one.bytes() + other.bytes();
    }

    @Override
    public long numbers() {
        return one.numbers() + other.numbers();
    }

    @Override
    public Sum outline() {
        return new Sum(one.outline(), other.outline());
    }

    @Override
    public String text() {
        return "sum(%s, %s)".formatted(one.text(), other.text());
    }

    @Override
    public MatrixSource dense(Supplier<Decomposer> backend) {
        return new Added(one.dense(backend), other.dense(backend));
    }

    /** The sum of two matrices, added up where it is read. */
    private record Added(MatrixSource one, MatrixSource other) implements MatrixSource {

        @Override
        public int rows() {
            return one.rows();
        }

        @Override
        public int columns() {
            return one.columns();
        }

        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            double[] added = new double[rows * columns];
            other.read(row, column, rows, columns, added);
            one.read(row, column, rows, columns, target);
            for (int i = 0; i < added.length; i++) {
                target[i] += added[i];
            }
        }
    }
}

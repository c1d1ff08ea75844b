package dev.eckart.core.model;

import dev.eckart.core.linalg.MatrixSource;
import java.util.Objects;

/**
 * The weight W of a linear layer y = x·W.
 *
 * @param name the name of the tensor that stores it, unique in its network
 * @param operator the operator that multiplies by it, as the network's format calls it
 * @param type what the network stores it as
 * @param values W as {@code [in × out]}, whatever way the network stores it
 */
public record LinearWeight(String name, String operator, ElementType type, MatrixSource values) {
    public LinearWeight {
        Objects.requireNonNull(name);
        Objects.requireNonNull(operator);
        Objects.requireNonNull(type);
        if (values.rows() < 1 || values.columns() < 1) {
            throw new IllegalArgumentException("weight `%s`: expected one row and column or more but was: [%d×%d]"
                    .formatted(name, values.rows(), values.columns()));
        }
    }

    /** The layer's inputs. */
    public int rows() {
        return values.rows();
    }

    /** The layer's outputs. */
    public int columns() {
        return values.columns();
    }

    /** Numbers in W. */
    public long parameters() {
        return (long) rows() * columns();
    }

    /** As messages name it: {@code weight `fc1` [784×500]}. */
    public String describe() {
        return "weight `%s` [%d×%d]".formatted(name, rows(), columns());
    }
}

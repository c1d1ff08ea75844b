package dev.eckart.core.linalg;

/** A matrix that must be finite holds a NaN or an infinity. */
public final class NonFiniteValueException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    private final double value;
    private final int row;
    private final int column;

    NonFiniteValueException(double value, int row, int column) {
        super("%s at [%d, %d]".formatted(value, row, column));
        this.value = value;
        this.row = row;
        this.column = column;
    }

    /** The finding of a number that is not finite, at a place of a matrix. */
    public static NonFiniteValueException at(int row, int column, double value) {
        return new NonFiniteValueException(value, row, column);
    }

    public double value() {
        return value;
    }

    public int row() {
        return row;
    }

    public int column() {
        return column;
    }
}

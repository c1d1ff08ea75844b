package dev.eckart.onnx.operator;

/**
 * An input that an operator adds to its product.
 *
 * @param input its place
 * @param multiplier what it is multiplied by
 * @param vector whether it must have one dimension; if not, it is any that broadcasts
 * @param required whether it may not be left out where there was none
 */
public record BiasInput(int input, double multiplier, boolean vector, boolean required) {
    private static final int THIRD = 2;

    /** The third input, of any dimensions that broadcast, times a number. */
    static BiasInput times(double multiplier) {
        return new BiasInput(THIRD, multiplier, false, false);
    }

    /** The third input, a vector. */
    static BiasInput ofVector() {
        return new BiasInput(THIRD, 1, true, false);
    }

    /** The third input, a vector that cannot be added where there was none. */
    static BiasInput ofRequiredVector() {
        return new BiasInput(THIRD, 1, true, true);
    }
}

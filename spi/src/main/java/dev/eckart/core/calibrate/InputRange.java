package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;

/**
 * The least and the largest numbers among the inputs of a layer, over a calibration set.
 *
 * @param least of each input, {@code [1 × in]}
 * @param most of each input, {@code [1 × in]}
 */
public record InputRange(Matrix least, Matrix most) {
    public InputRange {
        if (least.rows() != 1 || most.rows() != 1 || least.columns() != most.columns()) {
            throw new IllegalArgumentException("Expected two rows of as many numbers but was: [%d×%d] and [%d×%d]"
                    .formatted(least.rows(), least.columns(), most.rows(), most.columns()));
        }
    }

    /** The layer's inputs. */
    public int size() {
        return least.columns();
    }

    /** The largest size of an input's numbers. */
    public double largest(int input) {
        return Math.max(-least.get(0, input), most.get(0, input));
    }
}

package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;

/**
 * The least and the largest numbers among the inputs of a layer, over a calibration set.
 *
 * @param least of each input, {@code [1 × in]}
 * @param most of each input, {@code [1 × in]}
 * @param evenness the mean square of the largest number of a row, relative to the square of the largest of all, in [0, 1]: next to 0
 *     where a few rows have much larger numbers than others
 */
public record InputRange(Matrix least, Matrix most, double evenness) {
    public InputRange {
        if (!(evenness >= 0 && evenness <= 1)) {
            throw new IllegalArgumentException("Expected an evenness from 0 to 1 but was: " + evenness);
        }
        if (least.rows() != 1 || most.rows() != 1 || least.columns() != most.columns()) {
            throw new IllegalArgumentException("Expected two rows of as many numbers but was: [%d×%d] and [%d×%d]"
                    .formatted(least.rows(), least.columns(), most.rows(), most.columns()));
        }
    }

    /** Of rows that are alike. */
    public InputRange(Matrix least, Matrix most) {
        this(least, most, 1);
    }

    /** The layer's inputs. */
    public int size() {
        return least.columns();
    }
}

package dev.eckart.models.mnist;

import dev.eckart.core.linalg.Matrix;
import java.util.Arrays;

/**
 * y = x·W + b.
 *
 * @param weightOverBias {@code [(in + 1) × out]}: W, and b as one more row below it, so that a layer is one product
 */
public record LinearLayer(Matrix weightOverBias) {
    public LinearLayer {
        if (weightOverBias.rows() < 2 || weightOverBias.columns() < 1) {
            throw new IllegalArgumentException("Expected an input, a bias and an output but was: " + weightOverBias);
        }
    }

    public int inputs() {
        return weightOverBias.rows() - 1;
    }

    public int outputs() {
        return weightOverBias.columns();
    }

    /** W {@code [in × out]}. */
    public Matrix weight() {
        return rows(0, inputs());
    }

    /** b {@code [1 × out]}. */
    public Matrix bias() {
        return rows(inputs(), 1);
    }

    private Matrix rows(int from, int count) {
        double[] numbers = new double[count * outputs()];
        weightOverBias.read(from, 0, count, outputs(), numbers);
        return Matrix.of(count, outputs(), numbers);
    }

    /** {@code [n × in]} to {@code [n × out]}. */
    public Matrix apply(Matrix inputs) {
        return withOnes(inputs).times(weightOverBias);
    }

    /** What multiplies {@link #weightOverBias}: inputs {@code [n × in]} with a column of ones after them. */
    static Matrix withOnes(Matrix inputs) {
        int columns = inputs.columns();
        double[] row = new double[columns];
        double[] wider = new double[inputs.rows() * (columns + 1)];
        Arrays.fill(wider, 1);
        for (int i = 0; i < inputs.rows(); i++) {
            inputs.read(i, 0, 1, columns, row);
            System.arraycopy(row, 0, wider, i * (columns + 1), columns);
        }
        return Matrix.of(inputs.rows(), columns + 1, wider);
    }
}

package dev.eckart.strategy;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Arrays;

/** Weights with given singular values, to show to a strategy. */
public final class Weights {
    private Weights() {}

    /**
     * A weight of floats called {@code w}.
     *
     * @param singularValues from the largest to the smallest; those left out are zero
     * @throws IllegalArgumentException if they are out of order, negative, not finite, or more than the smaller side
     */
    public static WeightSpectrum of(int rows, int columns, double... singularValues) {
        return of("w", ElementType.FLOAT32, rows, columns, singularValues);
    }

    /** As {@link #of(int, int, double...)}, with a name and a type of its own. */
    public static WeightSpectrum of(String name, ElementType type, int rows, int columns, double... singularValues) {
        LinearWeight weight = new LinearWeight(name, "MatMul", type, new Diagonal(rows, columns, singularValues));
        if (singularValues.length > weight.smallerSide()) {
            throw new IllegalArgumentException("%s: expected up to %d singular values but was: %d"
                    .formatted(weight.describe(), weight.smallerSide(), singularValues.length));
        }
        return new WeightSpectrum(
                weight, Spectrum.of(Arrays.copyOf(singularValues, weight.smallerSide())), Accuracy.FULL);
    }

    /** The simplest matrix that has these singular values. No record: as matrices of a model, no two are equal. */
    private static final class Diagonal implements MatrixSource {
        private final int rows;
        private final int columns;
        private final double[] values;

        private Diagonal(int rows, int columns, double[] values) {
            this.rows = rows;
            this.columns = columns;
            this.values = values.clone();
        }

        @Override
        public int rows() {
            return rows;
        }

        @Override
        public int columns() {
            return columns;
        }

        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    boolean given = row + i == column + j && row + i < values.length;
                    target[i * columns + j] = given ? values[row + i] : 0;
                }
            }
        }
    }
}

package dev.eckart.core.spectrum;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;

/** Weights with given singular values, of which nothing else is known: a rank follows from the spectrum alone. */
public final class SampleSpectra {
    private SampleSpectra() {}

    /** A weight of floats called {@code name}, with the values given and zeros after them. */
    public static WeightSpectrum weight(String name, int rows, int columns, double... values) {
        return weight(ElementType.FLOAT32, name, rows, columns, values);
    }

    /** A weight called {@code name}, with the values given and zeros after them. */
    public static WeightSpectrum weight(ElementType type, String name, int rows, int columns, double... values) {
        return new WeightSpectrum(
                new LinearWeight(name, "MatMul", type, new Unreadable(rows, columns)),
                Spectrum.of(Arrays.copyOf(values, Math.min(rows, columns))),
                Accuracy.FULL);
    }

    private record Unreadable(int rows, int columns) implements MatrixSource {
        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            throw new UnsupportedOperationException("a rank is chosen from the spectrum, not from the weight");
        }
    }
}

package dev.eckart.models;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files of inputs for networks that take vectors. */
public final class RandomInputs {
    private RandomInputs() {}

    /** Writes standard normal vectors, the same for the same seed, for an input called {@code x}. */
    public static Path write(Path npz, int samples, int size, long seed) {
        return write(npz, RandomMatrices.normal(samples, size, seed));
    }

    /** Writes the rows of a matrix, for an input called {@code x}. */
    public static Path write(Path npz, Matrix x) {
        double[] numbers = x.toArray();
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        NpyFile.writeAll(npz, Map.of("x", NpyArray.ofFloats(List.of(x.rows(), x.columns()), floats)));
        return npz;
    }
}

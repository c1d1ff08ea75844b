package dev.eckart.models.mnist;

import dev.eckart.core.linalg.Matrix;
import java.util.List;

/**
 * Images, each with the class that it shows.
 *
 * @param pixels {@code [images × pixels]}, from 0 (background) to 1 where nothing else is said
 * @param labels the class of each image, from 0
 */
public record LabelledImages(Matrix pixels, List<Integer> labels) {
    public LabelledImages {
        labels = List.copyOf(labels);
        if (pixels.rows() != labels.size()) {
            throw new IllegalArgumentException(
                    "Expected a label for each of %d images but was: %d".formatted(pixels.rows(), labels.size()));
        }
    }

    /** How many images there are. */
    public int size() {
        return labels.size();
    }

    /** The images {@code from} (inclusive) to {@code to} (exclusive). */
    public LabelledImages range(int from, int to) {
        double[] part = new double[(to - from) * pixels.columns()];
        pixels.read(from, 0, to - from, pixels.columns(), part);
        return new LabelledImages(Matrix.of(to - from, pixels.columns(), part), labels.subList(from, to));
    }
}

package dev.eckart.models.mnist;

import dev.eckart.core.linalg.Matrix;
import java.util.Arrays;

/**
 * A classifier of one hidden layer: linear, sigmoid, linear; its outputs are logits.
 *
 * <p>Sigmoids come from {@link StrictMath}, so that a training gives the same weights on every machine.
 */
public record SigmoidClassifier(LinearLayer hidden, LinearLayer output) {
    public SigmoidClassifier {
        if (hidden.outputs() != output.inputs()) {
            throw new IllegalArgumentException(
                    "Expected an output layer of %d inputs but was: %d".formatted(hidden.outputs(), output.inputs()));
        }
    }

    /** What the hidden layer makes of images: {@code [n × pixels]} to {@code [n × hidden]}, each from 0 to 1. */
    public Matrix activations(Matrix pixels) {
        double[] sigmoids = Arrays.stream(hidden.apply(pixels).toArray())
                .map(value -> 1 / (1 + StrictMath.exp(-value)))
                .toArray();
        return Matrix.of(pixels.rows(), hidden.outputs(), sigmoids);
    }

    /** The logit of each class: {@code [n × pixels]} to {@code [n × classes]}. */
    public Matrix logits(Matrix pixels) {
        return output.apply(activations(pixels));
    }

    /** Share of the images whose largest logit is that of their label. */
    public double accuracy(LabelledImages images) {
        Matrix logits = logits(images.pixels());
        int right = 0;
        for (int i = 0; i < images.size(); i++) {
            int largest = 0;
            for (int j = 1; j < logits.columns(); j++) {
                largest = logits.get(i, j) > logits.get(i, largest) ? j : largest;
            }
            right += largest == images.labels().get(i) ? 1 : 0;
        }
        return (double) right / images.size();
    }
}

package dev.eckart.models.mnist;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * 10,000 images of handwritten digits, 28 × 28 pixels scaled to 0..1, from the MNIST database of Y. LeCun and C.
 * Cortes.
 *
 * @param all the images in the file's order: the first {@value #TRAINING} to train on, the others held out
 */
public record MnistData(LabelledImages all) {
    /** Pixels along each side of an image. */
    public static final int SIDE = 28;

    /** The digits. */
    public static final int CLASSES = 10;

    /** How many images are trained on. */
    public static final int TRAINING = 8_000;

    /**
     * Reads the images from arrays named {@code images}, uint8 {@code [n, 28, 28]}, and {@code labels}, uint8
     * {@code [n]}.
     *
     * @throws InvalidInputException if the file is not so
     */
    public static MnistData read(Path npz) {
        NpyArray images = NpyFile.read(npz, "images");
        NpyArray labels = NpyFile.read(npz, "labels");
        int count = labels.size();
        if (images.type() != NpyType.UINT8
                || labels.type() != NpyType.UINT8
                || !images.shape().equals(List.of(count, SIDE, SIDE))
                || count <= TRAINING) {
            throw new InvalidInputException(
                    "`%s`: expected more than %d images, uint8 [n, %d, %d], with a label each but was: images %s, labels %s"
                            .formatted(npz, TRAINING, SIDE, SIDE, images.describe(), labels.describe()));
        }
        for (int i = 0; i < count; i++) {
            if (labels.longAt(i) >= CLASSES) {
                throw new InvalidInputException("`%s`: expected labels below %d but was: %d for image %d"
                        .formatted(npz, CLASSES, labels.longAt(i), i));
            }
        }
        double[] pixels = Arrays.stream(images.toMatrix().toArray())
                .map(value -> value / 255)
                .toArray();
        return new MnistData(new LabelledImages(
                Matrix.of(count, SIDE * SIDE, pixels),
                IntStream.range(0, count).mapToObj(i -> (int) labels.longAt(i)).toList()));
    }

    /** The images to train on. */
    public LabelledImages training() {
        return all.range(0, TRAINING);
    }

    /** The images that no training sees. */
    public LabelledImages heldOut() {
        return all.range(TRAINING, all.size());
    }
}

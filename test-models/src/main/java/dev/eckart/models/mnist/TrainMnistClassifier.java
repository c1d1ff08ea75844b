package dev.eckart.models.mnist;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains the {@link BundledClassifier} and writes its two files, the same on every run.
 *
 * <p>Plain SGD: rate 0.5, batches of 64, 20 epochs, seed 0, on the 8,000 training images. Accuracy on the 2,000 held-out
 * ones: {@value BundledClassifier#HELD_OUT_ACCURACY}.
 */
public final class TrainMnistClassifier {
    static final int HIDDEN_UNITS = 500;
    static final SgdTrainer TRAINER = new SgdTrainer(0.5, 64, 20, 0);

    private TrainMnistClassifier() {}

    /**
     * Reads {@code data/mnist-10k.npz} and writes into {@code src/main/resources}, both below this module.
     *
     * @param arguments the module's folder
     */
    public static void main(String[] arguments) throws IOException {
        Path module = Path.of(arguments.length == 0 ? "" : arguments[0]);
        write(
                module.resolve("data/mnist-10k.npz"),
                module.resolve("src/main/resources/dev/eckart/models/mnist"),
                System.out);
    }

    private static void write(Path data, Path folder, PrintStream out) throws IOException {
        MnistData mnist = MnistData.read(data);
        LabelledImages heldOut = mnist.heldOut();
        SgdTrainer.Training training = TRAINER.train(
                HIDDEN_UNITS,
                MnistData.CLASSES,
                mnist.training(),
                (epoch, meanLoss, classifier) -> out.printf(
                        Locale.ROOT,
                        "epoch %2d: loss %.4f, held-out accuracy %.4f%n",
                        epoch + 1,
                        meanLoss,
                        classifier.accuracy(heldOut)));
        Files.write(
                folder.resolve(BundledClassifier.MODEL.fileName()),
                ClassifierExport.toOnnx(training.classifier()).toByteArray());
        NpyFile.writeAll(folder.resolve(BundledClassifier.HELD_OUT.fileName()), arrays(heldOut));
    }

    private static Map<String, NpyArray> arrays(LabelledImages images) {
        double[] pixels = images.pixels().toArray();
        float[] floats = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            floats[i] = (float) pixels[i];
        }
        ByteBuffer labels = ByteBuffer.allocate(images.size());
        images.labels().forEach(label -> labels.put(label.byteValue()));
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put(
                "image",
                NpyArray.ofFloats(List.of(images.size(), images.pixels().columns()), floats));
        arrays.put("labels", NpyArray.of(NpyType.UINT8, List.of(images.size()), labels.flip()));
        return arrays;
    }
}

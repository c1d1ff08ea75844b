package dev.eckart.models.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnxruntime.OrtException;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledClassifierTest {
    private static final int MAX_BYTES = 2_000_000;

    @TempDir
    Path folder;

    @Test
    void should_have_the_recorded_accuracy_in_onnx_runtime() throws IOException, OrtException {
        byte[] model = Files.readAllBytes(BundledClassifier.MODEL.extractTo(folder));
        Path heldOut = BundledClassifier.HELD_OUT.extractTo(folder);
        NpyArray image = NpyFile.read(heldOut, "image");
        NpyArray labels = NpyFile.read(heldOut, "labels");

        Matrix logits = OnnxRuntimeLogits.of(model, image.toMatrix());

        int right = 0;
        for (int i = 0; i < logits.rows(); i++) {
            int largest = 0;
            for (int j = 1; j < logits.columns(); j++) {
                largest = logits.get(i, j) > logits.get(i, largest) ? j : largest;
            }
            right += largest == labels.longAt(i) ? 1 : 0;
        }
        assertThat((double) right / logits.rows()).isEqualTo(BundledClassifier.HELD_OUT_ACCURACY);
    }

    @Test
    void should_hold_out_what_the_data_hold_out() {
        Path file = BundledClassifier.HELD_OUT.extractTo(folder);
        NpyArray image = NpyFile.read(file, "image");
        NpyArray labels = NpyFile.read(file, "labels");
        LabelledImages heldOut = MnistData.read(Path.of("data/mnist-10k.npz")).heldOut();

        assertThat(image).hasToString("float32 [2000, 784]");
        assertThat(labels).hasToString("uint8 [2000]");
        for (int i = 0; i < heldOut.size(); i++) {
            assertThat(labels.longAt(i)).isEqualTo((long) heldOut.labels().get(i));
        }
        double[] pixels = heldOut.pixels().toArray();
        for (int i = 0; i < pixels.length; i++) {
            if (image.doubleAt(i) != (float) pixels[i]) {
                assertThat(image.doubleAt(i)).as("pixel %d", i).isEqualTo((float) pixels[i]);
            }
        }
    }

    @Test
    void should_be_small() throws IOException {
        for (BundledClassifier file : BundledClassifier.values()) {
            try (InputStream in = file.open()) {
                assertThat(in.readAllBytes().length).isBetween(1, MAX_BYTES);
            }
        }
    }

    @Test
    void should_be_extracted_over_an_older_copy() throws IOException {
        Path older = Files.write(folder.resolve("mnist-784-500-10.onnx"), new byte[3]);

        assertThat(BundledClassifier.MODEL.extractTo(folder)).isEqualTo(older);
        try (InputStream in = BundledClassifier.MODEL.open()) {
            assertThat(older).hasBinaryContent(in.readAllBytes());
        }
    }

    @Test
    void should_refuse_a_folder_that_is_not_there() {
        Path copy = folder.resolve("none").resolve("mnist-784-500-10.onnx");

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> BundledClassifier.MODEL.extractTo(folder.resolve("none")))
                .withMessageStartingWith("`%s` cannot be written: ".formatted(copy));
    }
}

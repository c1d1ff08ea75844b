package dev.eckart.models.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistDataTest {
    @TempDir
    Path folder;

    @Test
    void should_part_and_scale_the_images() {
        MnistData data = MnistData.read(Path.of("data/mnist-10k.npz"));

        assertThat(data.training().pixels()).hasToString("Matrix[8000 × 784]");
        assertThat(data.heldOut().pixels()).hasToString("Matrix[2000 × 784]");
        assertThat(data.heldOut().labels().get(0)).isEqualTo(data.all().labels().get(8000));
        assertThat(data.heldOut().pixels().get(0, 400))
                .isEqualTo(data.all().pixels().get(8000, 400));
        double[] pixels = data.all().pixels().toArray();
        assertThat(Arrays.stream(pixels).min()).hasValue(0);
        assertThat(Arrays.stream(pixels).max()).hasValue(1);
        assertThat(data.all().labels()).contains(0, 9).allMatch(label -> label >= 0 && label <= 9);
    }

    private static NpyArray bytes(List<Integer> shape) {
        return NpyArray.of(
                NpyType.UINT8, shape, ByteBuffer.allocate(shape.stream().reduce(1, Math::multiplyExact)));
    }

    private void assertRefused(NpyArray images, NpyArray labels, String part) {
        Path npz = folder.resolve("a.npz");
        NpyFile.writeAll(npz, Map.of("images", images, "labels", labels));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> MnistData.read(npz))
                .withMessageStartingWith("`%s`: expected ".formatted(npz))
                .withMessageContaining(part);
    }

    @Test
    void should_refuse_other_shapes() {
        assertRefused(
                bytes(List.of(8000, 28, 28)), bytes(List.of(8000)), "but was: images uint8 [8000, 28, 28], labels");
        assertRefused(bytes(List.of(8001, 28, 27)), bytes(List.of(8001)), "[8001, 28, 27]");
        assertRefused(bytes(List.of(8002, 28, 28)), bytes(List.of(8001)), "labels uint8 [8001]");
    }

    @Test
    void should_refuse_labels_of_no_digit() {
        ByteBuffer labels = ByteBuffer.allocate(8001).put(17, (byte) 10);

        assertRefused(
                bytes(List.of(8001, 28, 28)),
                NpyArray.of(NpyType.UINT8, List.of(8001), labels),
                "labels below 10 but was: 10 for image 17");
    }
}

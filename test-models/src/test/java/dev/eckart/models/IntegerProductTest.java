package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.compress.Provenance;
import dev.eckart.core.encode.Int8Encoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.stored.Stored;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products of integers at the ends of their range. Some processors add two products in 16 bits, and cut off what is larger; with
 * integers of 64 at most nothing is, so that all processors give the same.
 */
class IntegerProductTest {
    private static final int IN = 512;
    private static final int OUT = 24;

    @TempDir
    private Path folder;

    /** Columns of the least code alone, of the largest, and of both in turns. */
    private static Matrix extremes() {
        double[] numbers = new double[IN * OUT];
        for (int i = 0; i < IN; i++) {
            for (int j = 0; j < OUT; j++) {
                boolean least = j % 3 == 0 || (j % 3 == 1 && i % 2 == 0);
                numbers[i * OUT + j] = (least ? -64 : 63) * 0.125;
            }
        }
        return Matrix.of(IN, OUT, numbers);
    }

    private Path model(Matrix weight) throws IOException {
        return Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("extremes", 13)
                        .input("x", "batch", IN)
                        .output("y", "batch", OUT)
                        .weight("w", weight)
                        .node("MatMul", List.of("x", "w"), "y")
                        .build()
                        .toByteArray());
    }

    /** The numbers of a run on rows of zeros and ones, which integers of 8 bits hold exactly. */
    private static Output run(Path file, Session.Optimization level) {
        float[] numbers = new float[3 * IN];
        for (int i = 0; i < IN; i++) {
            numbers[i] = 1;
            numbers[IN + i] = i % 2;
            numbers[2 * IN + i] = i % 3 == 0 ? 1 : 0;
        }
        try (Session session = Session.open(file, level, 1)) {
            return Objects.requireNonNull(session.run(Map.of("x", NpyArray.ofFloats(List.of(3, IN), numbers)))
                    .get("y"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_be_exact_at_the_ends_of_their_range(Session.Optimization level) throws IOException {
        Matrix weight = extremes();
        Path file = model(weight);
        OnnxNetwork network = OnnxNetwork.read(file);
        LinearWeight constant = network.constants().linear().get(0);
        Stored form = new Int8Encoding(7)
                .draft(new WeightView(constant))
                .offers()
                .get(0)
                .build();
        // The codes hold the weight as it is.
        assertThat(form.toMatrix(EjmlDecomposer::new)).isEqualTo(weight);
        Path encoded = folder.resolve("encoded.onnx");
        network.rewrite(List.of(new Replacement(constant, form)), new Provenance("test", "", "int8:7"))
                .write(encoded);

        Output expected = run(file, Session.Optimization.NONE);
        Output found = run(encoded, level);

        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.at(i)).as("number %d", i).isCloseTo(expected.at(i), within(IN * 8 * 0x1p-22));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void should_run_as_one_node_for_a_product(int bits) throws IOException {
        Path file = model(RandomMatrices.normal(IN, OUT, 1));
        OnnxNetwork network = OnnxNetwork.read(file);
        LinearWeight constant = network.constants().linear().get(0);
        Stored form = new Int8Encoding(bits)
                .draft(new WeightView(constant))
                .offers()
                .get(0)
                .build();
        Path encoded = folder.resolve("encoded.onnx");
        network.rewrite(List.of(new Replacement(constant, form)), new Provenance("test", "", "int8:" + bits))
                .write(encoded);

        // What unpacks codes is computed when the model is loaded, and the rest is made one operator then.
        assertThat(RunOperators.of(encoded, folder)).containsExactly(Map.entry("DynamicQuantizeMatMul", 1));
    }
}

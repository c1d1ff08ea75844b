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
import dev.eckart.core.linalg.ScaledAxis;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Integers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        return model(weight, 13);
    }

    private Path model(Matrix weight, int opset) throws IOException {
        return Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("extremes", opset)
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

    /** Factors of powers of two, which change no digit. */
    private static Matrix factors() {
        double[] numbers = new double[IN];
        Arrays.setAll(numbers, i -> Math.scalb(1.0, i % 5 - 2));
        return Matrix.of(1, IN, numbers);
    }

    private Path smoothed(OnnxNetwork network, boolean byRow) throws IOException {
        LinearWeight constant = network.constants().linear().get(0);
        Matrix factors = factors();
        double[] divisors = Arrays.stream(factors.toArray()).map(factor -> 1 / factor).toArray();
        LinearWeight divided = new LinearWeight(
                "w", "MatMul", ElementType.FLOAT32, ScaledAxis.rows(constant.values(), divisors));
        Integers plain = (Integers) new Int8Encoding(7)
                .draft(new WeightView(divided))
                .offers()
                .get(0)
                .build();
        Path encoded = folder.resolve("smoothed.onnx");
        network.rewrite(
                        List.of(new Replacement(constant, new Integers(plain.blocks(), Optional.of(factors), byRow))),
                        new Provenance("test", "", "int8:7"))
                .recorded(network, EjmlDecomposer::new)
                .write(encoded);
        return encoded;
    }

    /** Ones over factors: what the factors make of them, integers hold exactly. */
    private static Output runDivided(Path file, Session.Optimization level) {
        double[] factors = factors().toArray();
        float[] numbers = new float[2 * IN];
        for (int i = 0; i < IN; i++) {
            numbers[i] = (float) (1 / factors[i]);
            numbers[IN + i] = i % 2 / (float) factors[i];
        }
        try (Session session = Session.open(file, level, 1)) {
            return Objects.requireNonNull(session.run(Map.of("x", NpyArray.ofFloats(List.of(2, IN), numbers)))
                    .get("y"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_multiply_inputs_by_factors_before_it_rounds_them(Session.Optimization level) throws IOException {
        double[] factors = factors().toArray();
        double[] numbers = extremes().toArray();
        Arrays.setAll(numbers, i -> numbers[i] * factors[i / OUT]);
        Path file = model(Matrix.of(IN, OUT, numbers));
        Path encoded = smoothed(OnnxNetwork.read(file), false);

        Output expected = runDivided(file, Session.Optimization.NONE);
        Output found = runDivided(encoded, level);

        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.at(i)).as("number %d", i).isCloseTo(expected.at(i), within(IN * 8 * 0x1p-21));
        }
    }

    /** Rows of zeros and ones, times sizes that one step for all would leave nothing of. */
    @ParameterizedTest
    @CsvSource({"NONE, 13", "BASIC, 13", "ALL, 13", "ALL, 18"})
    void should_round_each_row_by_a_step_of_its_own(Session.Optimization level, int opset) throws IOException {
        double[] factors = factors().toArray();
        double[] weight = extremes().toArray();
        Arrays.setAll(weight, i -> weight[i] * factors[i / OUT]);
        Path file = model(Matrix.of(IN, OUT, weight), opset);
        Path encoded = smoothed(OnnxNetwork.read(file), true);
        float[] sizes = {1, 4096, 0, 0x1p-20f};
        float[] numbers = new float[sizes.length * IN];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = sizes[i / IN] * (i % 3 == 0 ? 1 : 0) / (float) factors[i % IN];
        }
        Map<String, NpyArray> rows = Map.of("x", NpyArray.ofFloats(List.of(sizes.length, IN), numbers));

        try (Session original = Session.open(file, Session.Optimization.NONE, 1);
                Session session = Session.open(encoded, level, 1)) {
            Output expected = Objects.requireNonNull(original.run(rows).get("y"));
            Output found = Objects.requireNonNull(session.run(rows).get("y"));

            for (int i = 0; i < expected.size(); i++) {
                assertThat(found.at(i))
                        .as("number %d", i)
                        .isCloseTo(expected.at(i), within(IN * 8 * 0x1p-20 * sizes[i / OUT]));
            }
        }
    }

    @Test
    void should_find_a_factor_that_was_changed() throws IOException {
        Path file = model(RandomMatrices.normal(IN, OUT, 1));
        OnnxNetwork network = OnnxNetwork.read(file);
        Path encoded = smoothed(network, false);
        assertThat(network.storedFormFault(OnnxNetwork.read(encoded), EjmlDecomposer::new))
                .isEmpty();

        byte[] bytes = Files.readAllBytes(encoded);
        byte[] written = ByteBuffer.allocate(3 * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.25f)
                .putFloat(0.5f)
                .putFloat(1)
                .array();
        int at = indexOf(bytes, written);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, 0.2525f);
        Path changed = Files.write(folder.resolve("changed.onnx"), bytes);

        assertThat(network.storedFormFault(OnnxNetwork.read(changed), EjmlDecomposer::new))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .contains("factors of inputs `w.factors` holds other numbers than were written"));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        return IntStream.range(0, bytes.length - part.length)
                .filter(i -> Arrays.equals(bytes, i, i + part.length, part, 0, part.length))
                .findFirst()
                .orElseThrow();
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

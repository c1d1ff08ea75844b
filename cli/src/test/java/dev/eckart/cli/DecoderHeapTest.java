package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.RandomMatrices;
import dev.eckart.models.decoder.DecoderShape;
import dev.eckart.models.decoder.SyntheticDecoder;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder whose weights are several times larger than the heap that works on them. */
class DecoderHeapTest {
    /** 288 MB of weights, the largest of which is 2 MB. */
    private static final DecoderShape SHAPE = new DecoderShape(320, 832, 118, 4, 3000, ElementType.FLOAT16, false);

    private static final String HEAP = "-Xmx64m";

    @TempDir
    private static Path folder;

    @Test
    void should_need_a_heap_for_the_largest_weight_and_not_for_the_model() throws Exception {
        Path model = folder.resolve("decoder.onnx");
        new SyntheticDecoder(SHAPE, 1).write(model);
        assertThat(SHAPE.bytes()).isGreaterThan(4 * (64L << 20));

        String scan = eckart("scan", model.toString(), "--include", "model.layers.7.*");
        // The pairs of these weights alone, 144 of 0.46 MB each, are larger than the heap.
        String compressed = eckart(
                "compress",
                model.toString(),
                "-o",
                small().toString(),
                "--rank",
                "fixed:200",
                "--no-verify",
                "--include",
                "model.layers.*0.mlp.*",
                "--include",
                "model.layers.*2.mlp.*",
                "--include",
                "model.layers.*4.mlp.*",
                "--include",
                "model.layers.*6.mlp.*");

        assertThat(scan).contains("model.layers.7.mlp.up_proj.weight");
        assertThat(compressed).contains("small.onnx");
        assertThat(bytes(small())).isLessThan(bytes(model));
        Session.open(small(), Session.Optimization.BASIC, 1).close();
    }

    @Test
    void should_write_an_untouched_model_as_compactly_as_it_was() throws Exception {
        Path model = folder.resolve("few-layers.onnx");
        new SyntheticDecoder(SHAPE.withLayers(15), 1).write(model);
        Path same = folder.resolve("same.onnx");

        eckart(
                "compress",
                model.toString(),
                "-o",
                same.toString(),
                "--rank",
                "fixed:320",
                "--no-verify",
                "--write-anyway",
                "--include",
                "model.layers.0.self_attn.q_proj.weight");

        assertThat(data(same)).hasSameBinaryContentAs(data(model));
    }

    /** The table and the head have 8 million numbers each, which as doubles are as large as the heap. */
    @ParameterizedTest
    @ValueSource(strings = {"packed:4", "int8:7"})
    void should_need_a_heap_for_the_codes_of_the_largest_weight_and_not_for_its_numbers(String encoding)
            throws Exception {
        Path model = withWideHead();
        Path coded = folder.resolve(encoding.replace(':', '-') + ".onnx");

        String compressed =
                eckart("compress", model.toString(), "-o", coded.toString(), "--encoding", encoding, "--no-verify");

        assertThat(compressed).contains("lm_head.weight");
        assertThat(bytes(coded)).isLessThan(bytes(model) * 2 / 3);
    }

    @Test
    void should_prove_codes_in_a_heap_that_their_numbers_fill() throws Exception {
        Path model = withWideHead();
        Path coded = folder.resolve("proved.onnx");

        String compressed = eckart("compress", model.toString(), "-o", coded.toString(), "--encoding", "bits:5");

        assertThat(compressed).contains("lm_head.weight").containsPattern("rewrite +proved");
        assertThat(bytes(coded)).isLessThan(bytes(model) * 2 / 3);
    }

    private static Path withWideHead() throws IOException {
        Path model = folder.resolve("wide-head.onnx");
        if (Files.notExists(model)) {
            new SyntheticDecoder(new DecoderShape(320, 832, 1, 4, 26_000, ElementType.FLOAT32, false), 1).write(model);
        }
        return model;
    }

    @Test
    void should_say_when_the_heap_is_too_small_for_a_weight() throws Exception {
        Path model = folder.resolve("wide.onnx");
        new SyntheticDecoder(new DecoderShape(2048, 2048, 1, 4, 100, ElementType.FLOAT16, false), 1).write(model);

        // Pure Java works on the heap.
        Ended ended = run("scan", model.toString(), "--backend", "ejml");

        assertThat(ended.exitCode).as(ended.printed).isEqualTo(2);
        assertThat(ended.printed.strip())
                .hasLineCount(1)
                .contains("a heap of 64 MB is too small; enlarge it with ECKART_OPTS");
    }

    /** The matrix, and the one that is written, are 19 MB each: a third copy would not fit beside what the program needs. */
    @Test
    void should_decompose_a_matrix_in_little_more_than_itself_and_the_result() throws Exception {
        Path matrix = folder.resolve("matrix.npy");
        Path out = folder.resolve("out.npy");
        NpyFile.write(matrix, NpyArray.ofMatrix(RandomMatrices.normal(6000, 400, 1)));

        eckart("svd", matrix.toString(), "--rank", "16", "-o", out.toString());

        assertThat(NpyFile.read(out).shape()).containsExactly(6000, 400);
    }

    private static Path small() {
        return folder.resolve("small.onnx");
    }

    /** The data file of a model, whose name may have a sum over its bytes in it. */
    private static Path data(Path model) throws IOException {
        String name = Pattern.quote(model.getFileName().toString()) + "(\\.[0-9a-f]{8})?\\.data";
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long bytes(Path model) throws IOException {
        return Files.size(model) + Files.size(data(model));
    }

    private static String eckart(String... arguments) throws IOException, InterruptedException {
        Ended ended = run(arguments);
        assertThat(ended.exitCode).as(ended.printed).isZero();
        return ended.printed;
    }

    private record Ended(int exitCode, String printed) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                Eckart.class.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output));
    }
}

package dev.eckart.models.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.ValuePool;
import com.google.protobuf.Message;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.models.Catalogue;
import dev.eckart.models.ModelBuilder;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A model with fields changed, dropped, repeated and connected otherwise is refused with a sentence, or compressed to one
 * that can be read again, and that ONNX Runtime loads if it loads the original.
 */
class RewriterFuzzTest {
    private static final Compressor COMPRESSOR = new Compressor(new EjmlDecomposer(), 1, Long.MAX_VALUE, Progress.NONE);
    private static final RankSelector RANK_ONE =
            RankStrategies.load(RewriterFuzzTest.class.getClassLoader()).select("fixed:1");

    @TempDir
    private static Path folder;

    private static IsolatedRuntime runtime;

    @BeforeAll
    static void startRuntime() throws IOException {
        runtime = new IsolatedRuntime();
        assertThat(loads(withStandardNode(Catalogue.all().get(0).model()))).isTrue();
    }

    @AfterAll
    static void endRuntime() {
        runtime.close();
    }

    static Stream<ModelProto> catalogue() {
        return Catalogue.all().stream().map(entry -> entry.model());
    }

    /** What makes a connection where it is put in place of another name. */
    static Stream<String> names() {
        return Stream.of(
                "", "x", "w", "y", "h", "w.B", "w.A", "MatMul", "Gemm", "Constant", "value", "transA", "transB");
    }

    @MethodSource("catalogue")
    @FuzzTest
    void should_refuse_models_or_write_what_can_be_used_as_well(@NotNull @ValuePool("names") ModelProto model)
            throws IOException {
        Path file = Files.write(Files.createTempFile(folder, "model", ".onnx"), model.toByteArray());
        Path compressed = Files.createTempFile(folder, "small", ".onnx");
        try {
            compress(file, compressed);

            OnnxNetwork.read(compressed);
            // By itself, too: a graph without any node is refused for that, and not for what the rewrite made of it.
            if (!unfolds(model) && loads(withStandardNode(model)) && loads(model)) {
                assertThat(runtime.loads(compressed))
                        .as("ONNX Runtime loads what became of %s", model)
                        .isTrue();
            }
        } catch (InvalidInputException e) {
            assertThat(e).message().isNotBlank();
            assertThat(compressed).isEmptyFile();
        } finally {
            Files.delete(file);
            Files.delete(compressed);
        }
    }

    private static boolean loads(ModelProto model) throws IOException {
        Path file = Files.write(Files.createTempFile(folder, "original", ".onnx"), model.toByteArray());
        try {
            return runtime.loads(file);
        } finally {
            Files.delete(file);
        }
    }

    /**
     * The model with a standard operator in it, which a rewrite may add: one that has other operators alone may import
     * those of a version that there is not.
     */
    private static ModelProto withStandardNode(ModelProto model) {
        ModelProto.Builder extended = model.toBuilder();
        extended.getGraphBuilder()
                .addNode(ModelBuilder.node(
                        "Constant",
                        List.of(),
                        List.of("standard.constant"),
                        ModelBuilder.attribute("value", ModelBuilder.integers("", List.of(), 1L))))
                // A constant alone is made an initializer, whatever the version.
                .addNode(ModelBuilder.node("Identity", List.of("standard.constant"), List.of("standard")));
        return extended.build();
    }

    /** Whether there is a sparse tensor in a message, which ONNX Runtime allocates in full, be it of terabytes. */
    private static boolean unfolds(Message message) {
        return message instanceof SparseTensorProto
                || message.getAllFields().values().stream()
                        .flatMap(value -> value instanceof List<?> values ? values.stream() : Stream.of(value))
                        .anyMatch(value -> value instanceof Message inner && unfolds(inner));
    }

    private static void compress(Path file, Path compressed) throws IOException {
        OnnxNetwork network = OnnxNetwork.read(file);
        COMPRESSOR
                .compress(
                        network,
                        Offering.ofPairs(network.inventory(), RANK_ONE, FactorPair.Balance.PLAIN),
                        new Provenance("fuzz", "fixed:1"))
                .network()
                .write(compressed);
    }
}

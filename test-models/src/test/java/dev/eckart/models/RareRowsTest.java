package dev.eckart.models;

import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.PackedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.report.Report;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables whose last rows have fewer bits in the file, as ONNX Runtime looks words up in them. */
class RareRowsTest {
    private static final int WORDS = 333;

    @TempDir
    private Path folder;

    /** A table, rows of which are looked up and multiplied. */
    private Path original(int opset, int width, ElementType type) throws IOException {
        DataType data = type == ElementType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT;
        ModelProto made = model("words", opset)
                .input("ids", DataType.INT64, "batch", 40)
                .initializer(tensor("table", normal(WORDS, width, 1), type))
                .initializer(tensor("w", normal(width, 5, 2), type))
                .node("Gather", List.of("table", "ids"), "words")
                .node("MatMul", List.of("words", "w"), "y")
                .output("y", data, "batch", 40, 5)
                .build();
        return Files.write(folder.resolve("original.onnx"), made.toByteArray());
    }

    private static Matrix normal(int rows, int columns, long seed) {
        Random random = new Random(seed);
        return Matrix.of(
                rows,
                columns,
                random.doubles((long) rows * columns, -1, 1).map(x -> (float) x).toArray());
    }

    private static LinearWeight table(OnnxNetwork network) {
        return network.constants().linear().stream()
                .filter(weight -> weight.name().equals("table"))
                .findFirst()
                .orElseThrow();
    }

    private Packed encode(Path original, double rare, int block, Path encoded) throws IOException {
        OnnxNetwork network = OnnxNetwork.read(original);
        LinearWeight table = table(network);
        Offer offer = new PackedEncoding(4, block, rare)
                .draft(new WeightView(table))
                .offers()
                .get(0);
        assertThat(network.obstacle(table, offer.outline())).isEmpty();
        Packed form = (Packed) offer.build();
        network.rewrite(List.of(new Replacement(table, form)), new Provenance("test", "", "packed:4"))
                .recorded(network, EjmlDecomposer::new)
                .write(encoded);
        return form;
    }

    private Verification verify(Path original, Path encoded) {
        Report report = new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE))
                .verify(original, encoded, Evaluation.onMadeUpInputs(1), Limits.NONE);
        return report.checks().verification().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "11, 64, 0.5, 16, FLOAT32",
        "13, 96, 0.999, 32, FLOAT32",
        "17, 80, 0.01, 16, FLOAT32",
        "17, 64, 0.75, 32, FLOAT16",
        "21, 128, 0.3, 64, FLOAT32"
    })
    void should_look_up_what_is_stored_and_read_it_back(int opset, int width, double rare, int block, ElementType type)
            throws IOException {
        Path original = original(opset, width, type);
        Path encoded = folder.resolve("encoded.onnx");

        Packed form = encode(original, rare, block, encoded);

        assertThat(form.hasRare()).isTrue();
        Verification verification = verify(original, encoded);
        assertThat(verification.noProof()).isEmpty();
        assertThat(verification.proof().map(RewriteProof::holds)).hasValue(true);
        OnnxNetwork network = OnnxNetwork.read(original);
        Stored back = network.codes(OnnxNetwork.read(encoded))
                .apply(network.constantSites().stream()
                        .filter(site -> site.weight().name().equals("table"))
                        .findFirst()
                        .orElseThrow());
        assertThat(((Packed) back).codes()).isEqualTo(form.codes());
        assertThat(((Packed) back).full()).isEqualTo(form.full());
        assertThat(network.coded()).isEmpty();
        assertThat(Objects.requireNonNull(OnnxNetwork.read(encoded).coded().get("table"))
                        .bytes())
                .isEqualTo(form.bytes());
        assertThat(RunOperators.of(encoded, folder).keySet())
                .doesNotContain("BitShift", "QLinearMatMul", "Concat", "Slice", "Reshape");
        for (Session.Optimization level : Session.Optimization.values()) {
            Session.open(encoded, level, 1).close();
        }
    }

    /** A mistake in any part of the codes, with a checksum that fits it. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2, 0.45, 0.7, 0.9, 1})
    void should_refute_a_mistake_in_any_part_of_the_codes(double where) throws IOException {
        Path original = original(13, 64, ElementType.FLOAT32);
        Path encoded = folder.resolve("encoded.onnx");
        encode(original, 0.5, 32, encoded);

        ModelProto wrong = changed(encoded, bytes -> {
            int at = (int) (where * (bytes.length - 1));
            bytes[at] ^= (byte) 0xff;
        });
        Path file = Files.write(folder.resolve("wrong.onnx"), wrong.toByteArray());

        Verification verification = verify(original, file);
        assertThat(verification.proof().map(RewriteProof::holds)).hasValue(false);
    }

    /** What nodes make of right codes, made wrong: the factor by which the second of two codes counts, and the number that is added. */
    @ParameterizedTest
    @ValueSource(strings = {"table.factors", "table.plus", "table.shift"})
    void should_refute_a_mistake_in_what_is_made_of_the_codes(String constant) throws IOException {
        Path original = original(13, 64, ElementType.FLOAT32);
        Path encoded = folder.resolve("encoded.onnx");
        encode(original, 0.5, 32, encoded);
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(encoded)).toBuilder();
        TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilderList().stream()
                .filter(one -> one.getName().equals(constant))
                .findFirst()
                .orElseThrow();
        byte[] raw = tensor.getRawData().toByteArray();
        raw[raw.length - 1]++;
        tensor.setRawData(com.google.protobuf.ByteString.copyFrom(raw));
        Path file = Files.write(folder.resolve("wrong.onnx"), model.build().toByteArray());

        assertThat(verify(original, file).proof().map(RewriteProof::holds)).hasValue(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4/32/0", "4/32/999", "4/32/200", "8/32/166", "4/32/"})
    void should_take_metadata_that_does_not_fit_for_a_change_since(String layout) throws IOException {
        Path original = original(13, 64, ElementType.FLOAT32);
        Path encoded = folder.resolve("encoded.onnx");
        Packed form = encode(original, 0.5, 32, encoded);
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(encoded)).toBuilder();
        model.getMetadataPropsBuilderList().stream()
                .filter(entry -> entry.getKey().equals("eckart.codes.table"))
                .forEach(entry -> {
                    assertThat(entry.getValue()).startsWith("4/32/%d ".formatted(form.full()));
                    entry.setValue(entry.getValue().replaceFirst("\\S+", layout));
                });
        Path file = Files.write(folder.resolve("wrong.onnx"), model.build().toByteArray());

        assertThat(verify(original, file).noProof().map(NoProof::cause)).hasValue(NoProof.Cause.CHANGED_SINCE);
    }

    private static ModelProto changed(Path encoded, Consumer<byte[]> change) throws IOException {
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(encoded)).toBuilder();
        TensorProto.Builder codes = model.getGraphBuilder().getInitializerBuilderList().stream()
                .filter(tensor -> tensor.getName().equals("table.codes"))
                .findFirst()
                .orElseThrow();
        byte[] raw = codes.getRawData().toByteArray();
        change.accept(raw);
        codes.setRawData(com.google.protobuf.ByteString.copyFrom(raw));
        CRC32C sum = new CRC32C();
        sum.update(raw);
        model.getMetadataPropsBuilderList().stream()
                .filter(entry -> entry.getKey().equals("eckart.checksum.table.codes"))
                .forEach(entry -> entry.setValue("%08x".formatted(sum.getValue())));
        return model.build();
    }

    @Test
    void should_have_no_rare_rows_where_the_model_cannot_make_codes_of_them() throws IOException {
        OnnxNetwork old = OnnxNetwork.read(original(9, 64, ElementType.FLOAT32));
        Packed rare = Packed.zeros(64, WORDS, 4, 100, 32, ElementType.FLOAT32);

        assertThat(old.obstacle(table(old), rare))
                .hasValue("the model has opset 9, but codes of 3 bits take 11 or newer");
        assertThat(old.obstacle(table(old), Packed.zeros(64, WORDS, 4, 32, ElementType.FLOAT32)))
                .isEmpty();
        Path product = folder.resolve("product.onnx");
        Files.write(
                product,
                model("product", 13)
                        .input("x", "batch", 64)
                        .initializer(tensor("table", normal(64, WORDS, 1), ElementType.FLOAT32))
                        .node("MatMul", List.of("x", "table"), "y")
                        .output("y", "batch", WORDS)
                        .build()
                        .toByteArray());
        OnnxNetwork products = OnnxNetwork.read(product);
        assertThat(products.obstacle(table(products), rare))
                .isEqualTo(Optional.of("only the rows of a table that Gather looks up in are rare"));
    }
}

package dev.eckart.models;

import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gelu by erf, and FastGelu in its place. */
class FastGeluTest {
    private static final RankStrategies STRATEGIES = RankStrategies.load(FastGeluTest.class.getClassLoader());

    @TempDir
    private Path folder;

    /** A Gelu between two layers, of nodes {@code output = Operator(first, second)}. */
    private Path write(int opset, double root, String... nodes) throws IOException {
        ModelBuilder builder = model("gelu", opset)
                .input("in", "batch", 40)
                .initializer(tensor("w", normal(1), ElementType.FLOAT32))
                .initializer(tensor("v", normal(2), ElementType.FLOAT32))
                .initializer(scalar("root", root))
                .initializer(scalar("inverse", Math.sqrt(0.5)))
                .initializer(scalar("one", 1))
                .initializer(scalar("half", 0.5))
                .node("MatMul", List.of("in", "w"), "x");
        for (String node : nodes) {
            String[] parts = node.split("[ =(,)]+");
            builder.node(parts[1], List.of(parts).subList(2, parts.length), parts[0]);
        }
        builder.node("MatMul", List.of("y", "v"), "out").output("out", "batch", 40);
        return Files.write(folder.resolve("original.onnx"), builder.build().toByteArray());
    }

    private static dev.eckart.onnx.proto.TensorProto scalar(String name, double value) {
        return tensor(name, Matrix.of(1, 1, new double[] {(float) value}), ElementType.FLOAT32, List.of());
    }

    private static Matrix normal(long seed) {
        Random random = new Random(seed);
        return Matrix.of(
                40, 40, random.doubles(1600, -0.5, 0.5).map(x -> (float) x).toArray());
    }

    private Report compress(Path original, boolean fast) {
        Selection selection = new Selection(
                        "fixed:1", STRATEGIES.select("fixed:1"), WeightFilter.ALL, FactorPair.Balance.PLAIN)
                .encodings(new EncodingOrder(List.of(new BitsEncoding(8))))
                .fastGelu(fast);
        return job().compress(
                        original,
                        new Target(folder.resolve("fast.onnx"), true, false),
                        selection,
                        Optional.of(Evaluation.onMadeUpInputs(1)),
                        Limits.NONE);
    }

    private CompressionJob job() {
        return new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE));
    }

    private Verification verify(Path original, Path compressed) {
        return job().verify(original, compressed, Evaluation.onMadeUpInputs(1), Limits.NONE)
                .checks()
                .verification()
                .orElseThrow();
    }

    private static List<String> operators(Path model) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(model)).getGraph().getNodeList().stream()
                .map(NodeProto::getOpType)
                .filter(operator -> !List.of("Cast", "Mul").contains(operator))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    d = Div(x, root)    | e = Erf(d) | a = Add(e, one) | m = Mul(x, a)    | y = Mul(m, half)
                    d = Div(x, root)    | e = Erf(d) | a = Add(one, e) | m = Mul(a, half) | y = Mul(m, x)
                    d = Mul(inverse, x) | e = Erf(d) | a = Add(e, one) | m = Mul(half, x) | y = Mul(m, a)
                    d = Mul(x, inverse) | e = Erf(d) | a = Add(e, one) | m = Mul(a, x)    | y = Mul(half, m)
                    """)
    void should_compute_gelu_by_tanh_and_prove_it(String d, String e, String a, String m, String y) throws IOException {
        Path original = write(13, Math.sqrt(2), d, e, a, m, y);

        Report report = compress(original, true);

        Path fast = folder.resolve("fast.onnx");
        assertThat(operators(fast)).containsExactly("MatMul", "FastGelu", "MatMul");
        assertThat(report.networks().model().fastGelu()).isZero();
        assertThat(report.networks().output().orElseThrow().fastGelu()).isEqualTo(1);
        Verification verification = report.checks().verification().orElseThrow();
        assertThat(verification.proof().map(RewriteProof::holds)).hasValue(true);
        assertThat(verify(original, fast).proof().map(RewriteProof::holds)).hasValue(true);
        assertThat(verify(original, fast).outputs().get(0).maxAbsoluteError()).isLessThan(0.1);
    }

    @Test
    void should_replace_the_operator_gelu() throws IOException {
        Path original = write(20, Math.sqrt(2), "y = Gelu(x)");

        compress(original, true);

        assertThat(operators(folder.resolve("fast.onnx"))).containsExactly("MatMul", "FastGelu", "MatMul");
        assertThat(verify(original, folder.resolve("fast.onnx")).proof().map(RewriteProof::holds))
                .hasValue(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1.5       | e = Erf(d) | a = Add(e, one) | m = Mul(x, a) | y = Mul(m, half)
                    1.4142135 | e = Erf(d) | a = Add(e, half) | m = Mul(x, a) | y = Mul(m, half)
                    1.4142135 | e = Erf(d) | a = Add(e, one) | m = Mul(in, a) | y = Mul(m, half)
                    1.4142135 | e = Erf(d) | a = Add(e, one) | m = Mul(x, a) | y = Mul(m, one)
                    1.4142135 | e = Tanh(d) | a = Add(e, one) | m = Mul(x, a) | y = Mul(m, half)
                    1.4142135 | e = Erf(d) | a = Add(e, one) | m = Mul(x, a) | y = Mul(m, a)
                    """)
    void should_refuse_in_one_sentence_where_there_is_no_gelu(double root, String e, String a, String m, String y)
            throws IOException {
        Path original = write(13, root, "d = Div(x, root)", e, a, m, y);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> compress(original, true))
                .withMessage(
                        "--fast-gelu: the model has no Gelu by erf in float32 that FastGelu could replace; leave it out");
        assertThat(folder.resolve("fast.onnx")).doesNotExist();
    }

    @Test
    void should_leave_gelu_by_erf_where_nothing_else_is_asked_for() throws IOException {
        Path original = write(20, Math.sqrt(2), "y = Gelu(x)");

        Report report = compress(original, false);

        assertThat(operators(folder.resolve("fast.onnx"))).containsExactly("MatMul", "Gelu", "MatMul");
        assertThat(report.networks().output().orElseThrow().fastGelu()).isZero();
    }

    /** A network whose FastGelu is of another input, and one that says of no place that it has it. */
    @Test
    void should_refute_fast_gelu_in_the_wrong_place_and_where_it_is_not_declared() throws IOException {
        Path original = write(
                13,
                Math.sqrt(2),
                "d = Div(x, root)",
                "e = Erf(d)",
                "a = Add(e, one)",
                "m = Mul(x, a)",
                "y = Mul(m, half)");
        compress(original, true);
        ModelProto fast = ModelProto.parseFrom(Files.readAllBytes(folder.resolve("fast.onnx")));

        ModelProto.Builder moved = fast.toBuilder();
        moved.getGraphBuilder().getNodeBuilderList().stream()
                .filter(node -> node.getOpType().equals("FastGelu"))
                .forEach(node -> node.setInput(0, "in"));
        Path wrong = Files.write(folder.resolve("wrong.onnx"), moved.build().toByteArray());
        assertThat(verify(original, wrong).proof().map(RewriteProof::holds)).hasValue(false);

        ModelProto.Builder silent = fast.toBuilder().clearMetadataProps();
        fast.getMetadataPropsList().stream()
                .filter(entry -> !entry.getKey().equals("eckart.fast-gelu"))
                .forEach(silent::addMetadataProps);
        Files.write(wrong, silent.build().toByteArray());
        assertThat(verify(original, wrong).proof().map(RewriteProof::holds)).hasValue(false);

        ModelProto.Builder more = fast.toBuilder();
        more.getMetadataPropsBuilderList().stream()
                .filter(entry -> entry.getKey().equals("eckart.fast-gelu"))
                .forEach(entry -> entry.setValue("2"));
        Files.write(wrong, more.build().toByteArray());
        assertThat(verify(original, wrong).noProof().map(NoProof::cause)).hasValue(NoProof.Cause.CHANGED_SINCE);
    }
}

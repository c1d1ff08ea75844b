package dev.eckart.assertions;

import static dev.eckart.assertions.EckartAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the bundled classifier at rank 16: 6.6 % of its size, with 92.50 % of the images right where it had 92.85 %. */
class ModelAssertTest {
    @TempDir
    private static Path folder;

    private static Path original = Path.of("");
    private static Path heldOut = Path.of("");
    private static Path compressed = Path.of("");

    @BeforeAll
    static void compress() {
        original = BundledClassifier.MODEL.extractTo(folder);
        heldOut = BundledClassifier.HELD_OUT.extractTo(folder);
        compressed = folder.resolve("small.onnx");
        RankStrategies strategies = RankStrategies.load(ModelAssertTest.class.getClassLoader());
        new CompressionJob(new Engine("test", EjmlDecomposer::new, 2, folder, Progress.NONE))
                .compress(
                        original,
                        new Target(compressed, true, false),
                        new Selection(
                                "fixed:16", strategies.select("fixed:16"), WeightFilter.ALL, FactorPair.Balance.PLAIN),
                        Optional.empty(),
                        Limits.NONE);
    }

    @Test
    void should_pass_a_model_that_keeps_all_that_is_expected() {
        onHeldOut()
                .isARightRewrite()
                .hasCosineAtLeast(0.99)
                .hasRelativeErrorAtMost(0.1)
                .hasPartCosineAtLeast(0.9)
                .hasPartErrorAtMost(0.3)
                .losesAccuracyAtMost(0.0035)
                .hasSizeRatioAtMost(0.07);
    }

    @Test
    void should_fail_if_cosine_is_below() {
        assertThat(failureOf(() -> onHeldOut().hasCosineAtLeast(0.9999999)))
                .startsWith("Expected cosine of at least: 0.9999999 but was: 0.99")
                .contains("in output `logits`, `" + compressed + "` compared to `" + original + "` on 2000 samples")
                .contains(heldOut.getFileName().toString());
    }

    @Test
    void should_fail_if_relative_error_is_above() {
        assertThat(failureOf(() -> onHeldOut().hasRelativeErrorAtMost(1e-4)))
                .startsWith("Expected relative error of at most: 1.0E-4 but was: 0.0")
                .contains("in output `logits`");
    }

    @Test
    void should_fail_if_a_part_is_worse_than_the_whole_and_name_it() {
        // The error of one class is twice that of all, which is 0.037.
        assertThat(failureOf(() -> onHeldOut().hasPartErrorAtMost(0.04)))
                .startsWith("Expected part error of at most: 0.04 but was: 0.0")
                .containsPattern("in axis 1, index \\d of output `logits`, ");
        assertThat(failureOf(() -> onHeldOut().hasPartCosineAtLeast(0.99999)))
                .startsWith("Expected part cosine of at least: 0.99999 but was: 0.9")
                .containsPattern("in axis 1, index \\d of output `logits`, ");
    }

    @Test
    void should_fail_if_there_is_nothing_that_is_expected_to_be_measured() throws IOException {
        Path classes = withOutputOf(original);

        assertThat(failureOf(() -> assertThatModel(classes)
                        .comparedTo(classes)
                        .onInputs(heldOut)
                        .hasCosineAtLeast(0.9)))
                .isEqualTo("Expected a cosine that can be measured but every output of `" + classes
                        + "` holds whole numbers or has one number per sample; expect a relative error instead");
        assertThat(failureOf(() -> assertThatModel(classes)
                        .comparedTo(classes)
                        .onInputs(heldOut)
                        .hasPartErrorAtMost(0.9)))
                .isEqualTo("Expected parts that can be measured but no output of `" + classes
                        + "` has parts of enough numbers on 2000 samples");
    }

    /** The class of each sample instead of scores. */
    private static Path withOutputOf(Path model) throws IOException {
        ModelProto.Builder classes = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
        GraphProto.Builder graph = classes.getGraphBuilder();
        graph.addNode(NodeProto.newBuilder()
                .setOpType("ArgMax")
                .addInput("logits")
                .addOutput("class")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(1)));
        graph.clearOutput()
                .addOutput(ValueInfoProto.newBuilder()
                        .setName("class")
                        .setType(TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.INT64_VALUE))));
        return Files.write(folder.resolve("classes.onnx"), classes.build().toByteArray());
    }

    @Test
    void should_fail_if_more_accuracy_is_lost() {
        assertThat(failureOf(() -> onHeldOut().losesAccuracyAtMost(0.003)))
                .startsWith("Expected accuracy drop of at most: 0.003 but was: 0.0035, from 0.9285 to 0.925, ");
    }

    @Test
    void should_hold_metrics_of_the_task_to_limits() {
        onHeldOut()
                .measuring("top-k:3", "embedding-cosine")
                .keeps("top-3-accuracy<=0.01")
                .keeps("embedding-cosine>=0.99");

        assertThat(failureOf(() -> onHeldOut().measuring("embedding-cosine").keeps("embedding-cosine>=0.9999999")))
                .startsWith("Expected embedding-cosine>=0.9999999 but was: 0.99")
                .contains("the value of the metric, mean of 2000 samples, ", "` compared to `" + original + "`");
        assertThatThrownBy(() -> onHeldOut().keeps("embedding-cosine>=0.9"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no metric with this name is measured");
        assertThatThrownBy(() -> onHeldOut().measuring("top-k"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("expected a value after the name");
    }

    @Test
    void should_fail_if_size_is_above() {
        assertThat(failureOf(() -> onHeldOut().hasSizeRatioAtMost(0.05)))
                .startsWith("Expected size ratio of at most: 0.05 but was: 0.06")
                .contains(" of " + original.toFile().length() + " bytes");
    }

    @Test
    void should_fail_if_rewrite_is_wrong() throws IOException {
        Path wrong = withBias(100);

        assertThat(failureOf(() -> assertThatModel(wrong).comparedTo(original).isARightRewrite()))
                .startsWith("Expected a correct rewrite, which differs from the product of the factors by at most: ");
    }

    @Test
    void should_fail_if_rewrite_cannot_be_proved() throws IOException {
        Path copy = Files.write(
                folder.resolve("plain.onnx"),
                ModelProto.parseFrom(Files.readAllBytes(compressed)).toBuilder()
                        .clearMetadataProps()
                        .build()
                        .toByteArray());

        assertThat(failureOf(() -> assertThatModel(copy).comparedTo(original).isARightRewrite()))
                .startsWith("Expected a rewrite that can be proved but there is no proof of `" + copy
                        + "`: the model does not say what was replaced");
    }

    @Test
    void should_fail_if_outputs_are_not_numbers() throws IOException {
        Path broken = withBias(Float.NaN);

        for (ThrowingCallable expectation : List.<ThrowingCallable>of(
                () -> assertThatModel(broken)
                        .comparedTo(original)
                        .onInputs(heldOut)
                        .hasCosineAtLeast(-1),
                () -> assertThatModel(broken)
                        .comparedTo(original)
                        .onInputs(heldOut)
                        .hasRelativeErrorAtMost(1e9),
                () -> assertThatModel(broken).comparedTo(original).isARightRewrite())) {
            assertThat(failureOf(expectation)).contains("but was: NaN");
        }
    }

    @Test
    void should_tell_an_equivalent_model_from_another() {
        assertThatModel(original).onInputs(heldOut).isEquivalentTo(original, within(1e-6));
        assertThat(failureOf(
                        () -> assertThatModel(compressed).onInputs(heldOut).isEquivalentTo(original, within(1e-6))))
                .startsWith("Expected relative error of at most: 1.0E-6 but was: ");
    }

    @Test
    void should_describe_the_model_as_told() {
        assertThat(failureOf(() -> onHeldOut().as("the small one").hasSizeRatioAtMost(0.01)))
                .startsWith("[the small one] Expected size ratio");
    }

    @Test
    void should_tell_all_at_once_if_soft() {
        EckartSoftAssertions softly = new EckartSoftAssertions();
        softly.assertThatModel(compressed)
                .comparedTo(original)
                .onInputs(heldOut)
                .hasSizeRatioAtMost(0.01)
                .hasCosineAtLeast(0.9)
                .hasRelativeErrorAtMost(1e-4);

        assertThat(softly.assertionErrorsCollected())
                .extracting(Throwable::getMessage)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("Expected size ratio"),
                        second -> assertThat(second).startsWith("Expected relative error"));
    }

    @Test
    void should_run_both_models_once_and_again_only_for_other_inputs() throws IOException {
        Path passing = Files.copy(compressed, folder.resolve("passing.onnx"));
        ModelAssert assertion =
                assertThatModel(passing).comparedTo(original).onInputs(heldOut).hasSizeRatioAtMost(0.07);
        Files.delete(passing);

        assertion.hasCosineAtLeast(0);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> assertion.onInputs(heldOut).hasCosineAtLeast(0))
                .withMessageContaining("passing.onnx");
    }

    @Test
    void should_say_what_has_to_be_called_first() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> assertThatModel(compressed).onInputs(heldOut).hasCosineAtLeast(0.9))
                .withMessage("a comparison needs the original model; call comparedTo first");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(
                        () -> assertThatModel(compressed).comparedTo(original).losesAccuracyAtMost(0.1))
                .withMessageContaining("call onInputs and withLabels first");
    }

    @Test
    void should_judge_rewrites_on_made_up_inputs_and_never_what_is_lost() {
        ModelAssert onMadeUp = assertThatModel(compressed).comparedTo(original);
        onMadeUp.isARightRewrite();

        for (ThrowingCallable expectation : List.<ThrowingCallable>of(
                () -> onMadeUp.hasCosineAtLeast(-1),
                () -> onMadeUp.hasRelativeErrorAtMost(1e9),
                () -> onMadeUp.measuring("embedding-cosine").keeps("embedding-cosine>=-1"),
                () -> onMadeUp.isEquivalentTo(original, within(1e9)))) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(expectation)
                    .withMessage(
                            "what is lost is judged on your inputs, and made-up ones do not show it; call onInputs first");
        }
    }

    private static ModelAssert onHeldOut() {
        return assertThatModel(compressed)
                .comparedTo(original)
                .onInputs(heldOut)
                .withLabels(heldOut, "labels");
    }

    private static String failureOf(ThrowingCallable expectation) {
        return String.valueOf(
                catchThrowableOfType(AssertionError.class, expectation).getMessage());
    }

    /** The compressed model with this as the bias of every class but the first. */
    private static Path withBias(float value) throws IOException {
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(compressed)).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
            if (tensor.getName().equals("fc2.bias")) {
                tensor.clearRawData().clearFloatData().addFloatData(0);
                for (int i = 1; i < tensor.getDims(0); i++) {
                    tensor.addFloatData(value);
                }
            }
        }
        return Files.write(
                folder.resolve("bias-" + value + ".onnx"), model.build().toByteArray());
    }
}

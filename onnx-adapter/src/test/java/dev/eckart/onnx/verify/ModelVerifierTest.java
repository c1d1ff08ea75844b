package dev.eckart.onnx.verify;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.matrix;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.LostFusion;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.ShapeBinding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelVerifierTest {
    /** Square, so that factors in each other's place would still fit. */
    private static final int SIZE = 8;

    private static final String ONE_PRODUCT = input("x", FLOAT, "batch", SIZE)
            + node("MatMul", "x w", "y")
            + output("y", FLOAT, "batch", SIZE)
            + randomMatrix("w", SIZE, SIZE);

    private static final String TWO_PRODUCTS = input("x", FLOAT, "batch", SIZE)
            + node("MatMul", "x w", "h")
            + node("Tanh", "h", "t")
            + node("MatMul", "t v", "y")
            + output("y", FLOAT, "batch", SIZE)
            + randomMatrix("w", SIZE, SIZE)
            + randomMatrix("v", SIZE, SIZE);

    /** Scores of two classes, which are the two numbers themselves. */
    private static final String CLASSIFIER = input("x", FLOAT, "batch", 2)
            + node("MatMul", "x w", "y")
            + output("y", FLOAT, "batch", 2)
            + matrix("w", 2, 2, 1, 0, 0, 1);

    /** The same with the classes mixed up. */
    private static final String MIXED_UP = CLASSIFIER.replace("[1.0, 0.0, 0.0, 1.0]", "[0.0, 1.0, 1.0, 0.0]");

    @TempDir
    private Path folder;

    private Path original = Path.of("");
    private Path compressed = Path.of("");
    private Path inputs = Path.of("");

    @BeforeEach
    void nameFiles() {
        original = folder.resolve("original.onnx");
        compressed = folder.resolve("compressed.onnx");
        inputs = folder.resolve("inputs.npz");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, SIZE})
    void should_prove_a_right_rewrite_however_much_it_loses(int rank) {
        write(ONE_PRODUCT);
        rewrite(rank);

        Verification verification = verify();

        RewriteProof proof = verification.proof().orElseThrow();
        assertThat(proof.holds()).isTrue();
        assertThat(proof.error()).isBetween(0.0, proof.tolerance());
        assertThat(proof.tolerance()).isBetween(proof.noiseFloor(), 1e-4);
        assertThat(verification.relativeError()).isGreaterThan(0.1);
        assertThat(verification.sound()).isTrue();
    }

    @Test
    void should_lose_no_fusion_where_what_follows_goes_with_the_second_product() {
        write(input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "p")
                + node("Add", "p b", "s")
                + node("Relu", "s", "y")
                + output("y", FLOAT, "batch", SIZE)
                + randomMatrix("w", SIZE, SIZE)
                + randomMatrix("b", 1, SIZE));
        rewrite(2);

        assertThat(verify().fusions()).isEmpty();
    }

    /** The runtime multiplies quantized numbers as they are, if both operands are. */
    @Test
    void should_tell_of_fusions_that_are_lost() {
        write(input("x", FLOAT, "batch", SIZE)
                + "initializer { name: \"s\" data_type: 1 float_data: 0.05 } "
                + "initializer { name: \"z\" data_type: 2 int32_data: 128 } "
                + "initializer { name: \"wz\" data_type: 3 int32_data: 0 } "
                + "initializer { name: \"w\" dims: %d dims: %d data_type: 3 int32_data: %s } "
                        .formatted(
                                SIZE,
                                SIZE,
                                IntStream.range(0, SIZE * SIZE)
                                        .map(i -> i * i % 23 - 11)
                                        .boxed()
                                        .toList())
                + node("QuantizeLinear", "x s z", "xq")
                + node("DequantizeLinear", "xq s z", "xd")
                + node("DequantizeLinear", "w s wz", "wd")
                + node("MatMul", "xd wd", "p")
                + node("QuantizeLinear", "p s z", "pq")
                + node("DequantizeLinear", "pq s z", "y")
                + output("y", FLOAT, "batch", SIZE));
        rewrite(2);

        assertThat(verify().fusions()).containsExactly(new LostFusion("QLinearMatMul", 1, 0));
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains("eckart-operators"));
    }

    @Test
    void should_compare_again_with_an_original_that_was_unloaded() {
        write(ONE_PRODUCT);
        rewrite(2);

        try (ModelVerifier verifier = open(Optional.empty(), Optional.empty())) {
            Verification first = verify(verifier);
            Verification second = verify(verifier);

            assertThat(second.proof()).isEqualTo(first.proof()).isPresent();
            assertThat(second.outputs()).isEqualTo(first.outputs());
        }
    }

    @Test
    void should_prove_a_right_rewrite_of_several_weights() {
        write(TWO_PRODUCTS);
        rewrite(2);

        assertThat(verify().proof().map(RewriteProof::holds)).contains(true);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1"})
    void should_prove_a_right_rewrite_of_a_gemm(int transA, int transB) {
        write(gemm(transA, transB));
        rewrite(2);

        Verification verification = verify();

        assertThat(verification.proof().map(RewriteProof::holds)).contains(true);
        assertThat(verification.relativeError()).isGreaterThan(0.1);
    }

    @Test
    void should_refute_a_rewrite_with_the_factors_in_each_others_place() {
        write(ONE_PRODUCT);
        rewrite(SIZE);
        tamperNodes(node -> switch (node.getInput(1)) {
            case "w.B" -> node.toBuilder().setInput(1, "w.A").build();
            case "w.A" -> node.toBuilder().setInput(1, "w.B").build();
            default -> node;
        });

        assertRefuted(verify());
    }

    @Test
    void should_refute_a_rewrite_with_the_factors_of_another_weight() {
        write(TWO_PRODUCTS);
        rewrite(2);
        tamperNodes(node -> node.getInputCount() == 2 && node.getInput(1).equals("w.B")
                ? node.toBuilder().setInput(1, "v.B").build()
                : node);

        assertRefuted(verify());
    }

    @Test
    void should_refute_a_rewrite_that_uses_other_numbers_than_it_stores() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamperNodes(node -> node.getInput(1).equals("w.A")
                ? node.toBuilder().setInput(1, "other").build()
                : node);
        tamperGraph(graph -> graph.toBuilder()
                .addInitializer(scaled(graph, "w.A", 1.001).toBuilder().setName("other"))
                .build());

        Verification verification = verify();

        assertRefuted(verification);
        RewriteProof proof = verification.proof().orElseThrow();
        assertThat(proof.error()).isCloseTo(0.001, within(1e-5));
        assertThat(proof.fault()).contains("value `y` is wrong");
    }

    @Test
    void should_refute_a_rewrite_that_loses_what_else_a_gemm_does() {
        write(gemm(0, 0));
        rewrite(2);
        tamperNodes(node -> node.getOpType().equals("Gemm")
                ? node.toBuilder().clearAttribute().build()
                : node);

        assertRefuted(verify());
    }

    @Test
    void should_refute_a_rewrite_of_a_transposed_weight_as_if_it_were_not() {
        write(gemm(0, 1));
        rewrite(2);
        // x·(B·A)ᵀ = (x·Aᵀ)·Bᵀ instead of (x·B)·A.
        AttributeProto transB = AttributeProto.newBuilder()
                .setName("transB")
                .setI(1)
                .setType(AttributeProto.AttributeType.INT)
                .build();
        tamperNodes(node -> node.toBuilder()
                .setOpType("Gemm")
                .setInput(1, node.getInput(1).equals("w.B") ? "w.A" : "w.B")
                .addAttribute(transB)
                .build());

        assertRefuted(verify());
    }

    @Test
    void should_have_no_proof_where_nothing_says_what_was_replaced() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> model.toBuilder().clearMetadataProps().build());

        Verification verification = verify();

        assertThat(verification.proof()).isEmpty();
        assertThat(verification.relativeError()).isGreaterThan(0.1);
        assertThat(verification.sound()).isTrue();
    }

    @Test
    void should_find_no_difference_between_a_model_and_itself() throws IOException {
        write(TWO_PRODUCTS);
        Files.copy(original, compressed);

        Verification verification = verify();

        assertThat(verification.proof()).isEmpty();
        assertThat(verification.outputs()).hasSize(1);
        assertThat(verification.outputs().get(0).maxAbsoluteError()).isZero();
        assertThat(verification.cosine()).hasValueCloseTo(1.0, within(1e-9));
        assertThat(verification.inputs()).isEqualTo(EvaluationInputs.MADE_UP);
        assertThat(verification.samples()).isEqualTo(5);
    }

    @Test
    void should_have_no_proof_where_factors_do_not_fit_the_original() {
        write(ONE_PRODUCT);
        rewrite(2);
        TextModels.write(
                TextModels.withGraph(ONE_PRODUCT
                        .replace(
                                randomMatrix("w", SIZE, SIZE),
                                randomMatrix("w", SIZE, 1) + randomMatrix("ones", 1, SIZE))
                        .replace(
                                node("MatMul", "x w", "y"),
                                node("MatMul", "x w", "h") + node("MatMul", "h ones", "y"))),
                original);

        assertThat(verify().noProof()).contains(changed("its factors [8×2]·[2×8] do not fit weight `w` [8×1]"));
    }

    @Test
    void should_have_no_proof_where_metadata_speaks_of_a_factor_that_is_not_there() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> saying(model, "eckart.pair.w", "w.B w.C "));

        assertThat(verify().noProof())
                .contains(changed("its metadata speaks of a factor `w.C`, but it has no such matrix"));
    }

    private static NoProof changed(String reason) {
        return new NoProof(NoProof.Cause.CHANGED_SINCE, "changed since it was compressed: " + reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.B", "w.B w.A", ""})
    void should_have_no_proof_where_metadata_cannot_be_read(String value) {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> model.toBuilder()
                .clearMetadataProps()
                .addMetadataProps(StringStringEntryProto.newBuilder()
                        .setKey("eckart.pair.w")
                        .setValue(value))
                .build());

        Verification verification = verify();

        assertThat(verification.noProof()).contains(changed("its metadata entry `eckart.pair.w` cannot be read"));
        assertThat(verification.sound()).isTrue();
        assertThat(verification.relativeError()).isGreaterThan(0.1);
    }

    /** As a dynamic quantizer does: factors in eight bits, under other names. */
    @Test
    void should_have_no_proof_of_a_model_that_was_quantized_and_compare_its_outputs() {
        write(ONE_PRODUCT);
        rewrite(2);
        GraphProto scale = TextModels.withGraph("initializer { name: \"scale\" data_type: 1 float_data: 0.01 } "
                        + node("DequantizeLinear", "w.A_quantized scale", "w.A_wide"))
                .getGraph();
        tamperGraph(graph -> {
            GraphProto.Builder changed = graph.toBuilder()
                    .clearInitializer()
                    .clearNode()
                    .addAllInitializer(scale.getInitializerList())
                    .addAllNode(scale.getNodeList());
            for (TensorProto tensor : graph.getInitializerList()) {
                changed.addInitializer(tensor.getName().equals("w.A") ? quantized(tensor) : tensor);
            }
            graph.getNodeList()
                    .forEach(node -> changed.addNode(
                            node.getInput(1).equals("w.A")
                                    ? node.toBuilder().setInput(1, "w.A_wide").build()
                                    : node));
            return changed.build();
        });

        Verification verification = verify();

        assertThat(verification.proof()).isEmpty();
        assertThat(verification.noProof())
                .contains(changed("its metadata speaks of a factor `w.A`, but it has no such matrix"));
        assertThat(verification.sound()).isTrue();
        assertThat(verification.outputs()).hasSize(1);
    }

    private static TensorProto quantized(TensorProto tensor) {
        TensorProto.Builder small = TensorProto.newBuilder()
                .setName("w.A_quantized")
                .setDataType(TensorProto.DataType.INT8_VALUE)
                .addAllDims(tensor.getDimsList());
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            small.addInt32Data(Math.round(bytes.getFloat() * 40));
        }
        return small.build();
    }

    /** As a converter to float16 does, which rounds weights, inputs and outputs. */
    @Test
    void should_have_no_proof_of_a_model_that_was_converted_and_compare_it_on_rounded_inputs() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamperGraph(graph -> {
            GraphProto.Builder changed = graph.toBuilder();
            changed.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().setElemType(FLOAT16.getNumber());
            changed.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().setElemType(FLOAT16.getNumber());
            for (int i = 0; i < graph.getInitializerCount(); i++) {
                changed.setInitializer(i, halved(graph.getInitializer(i)));
            }
            return changed.build();
        });

        Verification verification = verify();

        assertThat(verification.noProof())
                .contains(changed("factor `w.B` of weight `w` is float16 where float32 was stored"));
        assertThat(verification.sound()).isTrue();
        assertThat(verification.outputs())
                .singleElement()
                .satisfies(output -> assertThat(output.maxAbsoluteError()).isFinite());
    }

    private static TensorProto halved(TensorProto tensor) {
        TensorProto.Builder half = TensorProto.newBuilder()
                .setName(tensor.getName())
                .setDataType(FLOAT16.getNumber())
                .addAllDims(tensor.getDimsList());
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            half.addInt32Data(Fp16Conversions.floatToFp16(bytes.getFloat()) & 0xffff);
        }
        return half.build();
    }

    @Test
    void should_have_no_proof_where_a_weight_that_was_not_replaced_is_stored_otherwise() {
        write(TWO_PRODUCTS);
        rewrite(2, weight -> weight.name().equals("w"));
        tamperGraph(graph -> {
            GraphProto.Builder changed = graph.toBuilder().clearInitializer();
            graph.getInitializerList()
                    .forEach(tensor -> changed.addInitializer(
                            tensor.getName().equals("v")
                                    ? tensor.toBuilder().setName("v_renamed").build()
                                    : tensor));
            changed.clearNode();
            graph.getNodeList()
                    .forEach(node -> changed.addNode(
                            node.getInputCount() > 1 && node.getInput(1).equals("v")
                                    ? node.toBuilder().setInput(1, "v_renamed").build()
                                    : node));
            return changed.build();
        });

        assertThat(verify().noProof()).contains(changed("it no longer stores weight `v` [8×8] as the original does"));
    }

    /** As a simplifier does: nodes that do nothing come and go, names of factors stay. */
    @Test
    void should_prove_a_rewrite_that_was_simplified_and_still_has_its_factors() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamperGraph(graph -> graph.toBuilder()
                .clearNode()
                .addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput("x")
                        .addOutput("same"))
                .addAllNode(graph.getNodeList().stream()
                        .map(node -> node.getInput(0).equals("x")
                                ? node.toBuilder().setInput(0, "same").build()
                                : node)
                        .toList())
                .build());

        assertThat(verify().proof().map(RewriteProof::holds)).contains(true);
    }

    @Test
    void should_refute_factors_that_were_changed_where_they_are_stored() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamperGraph(graph -> replaceTensor(graph, tensor("w.A", 2, SIZE, 0)));

        Verification verification = verify();

        RewriteProof proof = verification.proof().orElseThrow();
        assertThat(proof.holds()).isFalse();
        assertThat(proof.fault().orElseThrow()).startsWith("factor `w.A` holds other numbers than were written; ");
        assertThat(proof.error()).isNaN();
        assertThat(verification.sound()).isFalse();
    }

    /** As by somebody who makes the checksums fit the numbers. */
    @ParameterizedTest
    @ValueSource(strings = {"w.B", "w.A"})
    void should_refute_factors_of_another_error_than_was_recorded(String factor) {
        write(ONE_PRODUCT);
        rewrite(2);
        tamperGraph(graph -> replaceTensor(graph, scaled(graph, factor, 1.01)));
        tamper(model -> saying(model, "eckart.checksum." + factor, checksum(model, factor)));

        RewriteProof proof = verify().proof().orElseThrow();

        assertThat(proof.holds()).isFalse();
        assertThat(proof.fault().orElseThrow())
                .startsWith("the stored form of weight `w` has a relative error of ")
                .contains(" was recorded");
        assertThat(proof.forms().weights()).isEqualTo(1);
        assertThat(proof.forms().largestDeviation()).isGreaterThan(StoredForms.TOLERANCE);
    }

    private static String checksum(ModelProto model, String name) {
        CRC32C sum = new CRC32C();
        model.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name))
                .forEach(tensor -> tensor.getFloatDataList()
                        .forEach(number -> sum.update(ByteBuffer.allocate(Float.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(0, number))));
        return "%08x".formatted(sum.getValue());
    }

    @Test
    void should_hold_stored_forms_to_their_records() {
        write(ONE_PRODUCT);
        rewrite(2);

        RewriteProof proof = verify().proof().orElseThrow();

        assertThat(proof.holds()).isTrue();
        assertThat(proof.forms().weights()).isEqualTo(1);
        assertThat(proof.forms().largestError()).isPositive();
        assertThat(proof.forms().largestDeviation()).isLessThanOrEqualTo(StoredForms.TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eckart.form. | its metadata records no error of weight `w`, as older versions did not; compress the original again",
                "eckart.checksum. | its metadata has no checksum of factor `w.B`",
                "eckart.checksum.w.A | its metadata has no checksum of factor `w.A`",
                "eckart.pair. | its metadata entry `eckart.form.w` belongs to no weight that was replaced"
            })
    void should_have_no_proof_where_metadata_is_missing(String prefix, String reason) {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> without(model, prefix));

        assertThat(verify().noProof()).contains(changed(reason));
    }

    @Test
    void should_have_no_proof_where_all_metadata_but_the_version_is_missing() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> without(without(without(model, "eckart.form."), "eckart.pair."), "eckart.checksum."));

        assertThat(verify().noProof()).contains(changed("it no longer stores weight `w` [8×8] as the original does"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "error:0.5", "error:x weight:00", "weight:00 error:0.5", "error:-1 weight:00"})
    void should_have_no_proof_where_a_record_cannot_be_read(String value) {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> saying(model, "eckart.form.w", value));

        assertThat(verify().noProof()).contains(changed("its metadata entry `eckart.form.w` cannot be read"));
    }

    @Test
    void should_have_no_proof_beside_another_model_than_the_original() {
        write(ONE_PRODUCT);
        rewrite(2);
        write(ONE_PRODUCT.replace(
                randomMatrix("w", SIZE, SIZE),
                matrix(
                        "w",
                        SIZE,
                        SIZE,
                        IntStream.range(0, SIZE * SIZE).asDoubleStream().toArray())));

        assertThat(verify().noProof())
                .contains(
                        changed(
                                "its metadata records the error of another weight `w` than the original's; compare it with the model that it was made of"));
    }

    /** Where the last bits of a product decide the output. */
    @Test
    void should_have_no_proof_where_rounding_is_as_large_as_mistakes() {
        write(ONE_PRODUCT.replace(
                        node("MatMul", "x w", "y"),
                        node("MatMul", "x w", "h") + node("Mul", "h much", "m") + node("Sin", "m", "y"))
                + matrix("much", 1, 1, 50_000));
        rewrite(2);

        Verification verification = verify();

        assertThat(verification.proof()).isEmpty();
        NoProof reason = verification.noProof().orElseThrow();
        assertThat(reason.cause()).isEqualTo(NoProof.Cause.HIDDEN_BY_ROUNDING);
        assertThat(reason.sentence()).startsWith("rounding hides mistakes in this model: its value `y` differs by ");
        assertThat(verification.sound()).isTrue();

        tamperGraph(graph -> replaceTensor(graph, tensor("w.A", 2, SIZE, 0)));

        assertRefuted(verify());
    }

    @Test
    void should_refute_a_wrong_product_in_front_of_rounding_that_would_hide_it() {
        write(ONE_PRODUCT.replace(
                        node("MatMul", "x w", "y"),
                        node("MatMul", "x w", "h") + node("Mul", "h much", "m") + node("Sin", "m", "y"))
                + matrix("much", 1, 1, 50_000)
                + matrix("almost", 1, 1, 1.01));
        rewrite(2);
        tamperGraph(graph -> graph.toBuilder()
                .clearNode()
                .addAllNode(graph.getNodeList().stream()
                        .flatMap(node -> node.getOutput(0).equals("h")
                                ? Stream.of(
                                        node.toBuilder().setOutput(0, "right").build(),
                                        NodeProto.newBuilder()
                                                .setOpType("Mul")
                                                .addInput("right")
                                                .addInput("almost")
                                                .addOutput("h")
                                                .build())
                                : Stream.of(node))
                        .toList())
                .build());

        Verification verification = verify();

        assertRefuted(verification);
        assertThat(verification.proof().orElseThrow().fault()).contains("value `h` is wrong");
    }

    @Test
    void should_say_that_nothing_tells_what_was_replaced() {
        write(ONE_PRODUCT);
        rewrite(2);
        tamper(model -> model.toBuilder().clearMetadataProps().build());

        assertThat(verify().noProof())
                .contains(new NoProof(NoProof.Cause.UNDECLARED, "the model does not say what was replaced"));
    }

    @Test
    void should_compare_a_model_that_names_its_dimensions_otherwise() {
        write(ONE_PRODUCT);
        TextModels.write(TextModels.withGraph(ONE_PRODUCT.replace("\"batch\"", "\"n\"")), compressed);

        assertThat(verify().outputs().get(0).relativeError()).isZero();
    }

    @Test
    void should_refuse_a_model_that_takes_other_inputs() {
        write(ONE_PRODUCT);
        TextModels.write(TextModels.withGraph(ONE_PRODUCT.replace("\"x\"", "\"z\"")), compressed);

        assertThatThrownBy(this::verify)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "the compressed model is not made from `%s`, which takes other inputs:"
                                + " expected x FLOAT [batch×8] but was: z FLOAT [batch×8]",
                        original);
    }

    @Test
    void should_refuse_a_model_that_lacks_an_output() {
        write(ONE_PRODUCT);
        TextModels.write(TextModels.withGraph(ONE_PRODUCT.replace("\"y\"", "\"z\"")), compressed);

        assertThatThrownBy(this::verify)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the compressed model has no output `y`, which the original has");
    }

    @Test
    void should_refuse_a_model_whose_output_has_another_shape() {
        write(ONE_PRODUCT);
        TextModels.write(
                TextModels.withGraph(input("x", FLOAT, "batch", SIZE)
                        + node("MatMul", "x w", "y")
                        + output("y", FLOAT, "batch", 3)
                        + randomMatrix("w", SIZE, 3)),
                compressed);

        assertThatThrownBy(this::verify)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the compressed model is not made from this original:"
                        + " its output `y` is [2×3] where [2×8] was expected");
    }

    @Test
    void should_call_outputs_unsound_that_are_not_numbers() {
        // Half of the normal numbers are negative, and have no square root.
        write(input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "h")
                + node("Sqrt", "h", "y")
                + output("y", FLOAT, "batch", SIZE)
                + randomMatrix("w", SIZE, SIZE));
        rewrite(2);

        Verification verification = verify();

        assertThat(verification.sound()).isFalse();
        assertThat(verification.outputs().get(0).maxAbsoluteError()).isNaN();
    }

    @Test
    void should_compare_every_output_of_numbers() {
        write(ONE_PRODUCT
                + node("Neg", "y", "z")
                + node("ArgMax", "y", "class", attribute("axis", 1), attribute("keepdims", 0))
                + output("z", FLOAT, "batch", SIZE)
                + output("class", INT64, "batch"));
        rewrite(2);

        Verification verification = verify();

        assertThat(verification.outputs()).extracting(OutputComparison::name).containsExactly("y", "z", "class");
    }

    @Test
    void should_compare_outputs_of_integers_where_there_are_no_others() {
        String classes = input("x", FLOAT, "batch", 2)
                + node("MatMul", "x w", "scores")
                + node("ArgMax", "scores", "y", attribute("axis", 1), attribute("keepdims", 0))
                + output("y", INT64, "batch");
        write(classes + matrix("w", 2, 2, 1, 0, 0, 1));
        TextModels.write(TextModels.withGraph(classes + matrix("w", 2, 2, 0, 1, 1, 0)), compressed);
        samples(NpyArray.ofFloats(List.of(4, 2), 1, 0, 1, 0, 0, 1, 0, 1));

        Verification verification = verify(Optional.empty());

        assertThat(verification.outputs()).singleElement().satisfies(output -> {
            assertThat(output.name()).isEqualTo("y");
            assertThat(output.maxAbsoluteError()).isEqualTo(1);
            assertThat(output.relativeError()).isCloseTo(Math.sqrt(2), within(1e-9));
            assertThat(output.agreement()).hasValue(0);
            assertThat(output.cosine()).isEmpty();
            assertThat(output.top1Agreement()).isEmpty();
        });
    }

    @Test
    void should_prove_nothing_on_integers_alone() {
        write(input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "scores")
                + randomMatrix("w", SIZE, SIZE)
                + node("ArgMax", "scores", "y", attribute("axis", 1), attribute("keepdims", 0))
                + output("y", INT64, "batch"));
        rewrite(2);

        assertThat(verify().proof()).isEmpty();
    }

    @Test
    void should_refuse_a_model_without_an_output_to_compare() {
        String texts = input("x", FLOAT, "batch")
                + node("Cast", "x", "y", attribute("to", TensorProto.DataType.STRING.getNumber()))
                + output("y", TensorProto.DataType.STRING, "batch");
        write(texts);
        TextModels.write(TextModels.withGraph(texts), compressed);

        assertThatThrownBy(this::verify)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the model has no output of numbers to compare; --no-verify writes without comparing");
    }

    @Test
    void should_measure_loss_on_the_inputs_that_are_given() {
        write(CLASSIFIER);
        TextModels.write(TextModels.withGraph(MIXED_UP), compressed);
        samples(NpyArray.ofFloats(List.of(4, 2), 1, 0, 0, 1, 1, 0, 3, 0));

        Verification verification = verify(Optional.empty());

        assertThat(verification.inputs()).isEqualTo(EvaluationInputs.given(inputs.toString()));
        assertThat(verification.samples()).isEqualTo(4);
        assertThat(verification.accuracy()).isEmpty();
        OutputComparison output = verification.outputs().get(0);
        assertThat(output.maxAbsoluteError()).isEqualTo(3);
        assertThat(output.relativeError()).isCloseTo(Math.sqrt(2), within(1e-9));
        assertThat(output.cosine()).hasValue(0);
        assertThat(output.top1Agreement()).hasValue(0);
    }

    @Test
    void should_measure_the_accuracy_of_both_models() {
        write(CLASSIFIER);
        TextModels.write(TextModels.withGraph(MIXED_UP), compressed);
        samples(NpyArray.ofFloats(List.of(4, 2), 1, 0, 0, 1, 1, 0, 0, 1));

        Verification verification = verify(Optional.of(labels(0, 1, 0, 0)));

        assertThat(verification.accuracy()).contains(new LabelAccuracy(0.75, 0.25, 4, 4));
    }

    @Test
    void should_keep_samples_and_labels_together_over_many_batches() {
        write(CLASSIFIER);
        TextModels.write(TextModels.withGraph(MIXED_UP), compressed);
        // More than fit into two batches, and labels that follow a pattern of another length.
        int count = 700;
        float[] numbers = new float[2 * count];
        int[] classes = new int[count];
        for (int i = 0; i < count; i++) {
            classes[i] = i % 3 == 0 ? 1 : 0;
            numbers[2 * i + classes[i]] = 1;
        }
        samples(NpyArray.ofFloats(List.of(count, 2), numbers));

        Verification verification = verify(Optional.of(labels(classes)));

        assertThat(verification.samples()).isEqualTo(count);
        assertThat(verification.accuracy()).contains(new LabelAccuracy(1, 0, count, count));
    }

    @Test
    void should_refuse_labels_of_another_length() {
        write(CLASSIFIER);
        samples(NpyArray.ofFloats(List.of(2, 2), 1, 0, 0, 1));

        assertThatThrownBy(() -> open(Optional.of(inputs), Optional.of(labels(0, 1, 0))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("there are 3 labels for 2 samples; expected one for each");
    }

    @Test
    void should_refuse_labels_without_inputs() {
        write(CLASSIFIER);

        assertThatThrownBy(() -> open(Optional.empty(), Optional.of(labels(0, 1))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--labels needs the inputs that they belong to: give --inputs");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void should_run_a_model_of_a_fixed_batch_on_all_samples(int fixed) {
        write(ONE_PRODUCT.replace("dim_param: \"batch\"", "dim_value: " + fixed));
        rewrite(2);
        Random random = new Random(3);
        float[] numbers = new float[8 * SIZE];
        IntStream.range(0, numbers.length).forEach(i -> numbers[i] = (float) random.nextGaussian());
        samples(NpyArray.ofFloats(List.of(8, SIZE), numbers));

        Verification verification = verify(Optional.empty());

        assertThat(verification.samples()).isEqualTo(8);
        assertThat(verification.latency().orElseThrow().samples()).isEqualTo(fixed);
        assertThat(verification.proof().map(RewriteProof::holds)).contains(true);
    }

    @Test
    void should_time_both_models() {
        write(TWO_PRODUCTS);
        rewrite(2);

        Verification verification = verify();

        assertThat(verification.latency().orElseThrow().originalMs()).isPositive();
        assertThat(verification.latency().orElseThrow().compressedMs()).isPositive();
        assertThat(verification.latency().orElseThrow().ratio()).isPositive().isFinite();
        assertThat(verification.latency().orElseThrow().samples()).isEqualTo(2);
    }

    /** What would be measured is the machine. */
    @Test
    void should_not_time_a_model_in_which_nothing_was_replaced() throws IOException {
        write(TWO_PRODUCTS);
        OnnxNetwork.read(original).write(compressed);

        assertThat(verify().latency()).isEmpty();
        assertThat(verifyAt("batch=3").bindings().get(0).latency()).isEmpty();

        // Nor one with the same products by other numbers; but one with another node.
        write(TWO_PRODUCTS.replace("Tanh", "Sigmoid"));
        assertThat(verify().latency()).isPresent();
    }

    @Test
    void should_prove_and_compare_at_each_size_that_is_asked_for() {
        write(TWO_PRODUCTS);
        rewrite(2);

        Verification verification = verifyAt("batch=1", "batch=40");

        assertThat(verification.bindings()).extracting(BindingCheck::sizes).containsExactly("batch=1", "batch=40");
        assertThat(verification.bindings()).allSatisfy(binding -> {
            RewriteProof proof = binding.proof().orElseThrow();
            assertThat(proof.holds()).isTrue();
            assertThat(proof.tolerance()).isBetween(proof.noiseFloor(), 1e-4);
            assertThat(binding.loss().relativeError()).isGreaterThan(0.1);
            assertThat(binding.outputs()).extracting(OutputComparison::name).containsExactly("y");
            assertThat(binding.latency().orElseThrow().samples())
                    .isEqualTo(binding.axes().values().iterator().next());
        });
        assertThat(verification.sound()).isTrue();
        assertThat(verify().bindings()).isEmpty();
    }

    @Test
    void should_refute_a_rewrite_that_is_right_at_some_sizes_and_wrong_at_others() {
        write(ONE_PRODUCT);
        rewrite(2);
        // y, times the number of samples / 3 where there are more than 3.
        GraphProto more = TextModels.withGraph(node("Shape", "x", "shape")
                        + node("Gather", "shape first", "samples")
                        + node("Cast", "samples", "count", attribute("to", FLOAT.getNumber()))
                        + node("Max", "count three", "most")
                        + node("Div", "most three", "factor")
                        + node("Mul", "product factor", "y")
                        + integers("first", 0)
                        + matrix("three", 1, 1, 3))
                .getGraph();
        tamperNodes(node -> node.getOutput(0).equals("y")
                ? node.toBuilder().setOutput(0, "product").build()
                : node);
        tamperGraph(graph -> graph.toBuilder()
                .addAllNode(more.getNodeList())
                .addAllInitializer(more.getInitializerList())
                .build());

        assertThat(verify().sound()).isTrue();
        Verification verification = verifyAt("batch=3", "batch=6");

        assertThat(verification.proof().map(RewriteProof::holds)).contains(true);
        assertThat(verification.bindings())
                .extracting(binding -> binding.proof().orElseThrow().holds())
                .containsExactly(true, false);
        assertThat(verification.bindings().get(1).proof().orElseThrow().error()).isCloseTo(1, within(1e-5));
        assertThat(verification.bindings()).extracting(BindingCheck::sound).containsExactly(true, false);
        assertThat(verification.sound()).isFalse();
    }

    @Test
    void should_compare_at_sizes_where_nothing_says_what_was_replaced() {
        write(ONE_PRODUCT);
        compressed = original;

        Verification verification = verifyAt("batch=5");

        assertThat(verification.bindings().get(0).proof()).isEmpty();
        assertThat(verification.bindings().get(0).loss().relativeError()).isZero();
        assertThat(verification.sound()).isTrue();
    }

    @Test
    void should_refuse_sizes_that_do_not_fit_before_anything_is_compared() {
        write(ONE_PRODUCT);

        try (ModelVerifier verifier = open(Optional.empty(), Optional.empty())) {
            assertThatThrownBy(() -> verifier.at(List.of(ShapeBinding.parse("n=1")), 1))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("--shapes n=1: the model has no dynamic axis `n`; its dynamic axes: batch");
        }
    }

    private Verification verifyAt(String... bindings) {
        try (ModelVerifier verifier = open(Optional.empty(), Optional.empty())
                .at(Arrays.stream(bindings).map(ShapeBinding::parse).toList(), 1)) {
            return verify(verifier);
        }
    }

    private static String gemm(int transA, int transB) {
        String x = transA == 1 ? input("x", FLOAT, SIZE, "batch") : input("x", FLOAT, "batch", SIZE);
        return x
                + node(
                        "Gemm",
                        "x w c",
                        "y",
                        attribute("alpha", 0.5),
                        attribute("beta", 2.0),
                        attribute("transA", transA),
                        attribute("transB", transB))
                + output("y", FLOAT, "batch", SIZE)
                + randomMatrix("w", SIZE, SIZE)
                + randomMatrix("c", 1, SIZE);
    }

    private void write(String graph) {
        TextModels.write(TextModels.withGraph(graph), original);
    }

    /** Replaces the linear weights of the original by random factors, which are nowhere near them. */
    private void rewrite(int rank) {
        rewrite(rank, weight -> true);
    }

    private void rewrite(int rank, Predicate<LinearWeight> wanted) {
        OnnxNetwork network = OnnxNetwork.read(original);
        Random random = new Random(rank);
        List<Replacement> replacements = network.inventory().linear().stream()
                .filter(wanted)
                .map(weight -> new Replacement(
                        weight,
                        new FactorPair(random(weight.rows(), rank, random), random(rank, weight.columns(), random))))
                .toList();
        try {
            network.rewrite(replacements, new Provenance("1", "fixed:" + rank))
                    .recorded(network, EjmlDecomposer::new)
                    .write(compressed);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Matrix random(int rows, int columns, Random random) {
        return Matrix.of(
                rows,
                columns,
                IntStream.range(0, rows * columns)
                        .mapToDouble(i -> random.nextGaussian())
                        .toArray());
    }

    private void tamper(UnaryOperator<ModelProto> change) {
        try {
            ModelProto model = ModelProto.parseFrom(Files.readAllBytes(compressed));
            ModelProto changed = change.apply(model);
            assertThat(changed).isNotEqualTo(model);
            TextModels.write(changed, compressed);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void tamperGraph(UnaryOperator<GraphProto> change) {
        tamper(model ->
                model.toBuilder().setGraph(change.apply(model.getGraph())).build());
    }

    private void tamperNodes(UnaryOperator<NodeProto> change) {
        tamperGraph(graph -> graph.toBuilder()
                .clearNode()
                .addAllNode(graph.getNodeList().stream()
                        .map(node -> node.getInputCount() > 1 ? change.apply(node) : node)
                        .toList())
                .build());
    }

    private static GraphProto replaceTensor(GraphProto graph, TensorProto replacement) {
        return graph.toBuilder()
                .clearInitializer()
                .addAllInitializer(graph.getInitializerList().stream()
                        .map(tensor -> tensor.getName().equals(replacement.getName()) ? replacement : tensor)
                        .toList())
                .build();
    }

    private static TensorProto scaled(GraphProto graph, String name, double factor) {
        TensorProto tensor = graph.getInitializerList().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
        FloatBuffer numbers = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        TensorProto.Builder scaled = tensor.toBuilder().clearRawData();
        while (numbers.hasRemaining()) {
            scaled.addFloatData((float) (numbers.get() * factor));
        }
        return scaled.build();
    }

    /** The model, with another value of a metadata entry. */
    private static ModelProto saying(ModelProto model, String key, String value) {
        return model.toBuilder()
                .clearMetadataProps()
                .addAllMetadataProps(model.getMetadataPropsList().stream()
                        .map(entry -> entry.getKey().equals(key)
                                ? entry.toBuilder().setValue(value).build()
                                : entry)
                        .toList())
                .build();
    }

    /** The model without the metadata entries of a kind. */
    private static ModelProto without(ModelProto model, String prefix) {
        return model.toBuilder()
                .clearMetadataProps()
                .addAllMetadataProps(model.getMetadataPropsList().stream()
                        .filter(entry -> !entry.getKey().startsWith(prefix))
                        .toList())
                .build();
    }

    /** 1, 2, 3, … times a factor. */
    private static TensorProto tensor(String name, int rows, int columns, double factor) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(FLOAT.getNumber())
                .addDims(rows)
                .addDims(columns);
        IntStream.rangeClosed(1, rows * columns).forEach(i -> tensor.addFloatData((float) (i * factor)));
        return tensor.build();
    }

    private void samples(NpyArray x) {
        NpyFile.writeAll(inputs, Map.of("x", x));
    }

    private static Labels labels(int... classes) {
        ByteBuffer bytes = ByteBuffer.allocate(classes.length);
        for (int number : classes) {
            bytes.put((byte) number);
        }
        return new Labels(NpyArray.of(NpyType.INT8, List.of(classes.length), bytes.flip()));
    }

    private ModelVerifier open(Optional<Path> from, Optional<Labels> labels) {
        return ModelVerifier.open(
                original,
                OnnxNetwork.read(original),
                InputSource.of(from),
                labels,
                List.of(),
                1,
                1,
                folder,
                EjmlDecomposer::new);
    }

    /** On made-up inputs. */
    private Verification verify() {
        try (ModelVerifier verifier = open(Optional.empty(), Optional.empty())) {
            return verify(verifier);
        }
    }

    /** On the samples in the file. */
    private Verification verify(Optional<Labels> labels) {
        try (ModelVerifier verifier = open(Optional.of(inputs), labels)) {
            return verify(verifier);
        }
    }

    private Verification verify(ModelVerifier verifier) {
        try (Session session = Session.openLogged(compressed, 1, folder)) {
            return verifier.verify(session, OnnxNetwork.read(compressed), Progress.NONE);
        }
    }

    private static void assertRefuted(Verification verification) {
        assertThat(verification.proof().map(RewriteProof::holds)).contains(false);
        assertThat(verification.sound()).isFalse();
    }
}

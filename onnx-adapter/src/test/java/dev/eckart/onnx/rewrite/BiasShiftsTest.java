package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.matrix;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.ConstantModels;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BiasShiftsTest {
    private static final int OPSET = 17;

    private static final int IN = 3;

    private static final int OUT = 4;

    private static final int BATCH = 5;

    /** Of a case whose output says nothing of a sum before it. */
    private static final double NON_LINEAR = -1;

    /** What float16 keeps of numbers up to some dozen. */
    private static final double ROUNDING = 0.05;

    private static final String X = input("x", FLOAT, "batch", IN);
    private static final String Y = output("y", FLOAT, "batch", OUT);
    private static final String W = randomMatrix("w", IN, OUT);
    private static final String GEMM = node("Gemm", "x w c", "y", attribute("alpha", 0.5), attribute("beta", 2.0));

    private static final String SUM = X + node("MatMul", "x w", "p") + node("Add", "p c", "y") + Y + W;

    private static String vector(String name, double... numbers) {
        return "initializer { name: \"%s\" dims: %d data_type: 1 float_data: %s } "
                .formatted(name, numbers.length, Arrays.toString(numbers));
    }

    private static String conv(String attributes, int kernel, String inputs) {
        return input("x", FLOAT, "batch", IN, 2, 2)
                + node("Conv", inputs, "y", attributes)
                + output("y", FLOAT, "batch", OUT, "h", "w")
                + randomMatrix("w", OUT, IN * kernel * kernel)
                        .replace(
                                "dims: %d data".formatted(IN * kernel * kernel),
                                "dims: %d dims: %d dims: %d data".formatted(IN, kernel, kernel));
    }

    private static String microsoft(String node) {
        return node.replace("node {", "node { domain: \"com.microsoft\"");
    }

    private static String half(String name, int... dims) {
        int size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        // 1.0, 1.25 and so on: 2⁻² is 256 units in the last place of numbers from 1 to 2.
        int[] bits =
                IntStream.range(0, size).map(i -> 0x3c00 + 256 * (i * 7 % 5)).toArray();
        StringBuilder text = new StringBuilder("initializer { name: \"%s\" data_type: 10 ".formatted(name));
        Arrays.stream(dims).forEach(dim -> text.append("dims: %d ".formatted(dim)));
        return text + "int32_data: %s } ".formatted(Arrays.toString(bits));
    }

    private static String string(String name, String value) {
        return "attribute { name: \"%s\" s: \"%s\" type: STRING }".formatted(name, value);
    }

    /** A model with a weight {@code w}, where a shift goes in it, and how many times it arrives at the output. */
    private enum Case {
        GEMM_BIAS(X + GEMM + Y + W + vector("c", 1, 2, 3, 4), Bias.Kind.TERM, 0.5),
        GEMM_BIAS_OF_ONE_ROW(X + GEMM + Y + W + matrix("c", 1, OUT, 1, 2, 3, 4), Bias.Kind.TERM, 0.5),
        GEMM_BIAS_OF_ONE_NUMBER(X + GEMM + Y + W + vector("c", 3), Bias.Kind.TERM, 0.5),
        GEMM_WITHOUT_BIAS(
                X + node("Gemm", "x w", "y", attribute("alpha", 0.5), attribute("beta", 2.0)) + Y + W,
                Bias.Kind.TERM,
                0.5),
        GEMM_THAT_IGNORES_ITS_BIAS(GEMM_BIAS.graph.replace("f: 2.0", "f: 0.0"), Bias.Kind.ADDED, 0.5),
        GEMM_BIAS_THAT_IS_FED(X + input("c", FLOAT, OUT) + GEMM + Y + W, Bias.Kind.ADDED, 0.5),
        GEMM_BIAS_OF_SEVERAL_ROWS(
                input("x", FLOAT, BATCH, IN)
                        + GEMM
                        + output("y", FLOAT, BATCH, OUT)
                        + W
                        + randomMatrix("c", BATCH, OUT),
                Bias.Kind.ADDED,
                0.5),
        GEMM_OF_A_TRANSPOSED_WEIGHT(
                X
                        + node("Gemm", "x w c", "y", attribute("transB", 1))
                        + Y
                        + randomMatrix("w", OUT, IN)
                        + vector("c", 1, 2, 3, 4),
                Bias.Kind.TERM,
                1),
        GEMM_THAT_IS_FUSED(
                microsoft(GEMM_BIAS
                        .graph
                        .replace("Gemm", "FusedGemm")
                        .replace("output: \"y\"", "output: \"y\" " + string("activation", "Relu"))),
                Bias.Kind.TERM,
                NON_LINEAR),
        FUSED_GEMM_WITHOUT_BIAS(GEMM_THAT_IS_FUSED.graph.replace("input: \"c\"", ""), Bias.Kind.TERM, NON_LINEAR),
        FUSED_GEMM_BIAS_THAT_IS_FED(
                GEMM_THAT_IS_FUSED.graph.replace(vector("c", 1, 2, 3, 4), input("c", FLOAT, OUT)),
                Bias.Kind.NONE,
                NON_LINEAR),
        ATTENTION(
                input("x", FLOAT, "batch", 2, IN)
                        + microsoft(node("Attention", "x w c", "y", attribute("num_heads", 1)))
                        + output("y", FLOAT, "batch", 2, IN)
                        + randomMatrix("w", IN, 3 * IN)
                        + vector("c", 1, 2, 3, 4, 5, 6, 7, 8, 9),
                Bias.Kind.TERM,
                NON_LINEAR),
        PRODUCT(X + node("MatMul", "x w", "y") + Y + W, Bias.Kind.ADDED, 1),
        PRODUCT_AND_SUM(SUM + vector("c", 1, 2, 3, 4), Bias.Kind.TERM, 1),
        SUM_THE_OTHER_WAY_ROUND(
                X + node("MatMul", "x w", "p") + node("Add", "c p", "y") + Y + W + matrix("c", 1, OUT, 1, 2, 3, 4),
                Bias.Kind.TERM,
                1),
        SUM_WITH_ONE_NUMBER(SUM + "initializer { name: \"c\" data_type: 1 float_data: 3 } ", Bias.Kind.TERM, 1),
        SUM_WITH_A_CONSTANT_OF_ANOTHER_NAME(
                SUM + node("Identity", "c0", "c") + vector("c0", 1, 2, 3, 4), Bias.Kind.TERM, 1),
        SUM_WITH_SEVERAL_ROWS(
                SUM.replace("dim_param: \"batch\"", "dim_value: " + BATCH) + randomMatrix("c", BATCH, OUT),
                Bias.Kind.ADDED,
                1),
        SUM_WITH_WHAT_IS_FED(SUM + input("c", FLOAT, OUT), Bias.Kind.ADDED, 1),
        SUM_WITH_ITSELF(X + node("MatMul", "x w", "p") + node("Add", "p p", "y") + Y + W, Bias.Kind.ADDED, 2),
        SUM_OF_A_PRODUCT_THAT_IS_ALSO_TAKEN_AS_IT_IS(
                X
                        + node("MatMul", "x w", "p")
                        + node("Add", "p c", "q")
                        + node("Add", "p q", "y")
                        + Y
                        + W
                        + vector("c", 1, 2, 3, 4),
                Bias.Kind.ADDED,
                2),
        SUM_OF_A_PRODUCT_THAT_IS_GIVEN_OUT(
                SUM + vector("c", 1, 2, 3, 4) + output("p", FLOAT, "batch", OUT), Bias.Kind.ADDED, 1),
        FUSED_PRODUCT(
                X + microsoft(node("FusedMatMul", "x w", "y", attribute("alpha", 0.5))) + Y + W, Bias.Kind.ADDED, 0.5),
        POINTWISE_CONVOLUTION(conv("", 1, "x w c") + vector("c", 1, 2, 3, 4), Bias.Kind.TERM, 1),
        POINTWISE_CONVOLUTION_WITHOUT_BIAS(conv("", 1, "x w"), Bias.Kind.TERM, 1),
        POINTWISE_CONVOLUTION_WITH_A_BIAS_THAT_IS_FED(
                conv("", 1, "x w c") + input("c", FLOAT, OUT), Bias.Kind.ADDED, 1),
        PADDED_CONVOLUTION(conv(attribute("pads", 1, 1, 1, 1), 1, "x w"), Bias.Kind.NONE, 0),
        CONVOLUTION_OF_SEVERAL_PIXELS(conv("", 2, "x w"), Bias.Kind.NONE, 0),
        TABLE(
                input("x", INT64, "batch") + node("Gather", "w x", "y") + output("y", FLOAT, "batch", OUT) + W,
                Bias.Kind.NONE,
                0),
        WEIGHT_ON_THE_LEFT(
                input("x", FLOAT, IN, "batch")
                        + node("MatMul", "w x", "y")
                        + output("y", FLOAT, OUT, "batch")
                        + randomMatrix("w", OUT, IN),
                Bias.Kind.NONE,
                0),
        HALF_PRECISION(
                X
                        + node("Cast", "x", "h", attribute("to", 10))
                        + node("MatMul", "h w", "p")
                        + node("Add", "p c", "s")
                        + node("Cast", "s", "y", attribute("to", 1))
                        + Y
                        + half("w", IN, OUT)
                        + half("c", OUT),
                Bias.Kind.TERM,
                1),
        STORED_IN_HALF_PRECISION(
                X + node("Cast", "w", "f", attribute("to", 1)) + node("MatMul", "x f", "y") + Y + half("w", IN, OUT),
                Bias.Kind.ADDED,
                1);

        private final String graph;
        private final Bias.Kind kind;
        private final double times;

        Case(String graph, Bias.Kind kind, double times) {
            this.graph = graph;
            this.kind = kind;
            this.times = times;
        }
    }

    @TempDir
    private Path folder;

    private Path original() {
        return folder.resolve("original.onnx");
    }

    private Path compressed() {
        return folder.resolve("compressed.onnx");
    }

    private OnnxNetwork network(String graph) {
        return OnnxNetwork.read(TextModels.write(ConstantModels.withGraph(OPSET, graph), original()));
    }

    private static Matrix random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        return Matrix.of(
                rows,
                columns,
                IntStream.range(0, rows * columns)
                        .mapToDouble(i -> random.nextInt(9) - 4)
                        .toArray());
    }

    /** Numbers that every type has exactly. */
    private static Matrix shift(LinearWeight weight) {
        double[] shift = new double[weight.columns()];
        Arrays.setAll(shift, i -> 1 + 0.5 * i);
        return Matrix.of(1, shift.length, shift);
    }

    private static FactorPair pair(LinearWeight weight) {
        return new FactorPair(random(weight.rows(), 1, 1), random(1, weight.columns(), 2));
    }

    private ModelProto rewrite(Inventory inventory, OnnxNetwork network, boolean shifted) {
        List<Replacement> replacements = inventory.linear().stream()
                .map(weight -> new Replacement(
                        weight, pair(weight), shifted ? Optional.<MatrixSource>of(shift(weight)) : Optional.empty()))
                .toList();
        try {
            network.rewrite(replacements, new Provenance("1", "fixed:1"))
                    .recorded(network, EjmlDecomposer::new)
                    .write(compressed());
            return ModelProto.parseFrom(Files.readAllBytes(compressed()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ModelProto rewrite(String graph) {
        OnnxNetwork network = network(graph);
        return rewrite(network.inventory(), network, true);
    }

    private Verification verify() {
        try (ModelVerifier verifier = ModelVerifier.open(
                        original(),
                        OnnxNetwork.read(original()),
                        new InputSource.MadeUp(),
                        Optional.empty(),
                        List.of(),
                        1,
                        1,
                        folder,
                        EjmlDecomposer::new);
                Session session = Session.openLogged(compressed(), 1, folder)) {
            return verifier.verify(session, OnnxNetwork.read(compressed()), Progress.NONE);
        }
    }

    private Output run(Case of) {
        try (Session session = Session.open(compressed(), Session.Optimization.NONE, 1)) {
            Map<String, NpyArray> inputs = new HashMap<>();
            session.inputs().forEach(input -> inputs.put(input.name(), numbers(of, input)));
            return Objects.requireNonNull(session.run(inputs).get("y"));
        }
    }

    private static NpyArray numbers(Case of, ModelInput input) {
        if (of == Case.TABLE) {
            return NpyArray.of(NpyType.INT64, List.of(1), ByteBuffer.allocate(Long.BYTES));
        }
        List<Integer> dims = input.dims().stream()
                .map(dim -> dim.isSymbolic() ? BATCH : (int) dim.size())
                .toList();
        float[] numbers = new float[dims.stream().reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % 4 - 1.5f;
        }
        return NpyArray.ofFloats(dims, numbers);
    }

    @ParameterizedTest
    @EnumSource
    void should_add_the_shift_where_there_is_a_place_for_it(Case of) {
        OnnxNetwork network = network(of.graph);
        LinearWeight weight = network.inventory().linear().get(0);
        rewrite(network.inventory(), network, false);
        Output without = run(of);

        ModelProto model = rewrite(network.inventory(), network, true);

        PairNames names = Objects.requireNonNull(PairNames.of(model).get("w"));
        assertThat(names.biases().stream().map(Bias::kind))
                .isEqualTo(of.kind == Bias.Kind.NONE ? List.of() : List.of(of.kind));
        if (of.times == NON_LINEAR) {
            return;
        }
        Output with = run(of);
        // Columns are the last axis, but for pictures.
        int inner = without.size() % (OUT * 4) == 0 && of.name().contains("CONVOLUTION") ? 4 : 1;
        for (int i = 0; i < without.size() && of.times != 0; i++) {
            double expected = of.times * shift(weight).get(0, i / inner % OUT);
            assertThat(with.at(i) - without.at(i)).isCloseTo(expected, within(ROUNDING));
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_be_proved_wherever_the_shift_went(Case of) {
        rewrite(of.graph);

        Verification verification = verify();

        assertThat(verification.proof().orElseThrow().holds()).isTrue();
    }

    private static List<String> tensors(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .map((TensorProto tensor) -> tensor.getName() + " " + tensor.getDimsList())
                .toList();
    }

    private static List<String> nodes(ModelProto model) {
        return model.getGraph().getNodeList().stream()
                .map(node -> "%s(%s) -> %s"
                        .formatted(node.getOpType(), String.join(", ", node.getInputList()), node.getOutput(0)))
                .toList();
    }

    @Test
    void should_put_the_sum_in_the_place_of_a_bias() {
        ModelProto model = rewrite(Case.GEMM_BIAS.graph);

        assertThat(nodes(model)).containsExactly("MatMul(x, w.B) -> y.xB", "Gemm(y.xB, w.A, c.shifted) -> y");
        assertThat(tensors(model)).containsExactly("w.B [3, 1]", "w.A [1, 4]", "c.shifted [4]");
        // c + alpha/beta·shift, with shift 1, 1.5, 2, 2.5.
        TensorProto bias = model.getGraph().getInitializer(2);
        assertThat(bias.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer())
                .isEqualTo(FloatBuffer.wrap(new float[] {1.25f, 2.375f, 3.5f, 4.625f}));
        assertThat(PairNames.of(model))
                .containsEntry("w", new PairNames("w.B", "w.A", "", List.of(new Bias(Bias.Kind.TERM, "c.shifted"))));
    }

    @Test
    void should_put_the_sum_in_the_place_of_a_term_that_is_added() {
        ModelProto model = rewrite(Case.SUM_WITH_A_CONSTANT_OF_ANOTHER_NAME.graph);

        assertThat(nodes(model))
                .containsExactly("MatMul(x, w.B) -> p.xB", "MatMul(p.xB, w.A) -> p", "Add(p, c.shifted) -> y");
        assertThat(tensors(model)).containsExactlyInAnyOrder("w.B [3, 1]", "w.A [1, 4]", "c.shifted [4]");
    }

    @Test
    void should_add_by_a_node_of_its_own_under_the_name_that_the_product_had() {
        ModelProto model = rewrite(Case.PRODUCT.graph);

        assertThat(nodes(model))
                .containsExactly("MatMul(x, w.B) -> y.xB", "MatMul(y.xB, w.A) -> y.xA", "Add(y.xA, w.shift) -> y");
        assertThat(tensors(model)).containsExactlyInAnyOrder("w.B [3, 1]", "w.A [1, 4]", "w.shift [4]");
    }

    @Test
    void should_leave_a_bias_to_others_that_share_it() {
        ModelProto model = rewrite(X
                + node("Gemm", "x w c", "y")
                + node("Add", "y c", "z")
                + Y
                + output("z", FLOAT, "batch", OUT)
                + W
                + vector("c", 1, 2, 3, 4));

        assertThat(nodes(model))
                .containsExactly("MatMul(x, w.B) -> y.xB", "Gemm(y.xB, w.A, c.shifted) -> y", "Add(y, c) -> z");
        assertThat(tensors(model)).contains("c [4]", "c.shifted [4]");
        assertThat(verify().proof().orElseThrow().holds()).isTrue();
    }

    @Test
    void should_not_add_to_infinities() {
        ModelProto model = rewrite(Case.PRODUCT_AND_SUM.graph.replace("[1.0, 2.0, 3.0, 4.0]", "[1.0, -inf, 3.0, 4.0]"));

        assertThat(nodes(model)).contains("Add(p.xA, w.shift) -> p", "Add(p, c) -> y");
    }

    /** Each node that multiplies by a weight has its own bias; one that multiplies by the transpose has none. */
    @Test
    void should_shift_each_product_by_a_shared_weight_in_its_own_place() {
        ModelProto model = rewrite(X
                + node("MatMul", "x w", "p")
                + node("Gemm", "x w c", "q")
                + node("Add", "p q", "y")
                + node("Gemm", "y w", "z", attribute("transB", 1))
                + Y
                + output("z", FLOAT, "batch", IN)
                + W
                + vector("c", 1, 2, 3, 4));

        assertThat(Objects.requireNonNull(PairNames.of(model).get("w")).biases())
                .containsExactly(
                        new Bias(Bias.Kind.ADDED, "w.shift"), new Bias(Bias.Kind.TERM, "c.shifted"), Bias.NONE);
        assertThat(verify().proof().orElseThrow().holds()).isTrue();
    }

    @Test
    void should_shift_layers_that_are_factored_jointly_each_in_its_own_place() {
        OnnxNetwork network = network(X
                + node("MatMul", "x w", "p")
                + node("Add", "p c", "y")
                + node("MatMul", "x v", "z")
                + Y
                + output("z", FLOAT, "batch", 2)
                + W
                + randomMatrix("v", IN, 2)
                + vector("c", 1, 2, 3, 4));
        Inventory joint = JointLayers.group(network.inventory());
        assertThat(joint.linear()).hasSize(1);

        ModelProto model = rewrite(joint, network, true);

        assertThat(nodes(model))
                .containsExactly(
                        "MatMul(x, w+v.B) -> p.xB",
                        "MatMul(p.xB, w.A) -> p",
                        "Add(p, c.shifted) -> y",
                        "MatMul(p.xB, v.A) -> z.xA",
                        "Add(z.xA, v.shift) -> z");
        assertThat(verify().proof().orElseThrow().holds()).isTrue();
    }

    @Test
    void should_refuse_numbers_that_the_type_cannot_hold() {
        OnnxNetwork network = network(Case.HALF_PRECISION.graph);
        LinearWeight weight = network.inventory().linear().get(0);
        Replacement large = new Replacement(weight, pair(weight), Optional.of(Matrix.of(1, OUT, 70000, 0, 0, 0)));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> network.rewrite(List.of(large), new Provenance("1", "fixed:1")))
                .withMessageStartingWith("`c.shifted`: 70001.0 is beyond the range of float16");
    }

    private void tamper(UnaryOperator<ModelProto> change) {
        try {
            ModelProto model = ModelProto.parseFrom(Files.readAllBytes(compressed()));
            ModelProto changed = change.apply(model);
            assertThat(changed).isNotEqualTo(model);
            TextModels.write(changed, compressed());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void tamperNodes(UnaryOperator<NodeProto> change) {
        tamper(model -> {
            GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
            model.getGraph().getNodeList().forEach(node -> graph.addNode(change.apply(node)));
            return model.toBuilder().setGraph(graph).build();
        });
    }

    private void assertRefuted() {
        assertThat(verify().proof().orElseThrow().holds()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"GEMM_BIAS", "PRODUCT", "PRODUCT_AND_SUM", "FUSED_PRODUCT", "POINTWISE_CONVOLUTION"})
    void should_refute_a_rewrite_that_shifts_by_other_numbers_than_it_stores(Case of) {
        ModelProto model = rewrite(of.graph);
        String bias = Objects.requireNonNull(PairNames.of(model).get("w"))
                .biases()
                .get(0)
                .name();
        TensorProto other = vectorLike(model, bias);
        tamperNodes(node -> {
            NodeProto.Builder changed = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                changed.setInput(i, node.getInput(i).equals(bias) ? "other" : node.getInput(i));
            }
            return changed.build();
        });
        tamper(before -> before.toBuilder()
                .setGraph(before.getGraph().toBuilder().addInitializer(other))
                .build());

        assertRefuted();
    }

    /** Other numbers in the shape of a tensor. */
    private static TensorProto vectorLike(ModelProto model, String name) {
        TensorProto like = model.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return TensorProto.newBuilder()
                .setName("other")
                .setDataType(like.getDataType())
                .addAllDims(like.getDimsList())
                .addAllFloatData(List.of(7f, 7f, 7f, 7f))
                .build();
    }

    @Test
    void should_refute_a_rewrite_that_forgets_the_shift_or_takes_it_off() {
        rewrite(Case.PRODUCT.graph);
        tamperNodes(node -> node.getOpType().equals("Add")
                ? node.toBuilder().setOpType("Sub").build()
                : node);
        assertRefuted();

        rewrite(Case.PRODUCT.graph);
        tamperNodes(node -> node.getOpType().equals("Add")
                ? node.toBuilder()
                        .setOpType("Identity")
                        .clearInput()
                        .addInput(node.getInput(0))
                        .build()
                : node);
        assertRefuted();
    }

    @Test
    void should_refute_a_rewrite_that_shifts_what_was_not_said_to_be() {
        rewrite(Case.GEMM_BIAS.graph);
        say();

        assertRefuted();
    }

    @Test
    void should_have_no_proof_where_metadata_does_not_fit() {
        rewrite(Case.GEMM_BIAS.graph);
        say(new Bias(Bias.Kind.TERM, "gone"));
        assertUnproved("its metadata speaks of a bias `gone` of 4 numbers, but it has no such tensor");
        say(new Bias(Bias.Kind.ADDED, "w.B"));
        assertUnproved("its metadata speaks of a bias `w.B` of 4 numbers, but it has no such tensor");
        say(new Bias(Bias.Kind.TERM, "c.shifted"), Bias.NONE);
        assertUnproved("its metadata speaks of 2 products with weight `w` [3×4], but the original has 1");

        rewrite(Case.PRODUCT.graph);
        say(new Bias(Bias.Kind.TERM, "w.shift"));
        assertUnproved("its metadata speaks of a bias `w.shift` of weight `w` [3×4],"
                + " but the original's product has no place for one");
    }

    private void say(Bias... biases) {
        tamper(model -> model.toBuilder()
                .clearMetadataProps()
                .addAllMetadataProps(model.getMetadataPropsList().stream()
                        .map(entry -> PairNames.isEntry(entry)
                                ? PairNames.entry("w", new PairNames("w.B", "w.A", "", List.of(biases)))
                                : entry)
                        .toList())
                .build());
    }

    private void assertUnproved(String reason) {
        assertThat(verify().noProof())
                .contains(new NoProof(NoProof.Cause.CHANGED_SINCE, "changed since it was compressed: " + reason));
    }

    @Test
    void should_read_names_with_spaces_and_colons_as_they_were() {
        PairNames names = new PairNames(
                "b b", "a%", "rows and columns", List.of(Bias.NONE, new Bias(Bias.Kind.ADDED, "term: x")));
        ModelProto model = ModelProto.newBuilder()
                .addMetadataProps(PairNames.entry("w", names))
                .build();

        assertThat(PairNames.of(model)).containsEntry("w", names);
        assertThat(model.getMetadataProps(0).getValue()).isEqualTo("b%20b a%25 rows%20and%20columns  added:term:%20x");
    }
}

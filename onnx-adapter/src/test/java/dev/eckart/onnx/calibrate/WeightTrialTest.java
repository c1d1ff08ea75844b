package dev.eckart.onnx.calibrate;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.calibrate.WeightTrial.Samples;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.RunnableModel;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightTrialTest {
    /** Square, so that a weight the wrong way round would still fit. */
    private static final int SIZE = 8;

    private static final String SQUARE = "8 8";

    /** Of losses by different kernels in float32, in percent. */
    private static final double ROUNDING = 1e-3;

    /** Of losses in float16, which has 2⁻¹⁰ for its step. */
    private static final double ROUNDING_OF_HALVES = 0.1;

    private static final String X = input("x", FLOAT, "batch", SIZE);
    private static final String Y = output("y", FLOAT, "batch", SIZE);

    /** Two outputs, of which {@code w} moves both. */
    private static final String TWO_LAYERS = X
            + node("MatMul", "x w", "h")
            + node("Tanh", "h", "t")
            + node("MatMul", "t v", "y")
            + output("t", FLOAT, "batch", SIZE)
            + Y
            + randomMatrix("w", SIZE, SIZE)
            + randomMatrix("v", SIZE, SIZE);

    /** How {@code w} is stored. */
    private enum Storage {
        FLOATS {
            @Override
            String tensor(Random random, List<Integer> dims) {
                return stored(1, "float_data", numbers(random, dims), dims);
            }
        },
        HALVES {
            @Override
            String tensor(Random random, List<Integer> dims) {
                return stored(
                        10,
                        "int32_data",
                        numbers(random, dims).map(number -> Fp16Conversions.floatToFp16((float) number) & 0xffff),
                        dims);
            }
        },
        BYTES {
            @Override
            String tensor(Random random, List<Integer> dims) {
                return stored(3, "int32_data", numbers(random, dims).map(number -> Math.rint(number * 20)), dims);
            }
        };

        abstract String tensor(Random random, List<Integer> dims);

        private static DoubleStream numbers(Random random, List<Integer> dims) {
            return IntStream.range(0, dims.stream().reduce(1, (a, b) -> a * b)).mapToDouble(i -> random.nextGaussian());
        }

        private static String stored(int type, String field, DoubleStream numbers, List<Integer> dims) {
            String values = numbers.mapToObj(number -> field.equals("int32_data") ? "" + (int) number : "" + number)
                    .collect(Collectors.joining(", "));
            return dims.stream().map("dims: %d "::formatted).collect(Collectors.joining())
                    + "data_type: %d %s: [%s]".formatted(type, field, values);
        }
    }

    /** Ways in which networks take a weight, which stands where {@code @} does. */
    private enum Kind {
        MATMUL("@" + X + node("MatMul", "x w", "h") + node("Tanh", "h", "y") + Y),
        LEFT("@" + input("x", FLOAT, SIZE, "batch") + node("MatMul", "w x", "y") + output("y", FLOAT, SIZE, "batch")),
        GEMM("@"
                + X
                + node("Gemm", "x w c", "y", attribute("alpha", 0.5), attribute("transB", 1))
                + Y
                + randomMatrix("c", 1, SIZE)),
        SHARED("@" + X + node("MatMul", "x w", "h") + node("Tanh", "h", "t") + node("MatMul", "t w", "y") + Y),
        MIRRORED("@"
                + X
                + node("Gemm", "x w", "h", attribute("transB", 1))
                + node("Tanh", "h", "t")
                + node("MatMul", "t w", "y")
                + Y),
        TIED("@"
                + input("i", INT64, "batch")
                + node("Gather", "w i", "h")
                + node("Tanh", "h", "t")
                + node("Transpose", "w", "turned")
                + node("MatMul", "t turned", "y")
                + Y),
        TRANSPOSED("@"
                + X
                + node("Transpose", "w", "turned")
                + node("Identity", "turned", "same")
                + node("MatMul", "x same", "y")
                + Y),
        CONVOLUTION(
                "@" + input("x", FLOAT, "batch", 2, 5, 5) + node("Conv", "x w", "y")
                        + output("y", FLOAT, "batch", 4, 3, 3),
                Storage.FLOATS,
                "4 2 3 3"),
        ATTENTION(
                "@"
                        + input("x", FLOAT, "batch", 3, SIZE)
                        + node("Attention", "x w c", "y", "domain: \"com.microsoft\"", attribute("num_heads", 2))
                        + output("y", FLOAT, "batch", 3, SIZE)
                        + randomMatrix("c", 1, 3 * SIZE).replace("dims: 1 ", ""),
                Storage.FLOATS,
                "8 24"),
        HALF(
                "@" + input("x", FLOAT16, "batch", SIZE) + node("MatMul", "x w", "y")
                        + output("y", FLOAT16, "batch", SIZE),
                Storage.HALVES,
                SQUARE),
        STORED_AS_HALF(
                "@" + X + node("Cast", "w", "wide", attribute("to", 1)) + node("MatMul", "x wide", "y") + Y,
                Storage.HALVES,
                SQUARE),
        QUANTIZED(
                "@"
                        + X
                        + node("DequantizeLinear", "w scale", "real", attribute("axis", 1))
                        + node("MatMul", "x real", "y")
                        + Y
                        + randomMatrix("scale", 1, SIZE).replace("dims: 1 ", ""),
                Storage.BYTES,
                SQUARE),
        CONSTANT_NODE("node { op_type: \"Constant\" output: \"w\" attribute { name: \"value\" type: TENSOR t { $ } } } "
                + X
                + node("MatMul", "x w", "y")
                + Y),
        SUBGRAPH(X
                + input("condition", BOOL)
                + Y
                + "node { op_type: \"If\" name: \"choice\" input: \"condition\" output: \"y\""
                + " attribute { name: \"then_branch\" type: GRAPH g { name: \"then\" @ output { name: \"one\" } "
                + node("MatMul", "x w", "one")
                + "} } attribute { name: \"else_branch\" type: GRAPH g { name: \"else\" output { name: \"two\" } "
                + node("Neg", "x", "two")
                + "} } } "),
        OLD_FORMAT(MATMUL.graph + input("w", FLOAT, SIZE, SIZE));

        private final String graph;
        private final Storage storage;
        /** Separated by spaces. */
        private final String dims;

        Kind(String graph) {
            this(graph, Storage.FLOATS, SQUARE);
        }

        Kind(String graph, Storage storage, String dims) {
            this.graph = graph;
            this.storage = storage;
            this.dims = dims;
        }

        /** A network of this kind with a weight of its own. */
        OnnxNetwork write(int seed, Path file) {
            String tensor = storage.tensor(
                    new Random(seed),
                    Arrays.stream(dims.split(" ", -1)).map(Integer::valueOf).toList());
            String text = graph.replace("@", "initializer { name: \"w\" %s } ".formatted(tensor))
                    .replace("$", tensor);
            TextModels.write(
                    TextModels.withGraph(text).toBuilder()
                            .addOpsetImport(OperatorSetIdProto.newBuilder()
                                    .setDomain("com.microsoft")
                                    .setVersion(1))
                            .setIrVersion(this == OLD_FORMAT ? 3 : 8)
                            .build(),
                    file);
            return OnnxNetwork.read(file, this == OLD_FORMAT);
        }
    }

    @TempDir
    private Path folder;

    private Path original = Path.of("");
    private Path changed = Path.of("");
    private Path temporary = Path.of("");

    @BeforeEach
    void nameFiles() throws IOException {
        original = folder.resolve("original.onnx");
        changed = folder.resolve("changed.onnx");
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @ParameterizedTest
    @EnumSource
    void should_lose_what_a_model_with_the_other_weight_in_its_file_loses(Kind kind) throws IOException {
        OnnxNetwork network = kind.write(1, original);
        OnnxNetwork other = kind.write(2, changed);
        LinearWeight weight = only(network);
        byte[] before = Files.readAllBytes(original);

        try (WeightTrial trial = open(network)) {
            double expected = lossOf(changed);
            assertThat(expected).isPositive();
            assertThat(trial.obstacle(weight)).isEmpty();
            assertThat(trial.loss(weight, only(other).values()))
                    .isCloseTo(expected, withinPercentage(kind == Kind.HALF ? ROUNDING_OF_HALVES : ROUNDING));
            assertThat(trial.loss(weight, weight.values())).isZero();
            for (int reading = 0; reading < weight.otherReadings().size(); reading++) {
                assertThat(trial.loss(
                                weight.otherReadings().get(reading),
                                only(other).otherReadings().get(reading).values()))
                        .isCloseTo(expected, withinPercentage(kind == Kind.HALF ? ROUNDING_OF_HALVES : ROUNDING));
            }
        }

        assertThat(Files.readAllBytes(original)).isEqualTo(before);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void should_add_what_is_to_be_added_to_the_products() throws IOException {
        String biased = X
                + node("Gemm", "x w c", "g", attribute("alpha", 0.5), attribute("beta", 2.0))
                + node("MatMul", "g v", "m")
                + node("Add", "m b", "a")
                + node("MatMul", "a u", "y")
                + Y
                + Stream.of("w", "v", "u")
                        .map(name -> randomMatrix(name, SIZE, SIZE))
                        .collect(Collectors.joining())
                + Stream.of("c", "b")
                        .map(name -> randomMatrix(name, 1, SIZE).replace("dims: 1 ", ""))
                        .collect(Collectors.joining());
        OnnxNetwork network = network(biased);
        Matrix shift = Matrix.of(1, SIZE, Arrays.copyOf(random(5).toArray(), SIZE));
        Matrix identity = Matrix.diagonal(
                SIZE, SIZE, DoubleStream.generate(() -> 1).limit(SIZE).toArray());

        try (WeightTrial trial = open(network)) {
            for (LinearWeight weight : network.inventory().linear()) {
                FactorPair same = new FactorPair(weight.values(), identity);
                network.rewrite(List.of(new Replacement(weight, same, Optional.of(shift))), new Provenance("test", ""))
                        .write(changed);
                double expected = lossOf(changed);
                assertThat(expected).isPositive();
                assertThat(trial.loss(List.of(new Substitute(weight, weight.values(), Optional.of(shift)))))
                        .isCloseTo(expected, withinPercentage(ROUNDING));
            }
            assertThat(trial.loss(List.of())).isZero();
        }
    }

    @Test
    void should_not_count_what_is_lost_of_padding() {
        OnnxNetwork network = network(input("x", FLOAT, "batch", "length", SIZE)
                + input("mask", FLOAT, "batch", "length")
                + node("Unsqueeze", "mask last", "wide")
                + node("MatMul", "x w", "h")
                + node("Add", "h wide", "a")
                + node("Relu", "a", "y")
                + output("y", FLOAT, "batch", "length", SIZE)
                + randomMatrix("w", SIZE, SIZE)
                + "initializer { name: \"last\" dims: 1 data_type: 7 int64_data: [2] } ");
        Random random = new Random(11);
        float[] x = new float[2 * 3 * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] other = x.clone();
        // The last position of the second sample, which is padding.
        for (int i = 5 * SIZE; i < 6 * SIZE; i++) {
            other[i] = 100 * other[i];
        }
        assertThat(maskedLoss(network, other, "mask")).isEqualTo(maskedLoss(network, x, "mask"));
        assertThat(maskedLoss(network, other, "")).isNotEqualTo(maskedLoss(network, x, ""));
    }

    private double maskedLoss(OnnxNetwork network, float[] x, String mask) {
        Map<String, NpyArray> arrays = Map.of(
                "x", NpyArray.ofFloats(List.of(2, 3, SIZE), x),
                "mask", NpyArray.ofFloats(List.of(2, 3), 1, 1, 1, 1, 1, 0));
        try (WeightTrial trial = WeightTrial.open(
                network,
                own -> new Samples(
                        List.of(InputSet.of(own, network.model(), arrays, "test")),
                        Optional.of(mask).filter(name -> !name.isEmpty())),
                network.inventory().linear(),
                1,
                temporary)) {
            return trial.loss(only(network), random(3));
        }
    }

    @Test
    void should_not_depend_on_what_was_tried_before() {
        OnnxNetwork network = network(TWO_LAYERS);
        LinearWeight w = named(network, "w");
        LinearWeight v = named(network, "v");
        Matrix one = random(3);
        Matrix other = random(4);

        try (WeightTrial trial = open(network)) {
            double first = trial.loss(w, one);
            double second = trial.loss(v, other);
            double both = trial.loss(List.of(new Substitute(w, one), new Substitute(v, other)));
            assertThat(first).isPositive();
            assertThat(second).isPositive().isNotEqualTo(first);
            assertThat(both).isPositive().isNotEqualTo(first).isNotEqualTo(second);

            assertThat(trial.loss(v, other)).isEqualTo(second);
            assertThat(trial.loss(List.of())).isZero();
            assertThat(trial.loss(w, one)).isEqualTo(first);
            assertThat(trial.loss(List.of(new Substitute(v, other), new Substitute(w, one))))
                    .isEqualTo(both);
        }
    }

    @Test
    void should_try_weights_beside_those_that_were_left_in_the_places_of_others() {
        OnnxNetwork network = network(TWO_LAYERS);
        LinearWeight w = named(network, "w");
        LinearWeight v = named(network, "v");
        Matrix one = random(3);
        Matrix other = random(4);

        try (WeightTrial trial = open(network)) {
            double first = trial.loss(w, one);
            double both = trial.loss(List.of(new Substitute(w, one), new Substitute(v, other)));

            trial.rest(new Substitute(w, one));
            assertThat(trial.loss(List.of())).isEqualTo(first);
            assertThat(trial.loss(v, other)).isEqualTo(both);
            assertThat(trial.loss(w, w.values())).isZero();
            assertThat(trial.loss(List.of())).isEqualTo(first);

            trial.rest(new Substitute(v, other));
            assertThat(trial.loss(List.of())).isEqualTo(both);
            trial.rest(new Substitute(v, v.values()));
            trial.rest(new Substitute(w, w.values()));
            assertThat(trial.loss(List.of())).isZero();
        }
    }

    @Test
    void should_average_over_outputs() {
        OnnxNetwork network = network(TWO_LAYERS);
        // All that reaches y is turned round; t stays.
        Matrix v = Matrix.copyOf(named(network, "v").values());
        Matrix negative = Matrix.of(SIZE, SIZE, new double[SIZE * SIZE]).minus(v);

        try (WeightTrial trial = open(network)) {
            assertThat(trial.loss(named(network, "v"), negative)).isCloseTo((4 + 0) / 2.0, within(1e-12));
        }
    }

    @Test
    void should_replace_several_weights_that_are_factored_jointly() {
        OnnxNetwork network = network(X
                + node("MatMul", "x w", "a")
                + node("MatMul", "x v", "b")
                + node("Mul", "a b", "y")
                + Y
                + randomMatrix("w", SIZE, SIZE)
                + randomMatrix("v", SIZE, SIZE));
        LinearWeight joint = JointLayers.group(network.inventory()).linear().get(0);
        assertThat(joint.joint()).isPresent();

        try (WeightTrial trial = WeightTrial.open(network, samples(network), List.of(joint), 1, temporary)) {
            assertThat(trial.obstacle(joint)).isEmpty();
            // Nothing is left of either, and then of neither is anything lost.
            assertThat(trial.loss(joint, Matrix.of(SIZE, 2 * SIZE, new double[2 * SIZE * SIZE])))
                    .isEqualTo(1);
            assertThat(trial.loss(joint, joint.values())).isLessThan(1e-12);
            assertThat(trial.loss(named(network, "w"), Matrix.of(SIZE, SIZE, new double[SIZE * SIZE])))
                    .isEqualTo(1);
            trial.rest(new Substitute(joint, Matrix.of(SIZE, 2 * SIZE, new double[2 * SIZE * SIZE])));
            assertThat(trial.loss(List.of())).isEqualTo(1);
        }
    }

    @Test
    void should_try_some_weights_and_leave_the_others_alone() {
        OnnxNetwork network = network(TWO_LAYERS);
        LinearWeight w = named(network, "w");
        LinearWeight v = named(network, "v");

        try (WeightTrial trial = WeightTrial.open(network, samples(network), List.of(v), 1, temporary)) {
            assertThat(trial.loss(v, random(3))).isPositive();
            assertThatThrownBy(() -> trial.loss(w, random(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight `w` [8×8] is none of those that were to be tried");
            assertThatThrownBy(() -> trial.rest(new Substitute(w, random(3))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight `w` [8×8] is none of those that were to be tried");
            assertThatThrownBy(() -> trial.loss(v, Matrix.of(1, 1, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight `v` [8×8]: expected a matrix of its shape but was: [1×1]");
            assertThatThrownBy(() -> trial.loss(List.of(new Substitute(v, random(3)), new Substitute(v, random(4)))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Expected one matrix for weight `v` [8×8] but was: two");
        }
    }

    @Test
    void should_say_of_a_weight_that_no_buffer_holds_that_it_cannot_be_tried() {
        OnnxNetwork network = network(TWO_LAYERS
                .replace(randomMatrix("v", SIZE, SIZE), randomMatrix("v", SIZE, SIZE + 1))
                .replace(Y, output("y", FLOAT, "batch", SIZE + 1)));
        LinearWeight v = named(network, "v");

        try (WeightTrial trial = WeightTrial.open(
                network, samples(network), network.inventory().linear(), 1, temporary, Float.BYTES * SIZE * SIZE)) {
            assertThat(trial.obstacle(v))
                    .contains("weight `v` [8×9] is too large to be passed to ONNX Runtime as an input");
            assertThatThrownBy(() -> trial.loss(v, v.values()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight `v` [8×9] is too large to be passed to ONNX Runtime as an input");
            assertThat(trial.loss(named(network, "w"), random(3))).isPositive();
        }
    }

    @Test
    void should_go_on_after_a_replacement_that_cannot_be_stored() {
        OnnxNetwork network = network(TWO_LAYERS);
        LinearWeight w = named(network, "w");
        LinearWeight v = named(network, "v");
        double[] numbers = random(3).toArray();
        numbers[SIZE] = 1e300;

        try (WeightTrial trial = open(network)) {
            double loss = trial.loss(v, random(4));
            assertThatThrownBy(() -> trial.loss(w, Matrix.of(SIZE, SIZE, numbers)))
                    .isInstanceOf(InvalidInputException.class);
            assertThat(trial.loss(v, random(4))).isEqualTo(loss);
        }
    }

    @Test
    void should_refuse_a_model_without_fractions_among_its_outputs() {
        OnnxNetwork network = network(X
                + node("MatMul", "x w", "scores")
                + node("ArgMax", "scores", "y", attribute("axis", 1), attribute("keepdims", 0))
                + output("y", INT64, "batch")
                + randomMatrix("w", SIZE, SIZE));

        assertThatThrownBy(() -> open(network))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the model has no floating-point output, which measuring losses needs");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void should_refuse_an_output_whose_shape_depends_on_a_weight() {
        OnnxNetwork network = network(X
                + node("MatMul", "x w", "h")
                + node("Relu", "h", "positive")
                + node("NonZero", "positive", "places")
                + node("Cast", "places", "y", attribute("to", 1))
                + output("y", FLOAT, 2, "")
                + randomMatrix("w", SIZE, SIZE));

        try (WeightTrial trial = open(network)) {
            assertThatThrownBy(() -> trial.loss(only(network), Matrix.of(SIZE, SIZE, new double[SIZE * SIZE])))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageMatching(
                            "output `y` is \\[2×0] with a replaced weight but \\[2×\\d+] without,"
                                    + " so its loss cannot be measured; choose a strategy without sensitivities, such as ratio:0.5");
        }
    }

    private OnnxNetwork network(String graph) {
        TextModels.write(TextModels.withGraph(graph), original);
        return OnnxNetwork.read(original);
    }

    private WeightTrial open(OnnxNetwork network) {
        return WeightTrial.open(network, samples(network), network.inventory().linear(), 1, temporary);
    }

    private Function<RunnableModel, Samples> samples(OnnxNetwork network) {
        return unused -> new Samples(inputs(network), Optional.empty());
    }

    private List<InputSet> inputs(OnnxNetwork network) {
        try (Session session = Session.open(original, Optimization.ALL, 1)) {
            return MadeUpInputs.forModel(session, network.model(), 7);
        }
    }

    private static LinearWeight only(OnnxNetwork network) {
        assertThat(network.inventory().linear()).hasSize(1);
        return network.inventory().linear().get(0);
    }

    private static LinearWeight named(OnnxNetwork network, String name) {
        return network.inventory().linear().stream()
                .filter(weight -> weight.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Matrix random(int seed) {
        Random random = new Random(seed);
        return Matrix.of(
                SIZE,
                SIZE,
                IntStream.range(0, SIZE * SIZE)
                        .mapToDouble(i -> random.nextGaussian())
                        .toArray());
    }

    /**
     * By running both files, each node as it stands: otherwise, where a weight is quantized, the runtime makes one
     * product of two nodes, and rounds what is multiplied too.
     */
    private double lossOf(Path model) {
        Map<String, Double> errors = new LinkedHashMap<>();
        Map<String, Double> squares = new LinkedHashMap<>();
        OnnxNetwork network = OnnxNetwork.read(original);
        try (Session one = Session.open(original, Optimization.NONE, 1);
                Session other = Session.open(model, Optimization.NONE, 1)) {
            for (InputSet set : inputs(network)) {
                Map<String, Output> before = one.run(set.batch(0, set.samples()));
                Map<String, Output> after = other.run(set.batch(0, set.samples()));
                before.forEach((name, output) -> {
                    Output counterpart = Objects.requireNonNull(after.get(name));
                    for (int i = 0; i < output.size(); i++) {
                        errors.merge(name, Math.pow(output.at(i) - counterpart.at(i), 2), Double::sum);
                        squares.merge(name, Math.pow(output.at(i), 2), Double::sum);
                    }
                });
            }
        }
        List<Double> losses = new ArrayList<>();
        errors.forEach((name, error) -> losses.add(error / Objects.requireNonNull(squares.get(name))));
        return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}

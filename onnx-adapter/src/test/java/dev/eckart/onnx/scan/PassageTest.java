package dev.eckart.onnx.scan;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.ConstantModels;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node hands on, as this code sees it and as ONNX Runtime computes it. */
class PassageTest {
    /** Opset in which axes are attributes. */
    private static final int ATTRIBUTES = 11;

    @TempDir
    private Path folder;

    /** 0.1, 0.2, … in float32. */
    private static String w(long... dims) {
        long size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        String numbers = IntStream.rangeClosed(1, (int) size)
                .mapToObj(i -> Float.toString(i / 10f))
                .collect(Collectors.joining(", "));
        return "initializer { name: \"w\" data_type: 1 dims: %s float_data: [%s] } "
                .formatted(Arrays.toString(dims), numbers);
    }

    private static String bytes(long... dims) {
        long size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        String numbers = IntStream.range(0, (int) size)
                .mapToObj(i -> Integer.toString(i * 37 % 256 - 128))
                .collect(Collectors.joining(", "));
        return "initializer { name: \"w\" data_type: 3 dims: %s int32_data: [%s] } "
                .formatted(Arrays.toString(dims), numbers);
    }

    private static String floats(String name, double... numbers) {
        return "initializer { name: \"%s\" data_type: 1 dims: %d float_data: %s } "
                .formatted(name, numbers.length, Arrays.toString(numbers));
    }

    private Path write(int opset, String graph, DataType type) {
        return TextModels.write(
                ConstantModels.withGraph(opset, graph + ConstantModels.output("y", type.getNumber())),
                folder.resolve("model.onnx"));
    }

    /** What the first node makes of w. */
    private static Optional<Operand> through(Path file) {
        return through(file, new Use(0, 0), false);
    }

    private static Optional<Operand> through(Path file, Use use, boolean defaultsAreConstant) {
        OnnxModel model = OnnxReader.read(file);
        GraphIndex index = new GraphIndex(model.message(), defaultsAreConstant);
        TensorProto tensor = model.message().getGraph().getInitializer(0);
        return new Passage(index, model.payloads())
                .through(
                        Operand.of(
                                new Value(GraphIndex.MAIN, "w"),
                                Tensors.view(tensor, model.payloads()).orElseThrow(),
                                tensor.getDataType(),
                                TensorTypes.elementType(tensor.getDataType())),
                        use);
    }

    private static double[] numbers(Operand operand) {
        return Matrix.copyOf(operand.view()
                        .matrix(
                                List.of(),
                                IntStream.range(0, operand.dims().size())
                                        .boxed()
                                        .toList()))
                .toArray();
    }

    private Operand expectFiring(int opset, String graph) {
        Path file = write(opset, graph, DataType.FLOAT);
        Output expected = ConstantModels.run(file);

        Operand operand = through(file).orElseThrow();

        assertThat(operand.value()).isEqualTo(new Value(GraphIndex.MAIN, "y"));
        assertThat(operand.type()).isEqualTo(DataType.FLOAT_VALUE);
        assertThat(operand.storage()).contains(ElementType.FLOAT32);
        assertThat(operand.dims()).isEqualTo(expected.shape());
        assertThat(DoubleStream.of(numbers(operand))
                        .map(number -> (float) number)
                        .toArray())
                .isEqualTo(ConstantModels.numbers(expected));
        return operand;
    }

    private void expectRefused(String graph) {
        assertThat(through(write(ConstantModels.NEWEST_OPSET, graph, DataType.FLOAT)))
                .as(graph)
                .isEmpty();
    }

    @Test
    void should_hand_on_what_a_node_leaves_as_it_is() {
        Operand operand = expectFiring(ConstantModels.NEWEST_OPSET, node("Identity", "w", "y") + w(2, 3));

        assertThat(operand.base()).isEqualTo(new Value(GraphIndex.MAIN, "w"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0 1 2", "2 1 0", "1 2 0", "2 0 1", "0 2 1"})
    void should_see_axes_in_another_order(String perm) {
        int[] order = Arrays.stream(perm.split(" "))
                .filter(axis -> !axis.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        String transpose =
                order.length == 0 ? node("Transpose", "w", "y") : node("Transpose", "w", "y", attribute("perm", order));

        Operand operand = expectFiring(ConstantModels.NEWEST_OPSET, transpose + w(2, 3, 4));

        assertThat(operand.base()).isEqualTo(new Value(GraphIndex.MAIN, "w"));
        assertThat(operand.inBase(List.of(0, 1, 2)))
                .isEqualTo(
                        order.length == 0
                                ? List.of(2, 1, 0)
                                : IntStream.of(order).boxed().toList());
    }

    @Test
    void should_not_follow_an_order_that_is_none() {
        for (int[] order : new int[][] {{0}, {0, 1, 2}, {0, 0}, {1, 2}, {-1, 0}, {1, 1}}) {
            expectRefused(node("Transpose", "w", "y", attribute("perm", order)) + w(2, 3));
        }
        expectRefused(node("Transpose", "w", "y", "attribute { name: \"perm\" ints: [1, 1099511627776] type: INTS }")
                + w(2, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "'6 4', 0", "'24', 0", "'2 3 4', 0", "'1 2 1 12', 0",
        // A dimension that follows from the others.
        "'-1', 0", "'4 -1', 0", "'2 -1 2 3', 0", "'24 -1', 0",
        // One that stays.
        "'0 12', 0", "'2 0 4', 0", "'0 0 -1', 0", "'4 0 -1', 0",
        // All are as they are written.
        "'6 4', 1", "'-1 6', 1",
    })
    void should_see_another_shape(String shape, long allowZero) {
        long[] dims = Arrays.stream(shape.split(" ")).mapToLong(Long::parseLong).toArray();
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("Reshape", "w s", "y", attribute("allowzero", allowZero)) + w(2, 3, 4) + integers("s", dims));
    }

    @Test
    void should_see_another_shape_that_a_constant_node_tells() {
        Path file = write(
                ConstantModels.NEWEST_OPSET,
                "node { op_type: \"Constant\" output: \"s\" " + attribute("value_ints", 3, -1) + " } "
                        + node("Reshape", "w s", "y")
                        + w(2, 6),
                DataType.FLOAT);

        Operand operand = through(file, new Use(1, 0), false).orElseThrow();

        assertThat(operand.dims()).isEqualTo(ConstantModels.run(file).shape());
        assertThat(operand.base()).isEqualTo(new Value(GraphIndex.MAIN, "y"));
        assertThat(operand.inBase(List.of(0, 1))).containsExactly(0, 1);
    }

    @Test
    void should_not_follow_a_shape_that_the_numbers_do_not_have() {
        for (long[] shape : new long[][] {{5}, {4, 7}, {-1, 5}, {-1, -1}, {-2, 6}, {0, 0, 0, 0}, {2, 3, 4, 0}, {}}) {
            expectRefused(node("Reshape", "w s", "y") + w(2, 3, 4) + integers("s", shape));
        }
        expectRefused(node("Reshape", "w s", "y", attribute("allowzero", 1)) + w(2, 3, 4) + integers("s", 0, 12));
    }

    @Test
    void should_not_follow_a_shape_that_is_not_constant() {
        String reshape = node("Reshape", "w s", "y") + w(2, 3) + input("s", DataType.INT64, 1);

        expectRefused(reshape);
        // Nor one that is the default of an input, unless that is said to be constant.
        Path file = write(ConstantModels.NEWEST_OPSET, reshape + integers("s", 6), DataType.FLOAT);
        assertThat(through(file, new Use(0, 0), false)).isEmpty();
        assertThat(through(file, new Use(0, 0), true).orElseThrow().dims()).containsExactly(6L);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, -2, -1, 0, 1, 2, 3})
    void should_see_two_dimensions_of_any(int axis) {
        expectFiring(ConstantModels.NEWEST_OPSET, node("Flatten", "w", "y", attribute("axis", axis)) + w(2, 3, 4));
    }

    @Test
    void should_flatten_after_the_first_axis_if_not_told() {
        expectFiring(ConstantModels.NEWEST_OPSET, node("Flatten", "w", "y") + w(2, 3, 4));
        expectRefused(node("Flatten", "w", "y", attribute("axis", 4)) + w(2, 3, 4));
        expectRefused(node("Flatten", "w", "y", attribute("axis", -4)) + w(2, 3, 4));
    }

    @ParameterizedTest
    @CsvSource({
        "Squeeze, '0'",
        "Squeeze, '2'",
        "Squeeze, '0 2'",
        "Squeeze, '2 0'",
        "Squeeze, '-2 0'",
        "Squeeze, '-4'",
        "Unsqueeze, '0'",
        "Unsqueeze, '4'",
        "Unsqueeze, '1 3'",
        "Unsqueeze, '3 1'",
        "Unsqueeze, '-1'",
        "Unsqueeze, '-1 0'",
        "Unsqueeze, '5 4'",
        "Unsqueeze, '-6 -5'",
    })
    void should_see_axes_of_one_position_come_and_go(String operator, String axes) {
        long[] places =
                Arrays.stream(axes.split(" ")).mapToLong(Long::parseLong).toArray();
        expectFiring(
                ConstantModels.NEWEST_OPSET, node(operator, "w axes", "y") + w(1, 3, 1, 4) + integers("axes", places));
        int[] asAttribute = Arrays.stream(places).mapToInt(Math::toIntExact).toArray();
        expectFiring(ATTRIBUTES, node(operator, "w", "y", attribute("axes", asAttribute)) + w(1, 3, 1, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {ATTRIBUTES, ConstantModels.NEWEST_OPSET})
    void should_see_all_axes_of_one_position_go_where_none_is_named(int opset) {
        expectFiring(opset, node("Squeeze", "w", "y") + w(1, 3, 1, 4));
        expectFiring(opset, node("Squeeze", "w", "y") + w(3, 4));
    }

    @Test
    void should_take_no_axes_as_the_runtime_does() {
        expectFiring(ConstantModels.NEWEST_OPSET, node("Unsqueeze", "w axes", "y") + w(3, 4) + integers("axes"));
        expectFiring(ConstantModels.NEWEST_OPSET, node("Squeeze", "w axes", "y") + w(3, 4) + integers("axes"));
        expectFiring(ConstantModels.NEWEST_OPSET, node("Squeeze", "w axes", "y") + w(1, 3, 1, 4) + integers("axes"));
    }

    @Test
    void should_not_follow_axes_that_cannot_come_or_go() {
        for (long[] axes : new long[][] {{1}, {4}, {-5}, {0, 0}, {0, -4}, {0, 1}}) {
            expectRefused(node("Squeeze", "w axes", "y") + w(1, 3, 1, 4) + integers("axes", axes));
        }
        for (long[] axes : new long[][] {{5}, {-6}, {0, 0}, {0, -6}}) {
            expectRefused(node("Unsqueeze", "w axes", "y") + w(1, 3, 1, 4) + integers("axes", axes));
        }
        expectRefused(node("Unsqueeze", "w", "y") + w(1, 3));
        for (String operator : List.of("Squeeze", "Unsqueeze")) {
            expectRefused(node(operator, "w axes", "y") + w(1, 3) + input("axes", DataType.INT64, 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, 0", "DOUBLE, 0", "FLOAT16, 0x1p-11", "BFLOAT16, 0x1p-8"})
    void should_see_the_same_numbers_in_another_type(DataType to, double halfPlace) {
        Path file = write(
                ConstantModels.NEWEST_OPSET, node("Cast", "w", "y", attribute("to", to.getNumber())) + w(2, 3), to);
        Output expected = ConstantModels.run(file);

        Operand operand = through(file).orElseThrow();

        assertThat(operand.type()).isEqualTo(to.getNumber());
        // Factors keep the precision in which the weight is stored, and are cast as it was.
        assertThat(operand.storage()).contains(ElementType.FLOAT32);
        expectRounded(operand, expected, halfPlace);
    }

    /** Within half a unit in the last place of a type, as a share of the number. */
    private static void expectRounded(Operand operand, Output expected, double halfPlace) {
        double[] numbers = numbers(operand);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(expected.at(i)).isCloseTo(numbers[i], within(halfPlace * Math.abs(numbers[i])));
        }
    }

    @Test
    void should_see_quantized_numbers_in_the_type_of_their_scale() {
        Path file = write(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale", "y")
                        + bytes(2, 3)
                        // 0x2e66 is 0.1, to within half a place.
                        + "initializer { name: \"scale\" data_type: 10 int32_data: 11878 } ",
                DataType.FLOAT16);

        Operand operand = through(file).orElseThrow();

        assertThat(operand.type()).isEqualTo(DataType.FLOAT16_VALUE);
        assertThat(operand.storage()).contains(ElementType.FLOAT16);
        expectRounded(operand, ConstantModels.run(file), 0x1p-11);
    }

    @Test
    void should_see_integers_as_the_real_numbers_that_they_are_cast_to() {
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("Cast", "w", "y", attribute("to", DataType.FLOAT_VALUE)) + bytes(2, 3));
        expectRefused(node("Cast", "w", "y", attribute("to", DataType.INT8_VALUE)) + w(2, 3));
        expectRefused(node("Cast", "w", "y", attribute("to", 99)) + w(2, 3));
        expectRefused(node("Cast", "w", "y") + w(2, 3));
    }

    @Test
    void should_see_the_numbers_that_quantized_ones_stand_for() {
        String scale = floats("scale", 0.1);
        String scales = floats("scale", 0.1, 0.7, 0.02);
        String zero = "initializer { name: \"zero\" data_type: 3 int32_data: -7 } ";
        String zeros = "initializer { name: \"zero\" data_type: 3 dims: 3 int32_data: [-7, 0, 127] } ";
        String blocks = "initializer { name: \"scale\" data_type: 1 dims: [2, 2] float_data: [0.1, 0.7, 0.02, 3] } ";

        expectFiring(ConstantModels.NEWEST_OPSET, node("DequantizeLinear", "w scale", "y") + bytes(2, 3) + scale);
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale zero", "y")
                        + bytes(2, 3)
                        + "initializer { name: \"scale\" data_type: 1 float_data: 0.3 } "
                        + zero);
        // The second axis, if not told.
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale zero", "y") + bytes(2, 3) + scales + zeros);
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale zero", "y", attribute("axis", -2)) + bytes(3, 2) + scales + zeros);
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale", "y", attribute("block_size", 2)) + bytes(2, 3) + blocks);
        expectFiring(
                ConstantModels.NEWEST_OPSET,
                node("DequantizeLinear", "w scale zero", "y", "domain: \"com.microsoft\"")
                        + bytes(2, 3)
                        + scale
                        + zero.replace("data_type", "dims: 1 data_type"));
        expectFiring(10, node("DequantizeLinear", "w scale ", "y") + bytes(2, 3) + scale.replace("dims: 1 ", ""));
    }

    @Test
    void should_not_follow_where_it_is_not_known_what_quantized_numbers_stand_for() {
        String scale = floats("scale", 0.1);
        String node = node("DequantizeLinear", "w scale", "y");

        expectRefused(node + bytes(2, 3) + input("scale", DataType.FLOAT));
        expectRefused(node + bytes(2, 3) + scale + input("scale", DataType.FLOAT, 1));
        expectRefused(
                node("DequantizeLinear", "w scale zero", "y") + bytes(2, 3) + scale + input("zero", DataType.INT8));
        expectRefused(node("DequantizeLinear", "w scale", "y", attribute("axis", 0))
                + bytes(2, 3)
                + floats("scale", 1, 2, 3));
        expectRefused(node("DequantizeLinear", "w scale", "y", attribute("axis", 2))
                + bytes(2, 3)
                + floats("scale", 1, 2, 3));
        expectRefused(node("DequantizeLinear", "w scale", "y", attribute("output_dtype", 6)) + bytes(2, 3) + scale);
        // Real numbers do not stand for others.
        expectRefused(node + w(2, 3) + scale);
    }

    @Test
    void should_hand_on_the_first_input_of_a_standard_node_only() {
        Path file = write(
                ConstantModels.NEWEST_OPSET,
                node("Reshape", "x w", "y") + w(2, 3) + input("x", DataType.FLOAT, 6),
                DataType.FLOAT);

        assertThat(through(file, new Use(0, 1), false)).isEmpty();
        expectRefused(node("Transpose", "w", "y", "domain: \"my.ops\"") + w(2, 3));
        expectRefused(node("Transpose", "w", "y", "domain: \"com.microsoft\"") + w(2, 3));
        expectRefused(node("Relu", "w", "y") + w(2, 3));
    }
}

package dev.eckart.onnx.check;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and, for each of it, the nearest thing that ONNX Runtime loads and that is therefore not refused. */
class ModelCheckTest {
    private static final String X_TO_Y =
            input("x", DataType.FLOAT, 2) + output("y", DataType.FLOAT, 2) + input("c", DataType.BOOL);
    private static final String NEG = node("Neg", "x", "y");
    private static final Duration SHORT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    // Versions

    @ParameterizedTest
    @ValueSource(longs = {-1, -8_004_484_328_877_436_565L, 1L << 31, (1L << 32) + 13})
    void should_refuse_a_version_of_operators_that_the_runtime_cuts(long version) {
        ModelProto.Builder model = TextModels.withGraph(X_TO_Y + NEG).toBuilder();
        model.getOpsetImportBuilder(0).setVersion(version);

        refused(model.build(), "it imports version %d of the operators of domain ``".formatted(version));
    }

    @Test
    void should_accept_a_version_of_operators_that_there_is_not_yet() {
        ModelProto.Builder model = TextModels.withGraph(X_TO_Y + NEG).toBuilder();
        model.getOpsetImportBuilder(0).setVersion(Integer.MAX_VALUE);

        assertThatCode(() -> read(model.build())).doesNotThrowAnyException();
    }

    // Names

    @Test
    void should_refuse_two_initializers_of_one_name() {
        refused(
                X_TO_Y + vector("w") + vector("w") + node("Add", "x w", "y"),
                "graph `g` defines `w` twice, as an initializer and as an initializer");
        refused(
                X_TO_Y + vector("w") + sparse("w") + node("Add", "x w", "y"),
                "graph `g` defines `w` twice, as an initializer and as an initializer");
        refused(
                X_TO_Y + input("w", DataType.FLOAT, 2) + vector("w") + vector("w") + node("Add", "x w", "y"),
                "graph `g` defines `w` twice, as an initializer and as an initializer");
    }

    @Test
    void should_refuse_a_value_that_is_defined_twice() {
        refused(X_TO_Y + NEG + NEG, "defines `y` twice, as an output of node `y` (Neg) and as an output of node");
        refused(X_TO_Y + NEG + node("Abs", "x", "x"), "defines `x` twice, as an input and as an output of node");
        refused(X_TO_Y + NEG + input("x", DataType.FLOAT, 2), "defines `x` twice, as an input and as an input");
        refused(
                X_TO_Y + NEG + vector("w") + node("Abs", "x", "w"),
                "defines `w` twice, as an initializer and as an output of node `w` (Abs)");
        refused(
                X_TO_Y + NEG + "node { op_type: \"Split\" input: \"x\" output: \"s\" output: \"s\" } ",
                "defines `s` twice");
        refused(
                X_TO_Y + branches("y", vector("w") + vector("w") + node("Add", "x w", "t"), node("Neg", "x", "t")),
                "graph `then_branch` defines `w` twice");
    }

    @Test
    void should_accept_an_initializer_that_is_an_input() {
        accepted(X_TO_Y + input("w", DataType.FLOAT, 2) + vector("w") + node("Add", "x w", "y"));
        accepted(X_TO_Y + input("w", DataType.FLOAT, 2) + sparse("w") + node("Add", "x w", "y"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 8})
    void should_accept_initializers_with_or_without_an_input_in_any_version(int version) {
        for (String declaration : new String[] {"", input("w", DataType.FLOAT, 2)}) {
            ModelProto model = TextModels.withGraph(X_TO_Y + declaration + vector("w") + node("Add", "x w", "y"));
            accepted(model.toBuilder().setIrVersion(version).build());
        }
    }

    @Test
    void should_accept_sparse_initializers() {
        accepted(X_TO_Y + sparse("w") + node("Add", "x w", "y"));
    }

    @Test
    void should_accept_what_has_no_name() {
        accepted(X_TO_Y + NEG + vector("") + vector(""));
        accepted(X_TO_Y + scalar("most") + node("Clip", "x  most", "y"));
        accepted(X_TO_Y
                + NEG
                + "node { op_type: \"Dropout\" input: \"x\" output: \"d\" output: \"\" } "
                + "node { op_type: \"Dropout\" input: \"x\" output: \"e\" output: \"\" } ");
    }

    @Test
    void should_accept_what_nothing_needs_to_be_unique() {
        accepted(X_TO_Y + NEG + output("y", DataType.FLOAT, 2));
        accepted(X_TO_Y + NEG + "value_info { name: \"v\" } value_info { name: \"v\" } ");
        ModelProto sameNodeNames = TextModels.withGraph(X_TO_Y
                + "node { name: \"n\" op_type: \"Neg\" input: \"x\" output: \"h\" } "
                + "node { name: \"n\" op_type: \"Neg\" input: \"h\" output: \"y\" } ");
        assertThatCode(() -> read(sameNodeNames)).doesNotThrowAnyException();
    }

    @Test
    void should_refuse_an_input_that_nothing_defines() {
        refused(
                X_TO_Y + node("Add", "x q", "y"),
                "node `y` (Add) in graph `g` has input `q`, which no input, initializer or node defines");
        refused(X_TO_Y + NEG + node("Add", "x q", "unused"), "node `unused` (Add) in graph `g` has input `q`");
        refused(
                X_TO_Y + branches("y", node("Neg", "q", "t"), node("Neg", "x", "t")),
                "node `t` (Neg) in graph `then_branch` has input `q`");
    }

    @Test
    void should_refuse_names_of_a_graph_that_is_not_around() {
        refused(
                X_TO_Y + branches("z", node("Neg", "x", "t"), node("Neg", "x", "t")) + node("Neg", "t", "y"),
                "node `y` (Neg) in graph `g` has input `t`");
        refused(
                X_TO_Y + branches("y", node("Neg", "x", "s") + node("Neg", "s", "t"), node("Neg", "s", "t")),
                "node `t` (Neg) in graph `else_branch` has input `s`");
    }

    @Test
    void should_refuse_an_output_that_nothing_defines() {
        refused(
                X_TO_Y + node("Neg", "x", "z"),
                "graph `g` has output `y`, which no input, initializer or node defines");
        refused(
                X_TO_Y + branches("y", node("Neg", "x", "s"), node("Neg", "x", "t")),
                "graph `then_branch` has output `t`");
    }

    @Test
    void should_accept_outputs_that_are_inputs_or_initializers() {
        accepted(X_TO_Y + NEG + output("x", DataType.FLOAT, 2));
        accepted(X_TO_Y + NEG + vector("w") + output("w", DataType.FLOAT, 2));
    }

    @Test
    void should_accept_nodes_in_any_order() {
        accepted(X_TO_Y + node("Neg", "h", "y") + node("Neg", "x", "h"));
        accepted(X_TO_Y + branches("y", node("Neg", "h", "t"), node("Neg", "x", "t")) + node("Neg", "x", "h"));
    }

    @Test
    void should_accept_names_of_graphs_around() {
        accepted(X_TO_Y
                + vector("w")
                + branches("y", branches("t", node("Add", "x w", "t"), node("Neg", "x", "t")), node("Neg", "x", "t")));
    }

    @Test
    void should_accept_inner_names_that_hide_outer_ones() {
        accepted(X_TO_Y + vector("w") + branches("y", vector("w") + node("Add", "x w", "t"), node("Add", "x w", "t")));
        accepted(X_TO_Y
                + branches("z", node("Neg", "x", "t"), node("Neg", "x", "t"))
                + node("Abs", "z", "t")
                + node("Neg", "t", "y"));
        accepted(X_TO_Y
                + initializer("times", "data_type: 7 int64_data: 2")
                + "node { op_type: \"Loop\" input: \"times\" input: \"c\" input: \"x\" output: \"y\" "
                + "attribute { name: \"body\" type: GRAPH g { name: \"body\" "
                + input("i", DataType.INT64)
                + input("c", DataType.BOOL)
                + input("x", DataType.FLOAT, 2)
                + node("Neg", "x", "y")
                + output("c", DataType.BOOL)
                + output("y", DataType.FLOAT, 2)
                + "} } } ");
    }

    // Cycles

    @Test
    void should_refuse_a_cycle() {
        refused(
                X_TO_Y + NEG + node("Add", "x b", "a") + node("Neg", "a", "b"),
                "graph `g` has a cycle, in which each node needs the next one's output, and the last the first one's: "
                        + "node `a` (Add), node `b` (Neg); export it again");
        refused(X_TO_Y + NEG + node("Neg", "a", "a"), "graph `g` has a cycle");
        refused(
                X_TO_Y + branches("y", node("Add", "x t", "s") + node("Neg", "s", "t"), node("Neg", "x", "t")),
                "graph `then_branch` has a cycle");
    }

    @Test
    void should_refuse_a_cycle_through_a_subgraph() {
        refused(
                X_TO_Y + branches("y", node("Neg", "y", "t"), node("Neg", "x", "t")),
                "graph `g` has a cycle, in which each node needs the next one's output, and the last the first one's: "
                        + "node `y` (If)");
        refused(
                X_TO_Y
                        + branches(
                                "z", branches("t", node("Neg", "y", "t"), node("Neg", "x", "t")), node("Neg", "x", "t"))
                        + node("Neg", "z", "y"),
                "graph `g` has a cycle");
    }

    @Test
    void should_accept_an_inner_name_that_only_looks_like_a_cycle() {
        accepted(X_TO_Y + branches("y", node("Neg", "x", "y"), node("Neg", "x", "y"), "y"));
    }

    @Test
    void should_follow_very_many_nodes() {
        int nodes = 100_000;
        List<NodeProto> chain = IntStream.range(0, nodes)
                .mapToObj(i -> NodeProto.newBuilder()
                        .setOpType("Neg")
                        .addInput(i == 0 ? "x" : "v" + i)
                        .addOutput(i == nodes - 1 ? "y" : "v" + (i + 1))
                        .build())
                .toList();
        ModelProto.Builder forwards = TextModels.withGraph(X_TO_Y).toBuilder();
        forwards.getGraphBuilder().addAllNode(chain);
        ModelProto.Builder backwards = TextModels.withGraph(X_TO_Y).toBuilder();
        backwards.getGraphBuilder().addAllNode(reversed(chain));
        ModelProto.Builder circle = forwards.clone();
        circle.getGraphBuilder().getNodeBuilder(0).setInput(0, "v" + (nodes - 1));

        Assertions.assertTimeout(SHORT, () -> {
            read(forwards.build());
            read(backwards.build());
            refused(circle.build(), " and %d more; export".formatted(nodes - 1 - 5));
        });
    }

    @Test
    void should_follow_graphs_as_deep_as_protobuf_reads_them() {
        String graph = "node { op_type: \"Neg\" input: \"x\" output: \"y\" } output { name: \"y\" } ";
        for (int depth = 0; depth < 30; depth++) {
            graph =
                    "node { op_type: \"Call\" domain: \"org.example\" output: \"y\" attribute { name: \"body\" type: GRAPH"
                            + " g { " + graph + " } } } output { name: \"y\" } ";
        }
        ModelProto model = TextModels.withGraph("input { name: \"x\" } " + graph);
        assertThatCode(() -> read(model)).doesNotThrowAnyException();

        refused(TextModels.withGraph(graph), "has input `x`, which no input, initializer or node defines");
    }

    // Tensors

    @ParameterizedTest
    @CsvSource({
        "-1, impossible dimensions: [-1]",
        "'-2, -3', impossible dimensions: [-2×-3]",
        "'4611686018427387904, 4', impossible dimensions: [4611686018427387904×4]",
        "'9223372036854775807, 9223372036854775807', impossible dimensions",
        "'1, 1, 1, 1, 1, 1, 1, 1, 1, -1', impossible dimensions: [1×1×1×1×1×1×1×1×…]",
    })
    void should_refuse_impossible_dimensions(String dims, String sentence) {
        refused(
                X_TO_Y + NEG + "initializer { name: \"w\" dims: [%s] data_type: 1 } ".formatted(dims),
                "initializer `w` declares " + sentence);
        refused(
                X_TO_Y + NEG + "initializer { name: \"w\" dims: [%s] data_type: 99 } ".formatted(dims),
                "initializer `w` declares " + sentence);
        refused(
                X_TO_Y
                        + NEG
                        + ("sparse_initializer { dims: [%s] values { name: \"w\" dims: 0 data_type: 1 } "
                                        + "indices { dims: 0 data_type: 7 } } ")
                                .formatted(dims),
                "initializer `w` declares " + sentence);
    }

    @Test
    void should_refuse_terabytes_that_are_not_there_without_allocating_them() {
        String bytes = "raw_data: \"01234567\"";
        for (String data : new String[] {bytes, "float_data: 1", ""}) {
            String tensor = "dims: 1099511627776 dims: 2 data_type: 1 " + data;
            String sentence = "declares [1099511627776×2] numbers of float32 but holds";
            refused(X_TO_Y + NEG + "initializer { name: \"w\" %s } ".formatted(tensor), "initializer `w` " + sentence);
            refused(X_TO_Y + NEG + constant("k", tensor), "tensor `value` of node `k` (Constant) " + sentence);
        }
        refused(
                X_TO_Y
                        + NEG
                        + "initializer { name: \"w\" dims: 1152921504606846976 data_type: 1 %s } ".formatted(bytes),
                "but holds 8 bytes");
    }

    @Test
    void should_refuse_data_of_another_length_wherever_they_are() {
        String tooLong = "dims: 2 data_type: 1 float_data: [1, 2, 3]";
        String sentence = "declares [2] numbers of float32 but holds 3 in the field of that type";
        refused(X_TO_Y + NEG + "initializer { name: \"w\" %s } ".formatted(tooLong), "initializer `w` " + sentence);
        refused(
                X_TO_Y + branches("y", initializer("w", tooLong) + node("Neg", "x", "t"), node("Neg", "x", "t")),
                "initializer `w` " + sentence);
        refused(
                X_TO_Y + NEG + sparse("w").replace("float_data: 1 ", "float_data: 1 float_data: 2 "),
                "initializer `w` declares [1] numbers of float32 but holds 2 in the field of that type");
        refused(
                X_TO_Y + NEG + sparse("w").replace("int64_data: 1 ", ""),
                "the indices of initializer `w` declares [1] numbers of int64 but holds 0 in the field of that type");
        refused(
                TextModels.withGraph(X_TO_Y + NEG).toBuilder()
                        .addFunctions(function(constant("k", tooLong)))
                        .build(),
                "tensor `value` of node `k` (Constant) " + sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT, 5, 20",
        "DOUBLE, 5, 40",
        "FLOAT16, 5, 10",
        "BFLOAT16, 5, 10",
        "INT8, 5, 5",
        "UINT8, 5, 5",
        "BOOL, 5, 5",
        "INT16, 5, 10",
        "UINT16, 5, 10",
        "INT32, 5, 20",
        "UINT32, 5, 20",
        "INT64, 5, 40",
        "UINT64, 5, 40",
        "COMPLEX64, 5, 40",
        "COMPLEX128, 5, 80",
        "FLOAT8E4M3FN, 5, 5",
        "FLOAT8E4M3FNUZ, 5, 5",
        "FLOAT8E5M2, 5, 5",
        "FLOAT8E5M2FNUZ, 5, 5",
        "FLOAT8E8M0, 5, 5",
        "INT4, 5, 3",
        "UINT4, 5, 3",
        "UINT4, 6, 3",
        "FLOAT4E2M1, 5, 3",
        "INT2, 5, 2",
        "UINT2, 4, 1",
        "FLOAT, 0, 0",
    })
    void should_know_the_bytes_of_each_type(DataType type, int numbers, int bytes) {
        accepted(raw(type, numbers, bytes));
        refused(raw(type, numbers, bytes + 1), "but holds %d bytes; export".formatted(bytes + 1));
        if (bytes > 0) {
            refused(raw(type, numbers, bytes - 1), "but holds %d bytes; export".formatted(bytes - 1));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT, float_data, 5",
        "DOUBLE, double_data, 5",
        "FLOAT16, int32_data, 5",
        "BFLOAT16, int32_data, 5",
        "INT8, int32_data, 5",
        "UINT8, int32_data, 5",
        "BOOL, int32_data, 5",
        "INT16, int32_data, 5",
        "UINT16, int32_data, 5",
        "INT32, int32_data, 5",
        "UINT32, uint64_data, 5",
        "INT64, int64_data, 5",
        "UINT64, uint64_data, 5",
        "COMPLEX64, float_data, 10",
        "COMPLEX128, double_data, 10",
        "FLOAT8E4M3FN, int32_data, 5",
        "FLOAT8E8M0, int32_data, 5",
        "INT4, int32_data, 3",
        "UINT4, int32_data, 3",
        "FLOAT4E2M1, int32_data, 3",
        "INT2, int32_data, 2",
        "STRING, string_data, 5",
    })
    void should_know_the_field_of_each_type(DataType type, String field, int entries) {
        accepted(typed(type, field, 5, entries));
        refused(typed(type, field, 5, entries + 1), "but holds %d in the field".formatted(entries + 1));
        refused(typed(type, field, 5, entries - 1), "but holds %d in the field".formatted(entries - 1));
    }

    @Test
    void should_count_numbers_that_stay_in_the_file() {
        TensorProto.Builder floats = TensorProto.newBuilder().setDataType(DataType.FLOAT_VALUE);
        TensorProto.Builder doubles = TensorProto.newBuilder().setDataType(DataType.DOUBLE_VALUE);
        TensorProto.Builder halves = TensorProto.newBuilder().setDataType(DataType.FLOAT16_VALUE);
        TensorProto.Builder longs = TensorProto.newBuilder().setDataType(DataType.INT64_VALUE);
        TensorProto.Builder unsigned = TensorProto.newBuilder().setDataType(DataType.UINT32_VALUE);
        TensorProto.Builder bytes = TensorProto.newBuilder()
                .setDataType(DataType.UINT8_VALUE)
                .setRawData(ByteString.copyFrom(new byte[100_000]));
        for (int i = 0; i < 100_000; i++) {
            floats.addFloatData(i);
            doubles.addDoubleData(i);
            halves.addInt32Data(i & 0xffff);
            longs.addInt64Data(i % 2 == 0 ? -i : (long) i << 20);
            unsigned.addUint64Data(i * 40_000L);
        }
        for (TensorProto.Builder tensor : new TensorProto.Builder[] {floats, doubles, halves, longs, unsigned, bytes}) {
            tensor.setName("w");
            accepted(withInitializer(
                    tensor.clearDims().addDims(1000).addDims(100).build()));
            refused(
                    withInitializer(tensor.clearDims().addDims(100_001).build()),
                    "initializer `w` declares [100001] numbers of");
            refused(
                    withInitializer(tensor.clearDims().addDims(99_999).build()),
                    "initializer `w` declares [99999] numbers of");
        }
    }

    @Test
    void should_take_no_numbers_from_another_field() {
        refused(
                X_TO_Y + NEG + initializer("w", "dims: 2 data_type: 1 int32_data: [1, 2]"),
                "but holds 0 in the field of that type");
        refused(
                X_TO_Y + NEG + initializer("w", "dims: 2 data_type: 1 float_data: [1, 2] raw_data: \"\""),
                "but holds 0 bytes");
        accepted(X_TO_Y + NEG + initializer("w", "dims: 2 data_type: 1 float_data: [1, 2] int32_data: [1, 2, 3]"));
        accepted(X_TO_Y + NEG + initializer("w", "dims: 2 data_type: 1 raw_data: \"01234567\" float_data: [1, 2, 3]"));
    }

    @Test
    void should_accept_zero_dimensions() {
        accepted(X_TO_Y + NEG + initializer("w", "dims: 0 data_type: 1"));
        accepted(X_TO_Y + NEG + initializer("w", "dims: [3, 0, 5] data_type: 1 raw_data: \"\""));
        accepted(X_TO_Y + NEG + scalar("w"));
        refused(X_TO_Y + NEG + initializer("w", "data_type: 1"), "declares [] numbers of float32 but holds 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 27, 99, -1})
    void should_leave_types_alone_that_it_does_not_know(int type) {
        ModelProto model =
                TextModels.withGraph(X_TO_Y + NEG + initializer("w", "dims: 2 data_type: %d".formatted(type)));
        assertThatCode(() -> read(model)).doesNotThrowAnyException();
    }

    // Elsewhere

    @Test
    void should_leave_the_names_in_functions_to_the_runtime() {
        String strange = node("Neg", "nothing", "a") + node("Neg", "b", "b") + node("Neg", "x", "b");
        accepted(TextModels.withGraph(X_TO_Y + NEG).toBuilder()
                .addFunctions(function(strange))
                .addOpsetImport(
                        TextModels.withGraph("").getOpsetImport(0).toBuilder().setDomain("org.example"))
                .build());
    }

    @Test
    void should_leave_training_alone() throws TextFormat.ParseException {
        ModelProto.Builder model = TextModels.withGraph(X_TO_Y + NEG).toBuilder();
        TextFormat.merge(
                "training_info { algorithm { node { op_type: \"Neg\" input: \"q\" output: \"q\" } "
                        + "initializer { name: \"w\" dims: 7 data_type: 1 } } }",
                model);
        accepted(model.build());
    }

    @Test
    void should_say_names_in_one_short_line() {
        String hostile = "a\\nb\\033[31m" + "c".repeat(10_000);

        assertThatThrownBy(() -> read(TextModels.withGraph(X_TO_Y + node("Neg", hostile, "y"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has input `a?b?[31mccc")
                .message()
                .hasSizeLessThan(600);
    }

    private static List<NodeProto> reversed(List<NodeProto> nodes) {
        List<NodeProto> reversed = new ArrayList<>(nodes);
        Collections.reverse(reversed);
        return reversed;
    }

    private static String vector(String name) {
        return initializer(name, "dims: 2 data_type: 1 float_data: [1, 2]");
    }

    private static String scalar(String name) {
        return initializer(name, "data_type: 1 float_data: 1");
    }

    private static String initializer(String name, String tensor) {
        return "initializer { name: \"%s\" %s } ".formatted(name, tensor);
    }

    private static String sparse(String name) {
        return ("sparse_initializer { dims: 2 values { name: \"%s\" dims: 1 data_type: 1 float_data: 1 } "
                        + "indices { dims: 1 data_type: 7 int64_data: 1 } } ")
                .formatted(name);
    }

    /** A {@code Constant} whose value is a tensor. */
    private static String constant(String name, String tensor) {
        return "node { op_type: \"Constant\" output: \"%s\" attribute { name: \"value\" type: TENSOR t { %s } } } "
                .formatted(name, tensor);
    }

    /** An {@code If} on {@code c}, whose branches give out {@code t}. */
    private static String branches(String output, String then, String otherwise) {
        return branches(output, then, otherwise, "t");
    }

    private static String branches(String output, String then, String otherwise, String given) {
        return "node { op_type: \"If\" input: \"c\" output: \"%s\" %s %s } "
                .formatted(output, branch("then_branch", then, given), branch("else_branch", otherwise, given));
    }

    private static String branch(String name, String graph, String given) {
        return "attribute { name: \"%s\" type: GRAPH g { name: \"%s\" %s %s } } "
                .formatted(name, name, graph, output(given, DataType.FLOAT, 2));
    }

    private static FunctionProto function(String nodes) {
        return FunctionProto.newBuilder()
                .setName("F")
                .setDomain("org.example")
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(TextModels.withGraph("").getOpsetImport(0))
                .addAllNode(TextModels.withGraph(nodes).getGraph().getNodeList())
                .build();
    }

    private static ModelProto raw(DataType type, int numbers, int bytes) {
        return withInitializer(TensorProto.newBuilder()
                .setName("w")
                .addDims(numbers)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(new byte[bytes]))
                .build());
    }

    private static ModelProto typed(DataType type, String field, int numbers, int entries) {
        String entry = type == DataType.STRING ? "\"\"" : "0";
        return TextModels.withGraph(X_TO_Y
                + NEG
                + initializer(
                        "w",
                        "dims: %d data_type: %d %s: [%s]"
                                .formatted(
                                        numbers,
                                        type.getNumber(),
                                        field,
                                        String.join(",", Collections.nCopies(entries, entry)))));
    }

    private static ModelProto withInitializer(TensorProto tensor) {
        ModelProto.Builder model = TextModels.withGraph(X_TO_Y + NEG).toBuilder();
        model.getGraphBuilder().addInitializer(tensor);
        return model.build();
    }

    private void accepted(String graph) {
        accepted(TextModels.withGraph(graph));
    }

    /** That ONNX Runtime loads it is what shows that it ought to be accepted. */
    private void accepted(ModelProto model) {
        Path file = TextModels.write(model, folder.resolve("accepted.onnx"));
        assertThatCode(() -> OnnxNetwork.read(file)).doesNotThrowAnyException();
        Session.open(file, Optimization.NONE, 1).close();
    }

    private void refused(String graph, String sentence) {
        refused(TextModels.withGraph(graph), sentence);
    }

    private void refused(ModelProto model, String sentence) {
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`%s` is a broken ONNX model: ", folder.resolve("model.onnx"))
                .hasMessageContaining(sentence)
                .hasMessageEndingWith("; export it again");
    }

    private OnnxNetwork read(ModelProto model) {
        return OnnxNetwork.read(TextModels.write(model, folder.resolve("model.onnx")));
    }
}

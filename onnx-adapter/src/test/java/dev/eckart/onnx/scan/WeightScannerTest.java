package dev.eckart.onnx.scan;

import static dev.eckart.onnx.TextModels.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.TextFormat;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.proto.ModelProto;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightScannerTest {
    private static final String W =
            "initializer { name: \"w\" dims: 2 dims: 3 data_type: 1 float_data: [1, 2, 3, 4, 5, 6] } ";

    @TempDir
    private Path folder;

    @Test
    void should_read_a_weight_as_in_by_out() {
        LinearSite site = only("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }" + W);

        assertThat(Matrix.copyOf(site.weight().values())).isEqualTo(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6));
        assertThat(site.readings()).hasSize(1);
        assertThat(site.readings().get(0).uses())
                .extracting(LinearSite.Multiplication::use)
                .containsExactly(new Use(0, 1));
    }

    @Test
    void should_read_a_transposed_weight_as_in_by_out() {
        LinearSite site = only(
                "node { op_type: \"Gemm\" input: [\"x\", \"w\"] output: \"y\" attribute { name: \"transB\" i: 1 type: INT } }"
                        + W);

        assertThat(Matrix.copyOf(site.weight().values())).isEqualTo(Matrix.of(3, 2, 1, 4, 2, 5, 3, 6));
    }

    @Test
    void should_list_weights_in_the_order_in_which_they_run() {
        WeightScan scan = scan("node { op_type: \"MatMul\" input: [\"x\", \"later\"] output: \"h\" }"
                + "node { op_type: \"MatMul\" input: [\"h\", \"w\"] output: \"y\" }" + W
                + "initializer { name: \"later\" dims: 1 dims: 2 data_type: 1 float_data: [1, 2] } ");

        assertThat(scan.linear()).extracting(site -> site.weight().name()).containsExactly("later", "w");
    }

    @Test
    void should_not_take_a_custom_operator_of_the_same_name_for_a_product() {
        WeightScan scan =
                scan("node { op_type: \"MatMul\" domain: \"my.ops\" input: [\"x\", \"w\"] output: \"y\" }" + W);

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped()).extracting(SkippedWeight::reason).containsExactly(SkipReason.OPERATOR);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "op_type: \"MatMul\" input: [\"x\", \"w\"]",
                "op_type: \"Gather\" input: [\"w\", \"i\"]",
                "op_type: \"MatMul\" input: \"w\" output: \"y\"",
                "op_type: \"Gather\" input: \"w\" output: \"y\"",
            })
    void should_not_take_a_node_without_output_or_second_input_for_a_product(String node) {
        WeightScan scan = scan("node { " + node + " }" + W);

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped()).extracting(SkippedWeight::reason).containsExactly(SkipReason.OPERATOR);
    }

    @Test
    void should_not_take_a_weight_that_is_also_its_own_bias() {
        WeightScan scan = scan("node { op_type: \"Gemm\" input: [\"x\", \"w\", \"w\"] output: \"y\" }" + W);

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped())
                .extracting(SkippedWeight::explanation)
                .containsExactly("also used where a factor pair cannot replace it: input 2 of Gemm");
    }

    @Test
    void should_not_list_shapes_indices_and_biases() {
        WeightScan scan = scan("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"h\" }"
                + "node { op_type: \"Add\" input: [\"h\", \"b\"] output: \"k\" }"
                + "node { op_type: \"Gather\" input: [\"k\", \"i\"] output: \"y\" }" + W
                + "initializer { name: \"b\" dims: 3 data_type: 1 float_data: [1, 2, 3] } "
                + "initializer { name: \"i\" dims: 1 dims: 2 data_type: 7 int64_data: [0, 1] } ");

        assertThat(scan.linear()).hasSize(1);
        assertThat(scan.skipped()).isEmpty();
    }

    private static String node(String operator, String inputs, String attributes) {
        return "node { op_type: \"%s\" %s output: \"y\" %s } "
                .formatted(
                        operator,
                        Stream.of(inputs.split(" "))
                                .map("input: \"%s\""::formatted)
                                .collect(Collectors.joining(" ")),
                        attributes);
    }

    private static String microsoft(String operator, String inputs) {
        return node(operator, inputs, "domain: \"com.microsoft\"");
    }

    private static String floats(String dims) {
        return "initializer { name: \"c\" data_type: 1 %s float_data: [%s] } "
                .formatted(
                        Stream.of(dims.split("×")).map("dims: %s"::formatted).collect(Collectors.joining(" ")),
                        Stream.of(dims.split("×"))
                                .map(Integer::valueOf)
                                .reduce((a, b) -> a * b)
                                .map(size -> String.join(", ", Collections.nCopies(size, "1")))
                                .orElseThrow());
    }

    /** Of a rank above one, all of them: what counts is what the operator does with it, and not how it is stored. */
    @ParameterizedTest
    @CsvSource({
        "Add, x c, 1×6",
        "Add, x c, 6×1",
        "Add, x c, 1×6×1×1",
        "Add, c x, 4×6",
        "Sub, x c, 4×6",
        "Mul, x c, 1×6",
        "Mul, x c, 4×6",
        "Div, x c, 4×6",
        "Pow, x c, 4×6",
        "Where, condition c x, 1×1×4×4",
        "Gemm, x v c, 4×6",
        "Conv, x v c, 6",
        "PRelu, x c, 6×1×1",
        "LayerNormalization, x c b, 4×6",
        "InstanceNormalization, x c b, 6",
        "Clip, x c, 1",
        "Resize, x roi c, 4",
        "LSTM, x v r c, 1×8",
        "LSTM, x v r b lengths c, 1×2×6",
        "Expand, c shape, 4×6",
        "Concat, x c, 4×6",
        "Gather, c i, 6",
        "Gather, c i, 1×6",
        "Gather, c i, 6×1",
        "GatherND, c i, 6",
        "Einsum, x c, 6",
        "Scan, c x, 4×6",
        "QLinearMatMul, x scale zero v c zero scale zero, 4×6",
        "DequantizeLinear, x c, 4×6",
    })
    void should_list_nothing_that_no_node_multiplies_by(String operator, String inputs, String dims) {
        WeightScan scan = scan(node(operator, inputs, "") + floats(dims));

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped()).isEmpty();
    }

    @Test
    void should_not_list_scales_of_quantized_products() {
        for (String node : List.of(
                microsoft("MatMulNBits", "x w c"),
                microsoft("DynamicQuantizeMatMul", "x w c"),
                microsoft("QMoE", "x router w c"),
                microsoft("RotaryEmbedding", "x positions c c"),
                microsoft("MultiHeadAttention", "q k v b mask c"))) {
            assertThat(scan(node + floats("4×6")).skipped()).as(node).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ConvTranspose, x c, 4×6×2×2, OPERATOR",
        "DeformConv, x c offset, 4×6×2×2, OPERATOR",
        "Conv, x c b, 4×6, NOT_A_MATRIX",
        "MatMul, x c, 6, NOT_A_MATRIX",
        "MatMul, x c, 2×4×6, NOT_A_MATRIX",
        "Einsum, x c, 4×6, OPERATOR",
        "Gather, c i, 2×4×6, OPERATOR",
        "GatherND, c i, 4×6, OPERATOR",
        "LSTM, x v c, 1×8×6, RECURRENT",
        "QLinearConv, x scale zero c, 4×6×1×1, QUANTIZED",
        "MatMulInteger, x c, 4×6, QUANTIZED",
    })
    void should_list_what_a_node_multiplies_by_in_a_way_that_is_not_factored(
            String operator, String inputs, String dims, SkipReason reason) {
        WeightScan scan = scan(node(operator, inputs, "") + floats(dims));

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped()).extracting(SkippedWeight::reason).containsExactly(reason);
    }

    @Test
    void should_list_tables_and_weights_of_fused_operators() {
        for (String node : List.of(
                microsoft("EmbedLayerNormalization", "ids segments c p s gamma beta"),
                microsoft("MoE", "x router c"),
                microsoft("RelativePositionBias", "c n n"),
                microsoft("GemmFastGelu", "x c"))) {
            assertThat(scan(node + floats("4×6")).skipped())
                    .as(node)
                    .extracting(SkippedWeight::reason)
                    .containsExactly(SkipReason.OPERATOR);
        }
    }

    /** It is a matrix that a product takes in the end; its scale, and a constant that is added to x, are not. */
    @Test
    void should_list_what_a_matrix_to_multiply_by_is_computed_from() {
        String scaled = "node { op_type: \"Mul\" input: [\"g\", \"w\"] output: \"scaled\" }"
                + "node { op_type: \"Transpose\" input: \"scaled\" output: \"t\" }"
                + "initializer { name: \"g\" dims: 2 dims: 1 data_type: 1 float_data: [1, 2] } ";

        WeightScan multiplied = scan(scaled + "node { op_type: \"MatMul\" input: [\"x\", \"t\"] output: \"y\" }" + W);
        assertThat(multiplied.skipped()).extracting(SkippedWeight::name).containsExactly("w");
        assertThat(multiplied.skipped())
                .extracting(SkippedWeight::explanation)
                .containsExactly("the graph computes another value from it: Mul uses it");

        assertThat(scan(scaled + "node { op_type: \"Add\" input: [\"x\", \"t\"] output: \"y\" }" + W)
                        .skipped())
                .isEmpty();
        assertThat(scan("node { op_type: \"Add\" input: [\"x\", \"w\"] output: \"h\" }"
                                + "node { op_type: \"MatMul\" input: [\"h\", \"v\"] output: \"y\" }" + W)
                        .skipped())
                .isEmpty();
    }

    /** The weight of a function is listed, and its bias is not, whether the function holds them or is given them. */
    @Test
    void should_list_of_functions_what_they_multiply_by() {
        String call = "node { op_type: \"Layer\" domain: \"own\" input: [\"x\", \"w\", \"b\"] output: \"y\" }"
                + "initializer { name: \"b\" dims: 2 dims: 3 data_type: 1 float_data: [1, 2, 3, 4, 5, 6] } " + W;
        String constant = "node { op_type: \"Constant\" output: \"%s\" attribute { name: \"value\" type: TENSOR t {"
                + " dims: 2 dims: 3 data_type: 1 float_data: [1, 2, 3, 4, 5, 6] } } }";
        String function =
                "functions { name: \"Layer\" domain: \"own\" input: [\"a\", \"weight\", \"bias\"] output: \"z\" "
                        + "opset_import { version: 17 } " + constant.formatted("more") + constant.formatted("shift")
                        + "node { op_type: \"MatMul\" input: [\"a\", \"weight\"] output: \"p\" }"
                        + "node { op_type: \"Add\" input: [\"p\", \"bias\"] output: \"q\" }"
                        + "node { op_type: \"Add\" input: [\"q\", \"shift\"] output: \"s\" }"
                        + "node { op_type: \"MatMul\" input: [\"s\", \"more\"] output: \"z\" } }";

        WeightScan scan = scanModel(call, function);

        assertThat(scan.skipped())
                .extracting(SkippedWeight::name, SkippedWeight::reason)
                .containsExactly(tuple("w", SkipReason.OPERATOR), tuple("Layer/more", SkipReason.FUNCTION));
    }

    @Test
    void should_end_on_functions_that_call_each_other() {
        String function = "functions { name: \"%s\" domain: \"own\" input: [\"a\", \"b\"] output: \"z\" "
                + "node { op_type: \"%s\" domain: \"own\" input: [\"a\", \"b\"] output: \"z\" } }";

        WeightScan scan = scanModel(
                "node { op_type: \"F\" domain: \"own\" input: [\"x\", \"w\"] output: \"y\" }" + W,
                function.formatted("F", "G") + function.formatted("G", "F"));

        assertThat(scan.skipped()).isEmpty();
    }

    @Test
    void should_end_on_a_graph_with_a_cycle() {
        WeightScan scan = scan("node { op_type: \"Transpose\" input: [\"w\"] output: \"t\" }"
                + "node { op_type: \"Identity\" input: [\"t\"] output: \"w2\" }"
                + "node { op_type: \"Identity\" input: [\"w2\"] output: \"t\" }" + W);

        assertThat(scan.linear()).isEmpty();
        assertThat(scan.skipped()).isEmpty();
    }

    @Test
    void should_refuse_data_of_another_length_than_declared() {
        assertThatThrownBy(() -> scan("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }"
                        + "initializer { name: \"w\" dims: 2 dims: 3 data_type: 1 float_data: [1, 2, 3] } "))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("tensor `w` declares [2×3] numbers of float32 but holds 12 bytes");
    }

    @Test
    void should_refuse_dimensions_that_no_memory_holds() {
        assertThatThrownBy(() -> scan("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }"
                        + "initializer { name: \"w\" dims: 4611686018427387904 dims: 4 data_type: 1 } "))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("impossible dimensions");
        assertThatThrownBy(() -> scan("node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"y\" }"
                        + "initializer { name: \"w\" dims: -2 dims: 4 data_type: 1 } "))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("impossible dimensions");
    }

    @Test
    void should_skip_numbers_that_are_not_read_even_where_the_graph_makes_others_of_them() {
        String eightBits = "initializer { name: \"w\" dims: 2 dims: 3 data_type: 17 raw_data: \"012345\" } "
                + "initializer { name: \"s\" data_type: 1 float_data: 0.1 } ";
        for (String passage : List.of(
                "node { op_type: \"Cast\" input: \"w\" output: \"f\" attribute { name: \"to\" i: 1 type: INT } }",
                "node { op_type: \"DequantizeLinear\" input: [\"w\", \"s\"] output: \"f\" }")) {
            WeightScan scan =
                    scan(passage + "node { op_type: \"MatMul\" input: [\"x\", \"f\"] output: \"y\" }" + eightBits);

            assertThat(scan.linear()).isEmpty();
            assertThat(scan.skipped())
                    .extracting(SkippedWeight::explanation)
                    .containsExactly("number type cannot hold factors: float8e4m3fn");
        }
    }

    @Test
    void should_name_weights_differently_that_have_one_name_in_different_graphs() {
        String branch =
                "node { op_type: \"If\" name: \"if\" input: \"c\" output: \"%s\" attribute { name: \"then_branch\""
                        + " type: GRAPH g { node { op_type: \"MatMul\" input: [\"x\", \"w\"] output: \"o\" } " + W
                        + " output { name: \"o\" } } } } ";

        WeightScan scan = scan(branch.formatted("y") + branch.formatted("z"));

        assertThat(scan.linear())
                .extracting(site -> site.weight().name())
                .containsExactly("if.then_branch/w", "if.then_branch.2/w");
    }

    private LinearSite only(String graph) {
        List<LinearSite> sites = scan(graph).linear();
        assertThat(sites).hasSize(1);
        return sites.get(0);
    }

    private WeightScan scan(String graph) {
        return scanModel(graph, "");
    }

    /** A graph, and what a model holds beside it. */
    private WeightScan scanModel(String graph, String further) {
        ModelProto.Builder text =
                TextModels.withGraph(value("input", "x", 4, 2) + value("output", "y", 4, 3) + graph).toBuilder();
        try {
            TextFormat.merge(further, text);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
        OnnxModel model = OnnxReader.read(TextModels.write(text.build(), folder.resolve("model.onnx")));
        return WeightScanner.scan(model, new GraphIndex(model.message(), false), Map.of());
    }
}

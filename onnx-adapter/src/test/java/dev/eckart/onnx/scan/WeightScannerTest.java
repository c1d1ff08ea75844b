package dev.eckart.onnx.scan;

import static dev.eckart.onnx.TextModels.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void should_end_on_a_graph_with_a_cycle() {
        WeightScan scan = scan("node { op_type: \"Transpose\" input: [\"w\"] output: \"t\" }"
                + "node { op_type: \"Identity\" input: [\"t\"] output: \"w2\" }"
                + "node { op_type: \"Identity\" input: [\"w2\"] output: \"t\" }" + W);

        assertThat(scan.skipped()).extracting(SkippedWeight::reason).containsExactly(SkipReason.UNUSED);
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
        Path file = TextModels.write(
                TextModels.withGraph(value("input", "x", 4, 2) + value("output", "y", 4, 3) + graph),
                folder.resolve("model.onnx"));
        OnnxModel model = OnnxReader.read(file);
        return WeightScanner.scan(model, new GraphIndex(model.message(), false));
    }
}

package dev.eckart.onnx.verify;

import static dev.eckart.onnx.Declarations.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.verify.LostFusion;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.graph.GraphIndex;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FusionsTest {
    /** Two layers with a bias each; one of them is written as one. */
    private static final GraphIndex OWN = new GraphIndex(
            TextModels.withGraph(node("Gemm", "x w b", "g")
                    + node("MatMul", "g v", "p")
                    + node("Add", "p c", "s")
                    + node("Relu", "s", "y")),
            false);

    @Test
    void should_be_lost_where_the_runtime_made_more_of_an_operator_than_it_does_now() {
        assertThat(Fusions.lost(OWN, Map.of("FusedGemm", 2, "Gelu", 1), Map.of("FusedGemm", 1, "Gemm", 1, "MatMul", 3)))
                .containsExactly(new LostFusion("FusedGemm", 2, 1), new LostFusion("Gelu", 1, 0));
        assertThat(Fusions.lost(OWN, Map.of("Gemm", 2, "Relu", 1), Map.of("Gemm", 1, "MatMul", 2, "Relu", 1)))
                .containsExactly(new LostFusion("Gemm", 2, 1));
    }

    @Test
    void should_not_be_lost_for_the_further_product_of_a_pair() {
        assertThat(Fusions.lost(OWN, Map.of("Gemm", 2, "Relu", 1), Map.of("Gemm", 2, "MatMul", 2, "Relu", 1)))
                .isEmpty();
    }

    @Test
    void should_not_be_what_the_model_has_itself() {
        assertThat(Fusions.lost(OWN, Map.of("Gemm", 1, "MatMul", 1, "Relu", 1), Map.of("Add", 1)))
                .isEmpty();
    }

    @Test
    void should_not_be_what_stands_between_others() {
        assertThat(Fusions.lost(OWN, Map.of("Transpose", 3, "ReorderInput", 1, "Cast", 1), Map.of()))
                .isEmpty();
    }
}

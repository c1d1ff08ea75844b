package dev.eckart.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What all rules owe to those who read them; what each rewrites to, and computes, is tested with the rewrite. */
class OperatorsTest {
    private static final String W = "w";

    private static NodeProto node(String operator, String domain, int operand) {
        List<String> inputs = new ArrayList<>(List.of("x", "x", "c"));
        inputs.set(operand, W);
        return NodeProto.newBuilder()
                .setName("layer")
                .setOpType(operator)
                .setDomain(domain)
                .addAllInput(inputs)
                .addOutput("y")
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "MatMul, '', 1, RIGHT",
        "MatMul, '', 0, LEFT",
        "Gemm, ai.onnx, 1, RIGHT",
        "FusedGemm, com.microsoft, 1, RIGHT",
        "FusedMatMul, com.microsoft, 0, LEFT",
        "Attention, com.microsoft, 1, RIGHT",
        "Conv, '', 1, CHANNELS",
        "FusedConv, com.microsoft, 1, CHANNELS",
        "Gather, '', 0, TABLE"
    })
    void should_give_a_pair_that_takes_both_factors_and_ends_as_the_original(
            String operator, String domain, int operand, Form form) {
        NodeProto original = node(operator, domain, operand);
        LinearRule rule = Operators.linear(original);

        List<NodeProto> pair = rule.pair(original, form, operand, "b", "a", name -> name);

        assertThat(rule.multiplies(operand)).isTrue();
        NodeProto first = pair.get(0);
        NodeProto second = pair.get(1);
        assertThat(pair)
                .hasSize(2)
                .allSatisfy(made -> assertThat(made.getInputList()).doesNotContain(W));
        assertThat(first.getInputList()).contains("b", "x");
        assertThat(second.getInputList()).contains("a", first.getOutput(0));
        assertThat(second.getName()).isEqualTo("layer");
        assertThat(second.getOutputList()).containsExactly("y");
        assertThat(first.getName()).isNotEqualTo("layer");
        assertThat(first.getOutputList()).doesNotContain("y");
    }

    @ParameterizedTest
    @CsvSource({"MatMul, com.microsoft", "FusedMatMul, ''", "Attention, ''", "MatMul, example.org", "Add, ''"})
    void should_know_no_rule_for_an_operator_of_another_domain_or_one_that_does_not_multiply(
            String operator, String domain) {
        assertThat(Operators.rule(node(operator, domain, 1))).isEmpty();
    }

    @Test
    void should_have_no_linear_rule_for_products_that_no_pair_serves() {
        NodeProto node = node("MatMulNBits", Attributes.MICROSOFT, 1);

        assertThat(Operators.rule(node))
                .hasValueSatisfying(rule -> assertThat(rule.multiplies(1)).isTrue());
        assertThatIllegalArgumentException().isThrownBy(() -> Operators.linear(node));
    }
}

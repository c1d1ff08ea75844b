package dev.eckart.core.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JointLayersTest {
    private static final LinearWeight Q = weight("q", "MatMul", 4, 6, ElementType.FLOAT32, "x");
    private static final LinearWeight K = weight("k", "Gemm", 4, 2, ElementType.FLOAT32, "x");
    private static final LinearWeight V = weight("v", "MatMul", 4, 3, ElementType.FLOAT32, "x");

    private static LinearWeight weight(
            String name, String operator, int rows, int columns, ElementType type, String input) {
        return new LinearWeight(
                name,
                operator,
                "",
                type,
                (long) rows * columns * type.bytes(),
                SampleMatrices.normal(rows, columns, name.hashCode()),
                Optional.of(input).filter(text -> !text.isEmpty()),
                List.of());
    }

    private static List<LinearWeight> grouped(LinearWeight... weights) {
        return JointLayers.group(new Inventory(List.of(weights), List.of())).linear();
    }

    private static List<String> names(LinearWeight... weights) {
        return grouped(weights).stream().map(LinearWeight::name).toList();
    }

    @Test
    void should_make_one_weight_of_those_on_one_input() {
        LinearWeight joint = grouped(Q, K, V).get(0);

        assertThat(joint.joint().map(JointBlocks::members)).contains(List.of(Q, K, V));
        assertThat(joint.name()).isEqualTo("q+k+v");
        assertThat(joint.operator()).isEqualTo("MatMul, Gemm");
        assertThat(joint.type()).isEqualTo(ElementType.FLOAT32);
        assertThat(joint.rows()).isEqualTo(4);
        assertThat(joint.columns()).isEqualTo(6 + 2 + 3);
        assertThat(joint.bytes()).isEqualTo(4 * 11 * Float.BYTES);
        assertThat(joint.otherReadings()).isEmpty();
        // What is joint already is not joined again.
        assertThat(joint.input()).isEmpty();
    }

    @Test
    void should_put_a_group_in_the_place_of_its_first_member() {
        LinearWeight first = weight("first", "MatMul", 4, 4, ElementType.FLOAT32, "w");
        LinearWeight between = weight("between", "MatMul", 4, 4, ElementType.FLOAT32, "y");
        LinearWeight last = weight("last", "MatMul", 4, 4, ElementType.FLOAT32, "y");

        assertThat(names(first, Q, between, K, last, V)).containsExactly("first", "q+k+v", "between+last");
    }

    @Test
    void should_leave_a_weight_that_is_alone_on_its_input_as_it_is() {
        LinearWeight other = weight("other", "MatMul", 4, 6, ElementType.FLOAT32, "y");

        assertThat(grouped(Q, other)).containsExactly(Q, other);
    }

    @Test
    void should_not_join_weights_whose_input_is_not_known() {
        LinearWeight unknown = weight("unknown", "Conv", 4, 6, ElementType.FLOAT32, "");

        assertThat(names(unknown, Q, unknown)).containsExactly("unknown", "q", "unknown");
    }

    @Test
    void should_not_join_weights_of_different_rows_or_types() {
        LinearWeight taller = weight("taller", "MatMul", 5, 6, ElementType.FLOAT32, "x");
        LinearWeight narrower = weight("narrower", "MatMul", 4, 6, ElementType.FLOAT16, "x");

        assertThat(names(Q, taller, narrower, K)).containsExactly("q+k", "taller", "narrower");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
    void should_join_the_others_where_a_weight_is_not_finite(double bad) {
        LinearWeight masked = K.withValues(SampleMatrices.with(Matrix.copyOf(K.values()), 3, 1, bad));

        assertThat(names(Q, masked, V)).containsExactly("q+v", "k");
        assertThat(names(Q, masked)).containsExactly("q", "k");
        assertThat(names(masked, masked)).containsExactly("k", "k");
    }

    @Test
    void should_keep_what_was_skipped() {
        SkippedWeight bias = new SkippedWeight("bias", "Add", "float32", List.of(9L), SkipReason.NOT_A_MATRIX, "");

        assertThat(JointLayers.group(new Inventory(List.of(Q, K), List.of(bias)))
                        .skipped())
                .containsExactly(bias);
    }
}

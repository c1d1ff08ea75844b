package dev.eckart.core.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFilterTest {
    private static final SkippedWeight BIAS =
            new SkippedWeight("bias", "Gemm", "float32", List.of(2L), SkipReason.NOT_A_MATRIX, "");

    private static Inventory inventory(String... names) {
        return new Inventory(
                Arrays.stream(names)
                        .map(name ->
                                new LinearWeight(name, "MatMul", ElementType.FLOAT16, Matrix.of(3, 2, new double[6])))
                        .toList(),
                List.of(BIAS));
    }

    private static List<String> let(Inventory inventory, List<String> include, List<String> exclude) {
        return new WeightFilter(include, exclude)
                .apply(inventory).linear().stream().map(LinearWeight::name).toList();
    }

    @Test
    void should_let_every_weight_through_without_patterns() {
        Inventory inventory = inventory("a", "b");

        assertThat(WeightFilter.ALL.apply(inventory)).isEqualTo(inventory);
    }

    @Test
    void should_let_only_included_weights_through_in_the_order_of_the_network() {
        assertThat(let(inventory("fc1", "head", "fc2", "fc10"), List.of("fc2", "fc1?"), List.of()))
                .containsExactly("fc2", "fc10");
    }

    @Test
    void should_leave_out_excluded_weights_even_when_they_are_included() {
        Inventory inventory = inventory("fc1", "fc2", "head");

        assertThat(let(inventory, List.of(), List.of("head"))).containsExactly("fc1", "fc2");
        assertThat(let(inventory, List.of("fc*"), List.of("*1"))).containsExactly("fc2");
        assertThat(let(inventory, List.of(), List.of("*"))).isEmpty();
    }

    @Test
    void should_list_what_it_leaves_out_before_what_was_skipped_already() {
        Inventory filtered = new WeightFilter(List.of("b"), List.of()).apply(inventory("a", "b"));

        assertThat(filtered.skipped())
                .containsExactly(
                        new SkippedWeight("a", "MatMul", "float16", List.of(3L, 2L), SkipReason.EXCLUDED, ""), BIAS);
        assertThat(filtered.skipped().get(0).explanation()).isEqualTo("excluded by --include or --exclude");
    }

    /** Names that exporters write, full of what a regular expression or a path glob would take for its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "onnx::MatMul_7",
                "layer.0/W[1]",
                "encoder.layers.{0,1}.weight",
                "a+b(c)|d^e$",
                "back\\slash",
                "\\Qquoted\\E",
                "with space",
                "größe",
                "gewicht_😀"
            })
    void should_take_a_name_for_itself(String name) {
        assertThat(let(inventory(name, "other"), List.of(name), List.of())).containsExactly(name);
    }

    /** Beside a name that it does match, since a pattern that matches none is refused. */
    @ParameterizedTest
    @CsvSource({
        "layer.0, layer.0, layerx0",
        "layer.0, layer.0, layer.0.weight",
        "layer.0, layer.0, model.layer.0",
        "W[1], W[1], W1",
        "W?, W1, W",
        "W?, W1, W12",
        "a*b, ab, abc",
        "fc1, fc1, FC1"
    })
    void should_not_match_more_than_the_pattern_says(String pattern, String matched, String other) {
        assertThat(let(inventory(matched, other), List.of(pattern), List.of())).containsExactly(matched);
    }

    @ParameterizedTest
    @CsvSource({
        "onnx::MatMul_*, onnx::MatMul_7",
        "*, onnx::MatMul_7",
        "*.0/W[?], layer.0/W[1]",
        "layer.*/W*, layer.0/W[1]",
        "**, x",
        "x*, x",
        "?, 😀"
    })
    void should_let_a_star_stand_for_any_characters_and_a_question_mark_for_one(String pattern, String name) {
        assertThat(let(inventory(name), List.of(pattern), List.of())).containsExactly(name);
    }

    @Test
    void should_let_a_star_stand_for_line_breaks_too() {
        assertThat(let(inventory("two\nlines"), List.of("two*"), List.of())).containsExactly("two\nlines");
    }

    @Test
    void should_refuse_a_pattern_that_matches_no_linear_weight() {
        Inventory inventory = inventory("fc1", "fc2");

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new WeightFilter(List.of("fc1", "fc3"), List.of()).apply(inventory))
                .withMessage("--include `fc3` matches none of the 2 linear weights; `eckart scan` lists their names");
        // Skipped weights can neither be included nor excluded.
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new WeightFilter(List.of(), List.of("bias")).apply(inventory))
                .withMessage("--exclude `bias` matches none of the 2 linear weights; `eckart scan` lists their names");
    }

    @Test
    void should_not_change_with_the_lists_that_went_in() {
        List<String> include = new ArrayList<>(List.of("a"));
        WeightFilter filter = new WeightFilter(include, List.of());
        include.set(0, "b");

        assertThat(filter.include()).containsExactly("a");
    }
}

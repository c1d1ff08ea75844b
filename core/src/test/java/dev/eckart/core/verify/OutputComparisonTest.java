package dev.eckart.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OutputComparisonTest {
    private static final PartComparison RIGHT = new PartComparison(1, 0, 0.01, 0.9999);

    @Test
    void should_name_a_part_that_is_much_worse_than_the_whole() {
        PartComparison lost = new PartComparison(1, 5, 0.9, 0.2);

        assertThat(output(0.01, 0.9999, lost, lost).hiddenPart()).contains(lost);
        // As large an error as elsewhere is told by the whole.
        assertThat(output(0.5, 0.8, lost, lost).hiddenPart()).isEmpty();
        assertThat(output(0.01, 0.9999, RIGHT, RIGHT).hiddenPart()).isEmpty();
        // Many times the whole's, and still next to nothing.
        PartComparison small = new PartComparison(1, 5, 0.09, 0.996);
        assertThat(output(0.001, 0.999999, small, small).hiddenPart()).isEmpty();
    }

    @Test
    void should_name_the_part_with_the_smallest_cosine_where_no_error_tells() {
        PartComparison turned = new PartComparison(1, 7, 0.99, 0.1);
        // Of all parts this one is off most, as is the whole: by its size and not by its direction.
        PartComparison larger = new PartComparison(1, 5, 1.1, 1);

        assertThat(output(0.4, 0.99, larger, turned).hiddenPart()).contains(turned);
    }

    @Test
    void should_have_no_hidden_part_where_nothing_is_a_number() {
        PartComparison broken = new PartComparison(1, 5, Double.NaN, Double.NaN);

        assertThat(output(Double.NaN, Double.NaN, broken, broken).hiddenPart()).isEmpty();
    }

    @Test
    void should_count_the_worst_of_those_outputs_that_have_a_number() {
        PartComparison lost = new PartComparison(1, 5, 0.9, 0.2);
        OutputComparison classes = new OutputComparison(
                "class",
                3,
                0.3,
                OptionalDouble.empty(),
                OptionalDouble.of(0.7),
                OptionalDouble.empty(),
                Optional.empty());
        Loss loss = new Loss(List.of(output(0.01, 0.9999, lost, RIGHT), classes), Optional.empty());

        assertThat(loss.relativeError()).isEqualTo(0.3);
        assertThat(loss.cosine()).hasValue(0.9999);
        assertThat(loss.meanCosine()).hasValue(0.9999);
        assertThat(loss.partError()).hasValue(0.9);
        assertThat(loss.partCosine()).hasValue(0.9999);
        assertThat(loss.hidesPart()).isTrue();
        Loss without = new Loss(List.of(classes), Optional.empty());
        assertThat(without.cosine()).isEmpty();
        assertThat(without.partError()).isEmpty();
        assertThat(without.partCosine()).isEmpty();
    }

    private static OutputComparison output(
            double error, double cosine, PartComparison byError, PartComparison byCosine) {
        return new OutputComparison(
                "y",
                1,
                error,
                OptionalDouble.of(cosine),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.of(new WorstParts(byError, byCosine)));
    }
}

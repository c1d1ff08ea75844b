package dev.eckart.onnx.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.onnx.run.Output;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SketchTest {

    @ParameterizedTest
    @ValueSource(ints = {3, 5000, 300_000})
    void should_tell_how_far_two_vectors_are_apart_whatever_their_length(int size) {
        double[] numbers = new Random(1).doubles(size, -1, 1).toArray();

        assertThat(sketch(size, i -> 1.01 * numbers[i]).relativeError(sketch(size, i -> numbers[i])))
                .isCloseTo(0.01, within(1e-9));
        assertThat(sketch(size, i -> 0).relativeError(sketch(size, i -> numbers[i])))
                .isCloseTo(1, within(1e-12));
        assertThat(sketch(size, i -> numbers[i]).relativeError(sketch(size, i -> numbers[i])))
                .isZero();
    }

    @Test
    void should_tell_of_two_columns_in_each_others_place() {
        int columns = 2000;
        double[] numbers = new Random(2).doubles(50L * columns, -1, 1).toArray();
        double[] swapped = numbers.clone();
        double difference = 0;
        double length = 0;
        for (int row = 0; row < 50; row++) {
            swapped[row * columns + 3] = numbers[row * columns + 1700];
            swapped[row * columns + 1700] = numbers[row * columns + 3];
        }
        for (int i = 0; i < numbers.length; i++) {
            difference += Math.pow(swapped[i] - numbers[i], 2);
            length += Math.pow(numbers[i], 2);
        }

        double exact = Math.sqrt(difference / length);
        assertThat(sketch(numbers.length, i -> swapped[i]).relativeError(sketch(numbers.length, i -> numbers[i])))
                .isCloseTo(exact, within(0.2 * exact));
    }

    @Test
    void should_not_be_a_number_where_shapes_or_numbers_that_are_not_finite_differ() {
        Sketch plain = sketch(4, i -> i);
        Sketch infinite = sketch(4, i -> i == 2 ? Double.NEGATIVE_INFINITY : i);
        Sketch flat = new Sketch();
        flat.add(new Output("y", List.of(4L), true, 4, i -> i));

        assertThat(infinite.relativeError(sketch(4, i -> i == 2 ? Double.NEGATIVE_INFINITY : i)))
                .isZero();
        assertThat(infinite.relativeError(plain)).isNaN();
        assertThat(infinite.relativeError(sketch(4, i -> i == 1 ? Double.NEGATIVE_INFINITY : i)))
                .isNaN();
        assertThat(infinite.relativeError(sketch(4, i -> i == 2 ? Double.POSITIVE_INFINITY : i)))
                .isNaN();
        assertThat(flat.relativeError(plain)).isNaN();
    }

    @Test
    void should_hold_several_outputs_one_after_the_other() {
        Sketch both = sketch(2, i -> i + 1);
        both.add(new Output("y", List.of(1L, 2L), true, 2, i -> 5));
        Sketch otherwise = new Sketch();
        otherwise.add(new Output("y", List.of(1L, 2L), true, 2, i -> 5));
        otherwise.add(new Output("y", List.of(1L, 2L), true, 2, i -> i + 1));

        assertThat(both.relativeError(otherwise)).isPositive();
    }

    private static Sketch sketch(int size, IntToDoubleFunction numbers) {
        Sketch sketch = new Sketch();
        sketch.add(new Output("y", List.of(1L, (long) size), true, size, numbers));
        return sketch;
    }
}

package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final Output OUTPUT = new Output("y", List.of(2L, 3L, 2L), true, 12, index -> index);

    @Test
    void should_put_an_axis_before_the_others() {
        Output middle = OUTPUT.withFirst(1);
        Output last = OUTPUT.withFirst(2);

        assertThat(middle.shape()).containsExactly(3L, 2L, 2L);
        assertThat(numbers(middle)).containsExactly(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11);
        assertThat(last.shape()).containsExactly(2L, 2L, 3L);
        assertThat(numbers(last)).containsExactly(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
        assertThat(OUTPUT.withFirst(0)).isSameAs(OUTPUT);
    }

    private static double[] numbers(Output output) {
        return IntStream.range(0, output.size()).mapToDouble(output::at).toArray();
    }
}

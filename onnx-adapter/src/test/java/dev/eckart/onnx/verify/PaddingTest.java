package dev.eckart.onnx.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.PaddingMask;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaddingTest {
    /** Of two texts, the first has two words and the second three. */
    private static final Optional<PaddingMask> MASK = Optional.of(PaddingMask.of(
            "attention_mask",
            Map.of("attention_mask", NpyArray.ofFloats(List.of(2, 3), new float[] {1, 1, 0, 1, 1, 1})),
            new BatchAxes()));

    private static Output output(double[] numbers, Long... shape) {
        return new Output("y", List.of(shape), true, numbers.length, i -> numbers[i]);
    }

    private static List<Integer> counted(Long... shape) {
        int numbers = Arrays.stream(shape).mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
        Output output = output(new double[numbers], shape);
        return IntStream.range(0, numbers / output.lastAxis())
                .filter(Padding.counted(MASK, output))
                .boxed()
                .toList();
    }

    @Test
    void should_leave_out_the_positions_that_are_padding() {
        assertThat(counted(2L, 3L, 4L)).containsExactly(0, 1, 3, 4, 5);
        assertThat(counted(6L, 4L)).containsExactly(0, 1, 3, 4, 5);
    }

    @Test
    void should_count_all_of_what_has_no_positions() {
        assertThat(counted(2L, 4L)).containsExactly(0, 1);
        assertThat(counted(2L, 5L, 3L, 4L)).hasSize(30);
        assertThat(IntStream.range(0, 6).filter(Padding.counted(Optional.empty(), output(new double[24], 2L, 3L, 4L))))
                .hasSize(6);
    }

    @Test
    void should_compare_what_is_no_padding() {
        double[] one = IntStream.range(0, 24).mapToDouble(i -> 1 + i).toArray();
        double[] other = one.clone();
        Arrays.fill(other, 8, 12, 1000);
        Output before = output(one, 2L, 3L, 4L);
        Output after = output(other, 2L, 3L, 4L);

        OutputTally masked = new OutputTally("y");
        masked.add(before, after, 2, Padding.counted(MASK, before));
        OutputTally all = new OutputTally("y");
        all.add(before, after, 2);

        OutputComparison result = masked.result();
        assertThat(result.relativeError()).isZero();
        assertThat(result.maxAbsoluteError()).isZero();
        assertThat(result.cosine()).hasValue(1);
        assertThat(all.result().relativeError()).isGreaterThan(1);
    }

    @Test
    void should_say_what_is_left_out() {
        EvaluationInputs given = EvaluationInputs.given("a.npz");

        assertThat(new Padding(Optional.of("attention_mask")).of(given).description())
                .isEqualTo("a.npz, without the padding that `attention_mask` masks");
        assertThat(Padding.NONE.of(given)).isEqualTo(given);
    }
}

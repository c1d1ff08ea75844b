package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputTypesTest {
    private static final NpyArray FLOATS = NpyArray.ofFloats(List.of(2), 0.1f, -70000);
    private static final NpyArray FLAGS = NpyArray.of(NpyType.BOOL, List.of(2), ByteBuffer.wrap(new byte[] {1, 0}));

    @ParameterizedTest
    @CsvSource({
        "FLOAT, FLOAT16, true",
        "DOUBLE, FLOAT, true",
        "INT64, INT64, true",
        "INT64, INT32, false",
        "FLOAT, INT32, false",
        "FLOAT, BFLOAT16, false"
    })
    void should_tell_types_that_can_be_rounded_to_each_other(OnnxJavaType one, OnnxJavaType other, boolean alike) {
        assertThat(InputTypes.areAlike(one, other)).isEqualTo(alike);
    }

    @Test
    void should_round_what_is_of_fractions_and_leave_the_rest() {
        Map<String, NpyArray> fitted = InputTypes.fit(
                List.of(
                        new ModelInput("x", OnnxJavaType.FLOAT16, List.of()),
                        new ModelInput("flags", OnnxJavaType.BOOL, List.of()),
                        new ModelInput("other", OnnxJavaType.DOUBLE, List.of())),
                Map.of("x", FLOATS, "flags", FLAGS, "further", FLOATS));

        NpyArray x = Objects.requireNonNull(fitted.get("x"));
        assertThat(x.type()).isEqualTo(NpyType.FLOAT16);
        assertThat(x.doubleAt(0)).isEqualTo(0x1.998p-4);
        assertThat(x.doubleAt(1)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(fitted)
                .containsEntry("flags", FLAGS)
                .containsEntry("further", FLOATS)
                .hasSize(3);
    }

    @Test
    void should_move_fractions_by_two_of_their_smallest_steps_and_nothing_else() {
        Map<String, NpyArray> nudged = InputTypes.nudge(Map.of("x", FLOATS, "flags", FLAGS));

        NpyArray x = Objects.requireNonNull(nudged.get("x"));
        for (int i = 0; i < 2; i++) {
            double step = Math.abs(x.doubleAt(i) / FLOATS.doubleAt(i) - 1);
            assertThat(step).isCloseTo(0x1p-22, within(0x1p-23));
        }
        assertThat(nudged).containsEntry("flags", FLAGS);
    }
}

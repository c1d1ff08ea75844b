package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Int8EncodingTest {

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void should_refuse_bits_that_not_every_processor_adds_up_without_loss(int bits) {
        assertThatThrownBy(() -> new Int8Encoding(bits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected 4 to 7 bits but was: " + bits);
    }

    @ParameterizedTest
    @EnumSource
    void should_serve_float32_alone(ElementType type) {
        LinearWeight weight = new LinearWeight("fc", "MatMul", type, Matrix.of(1, 1, 1));

        assertThat(new Int8Encoding(6).obstacle(weight).isEmpty()).isEqualTo(type == ElementType.FLOAT32);
    }

    @Test
    void should_give_costly_weights_the_most_bits() {
        assertThat(new Int8Encoding(4).finer()).contains(new Int8Encoding(7));
        assertThat(new Int8Encoding(7).finer()).isEmpty();
    }
}

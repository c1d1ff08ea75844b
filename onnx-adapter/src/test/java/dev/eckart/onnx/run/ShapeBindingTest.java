package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.run.ModelInput.Dim;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeBindingTest {
    private static final Dim BATCH = new Dim(-1, "batch");
    private static final List<ModelInput> INPUTS = List.of(
            input("x", BATCH, new Dim(-1, ""), new Dim(8, "")),
            input("past", BATCH, new Dim(-1, "past + sequence + 1")),
            input("y", new Dim(-1, "sequence")));

    private static ModelInput input(String name, Dim... dims) {
        return new ModelInput(name, OnnxJavaType.FLOAT, List.of(dims));
    }

    @Test
    void should_read_sizes_by_name_in_the_order_given() {
        assertThat(ShapeBinding.parse(" sequence = 16 ,batch=1,x[1]=7").sizes())
                .containsExactly(entry("sequence", 16L), entry("batch", 1L), entry("x[1]", 7L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "batch", "batch=", "=3", "batch=0", "batch=-1", "batch=1.5", "batch=1,", "batch=9999999999"})
    void should_refuse_what_is_no_binding(String text) {
        assertThatThrownBy(() -> ShapeBinding.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--shapes %s: expected AXIS=SIZE, with a size from 1", text);
    }

    @Test
    void should_refuse_an_axis_that_is_there_twice() {
        assertThatThrownBy(() -> ShapeBinding.parse("batch=1,batch=2"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--shapes batch=1,batch=2: axis `batch` is given twice; give it once");
    }

    @Test
    void should_know_axes_by_their_symbols_the_terms_of_these_and_their_places() {
        assertThat(MadeUpInputs.axes(INPUTS)).containsExactly("batch", "x[1]", "past", "sequence");
        assertThat(ShapeBinding.parse("past=3,x[1]=2,y[0]=4").among(INPUTS))
                .containsExactly(entry("past", 3L), entry("x[1]", 2L), entry("sequence", 4L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bath=1           | the model has no dynamic axis `bath`; its dynamic axes: batch, x[1], past, sequence
            x[3]=1           | the model has no dynamic axis `x[3]`; its dynamic axes: batch, x[1], past, sequence
            past[1]=4        | the model has no dynamic axis `past + sequence + 1`; its dynamic axes:
            x[2]=8           | axis 2 of input `x` is fixed at 8; leave it out
            batch=1,x[0]=2   | axis `batch` is given twice, also as `x[0]`; give it once
            """)
    void should_refuse_axes_that_the_model_does_not_have(String text, String message) {
        ShapeBinding binding = ShapeBinding.parse(text);

        assertThatThrownBy(() -> binding.among(INPUTS))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--shapes %s: %s", text, message);
    }

    @Test
    void should_say_that_a_model_has_no_dynamic_axes() {
        ShapeBinding binding = ShapeBinding.parse("batch=1");

        assertThatThrownBy(() -> binding.among(List.of(input("x", new Dim(2, "")))))
                .hasMessage("--shapes batch=1: the model has no dynamic axis `batch`; its dynamic axes: none");
    }
}

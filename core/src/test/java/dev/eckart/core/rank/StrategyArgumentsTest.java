package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrategyArgumentsTest {

    private static StrategyArguments parse(String text) {
        return StrategyArguments.parse(text);
    }

    private static void expectRefusal(ThrowingCallable call, String message) {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(call).withMessage("%s", message);
    }

    @Test
    void should_take_a_name_alone() {
        assertThat(parse("numerical"))
                .isEqualTo(new StrategyArguments("numerical", "numerical", Optional.empty(), Map.of()));
    }

    @Test
    void should_take_a_value_after_a_colon() {
        assertThat(parse("energy:0.99"))
                .isEqualTo(new StrategyArguments("energy:0.99", "energy", Optional.of("0.99"), Map.of()));
        // Only the first colon ends the name.
        assertThat(parse("file:C:\\ranks.txt").value()).contains("C:\\ranks.txt");
    }

    @Test
    void should_take_options_after_commas() {
        String text = "my-own2:0.5,step=8,min=a=b";

        assertThat(parse(text))
                .isEqualTo(
                        new StrategyArguments(text, "my-own2", Optional.of("0.5"), Map.of("step", "8", "min", "a=b")));
        assertThat(parse("my-own2,step=8"))
                .isEqualTo(new StrategyArguments("my-own2,step=8", "my-own2", Optional.empty(), Map.of("step", "8")));
    }

    @Test
    void should_take_a_whole_number_for_a_fixed_rank() {
        assertThat(parse("16")).isEqualTo(new StrategyArguments("16", "fixed", Optional.of("16"), Map.of()));
        assertThat(parse("16").wholeNumber()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":1",
                "energy:",
                "Energy:0.9",
                "energy :0.9",
                "0.9",
                "energy:0.9,",
                "energy,",
                ",step=8",
                "energy,step",
                "energy,=8",
                "energy,step=",
                "energy:,step=8",
                "énergie:1"
            })
    void should_refuse_another_form(String text) {
        expectRefusal(
                () -> parse(text),
                "strategy `" + text + "`: expected name[:value][,key=value...], such as energy:0.99");
    }

    @Test
    void should_refuse_an_option_given_twice() {
        expectRefusal(
                () -> parse("energy:0.9,step=8,step=9"),
                "strategy `energy:0.9,step=8,step=9`: option `step` is given twice; give it once");
    }

    @Test
    void should_give_a_number_in_its_range() {
        assertThat(parse("energy:0.99").number(0, 1)).isEqualTo(0.99);
        assertThat(parse("energy:1e-3").number(0, 1)).isEqualTo(0.001);
        assertThat(parse("energy:1").number(0, 1)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0.5", "1.01", "NaN", "Infinity", "999%", "0,9x=1", "half"})
    void should_refuse_a_number_out_of_its_range_or_none_at_all(String value) {
        StrategyArguments arguments = new StrategyArguments("energy:" + value, "energy", Optional.of(value), Map.of());

        expectRefusal(
                () -> arguments.number(0, 1),
                "strategy `energy:" + value + "`: expected a number above 0 and up to 1 but was: " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99%", "99"})
    void should_take_a_number_of_percent_for_the_share_that_it_is(String value) {
        expectRefusal(
                () -> parse("energy:" + value).number(0, 1),
                "strategy `energy:" + value + "`: expected a number above 0 and up to 1 but was: " + value
                        + " (did you mean `energy:0.99`?)");
    }

    @Test
    void should_say_a_range_as_people_write_it() {
        expectRefusal(
                () -> parse("drop:3").number(0.5, 2.5),
                "strategy `drop:3`: expected a number above 0.5 and up to 2.5 but was: 3");
    }

    @Test
    void should_refuse_a_missing_value() {
        expectRefusal(
                () -> parse("energy").number(0, 1),
                "strategy `energy`: expected a value after the name, such as energy:1.0");
        expectRefusal(
                () -> parse("fixed").wholeNumber(),
                "strategy `fixed`: expected a value after the name, such as fixed:16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "1e3", "many", "99999999999"})
    void should_refuse_what_is_not_a_whole_number_from_1(String value) {
        expectRefusal(
                () -> parse("fixed:" + value).wholeNumber(),
                "strategy `fixed:" + value + "`: expected a whole number from 1 but was: " + value);
    }

    @Test
    void should_refuse_a_value_where_none_is_taken() {
        StrategyArguments plain = parse("numerical");

        assertThat(plain.withoutValue()).isSameAs(plain);
        expectRefusal(
                () -> parse("numerical:1").withoutValue(),
                "strategy `numerical:1`: `numerical` takes no value but was given: 1");
    }

    @Test
    void should_refuse_options_that_are_not_known() {
        StrategyArguments arguments = parse("budget:0.5,step=8,floor=2");

        assertThat(arguments.allowing("floor", "step", "other")).isSameAs(arguments);
        expectRefusal(
                () -> arguments.allowing("step", "metric"),
                "strategy `budget:0.5,step=8,floor=2`: unknown option `floor`; `budget` has the options step, metric");
        // Of several, the first in the alphabet: the same one on every run.
        expectRefusal(
                () -> arguments.allowing(),
                "strategy `budget:0.5,step=8,floor=2`: unknown option `floor`; `budget` has no options");
    }
}

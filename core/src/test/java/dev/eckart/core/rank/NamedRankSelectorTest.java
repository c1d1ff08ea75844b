package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedRankSelectorTest extends RankSelectorContract {
    private static final List<WeightSpectrum> WEIGHTS =
            List.of(SampleSpectra.weight("a", 20, 30), SampleSpectra.weight("b", 20, 30));

    @Override
    protected List<RankSelector> selectors() {
        return List.of(ranks(Map.of()), ranks(Map.of("first", 32)), ranks(Map.of("first", 3, "w0", 7)));
    }

    private static NamedRankSelector ranks(Map<String, Integer> ranks) {
        return new NamedRankSelector(new TreeMap<>(ranks));
    }

    private static RankSelector parsed(String text) {
        return new NamedRankSelector.Provider().create(StrategyArguments.parse(text));
    }

    @Test
    void should_cut_the_weights_that_are_named_and_keep_the_others() {
        assertThat(ranks(Map.of("a", 4)).select(WEIGHTS).choices())
                .containsExactly(
                        new RankChoice.Truncate(4), new RankChoice.Keep("the strategy names no rank for this weight"));
    }

    @Test
    void should_keep_a_weight_that_has_no_such_rank() {
        assertThat(ranks(Map.of("a", 21)).select(WEIGHTS).choices().get(0))
                .isEqualTo(new RankChoice.Keep("rank 21 exceeds its smaller side 20"));
    }

    @Test
    void should_refuse_a_weight_that_there_is_not() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ranks(Map.of("a", 4, "c", 2))
                        .require(WEIGHTS.stream().map(WeightSpectrum::weight).toList()))
                .withMessage("strategy `ranks`: the model has no linear weight `c`; `eckart scan` lists the names");
    }

    @Test
    void should_be_called_by_names_and_ranks() {
        assertThat(parsed("ranks,fc1.weight=16,onnx::MatMul_7=8"))
                .isEqualTo(ranks(Map.of("fc1.weight", 16, "onnx::MatMul_7", 8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a,b", "a=b", "100%", "%2C", "%25,=%3D", "query+key", "é ü"})
    void should_be_called_by_any_name(String name) {
        NamedRankSelector selector = ranks(Map.of(name, 16, "other", 3));

        assertThat(parsed(selector.call())).isEqualTo(selector);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ranks,a=0", "ranks,a=-1", "ranks,a=1.5", "ranks,a=many", "ranks,a=99999999999"})
    void should_refuse_what_is_no_rank(String text) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> parsed(text))
                .withMessageContaining("expected a whole number from 1 for `a`");
    }

    @Test
    void should_refuse_to_be_called_without_a_name_or_with_a_value() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> parsed("ranks"))
                .withMessageContaining("expected the rank of at least one weight, such as ranks,fc1.weight=16");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> parsed("ranks:3,a=1"))
                .withMessageContaining("takes no value");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> ranks(Map.of("a", 0)));
    }
}

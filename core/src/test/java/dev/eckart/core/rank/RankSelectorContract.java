package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link RankSelector} must do: a strategy's test extends this, and adds what is special about it. */
public abstract class RankSelectorContract {
    /** The strategy under test, in several settings; none may ask for a rank above 32. */
    protected abstract List<RankSelector> selectors();

    /** Networks of one to twelve weights, each with one among them whose smaller side is 32 or more. */
    static Stream<List<WeightSpectrum>> networks() {
        return IntStream.range(0, 40).mapToObj(RankSelectorContract::network);
    }

    private static List<WeightSpectrum> network(int seed) {
        Random random = new Random(seed);
        List<WeightSpectrum> weights = new ArrayList<>();
        weights.add(weight(random, "first", 32 + random.nextInt(100), 32 + random.nextInt(100)));
        int more = random.nextInt(12);
        for (int i = 0; i < more; i++) {
            weights.add(weight(random, "w" + i, side(random), side(random)));
        }
        return List.copyOf(weights);
    }

    private static int side(Random random) {
        return random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(200);
    }

    private static WeightSpectrum weight(Random random, String name, int rows, int columns) {
        ElementType[] types = ElementType.values();
        return SampleSpectra.weight(
                types[random.nextInt(types.length)], name, rows, columns, values(random, Math.min(rows, columns)));
    }

    private static double[] values(Random random, int size) {
        double[] values = new double[size];
        switch (random.nextInt(6)) {
            case 0 -> {
                // The zero matrix.
            }
            case 1 -> Arrays.fill(values, 3);
            case 2 -> Arrays.setAll(values, i -> Math.pow(0.1, i));
            case 3 -> Arrays.setAll(values, i -> 1e300 / (1 + i));
            case 4 -> Arrays.setAll(values, i -> i <= size / 3 ? 1e-300 : 0);
            default -> Arrays.setAll(values, i -> 1 + (size - i) * 0.01);
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_choose_a_rank_that_the_weight_has_or_keep_it_with_a_reason(List<WeightSpectrum> weights) {
        for (RankSelector selector : selectors()) {
            List<RankChoice> choices = selector.select(weights).choices();

            assertThat(choices).as("choices of %s", selector).hasSameSizeAs(weights);
            for (int i = 0; i < choices.size(); i++) {
                if (choices.get(i) instanceof RankChoice.Truncate truncate) {
                    assertThat(truncate.rank())
                            .as(
                                    "rank of %s for %s",
                                    selector, weights.get(i).weight().describe())
                            .isBetween(1, weights.get(i).smallerSide());
                } else if (choices.get(i) instanceof RankChoice.Keep keep) {
                    assertThat(keep.because()).isNotBlank().doesNotEndWith(".");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_choose_the_same_every_time(List<WeightSpectrum> weights) {
        List<RankSelector> again = selectors();
        for (int i = 0; i < again.size(); i++) {
            RankSelector selector = selectors().get(i);
            RankPlan first = selector.select(weights);

            assertThat(selector.select(weights)).isEqualTo(first);
            assertThat(again.get(i).select(weights)).isEqualTo(first);
        }
    }

    @Test
    void should_choose_nothing_for_no_weights() {
        for (RankSelector selector : selectors()) {
            assertThat(selector.select(List.of()).choices()).isEmpty();
        }
    }
}

package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.eckart.core.rank.Allocation.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {
    private static final int WEIGHTS = 6;
    private static final int OPTIONS = 5;

    private static Option option(long cost, double loss) {
        return new Option(cost, loss);
    }

    /** Weights of unlike sizes, kept or in 7 to 4 bits, each of which loses about four times as much as with a bit more. */
    private static List<List<Option>> sample(long seed) {
        Random random = new Random(seed);
        List<List<Option>> weights = new ArrayList<>();
        for (int i = 0; i < WEIGHTS; i++) {
            long size = 100L + random.nextInt(2000);
            double sensitivity = Math.exp(2 * random.nextGaussian());
            List<Option> options = new ArrayList<>(List.of(option(32 * size, 0)));
            for (int bits = 7; bits >= 4; bits--) {
                options.add(option(
                        bits * size + random.nextInt(50),
                        sensitivity * Math.pow(4, -bits) * (0.7 + 0.6 * random.nextDouble())));
            }
            weights.add(options);
        }
        return weights;
    }

    private static List<Option> filled(List<List<Option>> weights, long budget) {
        return at(weights, Allocation.filled(weights, budget));
    }

    private static List<Option> along(List<List<Option>> weights, long budget) {
        return at(weights, Allocation.of(weights, budget));
    }

    private static List<Option> at(List<List<Option>> weights, List<Integer> places) {
        return IntStream.range(0, weights.size())
                .mapToObj(i -> weights.get(i).get(places.get(i)))
                .toList();
    }

    private static double loss(List<Option> chosen) {
        return chosen.stream().mapToDouble(Option::loss).sum();
    }

    private static long cost(List<Option> chosen) {
        return chosen.stream().mapToLong(Option::cost).sum();
    }

    private static long least(List<List<Option>> weights) {
        return weights.stream()
                .mapToLong(options -> options.get(OPTIONS - 1).cost())
                .sum();
    }

    /** The least loss of all choices within a budget. */
    private static double oracle(List<List<Option>> weights, long budget) {
        double best = Double.POSITIVE_INFINITY;
        for (int code = 0; code < Math.pow(OPTIONS, WEIGHTS); code++) {
            int rest = code;
            long cost = 0;
            double loss = 0;
            for (List<Option> options : weights) {
                Option option = options.get(rest % OPTIONS);
                cost += option.cost();
                loss += option.loss();
                rest /= OPTIONS;
            }
            best = cost <= budget ? Math.min(best, loss) : best;
        }
        return best;
    }

    @Test
    void should_find_the_best_of_all_choices_where_weights_are_few() {
        for (int seed = 0; seed < 40; seed++) {
            List<List<Option>> weights = sample(seed);
            long least = least(weights);
            for (double more : new double[] {1, 1.1, 1.3, 1.6}) {
                long budget = (long) (more * least);
                List<Option> chosen = filled(weights, budget);

                assertThat(cost(chosen)).isLessThanOrEqualTo(budget);
                assertThat(loss(chosen)).isCloseTo(oracle(weights, budget), withinPercentage(1e-9));
            }
        }
    }

    /** No choice loses less than the bound of Lagrange: the least of Σ(loss + λ·cost) − λ·budget, for any λ. */
    private static double bound(List<List<Option>> weights, long budget) {
        return IntStream.range(-400, 0)
                .mapToDouble(power -> Math.pow(1.1, power))
                .map(price -> weights.stream()
                                .mapToDouble(options -> options.stream()
                                        .mapToDouble(option -> option.loss() + price * option.cost())
                                        .min()
                                        .orElseThrow())
                                .sum()
                        - price * budget)
                .max()
                .orElseThrow();
    }

    /** Too many choices to look at each. */
    @Test
    void should_lose_at_most_a_hundredth_more_than_is_possible_where_weights_are_many() {
        List<List<Option>> weights = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            weights.addAll(sample(seed));
        }
        long least = least(weights);
        for (double more : new double[] {1.05, 1.1, 1.3, 1.6}) {
            long budget = (long) (more * least);
            List<Option> chosen = filled(weights, budget);

            assertThat(cost(chosen)).isLessThanOrEqualTo(budget);
            assertThat(loss(chosen)).isBetween(bound(weights, budget) * (1 - 1e-9), 1.01 * bound(weights, budget));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void should_keep_all_where_the_budget_allows_that_and_take_the_cheapest_where_it_allows_nothing(long seed) {
        List<List<Option>> weights = sample(seed);
        List<Option> first = weights.stream().map(options -> options.get(0)).toList();
        List<Option> last =
                weights.stream().map(options -> options.get(OPTIONS - 1)).toList();

        assertThat(filled(weights, cost(first))).isEqualTo(first);
        assertThat(along(weights, cost(first))).isEqualTo(first);
        assertThat(filled(weights, 1)).isEqualTo(last);
        assertThat(along(weights, 1)).isEqualTo(last);
    }

    @Test
    void should_lose_no_more_with_more_of_a_budget() {
        List<List<Option>> weights = sample(7);
        long least = least(weights);
        double[] losses = IntStream.rangeClosed(0, 20)
                .mapToDouble(i -> loss(along(weights, least + i * least / 5)))
                .toArray();

        for (int i = 1; i < losses.length; i++) {
            assertThat(losses[i]).isLessThanOrEqualTo(losses[i - 1]);
        }
    }

    @Test
    void should_spend_what_is_left_of_a_budget_on_what_gains_most() {
        List<List<Option>> weights = List.of(
                List.of(option(100, 0), option(10, 1)),
                List.of(option(30, 0), option(20, 5)),
                List.of(option(25, 0), option(20, 3)));

        // Along the hulls all are cut but the second: 10 + 30 + 20. Of the 5 that are left, the third has use.
        assertThat(filled(weights, 65)).containsExactly(option(10, 1), option(30, 0), option(25, 0));
    }

    @Test
    void should_take_no_option_that_costs_more_and_loses_more_than_another() {
        List<List<Option>> weights = List.of(List.of(option(100, 0), option(50, 4), option(40, 1), option(10, 2)));

        assertThat(filled(weights, 60)).containsExactly(option(40, 1));
    }
}

package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.SampleSpectra;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetRankSelectorTest extends RankSelectorContract {
    /** Sums of some dozen doubles up to 10. */
    private static final double ROUNDING = 1e-12;

    @Override
    protected List<RankSelector> selectors() {
        // Less is more than some of the networks can do.
        return List.of(new BudgetRankSelector(1), new BudgetRankSelector(1, 0, 1));
    }

    private static WeightSpectrum sensitive(double sensitivity, WeightSpectrum weight) {
        return new WeightSpectrum(
                weight.weight(),
                weight.spectrum(),
                weight.accuracy(),
                weight.calibrated(),
                weight.plain(),
                OptionalDouble.of(sensitivity));
    }

    private static List<LinearWeight> weights(List<WeightSpectrum> spectra) {
        return spectra.stream().map(WeightSpectrum::weight).toList();
    }

    private static long parameters(List<WeightSpectrum> weights) {
        return weights.stream()
                .mapToLong(weight -> weight.weight().parameters())
                .sum();
    }

    private static long cost(LinearWeight weight, RankChoice choice) {
        return choice instanceof RankChoice.Truncate truncate
                ? BreakEven.pairParameters(weight.rows(), weight.columns(), truncate.rank())
                : weight.parameters();
    }

    private static long[] costs(List<WeightSpectrum> weights, RankPlan plan) {
        return IntStream.range(0, weights.size())
                .mapToLong(i -> cost(weights.get(i).weight(), plan.choices().get(i)))
                .toArray();
    }

    private static double loss(WeightSpectrum weight, int rank) {
        double error = weight.spectrum().relativeError(rank);
        return weight.sensitivity().orElse(1) * error * error;
    }

    private static double loss(List<WeightSpectrum> weights, RankPlan plan) {
        double loss = 0;
        for (int i = 0; i < weights.size(); i++) {
            loss += plan.choices().get(i) instanceof RankChoice.Truncate truncate
                    ? loss(weights.get(i), truncate.rank())
                    : 0;
        }
        return loss;
    }

    private static int rank(RankPlan plan, int weight) {
        return ((RankChoice.Truncate) plan.choices().get(weight)).rank();
    }

    /** The smallest share that there are ranks for. */
    private static double least(List<WeightSpectrum> weights, double floor, int step) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 50; i++) {
            double middle = (low + high) / 2;
            try {
                new BudgetRankSelector(middle, floor, step).require(weights(weights));
                high = middle;
            } catch (InvalidInputException e) {
                low = middle;
            }
        }
        return high;
    }

    /** 32 × 32, of 14 values: 64 parameters for each rank up to 14, and 1024 where it is kept. */
    private static WeightSpectrum convex(Random random, int number) {
        double[] values =
                random.doubles(14).map(value -> Math.pow(value, 3)).sorted().toArray();
        double[] falling =
                IntStream.range(0, 14).mapToDouble(i -> values[13 - i]).toArray();
        return sensitive(0.1 + random.nextDouble(), SampleSpectra.weight("w" + number, 32, 32, falling));
    }

    /** All ways to give three weights their ranks. */
    private static double leastLoss(List<WeightSpectrum> weights, long budget) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1; i <= 14; i++) {
            for (int j = 1; j <= 14; j++) {
                for (int k = 1; k <= 14; k++) {
                    if (64L * (i + j + k) <= budget) {
                        least = Math.min(
                                least, loss(weights.get(0), i) + loss(weights.get(1), j) + loss(weights.get(2), k));
                    }
                }
            }
        }
        return least;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void should_lose_the_least_that_is_possible_where_options_are_convex(int seed) {
        Random random = new Random(seed);
        List<WeightSpectrum> weights =
                IntStream.range(0, 3).mapToObj(i -> convex(random, i)).toList();
        for (int units = 3; units <= 48; units++) {
            RankPlan plan = new BudgetRankSelector(units / 48.0, 0, 1).select(weights);

            assertThat(Arrays.stream(costs(weights, plan)).sum()).isLessThanOrEqualTo(64L * units);
            assertThat(loss(weights, plan))
                    .as("loss with a budget of %d of 48", units)
                    .isCloseTo(leastLoss(weights, 64L * units), within(ROUNDING));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_keep_the_budget_and_give_no_weight_more_when_there_is_less(List<WeightSpectrum> weights) {
        for (int step : new int[] {1, 8}) {
            double least = least(weights, 0.1, step);
            long[] before = new long[weights.size()];
            Arrays.fill(before, Long.MAX_VALUE);
            double loss = 0;
            for (int i = 0; i <= 40; i++) {
                double share = i == 40 ? least : 1 - (1 - least) * i / 40;

                RankPlan plan = new BudgetRankSelector(share, 0.1, step).select(weights);

                long[] costs = costs(weights, plan);
                assertThat(Arrays.stream(costs).sum()).isLessThanOrEqualTo((long) (share * parameters(weights)));
                for (int weight = 0; weight < costs.length; weight++) {
                    assertThat(costs[weight]).isLessThanOrEqualTo(before[weight]);
                }
                assertThat(loss(weights, plan)).isGreaterThanOrEqualTo(loss - ROUNDING);
                before = costs;
                loss = loss(weights, plan);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void should_choose_only_ranks_that_save_parameters_and_are_not_below_the_floor(List<WeightSpectrum> weights) {
        RankPlan plan = new BudgetRankSelector(least(weights, 0.25, 8)).select(weights);

        for (int i = 0; i < weights.size(); i++) {
            LinearWeight weight = weights.get(i).weight();
            if (plan.choices().get(i) instanceof RankChoice.Truncate truncate) {
                assertThat(truncate.rank()).isLessThan(BreakEven.rank(weight));
                assertThat((double) truncate.rank()).isGreaterThanOrEqualTo(0.25 * weight.smallerSide());
            }
        }
    }

    @Test
    void should_keep_all_where_the_budget_is_all() {
        List<WeightSpectrum> weights =
                List.of(SampleSpectra.weight("a", 64, 64, 3, 2, 1), SampleSpectra.weight("b", 1, 9, 1));

        assertThat(new BudgetRankSelector(1).select(weights).choices())
                .containsExactly(
                        new RankChoice.Keep(
                                "budget 1.0 is met with this weight unchanged; its sensitivity was not measured"),
                        new RankChoice.Keep("too small to gain from a pair"));
        assertThat(new BudgetRankSelector(1)
                        .select(List.of(sensitive(2, weights.get(0))))
                        .choices())
                .containsExactly(new RankChoice.Keep("budget 1.0 is met with this weight unchanged"));
    }

    @Test
    void should_tell_a_weight_that_is_too_small_from_one_whose_floor_is_too_high() {
        List<WeightSpectrum> weights =
                List.of(SampleSpectra.weight("a", 64, 64, 3, 2, 1), SampleSpectra.weight("b", 1, 9, 1));

        assertThat(new BudgetRankSelector(1, 0.5, 1).select(weights).choices())
                .containsExactly(
                        new RankChoice.Keep("a pair is not smaller at any rank from floor 0.5 of its smaller side"),
                        new RankChoice.Keep("too small to gain from a pair"));
    }

    @ParameterizedTest
    @CsvSource({
        // 0.9·10 000 = 45·200, and 40 is the last multiple of 8 within.
        "100, 100, 0.9, 40",
        "100, 100, 0.64, 32",
        "100, 100, 0.639, 25",
        // 25 is a quarter of the smaller side, exactly.
        "100, 100, 0.5, 25",
        "784, 500, 0.6, 176",
        "10, 500, 0.5, 3"
    })
    void should_give_a_single_weight_the_largest_rank_within_the_budget(int rows, int columns, double share, int rank) {
        WeightSpectrum weight = SampleSpectra.weight(
                "w",
                rows,
                columns,
                IntStream.range(0, Math.min(rows, columns))
                        .mapToDouble(i -> 1000 - i)
                        .toArray());

        assertThat(rank(new BudgetRankSelector(share).select(List.of(weight)), 0))
                .isEqualTo(rank);
    }

    @Test
    void should_give_more_to_what_is_more_sensitive() {
        double[] values = IntStream.range(0, 64).mapToDouble(i -> 64 - i).toArray();
        WeightSpectrum one = SampleSpectra.weight("one", 64, 64, values);
        WeightSpectrum other = SampleSpectra.weight("other", 64, 64, values);
        BudgetRankSelector selector = new BudgetRankSelector(0.6, 0, 1);

        RankPlan alike = selector.select(List.of(one, other));
        RankPlan measured = selector.select(List.of(sensitive(0.1, one), sensitive(5, other)));

        assertThat(cost(one.weight(), measured.choices().get(0)))
                .isLessThan(cost(one.weight(), alike.choices().get(0)));
        assertThat(cost(other.weight(), measured.choices().get(1)))
                .isGreaterThan(cost(one.weight(), measured.choices().get(0)));
    }

    @Test
    void should_take_a_weight_that_was_not_measured_for_as_sensitive_as_the_most_sensitive() {
        double[] values = IntStream.range(0, 64).mapToDouble(i -> 64 - i).toArray();
        List<WeightSpectrum> weights = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            weights.add(SampleSpectra.weight(name, 64, 64, values));
        }
        weights.set(0, sensitive(0.01, weights.get(0)));
        weights.set(1, sensitive(0.2, weights.get(1)));
        BudgetRankSelector selector = new BudgetRankSelector(0.6, 0, 1);
        RankPlan plan = selector.select(weights);
        weights.set(2, sensitive(0.2, weights.get(2)));

        assertThat(costs(weights, plan)).isEqualTo(costs(weights, selector.select(weights)));
    }

    /** Of weights of which nothing tells one from another, the first ones give first. */
    @Test
    void should_break_ties_by_the_order_of_the_weights() {
        WeightSpectrum same = SampleSpectra.weight(
                "w", 64, 64, IntStream.range(0, 64).mapToDouble(i -> 1).toArray());
        List<WeightSpectrum> weights = List.of(same, same, same);
        RankPlan plan = new BudgetRankSelector(0.8, 0.1, 8).select(weights);

        long[] costs = costs(weights, plan);
        assertThat(costs).isSorted();
        assertThat(costs[2]).isGreaterThan(costs[0]);
    }

    @Test
    void should_say_which_budget_there_are_ranks_for_before_anything_is_decomposed() {
        // A quarter of 64, of 64·128 parameters: 16·192 of 8192.
        List<WeightSpectrum> weights = List.of(SampleSpectra.weight("w", 64, 128, 1));

        assertThatThrownBy(() -> new BudgetRankSelector(0.2).require(weights(weights)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "strategy `budget:0.2`: expected a share of at least 0.3750, the smallest with ranks from 0.25"
                                + " of each weight's smaller side; a lower floor, such as floor=0.05, allows a smaller share");
        assertThat(rank(new BudgetRankSelector(0.375).select(weights), 0)).isEqualTo(16);
        assertThat(rank(new BudgetRankSelector(0.2, 0.05, 8).select(weights), 0))
                .isEqualTo(8);
        assertThatThrownBy(() -> new BudgetRankSelector(0.02, 0, 8).select(weights))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "strategy `budget:0.02`: expected a share of at least 0.0235, the smallest with ranks from 0.0"
                                + " of each weight's smaller side");
    }

    @Test
    void should_be_content_with_values_for_sums_of_squares() {
        assertThat(new BudgetRankSelector(1).accuracy()).isEqualTo(Accuracy.ENERGY);
    }

    @Test
    void should_refuse_what_is_no_share_floor_or_step() {
        for (double share : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new BudgetRankSelector(share));
        }
        for (double floor : new double[] {-0.1, 1, Double.NaN}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> new BudgetRankSelector(0.5, floor, 8));
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new BudgetRankSelector(0.5, 0.25, 0));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new BudgetRankSelector(0.5, 0.25, 8, -1));
    }

    private static RankSelector made(String text) {
        return new BudgetRankSelector.Provider().create(StrategyArguments.parse(text));
    }

    @Test
    void should_be_made_from_a_share_and_options() {
        assertThat(made("budget:0.6")).isEqualTo(new BudgetRankSelector(0.6, 0.25, 8));
        assertThat(made("budget:0.4,floor=0.1,step=4")).isEqualTo(new BudgetRankSelector(0.4, 0.1, 4));
        assertThat(made("budget:1,floor=0")).isEqualTo(new BudgetRankSelector(1, 0, 8));
        assertThat(made("budget:0.6").sensitivityRounds()).isEqualTo(BudgetRankSelector.DEFAULT_ROUNDS);
        assertThat(made("budget:0.6,rounds=0")).isEqualTo(new BudgetRankSelector(0.6, 0.25, 8, 0));
        new BudgetRankSelector.Provider().usage().keySet().forEach(BudgetRankSelectorTest::made);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "budget | expected a value after the name",
                "budget:2 | expected a number above 0 and up to 1 but was: 2",
                "budget:0.5,floor=1 | expected a floor from 0 to below 1 but was: 1",
                "budget:0.5,floor=-0.1 | expected a floor from 0 to below 1 but was: -0.1",
                "budget:0.5,step=0 | expected a whole number from 1 for step but was: 0",
                "budget:0.5,rounds=-1 | expected a whole number from 0 for rounds but was: -1",
                "budget:0.5,rounds=x | expected a whole number from 0 for rounds but was: x",
                "budget:0.5,size=3 | unknown option `size`; `budget` has the options floor, step, rounds"
            })
    void should_refuse_other_arguments(String text, String complaint) {
        assertThatThrownBy(() -> made(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(complaint);
    }
}

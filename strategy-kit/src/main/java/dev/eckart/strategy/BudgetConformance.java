package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules for a strategy that is given an amount to spend, of whatever kind: beside those for all, that more of it never
 * buys less.
 */
public interface BudgetConformance extends RankSelectorConformance {

    /** The call that gives it this share, in (0, 1], of the most that makes sense. */
    String atBudget(double share);

    /** A small budget, a middling one, and the largest. */
    @Override
    default List<String> calls() {
        return List.of(atBudget(0.1), atBudget(0.5), atBudget(1));
    }

    @Test
    default void should_keep_no_less_for_a_larger_budget() {
        for (SampleNetwork network : SampleNetwork.ordinary()) {
            String smaller = "";
            long parameters = 0;
            double energy = 0;
            double shares = 0;
            for (int i = 1; i <= 20; i++) {
                String call = atBudget(i / 20.0);
                List<RankChoice> choices =
                        Called.of(provider(), call).choose(network).orElse(List.of());
                if (choices.isEmpty()) {
                    // Too small a budget for this network, and refused.
                    continue;
                }
                CompressionPlan plan =
                        CompressionPlan.of(network.weights(), new RankPlan(choices), SampleNetwork.PAIRS, List.of());

                assertThat(plan.parametersAfter())
                        .as(
                                "A larger budget must leave at least as many parameters, but `%s` leaves fewer than `%s` for %s",
                                call, smaller, network.description())
                        .isGreaterThanOrEqualTo(parameters);
                double rounding = 1e-12 * Math.max(energy, shares);
                // Of the whole network, or on average of its weights: a strategy may care for either.
                assertThat(energy(plan) >= energy - rounding || shares(plan) >= shares - rounding)
                        .as(
                                "With a larger budget at least as much energy must remain, but with `%s` less remains than with `%s` for %s",
                                call, smaller, network.description())
                        .isTrue();
                smaller = call;
                parameters = plan.parametersAfter();
                energy = energy(plan);
                shares = shares(plan);
            }
        }
    }

    private static double shares(CompressionPlan plan) {
        return plan.weights().stream().mapToDouble(PlannedWeight::energy).sum();
    }

    private static double energy(CompressionPlan plan) {
        double energy = 0;
        for (PlannedWeight planned : plan.weights()) {
            energy += planned.energy()
                    * planned.spectrum().map(BudgetConformance::energy).orElseThrow();
        }
        return energy;
    }

    private static double energy(WeightSpectrum weight) {
        double energy = 0;
        for (double value : weight.spectrum().singularValues()) {
            energy += value * value;
        }
        return energy;
    }
}

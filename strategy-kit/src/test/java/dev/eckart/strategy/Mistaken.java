package dev.eckart.strategy;

import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A strategy that keeps the rules but for what a test gets wrong on purpose, and its author's test. */
record Mistaken(
        String name, String summary, Map<String, String> usage, Function<StrategyArguments, RankSelector> creation)
        implements RankSelectorProvider, BudgetConformance {

    static Mistaken choosing(RankSelector selector) {
        return new Mistaken("mine", "rank 1", Map.of("mine", "rank 1"), arguments -> {
            arguments.allowing();
            return selector;
        });
    }

    /** One that chooses for each weight by itself, but is not known to. */
    static Mistaken choosingEach(Function<WeightSpectrum, RankChoice> rule) {
        return choosing(weights -> RankPlan.each(weights, rule));
    }

    Mistaken creating(Function<StrategyArguments, RankSelector> other) {
        return new Mistaken(name, summary, usage, other);
    }

    Mistaken described(String otherName, String otherSummary, Map<String, String> otherUsage) {
        return new Mistaken(otherName, otherSummary, otherUsage, creation);
    }

    @Override
    public RankSelector create(StrategyArguments arguments) {
        return creation.apply(arguments);
    }

    @Override
    public RankSelectorProvider provider() {
        return this;
    }

    @Override
    public String atBudget(double share) {
        return "mine:" + share;
    }

    @Override
    public List<String> calls() {
        return List.of("mine");
    }
}

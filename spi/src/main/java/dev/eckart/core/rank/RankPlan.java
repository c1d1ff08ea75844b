package dev.eckart.core.rank;

import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.function.Function;

/** A choice for each weight, in the order in which the strategy was shown them. */
public record RankPlan(List<RankChoice> choices) {
    public RankPlan {
        choices = List.copyOf(choices);
    }

    /** The plan of a strategy that looks at each weight by itself. */
    public static RankPlan each(List<WeightSpectrum> weights, Function<WeightSpectrum, RankChoice> rule) {
        return new RankPlan(weights.stream().map(rule).toList());
    }
}
